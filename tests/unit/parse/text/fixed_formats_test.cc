// Lines as the programs write them: captured ones are in samples/formats/, the others come from the documentation named beside them.
#include "format_fixture.h"

using namespace loglode;

namespace {

void expect(std::string_view format, std::string_view text, const Expected& expected) {
  expect_record(format_named(format), text, expected);
}

}  // namespace

TEST_CASE("formats: RFC 5424 syslog", "[parse][formats]") {
  expect("syslog-5424",
         "<134>1 2026-11-23T23:57:25.385135+00:00 vm checkout 411 ORDER [order@32473 id=\"101\" note=\"with \\\"quotes\\\"\"] order 101 "
         "placed",
         {"2026-11-23T23:57:25.385135",
          Severity::info,
          "order 101 placed",
          "checkout",
          "vm",
          "",
          "",
          {{"process.pid", "411"},
           {"log.syslog.msgid", "ORDER"},
           {"log.syslog.structured_data", "[order@32473 id=\"101\" note=\"with \\\"quotes\\\"\"]"}}});
  expect("syslog-5424", "<11>1 2026-11-23T23:57:25+00:00 vm kernel - - -  I/O error, dev sda",
         {"2026-11-23T23:57:25", Severity::error, "I/O error, dev sda", "kernel", "vm", "", "", {}});
  expect("syslog-5424", "<34>1 - - - - - - \xEF\xBB\xBFno one knows when", {"", Severity::error2, "no one knows when", "", "", "", "", {}});
  expect("syslog-5424", "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [a@1 x=\"]\"][b@2 y=\"z\"]",  // RFC 5424 6.5
         {"2003-10-11T22:14:15.003", Severity::info2, "", "evntslog", "mymachine.example.com", "", "", {}});
}

TEST_CASE("formats: RFC 3164 syslog and what files make of it", "[parse][formats]") {
  expect("syslog", "Jun 14 15:16:01 combo sshd(pam_unix)[19939]: authentication failure; logname= uid=0",
         {"2005-06-14T15:16:01",
          Severity::unspecified,
          "authentication failure; logname= uid=0",
          "sshd(pam_unix)",
          "combo",
          "",
          "",
          {{"process.pid", "19939"}}});
  expect("syslog", "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",  // RFC 3164 5.4
         {"2005-10-11T22:14:15", Severity::error2, "'su root' failed for lonvick on /dev/pts/8", "su", "mymachine", "", "", {}});
  expect(
      "syslog", "Jul  1 09:00:55 mac-1 com.apple.xpc.launchd[1] (com.apple.WebKit.Networking[33438]): Service exited with abnormal code: 1",
      {"2005-07-01T09:00:55", Severity::unspecified, "Service exited with abnormal code: 1", "com.apple.xpc.launchd", "mac-1", "", "", {}});
  expect("syslog", "Jul  1 09:00:55 mac-1 Google Chrome[35628]: Entry points",
         {"2005-07-01T09:00:55", Severity::unspecified, "Entry points", "Google Chrome", "mac-1", "", "", {}});
  expect("syslog", "Jul  1 09:00:55 combo last message repeated 2 times",
         {"2005-07-01T09:00:55", Severity::unspecified, "last message repeated 2 times", "", "combo", "", "", {}});
  expect("syslog", "Jun 19 04:09:11 combo syslogd 1.4.1: restart.",
         {"2005-06-19T04:09:11", Severity::unspecified, "restart.", "syslogd", "combo", "", "", {}});
  expect("syslog", "Nov 23 23:57:26 dnsmasq[18220]: warning: no upstream servers configured",
         {"2005-11-23T23:57:26", Severity::warn, "warning: no upstream servers configured", "dnsmasq", "", "", "", {}});
  expect("syslog", "2026-11-23T23:57:25.385135+00:00 vm checkout[411] order 101 placed",
         {"2026-11-23T23:57:25.385135", Severity::unspecified, "order 101 placed", "checkout", "vm", "", "", {}});
  expect("syslog", "2026-11-24T00:12:51+0000 vm systemd-journald[14024]: Journal started",
         {"2026-11-24T00:12:51", Severity::unspecified, "Journal started", "systemd-journald", "vm", "", "", {}});
  expect("syslog", "2026-11-23T23:57:25+00:00 vm backup job 1 failed",
         {"2026-11-23T23:57:25", Severity::unspecified, "backup job 1 failed", "", "vm", "", "", {}});
  expect("syslog", "Jun  1 18:46:11 10.0.0.1 45: %LINK-3-UPDOWN: Interface GigabitEthernet0/1, changed state to down",  // Cisco IOS
         {"2005-06-01T18:46:11",
          Severity::error,
          "45: %LINK-3-UPDOWN: Interface GigabitEthernet0/1, changed state to down",
          "",
          "10.0.0.1",
          "",
          "",
          {}});
}

