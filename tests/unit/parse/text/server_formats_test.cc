// Database and application servers whose headers no pattern describes.
#include "format_table.h"

using namespace loglode;

TEST_CASE("servers: SQL Server names the severity in the message", "[parse][formats]") {
  CHECK(reads("sqlserver", "2026-03-01 08:00:00.25 spid52      Error: 1205, Severity: 13, State: 51.",
              {"2026-03-01T08:00:00.25",
               Severity::error,
               "Error: 1205, Severity: 13, State: 51.",
               "",
               "",
               "",
               "",
               {{"process.thread.name", "spid52"}}}));
  CHECK(reads("sqlserver", "2026-03-01 08:00:00.25 spid9s      Error: 823, Severity: 24, State: 2.",
              {"2026-03-01T08:00:00.25", Severity::fatal, "Error: 823, Severity: 24, State: 2.", "", "", "", "", {}}));
  CHECK(reads("sqlserver", "2026-03-01 08:00:00.25 Server      Error: 8355, Severity: 10, State: 1.",
              {"2026-03-01T08:00:00.25", Severity::info, "Error: 8355, Severity: 10, State: 1.", "", "", "", "", {}}));
  CHECK(reads("sqlserver", "2026-03-01 08:00:00.25 Logon       Login failed for user 'sa'.",
              {"2026-03-01T08:00:00.25", Severity::unspecified, "Login failed for user 'sa'.", "", "", "", "", {}}));
  CHECK(is_refused("sqlserver", "2026-03-01 08:00:00.25 spidey swings"));
}

TEST_CASE("servers: Oracle's alert log has its time on a line of its own", "[parse][formats]") {
  CHECK(reads(
      "oracle-alert",
      "2026-03-01T08:00:00.250000+01:00\nErrors in file /u01/x.trc  (incident=7):\nORA-07445: exception encountered\nIncident details "
      "in: /u01/y",
      {"2026-03-01T07:00:00.25",
       Severity::error,
       "Errors in file /u01/x.trc  (incident=7):\nORA-07445: exception encountered",
       "",
       "",
       "",
       "",
       {{"error.code", "ORA-07445"}}}));
  CHECK(reads("oracle-alert", "Sun Mar 01 08:00:00 2026\nThread 1 advanced to log sequence 12 (LGWR switch)\n  Current log# 1",
              {"2026-03-01T08:00:00", Severity::unspecified, "Thread 1 advanced to log sequence 12 (LGWR switch)", "", "", "", "", {}}));
  CHECK(reads("oracle-alert", "2026-03-01T08:00:00.250000+01:00",
              {"2026-03-01T07:00:00.25", Severity::unspecified, "2026-03-01T08:00:00.250000+01:00", "", "", "", "", {}}));
  CHECK(is_refused("oracle-alert", "2026-03-01T08:00:00.250000+01:00 started\nmore"));
}

TEST_CASE("servers: CockroachDB's entries, of both versions, and their further lines", "[parse][formats]") {
  CHECK(reads("cockroachdb", "E260301 08:00:00.250000 99 1@kv/raft.go:12 ⋮ [T1,n2] 4711  lost quorum",
              {"2026-03-01T08:00:00.25",
               Severity::error,
               "lost quorum",
               "",
               "",
               "",
               "",
               {{"log.origin", "kv/raft.go:12"}, {"cockroachdb.tags", "T1,n2"}}}));
  CHECK(reads("cockroachdb", "I260301 08:00:00.250000 99 kv/raft.go:12  [n2] compacted 3 files",
              {"2026-03-01T08:00:00.25", Severity::info, "compacted 3 files", "", "", "", "", {}}));
  const LineFormat& format = format_named("cockroachdb");
  CHECK(format.begins_record("W260301 08:00:00.250000 99 kv/raft.go:12 ⋮ [n2] 4711  first line"));
  CHECK_FALSE(format.begins_record("W260301 08:00:00.250000 99 kv/raft.go:12 ⋮ [n2] 4711 +second line"));
  CHECK_FALSE(format.begins_record("W260301 08:00:00.250000 99 kv/raft.go:12 ⋮ [n2] 4711 |rest of a long line"));
  CHECK(is_refused("cockroachdb", "I260301 was a bus"));
}

TEST_CASE("servers: PgBouncer's words, and nobody else's", "[parse][formats]") {
  CHECK(reads(
      "pgbouncer", "2026-03-01 08:00:00.250 UTC [7] LOG C-0x1: shop/app@192.0.2.1:4000 login attempt",
      {"2026-03-01T08:00:00.25", Severity::info, "C-0x1: shop/app@192.0.2.1:4000 login attempt", "", "", "", "", {{"process.pid", "7"}}}));
  CHECK(reads("pgbouncer", "2026-03-01 08:00:00.250 7 NOISE sbuf_process_pending",
              {"2026-03-01T08:00:00.25", Severity::trace, "sbuf_process_pending", "", "", "", "", {}}));
  CHECK(is_refused("pgbouncer", "2026-03-01 08:00:00.250 [7] INFO ready"));
}

