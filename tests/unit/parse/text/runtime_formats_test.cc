// Frameworks, runtimes and platforms, and the programs that a pattern describes.
#include "format_table.h"

using namespace loglode;

TEST_CASE("runtimes: the channel of Monolog is a logger, its level no part of it", "[parse][formats]") {
  CHECK(reads("monolog", "[2026-03-01 08:00:00] shop.billing.ERROR: card refused {\"id\":7} []",
              {"2026-03-01T08:00:00", Severity::error, "card refused {\"id\":7} []", "", "", "", "", {{"log.logger", "shop.billing"}}}));
  CHECK(reads("monolog", "[2026-03-01T08:00:00.250000+00:00] app.EMERGENCY: down",
              {"2026-03-01T08:00:00.25", Severity::fatal, "down", "", "", "", "", {}}));
  CHECK(is_refused("monolog", "[2026-03-01 08:00:00] app.Error: not a level's spelling"));
  CHECK(is_refused("monolog", "[2026-03-01 08:00:00] shop.ORDERS: three"));
  CHECK(is_refused("monolog", "[2026-03-01 08:00:00] ERROR: no channel"));
}

TEST_CASE("runtimes: PHP and its process manager", "[parse][formats]") {
  CHECK(reads("php", "[01-Mar-2026 08:00:00 UTC] PHP Fatal error:  Uncaught Error in /srv/a.php:3",
              {"2026-03-01T08:00:00", Severity::fatal, "PHP Fatal error:  Uncaught Error in /srv/a.php:3", "", "", "", "", {}}));
  CHECK(reads("php", "[01-Mar-2026 08:00:00 America/New_York] PHP Warning:  x",
              {"2026-03-01T13:00:00", Severity::warn, "PHP Warning:  x", "", "", "", "", {}}));
  CHECK(reads("php", "[01-Mar-2026 08:00:00 Nowhere/Atall] PHP Notice:  x",
              {"2026-03-01T08:00:00", Severity::info2, "PHP Notice:  x", "", "", "", "", {}}));
  CHECK(reads("php", "[01-Mar-2026 08:00:00] WARNING: [pool www] child 7 exited on signal 11",
              {"2026-03-01T08:00:00", Severity::warn, "[pool www] child 7 exited on signal 11", "", "", "", "", {}}));
  CHECK(is_refused("php", "[01-Mar-2026 08:00:00] shop: started"));
  CHECK(is_refused("php", "[01-Mar-2026] PHP Notice:  x"));
}

TEST_CASE("runtimes: Airflow's line within a line tells what the task said", "[parse][formats]") {
  CHECK(reads("airflow", "[2026-03-01 08:00:00,250] {scheduler_job.py:140} WARNING - 3 zombies",
              {"2026-03-01T08:00:00.25", Severity::warn, "3 zombies", "", "", "", "", {{"log.origin", "scheduler_job.py:140"}}}));
  CHECK(reads("airflow",
              "[2026-03-01 08:00:09,250] {{logging_mixin.py:11}} INFO - [2026-03-01 08:00:00,250] {{dag.py:7}} ERROR - cannot import",
              {"2026-03-01T08:00:00.25", Severity::error, "cannot import", "", "", "", "", {}}));
  CHECK(reads("airflow", "[2026-03-01 08:00:00,250] {standard_task_runner.py:7} INFO - Job 8: Subtask pay [x]",
              {"2026-03-01T08:00:00.25", Severity::info, "Job 8: Subtask pay [x]", "", "", "", "", {}}));
  CHECK(is_refused("airflow", "[2026-03-01 08:00:00,250] {json} INFO - x"));
}