TEST_CASE("formats: access logs of nginx and Apache", "[parse][formats]") {
  expect(
      "access",
      R"(127.0.0.1 - - [23/Nov/2026:23:57:57 +0000] "GET /index.html?q=a%20b&n=1 HTTP/1.1" 200 225 "https://shop.example/cart" "Mozilla/5.0 (X11) \"quoted\"")",
      {"2026-11-23T23:57:57",
       Severity::info,
       R"("GET /index.html?q=a%20b&n=1 HTTP/1.1" 200 225)",
       "",
       "",
       "",
       "",
       {{"http.request.method", "GET"},
        {"url.path", "/index.html"},
        {"http.response.status_code", "200"},
        {"source.address", "127.0.0.1"},
        {"http.request.referrer", "https://shop.example/cart"},
        {"user_agent.original", R"(Mozilla/5.0 (X11) \"quoted\")"}}});
  expect("access", R"(10.0.0.7 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 502 -)",  // Apache: Common Log Format
         {"2000-10-10T20:55:36", Severity::error, R"("GET /apache_pb.gif HTTP/1.0" 502 -)", "", "", "", "", {{"user.name", "frank"}}});
  expect("access", R"(10.0.0.7 - - [10/Oct/2000:13:55:36 -0700] "POST /pay HTTP/2.0" 404 0 "-" "curl/7.88.1" rt=0.005 uct="0.001")",
         {"2000-10-10T20:55:36", Severity::info, R"("POST /pay HTTP/2.0" 404 0)", "", "", "", "", {{"http.request.duration_s", "0.005"}}});
  expect("access", R"(shop.example:443 2001:db8::1 - - [10/Oct/2000:13:55:36 -0700] "\x16\x03\x01" 400 226 "-" "-")",
         {"2000-10-10T20:55:36",
          Severity::info,
          R"("\x16\x03\x01" 400 226)",
          "",
          "",
          "",
          "",
          {{"url.domain", "shop.example:443"}, {"source.address", "2001:db8::1"}}});
}

TEST_CASE("formats: HAProxy traffic, bare and behind syslog, and its own messages", "[parse][formats]") {
  expect(
      "haproxy",
      R"(<134>Nov 23 23:57:58 localhost haproxy[19155]: 127.0.0.1:50044 [23/Nov/2026:23:57:58.414] web static/nginx1 0/0/0/0/0 503 203 - - ---- 1/1/0/0/0 0/0 {curl/7.88.1} "GET /x?y HTTP/1.1")",
      {"2026-11-23T23:57:58.414",
       Severity::error,
       R"(web static/nginx1 0/0/0/0/0 503 203 - - ---- 1/1/0/0/0 0/0 {curl/7.88.1} "GET /x?y HTTP/1.1")",
       "haproxy",
       "localhost",
       "",
       "",
       {{"http.response.status_code", "503"}, {"url.path", "/x"}, {"haproxy.server", "static/nginx1"}}});
  expect("haproxy", "10.0.1.2:33313 [06/Feb/2009:12:12:51.443] fnt bck/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0",  // manual 8.2.2
         {"2009-02-06T12:12:51.443", Severity::info, "fnt bck/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0", "", "", "", "", {}});
  expect("haproxy", "<128>Nov 23 23:57:56 localhost haproxy[19155]: backend down has no server available!",
         {"2005-11-23T23:57:56", Severity::fatal, "backend down has no server available!", "haproxy", "localhost", "", "", {}});
  expect("haproxy-stderr", "[ALERT]    (19155) : backend 'down' has no server available!",
         {"", Severity::error3, "backend 'down' has no server available!", "", "", "", "", {}});
  expect("haproxy-stderr", "[WARNING] 326/235756 (19155) : Server api1 is DOWN",
         {"", Severity::warn, "Server api1 is DOWN", "", "", "", "", {}});
}

