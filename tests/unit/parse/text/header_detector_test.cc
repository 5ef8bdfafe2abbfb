#include "format_fixture.h"

using namespace loglode;

namespace {

/// The plan for `lines` (each taken `times` times with # replaced by a number), and what it makes of a further line.
struct StudiedStream {
  std::vector<std::string> lines;
  std::unique_ptr<LineFormat> plan;

  template <class... Patterns>
  explicit StudiedStream(const Patterns&... patterns) {
    constexpr int kLines = 60;
    for (int i = 0; i * static_cast<int>(sizeof...(patterns)) < kLines; ++i) (lines.push_back(numbered(patterns, i)), ...);
    const std::vector<std::string_view> prefix(lines.begin(), lines.end());
    plan = detect_header(prefix);
  }
  static std::string numbered(std::string_view pattern, int i) {
    std::string line;
    for (const char c : pattern) {
      if (c == '#')
        line += std::to_string(10 + i);
      else
        line += c;
    }
    return line;
  }
};

void expect_message(const StudiedStream& stream, std::string_view line, const Expected& expected) {
  REQUIRE(stream.plan);
  expect_record(*stream.plan, line, expected);
}

}  // namespace

TEST_CASE("header detection: supercomputer RAS lines with epoch, host twice and severity behind words", "[parse][header]") {
  const StudiedStream stream{
      "- 11178385# 2005.06.03 R02-M1-N0-C:J12-U# 2005-06-03-15.42.50.6758# R02-M1-N0-C:J12-U# RAS KERNEL INFO # corrected errors",
      "KERNDTLB 11178385# 2005.06.03 R30-M0-N9-C:J16-U# 2005-06-03-15.42.50.1234# R30-M0-N9-C:J16-U# RAS APP FATAL data TLB error "
      "interrupt"};
  expect_message(
      stream,
      "- 1117838570 2005.06.03 R02-M1-N0-C:J12-U11 2005-06-03-15.42.50.675872 R02-M1-N0-C:J12-U11 RAS KERNEL INFO instruction cache error",
      {"2005-06-03T22:42:50.675872", Severity::info, "instruction cache error", "", "R02-M1-N0-C:J12-U11", "", "", {}});
}

TEST_CASE("header detection: cluster lines with a number, names, an epoch and a flag", "[parse][header]") {
  const StudiedStream stream{
      "1346# node-24# unix.hw state_change.unavailable 10778047# 1 Component State Change: Component is in the unavailable state",
      "4647# node-1# action start 10744592# 1 clusterAddMember (command 3180)",
      "2557# gige7 gige temperature 10744592# 1 warning (ambient=#)"};
  expect_message(stream, "134681 node-246 unix.hw state_change.unavailable 1077804742 1 Component State Change: gone",
                 {"2004-02-26T14:12:22", Severity::unspecified, "Component State Change: gone", "", "", "", "", {}});
}

TEST_CASE("header detection: Android's columns end in a one-letter severity and a tag", "[parse][header]") {
  const StudiedStream stream{"03-17 16:13:38.8#  17#  23# D WindowManager: printFreezingDisplayLogs #",
                             "03-17 16:13:45.3#  17#  37# I PowerManagerService: lock acquired",
                             "03-17 16:13:46.3#  22#  35# W ActivityManager: slow #"};
  expect_message(stream, "06-17 16:13:38.811  1702  2395 E WindowManager: no focus",
                 {"2005-06-17T16:13:38.811", Severity::error, "no focus", "", "", "", "", {{"log.logger", "WindowManager"}}});
}