TEST_CASE("runtimes: Sidekiq's context stands before the level", "[parse][formats]") {
  CHECK(
      reads("sidekiq", "2026-03-01T08:00:00.250Z pid=7 tid=1ab class=PayJob jid=0badcafe elapsed=0.4 WARN: retry",
            {"2026-03-01T08:00:00.25", Severity::warn, "retry", "", "", "0badcafe", "", {{"log.logger", "PayJob"}, {"process.pid", "7"}}}));
  CHECK(reads("sidekiq", "2026-03-01T08:00:00.250Z 7 TID-1ab PayJob JID-0badcafe INFO: start",
              {"2026-03-01T08:00:00.25", Severity::info, "start", "", "", "0badcafe", "", {{"log.logger", "PayJob"}}}));
  CHECK(is_refused("sidekiq", "2026-03-01T08:00:00.250Z pid=7 INFO: no thread"));
}

TEST_CASE("runtimes: geth's and log15's terminals", "[parse][formats]") {
  CHECK(reads("geth", "EROR [03-01|08:00:00.250] Bad block number=7",
              {"2005-03-01T08:00:00.25", Severity::error, "Bad block number=7", "", "", "", "", {}}));
  CHECK(reads("geth", "CRIT[03-01|08:00:00] cannot start err=x",
              {"2005-03-01T08:00:00", Severity::fatal, "cannot start err=x", "", "", "", "", {}}));
  CHECK(is_refused("geth", "INFO [2026-03-01 08:00:00] somebody else's"));
}

TEST_CASE("runtimes: programs whose layout is a pattern", "[parse][formats]") {
  CHECK(
      reads("celery", "[2026-03-01 08:00:00,250: CRITICAL/MainProcess] Unrecoverable error",
            {"2026-03-01T08:00:00.25", Severity::fatal, "Unrecoverable error", "", "", "", "", {{"process.thread.name", "MainProcess"}}}));
  CHECK(reads("cassandra", "WARN  [Reader-1] 2026-03-01 08:00:00,250 Batch.java:12 - large batch",
              {"2026-03-01T08:00:00.25", Severity::warn, "large batch", "", "", "", "", {{"log.origin", "Batch.java:12"}}}));
  CHECK(reads("activemq", "2026-03-01 08:00:00,250 | WARN  | a | b | org.acme.Broker | main",
              {"2026-03-01T08:00:00.25",
               Severity::warn,
               "a | b",
               "",
               "",
               "",
               "",
               {{"log.logger", "org.acme.Broker"}, {"process.thread.name", "main"}}}));
  CHECK(reads("activemq", "INFO  | ann called Queue.purge[] at 01-03-2026 08:00:00,250 | qtp-7",
              {"2026-03-01T08:00:00.25", Severity::info, "ann called Queue.purge[]", "", "", "", "", {}}));
  CHECK(reads("nestjs", "[Nest] 7  - 03/01/2026, 8:00:00 AM     LOG [Pay] charged",
              {"2026-03-01T08:00:00", Severity::info, "charged", "", "", "", "", {{"log.logger", "Pay"}}}));
  CHECK(reads("capnslog", "2026-03-01 08:00:00.250000 W | rafthttp: slow disk",
              {"2026-03-01T08:00:00.25", Severity::warn, "slow disk", "", "", "", "", {{"log.logger", "rafthttp"}}}));
  CHECK(reads("couchdb", "[error] 2026-03-01T08:00:00.250000Z couchdb@db1 <0.9.1> 0badcafe req_err x",
              {"2026-03-01T08:00:00.25", Severity::error, "req_err x", "", "couchdb@db1", "0badcafe", "", {}}));
  CHECK(reads("kafka", "[2026-03-01 08:00:00,250] INFO (re)started (kafka.server.Broker)",
              {"2026-03-01T08:00:00.25", Severity::info, "(re)started", "", "", "", "", {{"log.logger", "kafka.server.Broker"}}}));
  CHECK(reads("erlang-report", "=CRASH REPORT==== 1-Mar-2026::08:00:00.250000 ===\n  crasher:\n    pid: <0.9.0>",
              {"2026-03-01T08:00:00.25", Severity::error, "crasher:", "", "", "", "", {}}));
  CHECK(reads("erlang-report", "=PROGRESS REPORT==== 1-Mar-2026::08:00:00 ===\n    application: shop",
              {"2026-03-01T08:00:00", Severity::info, "application: shop", "", "", "", "", {}}));
}