TEST_CASE("servers: PostgreSQL's level is found behind any prefix", "[parse][formats]") {
  CHECK(reads("postgresql", "2026-03-01 08:00:00 UTC:192.0.2.1(4000):app@shop:[7]:ERROR: column \"x\" does not exist",
              {"2026-03-01T08:00:00", Severity::error, "column \"x\" does not exist", "", "", "", "", {}}));
  CHECK(reads("postgresql", "2026-03-01 08:00:00 UTC-65e1a000.7-FATAL:  too many clients",
              {"2026-03-01T08:00:00", Severity::fatal, "too many clients", "", "", "", "", {}}));
  CHECK(reads("postgresql", "<2026-03-01 08:00:00 UTC app idle>LOG:  statement: select 1",
              {"2026-03-01T08:00:00", Severity::info, "statement: select 1", "", "", "", "", {}}));
  CHECK(reads("postgresql", "user=app,db=shop PANIC:  could not write", {"", Severity::fatal, "could not write", "", "", "", "", {}}));
  CHECK(is_refused("postgresql", "2026-03-01 08:00:00 ERROR: one blank is anybody's"));
  CHECK(is_refused("postgresql", "the ERROR:  of my ways"));
}

TEST_CASE("servers: Redis before it knew its role, and out of a signal handler", "[parse][formats]") {
  CHECK(reads("redis", "1 Mar 08:00:00 # out of memory", {"2005-03-01T08:00:00", Severity::warn, "out of memory", "", "", "", "", {}}));
  CHECK(reads("redis", "30 May 08:00:00 - 0 clients connected",
              {"2005-05-30T08:00:00", Severity::debug, "0 clients connected", "", "", "", "", {}}));
  CHECK(reads("redis", "7:signal-handler (1772352000) Received SIGTERM scheduling shutdown...",
              {"2026-03-01T08:00:00", Severity::warn, "Received SIGTERM scheduling shutdown...", "", "", "", "", {}}));
  CHECK(is_refused("redis", "30 May is a day"));
}

TEST_CASE("servers: WebSphere's letters, and its two-digit years are never first", "[parse][formats]") {
  CHECK(
      reads("websphere", "[3/1/26 8:00:00:250 GMT] 0000001f TCPChannel    W TCPC0004W: too many connections",
            {"2026-03-01T08:00:00.25", Severity::warn, "TCPC0004W: too many connections", "", "", "", "", {{"log.logger", "TCPChannel"}}}));
  CHECK(reads("websphere", "[31.1.26 8:00:00:250 UTC] 0000001f com.acme.Pay    E failed",
              {"2026-01-31T08:00:00.25", Severity::error, "failed", "", "", "", "", {}}));
  CHECK(reads("websphere", "[2026-03-01T08:00:00.250+0000] 0000001f com.acme.Pay    A started",
              {"2026-03-01T08:00:00.25", Severity::info, "started", "", "", "", "", {}}));
  CHECK(is_refused("websphere", "[3/1/26 8:00:00:250 GMT] 0000001f TCPChannel is open"));
  CHECK(is_refused("websphere", "[3/1/26 8:00:00:250 GMT] main TCPChannel    W text"));
}

TEST_CASE("servers: WebLogic's angle brackets", "[parse][formats]") {
  CHECK(reads("weblogic",
              "####<Mar 1, 2026 8:00:00 AM UTC> <Error> <JDBC> <box1> <shop1> <[ACTIVE] ExecuteThread: '3'> <ann> <> <> <1772352000000> "
              "<[severity-value: 8] [rid: 0] > <BEA-001112> <Pool \"shop\" is empty>",
              {"2026-03-01T08:00:00",
               Severity::error,
               "Pool \"shop\" is empty",
               "shop1",
               "box1",
               "",
               "",
               {{"event.code", "BEA-001112"}, {"user.name", "ann"}}}));
  CHECK(reads(
      "weblogic",
      "####<a locale's own> <Notice> <Security> <box1> <shop1> <main> <<WLS Kernel>> <> <> <1772352000250> <BEA-090082> <Security "
      "initializing",
      {"2026-03-01T08:00:00.25", Severity::info2, "Security initializing", "shop1", "box1", "", "", {{"user.name", "<WLS Kernel>"}}}));
  CHECK(is_refused("weblogic", "####<Mar 1, 2026 8:00:00 AM UTC> <Error> <JDBC>"));
  CHECK(is_refused("weblogic", "#### a heading"));
}

TEST_CASE("servers: IBM MQ says it on the line that has the code", "[parse][formats]") {
  CHECK(reads(
      "ibm-mq",
      "03/01/2026 08:00:00 - Process(77.1) User(mqm) Program(amqrmppa)\n                      Host(box1) Installation(I1)\n             "
      "         VRMF(9.3.0.0) QMgr(QM1)\n                      Time(2026-03-01T07:00:00.250Z)\n\nAMQ9209E: Connection to host 'x' "
      "closed\nby the other side.\n\nEXPLANATION:\nAn error\n",
      {"2026-03-01T07:00:00.25",
       Severity::error,
       "AMQ9209E: Connection to host 'x' closed\nby the other side.",
       "QM1",
       "box1",
       "",
       "",
       {{"event.code", "AMQ9209E"}, {"process.pid", "77"}}}));
  CHECK(reads("ibm-mq", "03/01/2026 08:00:00 - Process(77.1) User(mqm)\nAMQ5026: The listener program has started.\n",
              {"2026-03-01T08:00:00", Severity::unspecified, "AMQ5026: The listener program has started.", "", "", "", "", {}}));
  CHECK(is_refused("ibm-mq", "03/01/2026 08:00:00 - Processing 5 files"));
}