TEST_CASE("header detection: sshd's syslog, Spark, Windows servicing", "[parse][header]") {
  expect_message(
      StudiedStream{"Jun 10 06:55:# LabSZ sshd[242#]: Invalid user # from 10.0.0.#",
                    "Jun 10 07:55:# LabSZ sshd[242#]: Connection closed by 10.0.0.# [preauth]"},
      "Jun 10 06:55:46 LabSZ sshd[24200]: pam_unix(sshd:auth): check pass; user unknown",
      {"2005-06-10T06:55:46", Severity::unspecified, "pam_unix(sshd:auth): check pass; user unknown", "sshd", "LabSZ", "", "", {}});
  expect_message(
      StudiedStream{"17/06/09 20:10:# INFO executor.CoarseGrainedExecutorBackend: Registered signal handlers",
                    "17/06/09 20:10:# WARN storage.BlockManager: # blocks"},
      "17/06/09 20:10:40 INFO spark.SecurityManager: Changing view acls to: yarn",
      {"2017-06-09T20:10:40", Severity::info, "Changing view acls to: yarn", "", "", "", "", {{"log.logger", "spark.SecurityManager"}}});
  expect_message(
      StudiedStream{
          "2016-09-28 04:30:#, Info                  CBS    Loaded Servicing Stack v6.1.7601.235# with Core",
          "2016-09-28 04:30:#, Info                  CSI    000000#@2016/9/27:20:30:31.455 WcpInitialize (wcp.dll version 0.0.0.6) called"},
      "2016-09-28 04:30:30, Info                  CBS    Ending TrustedInstaller initialization.",
      {"2016-09-28T04:30:30", Severity::info, "Ending TrustedInstaller initialization.", "", "", "", "", {}});
}

TEST_CASE("header detection: some lines without a program do not hide the programs of the others", "[parse][header]") {
  expect_message(StudiedStream{"edge Jun 10 06:55:# web1 sshd[242#]: Invalid user #", "edge Jun 10 06:55:# web1 cron[9#]: job # done",
                               "edge Jun 10 06:55:# web1 kernel: link # up", "edge Jun 10 06:55:# web1 sshd[242#]: closed",
                               "edge Jun 10 06:55:# web1 last message repeated # times"},
                 "edge Jun 10 06:55:46 web1 sshd[24200]: check pass",
                 {"2005-06-10T06:55:46", Severity::unspecified, "check pass", "sshd", "web1", "", "", {}});
}

TEST_CASE("header detection: columns between bars, a program before a dash, a file name in front", "[parse][header]") {
  expect_message(StudiedStream{"20171223-22:15:29:6#|Step_LSC|300023#|onStandStepChanged 35#",
                               "20171223-22:15:29:6#|Step_StandReportReceiver|300023#|REPORT : 7007 5002 #"},
                 "20171224-0:28:0:83|Step_LSC|30002312|flush sensor data",
                 {"2017-12-24T00:28:00.083", Severity::unspecified, "flush sensor data", "", "", "", "", {}});
  expect_message(
      StudiedStream{"[10.30 16:49:#] chrome.exe - proxy.example:50# open through proxy",
                    "[10.30 16:54:#] Dropbox.exe *64 - client.example:44# close, # bytes sent"},
      "[10.30 17:02:06] chrome.exe - play.example:443 error : Could not connect",
      {"2005-10-30T17:02:06", Severity::unspecified, "play.example:443 error : Could not connect", "chrome.exe", "", "", "", {}});
  expect_message(
      StudiedStream{
          "api.log.1.2017-05-16 2017-05-16 00:00:00.0# 257# INFO api.wsgi.server [req-38101a#] 10.11.10.1 \"GET /v2\" status: 200 len: 18#",
          "compute.log.1.2017-05-16 2017-05-16 00:00:04.5# 29# WARNING compute.manager [-] While synchronizing # instances"},
      "api.log.1.2017-05-16 2017-05-16 00:00:00.008 25746 INFO api.wsgi.server [req-38101a0b] 10.11.10.1 \"GET /v3\" status: 404",
      {"2017-05-16T00:00:00.008", Severity::info, "10.11.10.1 \"GET /v3\" status: 404", "api", "", "req-38101a0b", "", {}});
}

TEST_CASE("header detection: a line of source code is not the service, a logger's prefix is", "[parse][header]") {
  expect_message(
      StudiedStream{"shop: 2026/11/24 00:03:52.3751# main.go:45: order #: card declined",
                    "shop: 2026/11/24 00:03:52.3752# main.go:47: gave up # orders"},
      "shop: 2026/11/24 00:03:52.375167 main.go:45: order 7: card declined",
      {"2026-11-24T00:03:52.375167", Severity::unspecified, "order 7: card declined", "shop", "", "", "", {{"log.origin", "main.go:45"}}});
  expect_message(
      StudiedStream{"2026/11/24 00:03:52 main.go:45: order #: card declined", "2026/11/24 00:03:52 main.go:47: gave up # orders"},
      "2026/11/24 00:03:52 main.go:45: order 7: card declined",
      {"2026-11-24T00:03:52", Severity::unspecified, "order 7: card declined", "", "", "", "", {{"log.origin", "main.go:45"}}});
}