TEST_CASE("formats: error logs of web servers", "[parse][formats]") {
  expect("nginx-error",
         R"(2026/11/23 23:57:57 [crit] 19157#19157: *7 open() "/html/x" failed (2: No such file or directory), client: 127.0.0.1)",
         {"2026-11-23T23:57:57",
          Severity::error2,
          R"(*7 open() "/html/x" failed (2: No such file or directory), client: 127.0.0.1)",
          "",
          "",
          "",
          "",
          {}});
  expect("apache-error",
         "[Mon Nov 23 23:57:57.995163 2026] [authz_core:error] [pid 19160:tid 19168] [client 127.0.0.1:47114] AH01630: client denied",
         {"2026-11-23T23:57:57.995163",
          Severity::error,
          "AH01630: client denied",
          "",
          "",
          "",
          "",
          {{"log.logger", "authz_core"}, {"process.pid", "19160"}, {"source.address", "127.0.0.1:47114"}}});
  expect("apache-error", "[Sun Dec 04 04:47:44 2005] [notice] workerEnv.init() ok",
         {"2005-12-04T04:47:44", Severity::info2, "workerEnv.init() ok", "", "", "", "", {}});
  expect(
      "apache-error", "[Sun Dec 04 04:47:44 2005] [error] [client 10.0.0.1] Directory index forbidden by rule: /var/www/html/",
      {"2005-12-04T04:47:44", Severity::error, "[client 10.0.0.1] Directory index forbidden by rule: /var/www/html/", "", "", "", "", {}});
}

TEST_CASE("formats: PostgreSQL to stderr with usual prefixes, and its continuation lines", "[parse][formats]") {
  expect("postgresql", "2026-11-23 23:55:51.189 UTC [11613] LOG:  listening on IPv4 address \"127.0.0.1\", port 56091",
         {"2026-11-23T23:55:51.189",
          Severity::info,
          "listening on IPv4 address \"127.0.0.1\", port 56091",
          "",
          "",
          "",
          "",
          {{"process.pid", "11613"}}});
  expect("postgresql", "2026-11-24 00:03:57.688 UTC [28779] shop@orders ERROR:  relation \"nowhere\" does not exist at character 15",
         {"2026-11-24T00:03:57.688",
          Severity::error,
          "relation \"nowhere\" does not exist at character 15",
          "",
          "",
          "",
          "",
          {{"user.name", "shop"}, {"db.name", "orders"}}});
  expect(
      "postgresql",
      "2026-11-24 00:03:57 UTC [28779]: [3-1] user=shop,db=orders,app=[unknown],client=10.0.0.1 FATAL:  sorry, too many clients already",  // pgbadger's prefix
      {"2026-11-24T00:03:57", Severity::fatal, "sorry, too many clients already", "", "", "", "", {}});
  const LineFormat& postgresql = format_named("postgresql");
  CHECK_FALSE(postgresql.begins_record("2026-11-24 00:03:57.688 UTC [28779] shop@orders STATEMENT:  select * from nowhere"));
  CHECK_FALSE(postgresql.begins_record("2026-11-24 00:03:57.695 UTC [28781] shop@orders DETAIL:  Key (id)=(1) already exists."));
  CHECK_FALSE(postgresql.begins_record("\tfrom nowhere"));
}

TEST_CASE("formats: PostgreSQL's csvlog, with doubled quotes and line ends inside", "[parse][formats]") {
  expect("postgresql-csv",
         "2026-11-24 00:03:57.688 UTC,\"postgres\",\"shop\",28779,\"127.0.0.1:33702\",6b04d46d.706b,3,\"SELECT\",2026-11-24 00:03:57 "
         "UTC,3/5,0,ERROR,42P01,"
         "\"relation \"\"nowhere\"\" does not exist\nsecond\",,,,,,\"select * from nowhere\",15,,\"psql\",\"client backend\",,0",
         {"2026-11-24T00:03:57.688",
          Severity::error,
          "relation \"nowhere\" does not exist",
          "",
          "",
          "",
          "",
          {{"user.name", "postgres"}, {"db.name", "shop"}, {"error.code", "42P01"}}});
  expect_refused(format_named("postgresql-csv"), "2026-11-24 00:03:57.688 UTC,a,b,c");
}