TEST_CASE("header detection: times of day, severities without a time, and colours", "[parse][header]") {
  expect_message(StudiedStream{"10:11:12.1# INFO  c.e.Orders - order # placed", "10:11:13.1# WARN  c.e.Stock - stock of # is low"},
                 "10:11:14.123 ERROR c.e.Orders - no stock",
                 {"", Severity::error, "no stock", "", "", "", "", {{"log.logger", "c.e.Orders"}}});
  expect_message(StudiedStream{"[INFO] order # placed by customer #", "[WARN] stock of # is low"}, "[ERROR] payment failed",
                 {"", Severity::error, "payment failed", "", "", "", "", {}});
  expect_message(StudiedStream{"info: order # placed", "warn: stock of # is low"}, "error: payment failed",
                 {"", Severity::error, "payment failed", "", "", "", "", {}});
  expect_message(StudiedStream{"[2026-11-23 08:46:#] INFO: Cache hit for key #", "[2026-11-23 08:46:#] ERROR: Redis timed out"},
                 "[2026-11-23 08:46:46] DEBUG: started", {"2026-11-23T08:46:46", Severity::debug, "started", "", "", "", "", {}});
  expect_message(
      StudiedStream{"\x1b[2m2023-11-23T10:11:#Z\x1b[0m \x1b[32m INFO\x1b[0m \x1b[2mshop::orders\x1b[0m\x1b[2m:\x1b[0m order # placed"},
      "\x1b[2m2023-11-23T10:11:12Z\x1b[0m \x1b[31mERROR\x1b[0m \x1b[2mshop::orders\x1b[0m\x1b[2m:\x1b[0m no stock",
      {"2023-11-23T10:11:12", Severity::error, "no stock", "", "", "", "", {{"log.logger", "shop::orders"}}});
}

TEST_CASE("header detection: a header of a container runtime around a service's own, with trace ids", "[parse][header]") {
  const StudiedStream stream{
      "2023-01-29T11:18:#.18175804Z\tcart\tcart-5c66d57d58-6mp2b\tb13badfbb459aeb95064623d02caab#\t96d0ebadbdcc1e#\t19:18:#.181 INFO  "
      "t.c.Cart##115 TraceID: "
      "b13badfbb459aeb95064623d02caab# SpanID: 96d0ebadbdcc1e# [query][Query Cart #]"};
  expect_message(stream,
                 "2023-01-29T11:18:10.18175804Z\tcart\tcart-5c66d57d58-6mp2b\tb13badfbb459aeb95064623d02caab5c\t96d0ebadbdcc1e08\t19:18:10."
                 "181 ERROR  t.c.Cart#115 TraceID: "
                 "b13badfbb459aeb95064623d02caab5c SpanID: 96d0ebadbdcc1e08 [query][failed]",
                 {"2023-01-29T11:18:10.18175804",
                  Severity::error,
                  "[query][failed]",
                  "cart",
                  "",
                  "b13badfbb459aeb95064623d02caab5c",
                  "96d0ebadbdcc1e08",
                  {}});
}

TEST_CASE("header detection: the lines of stack traces are not counted, and do not begin a record", "[parse][header]") {
  const StudiedStream stream{"2023-11-23 10:11:#,123 ERROR [main] shop.Orders: order # failed",
                             "java.lang.IllegalStateException: locked",
                             "\tat shop.Orders.load(Orders.java:#)",
                             "\tat shop.Orders.main(Orders.java:#)",
                             "Caused by: java.io.IOException: 2023-11-23 is closed",
                             "",
                             "\t... # more"};
  expect_message(stream, "2023-11-23 10:11:12,123 INFO [worker-1] shop.Stock: loaded",
                 {"2023-11-23T10:11:12.123", Severity::info, "loaded", "", "", "", "", {}});
  CHECK_FALSE(stream.plan->begins_record("\tat shop.Orders.load(Orders.java:11)"));
  CHECK_FALSE(stream.plan->begins_record("java.lang.IllegalStateException: locked"));
  CHECK_FALSE(stream.plan->begins_record(""));
}

TEST_CASE("header detection: words of the message are never taken", "[parse][header]") {
  const auto expect = [](std::string_view pattern, std::string_view line, std::string_view message) {
    const StudiedStream stream{pattern};
    INFO(line);
    REQUIRE(stream.plan);
    Batch batch;
    Record record;
    REQUIRE(stream.plan->parse(line, record, batch, test_context()));
    CHECK(record.message == message);
  };
  // The same words in every message, with nothing typed behind them.
  expect("2023-11-23 10:11:# order # placed by customer #", "2023-11-23 10:11:12 order 7 placed by customer 8",
         "order 7 placed by customer 8");
  expect("2023-11-23 10:11:# INFO connection from 10.0.0.# closed", "2023-11-23 10:11:12 INFO connection from 10.0.0.9 closed",
         "connection from 10.0.0.9 closed");
  // Counts that differ from line to line begin the message.
  expect("2023-11-23 10:11:# INFO # requests served", "2023-11-23 10:11:12 INFO 35 requests served", "35 requests served");
  expect("2023-11-23 10:11:# INFO 200 GET /orders/#", "2023-11-23 10:11:12 INFO 502 GET /orders/7", "502 GET /orders/7");
  // A word with a colon that all messages share is no logger.
  expect("2023-11-23 10:11:# INFO Processing: order #", "2023-11-23 10:11:12 INFO Processing: order 7", "Processing: order 7");
  // A group with a key and a value is part of the text.
  expect("2023-11-23 10:11:# INFO [instance: #] Deleting", "2023-11-23 10:11:12 INFO [instance: 7] Deleting", "[instance: 7] Deleting");
  // JSON is no bracketed thread name.
  expect("2023-11-23 10:11:# INFO {\"order\":#}", "2023-11-23 10:11:12 INFO {\"order\":7}", "{\"order\":7}");
}

TEST_CASE("header detection: a line that lacks a later column keeps what stands there as its message", "[parse][header]") {
  const StudiedStream stream{"2023-11-23 10:11:# INFO [main] shop.Orders: order # placed"};
  expect_message(stream, "2023-11-23 10:11:12 shutting down",
                 {"2023-11-23T10:11:12", Severity::unspecified, "shutting down", "", "", "", "", {}});
  expect_message(stream, "2023-11-23 10:11:12 WARN", {"2023-11-23T10:11:12", Severity::warn, "", "", "", "", "", {}});
  expect_refused(*stream.plan, "no time here");
  expect_refused(*stream.plan, "");
}

TEST_CASE("header detection: streams without any header have none", "[parse][header]") {
  CHECK(StudiedStream{"listening on 127.0.0.1:80#", "payment # failed: card declined", "# items left"}.plan == nullptr);
  // A level word that begins the same sentence again and again.
  CHECK(StudiedStream{"Alert raised by sensor [#]"}.plan == nullptr);
  CHECK(StudiedStream{"ALERT raised by sensor [#]"}.plan == nullptr);
  CHECK(StudiedStream{"Failure reported by node-#, will go on"}.plan == nullptr);
  CHECK(StudiedStream{"ERROR lost shard #"}.plan != nullptr);
  CHECK(StudiedStream{"Alert: raised by sensor #"}.plan != nullptr);
  CHECK(StudiedStream{"[alert] raised by sensor #"}.plan != nullptr);
  CHECK(StudiedStream{"ALERT raised by sensor #", "NOTICE heard by sensor #"}.plan != nullptr);
  // What a sentence ends in is what it says, but for the first line of a report.
  CHECK(StudiedStream{"lease for 10.0.0.# began at Tue Nov 24 10:12:13 20#", "renewed # times"}.plan != nullptr);
  CHECK(StudiedStream{"lease for 10.0.0.# ends at Tue Nov 24 10:12:13 20#"}.plan == nullptr);
  CHECK(detect_header({}) == nullptr);
  const std::vector<std::string_view> empty(50, "");
  CHECK(detect_header(empty) == nullptr);
  const std::string nonsense("\0\xFF\x1b[[[(((", 10);
  const std::vector<std::string_view> bytes(50, nonsense);
  CHECK(detect_header(bytes) == nullptr);
}