TEST_CASE("formats: MySQL and MariaDB error and slow logs", "[parse][formats]") {
  expect("mysql-error", "2026-11-23 23:57:21 0 [Warning] Could not increase number of max_open_files",
         {"2026-11-23T23:57:21", Severity::warn, "Could not increase number of max_open_files", "", "", "", "", {}});
  expect("mysql-error",
         "2020-08-06T14:25:02.835618Z 0 [ERROR] [MY-012611] [InnoDB] Operating system error number 2",  // MySQL 8 manual 5.4.2.8
         {"2020-08-06T14:25:02.835618",
          Severity::error,
          "Operating system error number 2",
          "",
          "",
          "",
          "",
          {{"error.code", "MY-012611"}, {"log.logger", "InnoDB"}}});
  expect("mysql-error", "140305 10:11:12 [Note] Plugin 'FEDERATED' is disabled.",
         {"2014-03-05T10:11:12", Severity::info, "Plugin 'FEDERATED' is disabled.", "", "", "", "", {}});
  expect("mysql-slow",
         "# User@Host: root[root] @ localhost []\n# Thread_id: 6  Schema:   QC_hit: No\n# Query_time: 0.100394  Lock_time: 0.000069  "
         "Rows_sent: 1  Rows_examined: 1\n"
         "SET timestamp=1795478717;\nselect\n  sleep(0.1);\n# Time: 261124  0:05:18",
         {"2026-11-24T00:05:17", Severity::warn, "select sleep(0.1);", "", "", "", "", {{"mysql.slowlog.query_time_s", "0.100394"}}});
  expect_refused(format_named("mysql-slow"), "# User@Host: root[root] @ localhost []\n# Thread_id: 6");
}

TEST_CASE("formats: Redis, RabbitMQ, MongoDB", "[parse][formats]") {
  expect("redis", "17587:M 23 Nov 2026 23:57:10.516 # Server initialized",
         {"2026-11-23T23:57:10.516", Severity::warn, "Server initialized", "", "", "", "", {{"redis.role", "M"}}});
  expect("redis", "17587:C 23 Nov 2026 23:57:10.516 * Ready", {"2026-11-23T23:57:10.516", Severity::info, "Ready", "", "", "", "", {}});
  expect("redis", "[1234] 23 Jun 10:11:12.123 - DB 0: 1 keys",
         {"2005-06-23T10:11:12.123", Severity::debug, "DB 0: 1 keys", "", "", "", "", {}});
  expect("rabbitmq", "2026-11-24 00:05:28.262175+00:00 [error] <0.223.0> Channel error",
         {"2026-11-24T00:05:28.262175", Severity::error, "Channel error", "", "", "", "", {}});
  expect("erlang-report", "=INFO REPORT==== 23-Nov-2023::10:11:12 ===\naccepting AMQP connection <0.1.0>\nmore",
         {"2023-11-23T10:11:12", Severity::info, "accepting AMQP connection <0.1.0>", "", "", "", "", {}});
  expect("mongodb", "2018-06-27T03:28:14.246+0000 I NETWORK  [conn1] end connection 127.0.0.1:50000",
         {"2018-06-27T03:28:14.246", Severity::info, "end connection 127.0.0.1:50000", "", "", "", "", {}});
}

TEST_CASE("formats: Java's loggers", "[parse][formats]") {
  expect("java-util-logging", "Nov 24, 2026 12:03:52 AM Orders main\nSEVERE: request failed\njava.lang.RuntimeException: x",
         {"2026-11-24T00:03:52", Severity::error, "request failed", "", "", "", "", {{"log.logger", "Orders main"}}});
  expect("logback", "2023-11-23 10:11:12.123 [http-nio-8080-exec-1] WARN  o.s.w.s.PageNotFound - No mapping for GET /x",
         {"2023-11-23T10:11:12.123",
          Severity::warn,
          "No mapping for GET /x",
          "",
          "",
          "",
          "",
          {{"log.logger", "o.s.w.s.PageNotFound"}, {"process.thread.name", "http-nio-8080-exec-1"}}});
  expect("hadoop", "2015-10-18 18:01:47,978 INFO [RMCommunicator Allocator] org.apache.hadoop.Client: Created",
         {"2015-10-18T18:01:47.978", Severity::info, "Created", "", "", "", "", {{"process.thread.name", "RMCommunicator Allocator"}}});
  expect("zookeeper",
         "2015-07-29 17:41:44,747 - INFO  [QuorumPeer[myid=1]/0:0:0:0:0:0:0:0:2181:FastLeaderElection@774] - Notification time out: 3200",
         {"2015-07-29T17:41:44.747", Severity::info, "Notification time out: 3200", "", "", "", "", {}});
  expect("kafka", "[2023-11-23 10:11:12,123] INFO [KafkaServer id=0] started (kafka.server.KafkaServer)",
         {"2023-11-23T10:11:12.123",
          Severity::info,
          "[KafkaServer id=0] started",
          "",
          "",
          "",
          "",
          {{"log.logger", "kafka.server.KafkaServer"}}});
  expect(
      "spring",
      "2023-11-23T10:11:12.123+01:00  INFO 4242 --- [           main] c.e.shop.ShopApplication                 : Started ShopApplication",
      {"2023-11-23T09:11:12.123",
       Severity::info,
       "Started ShopApplication",
       "",
       "",
       "",
       "",
       {{"log.logger", "c.e.shop.ShopApplication"}, {"process.thread.name", "main"}}});
  expect("elasticsearch", "[2023-11-23T10:11:12,123][WARN ][o.e.c.r.a.DiskThresholdMonitor] [node-1] high disk watermark",
         {"2023-11-23T10:11:12.123",
          Severity::warn,
          "high disk watermark",
          "",
          "node-1",
          "",
          "",
          {{"log.logger", "o.e.c.r.a.DiskThresholdMonitor"}}});
}

TEST_CASE("formats: loggers of other languages", "[parse][formats]") {
  expect("python", "2026-11-24 00:00:54,723 - shop.orders - WARNING - stock is low",
         {"2026-11-24T00:00:54.723", Severity::warn, "stock is low", "", "", "", "", {{"log.logger", "shop.orders"}}});
  expect("python", "ERROR:shop.orders:order 3 failed",
         {"", Severity::error, "order 3 failed", "", "", "", "", {{"log.logger", "shop.orders"}}});
  // The type of an error stands where a logger's name would.
  for (const char* type : {"java.lang.OutOfMemoryError", "com.shop.OrderException", "django.db.utils.OperationalError"})
    expect("log4j", "2026-11-24 00:00:54,723 ERROR " + std::string{type} + ": no more",
           {"2026-11-24T00:00:54.723", Severity::error, std::string{type} + ": no more", "", "", "", "", {}});
  expect("log4j", "2026-11-24 00:00:54,723 DEBUG shop.orders: loading order 1",
         {"2026-11-24T00:00:54.723", Severity::debug, "loading order 1", "", "", "", "", {}});
  expect("oslo",
         "2017-05-16 00:00:00.008 25746 INFO nova.osapi_compute.wsgi.server [req-38101a0b-2096-447d-96ea-a692162415ae 113d 54fa - - -] "
         "10.11.10.1 \"GET /v2\"",
         {"2017-05-16T00:00:00.008", Severity::info, "10.11.10.1 \"GET /v2\"", "", "", "req-38101a0b-2096-447d-96ea-a692162415ae", "", {}});
  expect("ruby", "I, [2026-11-24T00:01:02.633411 #23719]  INFO -- shop: order 0 placed",
         {"2026-11-24T00:01:02.633411", Severity::info, "order 0 placed", "shop", "", "", "", {{"process.pid", "23719"}}});
  expect("env_logger", "[2023-11-23T10:11:12Z WARN  shop::orders] no stock",
         {"2023-11-23T10:11:12", Severity::warn, "no stock", "", "", "", "", {{"log.logger", "shop::orders"}}});
  expect("klog", "E0614 15:16:01.123456    4242 server.go:12] \"Failed to watch\" err=\"timeout\"",
         {"2005-06-14T15:16:01.123456",
          Severity::error,
          "\"Failed to watch\" err=\"timeout\"",
          "",
          "",
          "",
          "",
          {{"log.origin", "server.go:12"}}});
  expect("klog", "I20230614 15:16:01.123456 4242 server.cc:12] started",
         {"2023-06-14T15:16:01.123456", Severity::info, "started", "", "", "", "", {}});
}

TEST_CASE("formats: logfmt says how long something took in a pair whose name or value has the unit", "[parse][formats]") {
  const auto took = [](const std::string& pair) {
    INFO(pair);
    const std::string line = "level=info msg=done " + pair;
    Batch batch;
    Record record;
    REQUIRE(format_named("logfmt").parse(line, record, batch, test_context()));
    return record.took_us;
  };
  CHECK(took("duration=1.5s") == 1'500'000);
  CHECK(took("took=350ms rows=3") == 350'000);
  CHECK(took("elapsed=350\xC2\xB5s") == 350);
  CHECK(took("duration_ms=12") == 12'000);
  CHECK(took("request_duration_seconds=0.25") == 250'000);
  CHECK(took("http.latency=2ms") == 2'000);
  CHECK(took("latency=5000") == kUntold);  // of no unit
  CHECK(took("timeout=5s") == kUntold);
  CHECK(took("mistook=5s") == kUntold);
  CHECK(took("duration=long") == kUntold);
}

TEST_CASE("formats: logfmt, with escapes and without a message", "[parse][formats]") {
  expect("logfmt",
         "time=2026-11-24T00:01:01.729Z level=INFO msg=\"order placed\" service=shop order_id=1 customer.name=\"O'Neil \\\"Al\\\"\"",
         {"2026-11-24T00:01:01.729", Severity::info, "order placed", "shop", "", "", "", {{"order_id", "1"}}});
  expect("logfmt", "ts=1700731872.5 level=warn msg=\"a \\\"b\\\"\" trace_id=4bf92f3577b34da6 span_id=00f067aa host=web1",
         {"2023-11-23T09:31:12.5", Severity::warn, "a \"b\"", "", "web1", "4bf92f3577b34da6", "00f067aa", {}});
  expect("logfmt", "level=warn msg=\"se\\u00f1or \\ud83d\\ude00 \\u0zzz\" host=w",
         {"", Severity::warn, "se\xC3\xB1or \xF0\x9F\x98\x80 u0zzz", "", "w", "", "", {}});
  expect("logfmt", "level=error err=timeout", {"", Severity::error, "level=error err=timeout", "", "", "", "", {}});
  // An error in a field of its own.
  expect("logfmt", "level=info msg=done status=500 err=\"pool \\\"a\\\" is empty\"",
         {"", Severity::info, "done error=\"pool \"a\" is empty\"", "", "", "", "", {}});
  expect("logfmt", "ts=1700731872.5 msg=done error=timeout",
         {"2023-11-23T09:31:12.5", Severity::error, "done error=\"timeout\"", "", "", "", "", {}});
  expect("logfmt", "level=info msg=done err=none error=0 errors=0", {"", Severity::info, "done", "", "", "", "", {}});
  expect("logfmt", "level=warn msg=done err=timeout", {"", Severity::warn, "done", "", "", "", "", {}});
  expect_refused(format_named("logfmt"), "a=1 b=2");
  expect_refused(format_named("logfmt"), "level=info this is prose");
  expect_refused(format_named("logfmt"), "level=info msg=\"never closed");
}

TEST_CASE("formats: kernel, Android, Windows", "[parse][formats]") {
  expect("dmesg", "[   12.345678] usb 1-1: new high-speed USB device",
         {"", Severity::unspecified, "usb 1-1: new high-speed USB device", "", "", "", "", {}});
  expect("dmesg", "kern  :err   : [Mon Nov 23 23:57:55 2026] I/O error, dev sda",
         {"2026-11-23T23:57:55", Severity::error, "I/O error, dev sda", "", "", "", "", {}});
  expect("logcat", "06-14 15:16:01.123  1702  2395 W Activity Manager: slow",
         {"2005-06-14T15:16:01.123", Severity::warn, "slow", "", "", "", "", {{"log.logger", "Activity Manager"}}});
  expect("logcat", "E/AndroidRuntime( 1234): FATAL EXCEPTION: main", {"", Severity::error, "FATAL EXCEPTION: main", "", "", "", "", {}});
  expect("cbs", "2016-09-28 04:30:30, Info                  CBS    Loaded Servicing Stack",
         {"2016-09-28T04:30:30", Severity::info, "Loaded Servicing Stack", "CBS", "", "", "", {}});
}

TEST_CASE("formats: colours go, and the message is the first line only", "[parse][formats]") {
  expect("hadoop", "\x1b[2m2015-10-18 18:01:47,978\x1b[0m \x1b[32mINFO\x1b[0m [main] a.B: one\x1b[0m\ntwo",
         {"2015-10-18T18:01:47.978", Severity::info, "one", "", "", "", "", {}});
}

TEST_CASE("formats: names are unique, and what is of no format is refused by all of them", "[parse][formats]") {
  std::vector<std::string_view> names;
  for (const LineFormat* format : text_formats()) names.push_back(format->name());
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
  const std::string nul("\0\0\0", 3), long_token(1 << 20, 'x'), brackets(1 << 20, '['), digits(1 << 20, '7');
  for (const LineFormat* format : text_formats()) {
    for (const std::string_view text : {std::string_view{}, std::string_view{"\n"}, std::string_view{"listening on 127.0.0.1:8080"},
                                        std::string_view{"\tat shop.Orders.load(Orders.java:11)"}, std::string_view{"10:11:12"},
                                        std::string_view{"<134>"}, std::string_view{"2023-11-23T10:11:12Z"}, std::string_view{nul},
                                        std::string_view{long_token}, std::string_view{brackets}, std::string_view{digits}}) {
      expect_refused(*format, text.substr(0, 64));
      Batch batch;
      Record record;
      CHECK_FALSE(format->parse(text, record, batch, test_context()));
    }
  }
}

TEST_CASE("formats: captured logs are read by their own format", "[parse][formats][samples]") {
  struct Sample {
    const char* file;
    const char* format;
  };
  const Sample samples[] = {{"apache_access", "access"},
                            {"apache_error", "apache-error"},
                            {"dnsmasq_queries", "syslog"},
                            {"go_slog_text", "logfmt"},
                            {"haproxy_stderr", "haproxy-stderr"},
                            {"haproxy_syslog", "haproxy"},
                            {"java_jul", "java-util-logging"},
                            {"mariadb_error", "mysql-error"},
                            {"mariadb_slow", "mysql-slow"},
                            {"nginx_access", "access"},
                            {"nginx_error", "nginx-error"},
                            {"postgresql_csvlog", "postgresql-csv"},
                            {"postgresql_stderr", "postgresql"},
                            {"python_asctime", "log4j"},
                            {"python_default", "python"},
                            {"rabbitmq_server", "rabbitmq"},
                            {"redis_stdout", "redis"},
                            {"redis_replica", "redis"},
                            {"rsyslog_fileformat", "syslog"},
                            {"rsyslog_rfc3164", "syslog"},
                            {"rsyslog_rfc5424", "syslog-5424"},
                            {"rsyslog_traditional", "syslog"},
                            {"ruby_logger", "ruby"}};
  for (const Sample& sample : samples) {
    const auto lines = lines_of_file(std::string{LOGLODE_SOURCE_DIR} + "/samples/formats/" + sample.file + ".log");
    INFO(sample.file);
    REQUIRE_FALSE(lines.empty());
    const LineFormat& format = format_named(sample.format);
    std::vector<std::string> records;  // as framing will make them
    for (const std::string& line : lines) {
      if (records.empty() || format.begins_record(line))
        records.push_back(line);
      else
        records.back() += "\n" + line;
    }
    if (!format.begins_record(records.front())) records.erase(records.begin());
    CHECK(records.size() >= 3);
    std::size_t without_message = 0;
    for (const std::string& text : records) {
      INFO(text);
      Batch batch;
      Record record;
      CHECK(format.parse(text, record, batch, test_context()));
      without_message += record.message.empty() ? 1U : 0U;
    }
    CHECK(without_message * 20 <= records.size());
  }
}
