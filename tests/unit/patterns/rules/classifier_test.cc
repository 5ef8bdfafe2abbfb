#include "patterns/rules/cited_text.h"
#include "tests/unit/patterns/rules/rules_for_tests.h"

namespace loglode {
namespace {

TEST_CASE("classifier: a rule hits what its pattern says, letters of either case unless it says otherwise", "[rules]") {
  Classified hits{sound_rules(rule_text("disk-full", "no space left", "no space left") +
                              rule_text("exact-case", "OOM", "OOM", "category: error, case_sensitive: true"))};
  CHECK(hits("write: No Space Left on device") == "disk-full");
  CHECK(hits("OOM").find("exact-case") != std::string::npos);
  CHECK(hits("room") == "");
  CHECK(hits("oom") == "");
  CHECK(hits("") == "");
}

TEST_CASE("classifier: hits are in order of id, each rule once, whatever the order of the packs", "[rules]") {
  const std::string a = rule_text("zebra", "alpha", "alpha"), b = rule_text("ant", "beta", "beta"),
                    c = rule_text("middle", "alpha|beta|gamma", "gamma");
  for (const std::string& rules : {a + b + c, c + b + a, b + c + a}) {
    Classified hits{sound_rules(rules)};
    CHECK(hits("alpha beta alpha beta gamma") == "ant middle zebra");
    CHECK(hits("alpha") == "middle zebra");
  }
}

TEST_CASE("classifier: what Hyperscan knows only loosely is confirmed by PCRE2", "[rules]") {
  Classified hits{sound_rules(
      rule_text("ahead", "refused(?! by user)", "refused") + rule_text("behind", "(?<!dis)connected to peer", "connected to peer") +
      rule_text("same-again", R"((\w{3,20}) equals \1\b)", "foo equals foo") + rule_text("atomic", "(?>fo+)bar baz", "foobar baz") +
      rule_text("conditional", R"((<)?tag missing(?(1)>))", "tag missing"))};
  const auto expect = [&](std::string_view message, std::string_view ids) {
    INFO(message);
    CHECK(hits(message) == ids);
  };
  expect("connection refused", "ahead");
  expect("connection refused by user", "");
  expect("refused by user, then refused", "ahead");  // the first place does not decide
  expect("connected to peer 7", "behind");
  expect("disconnected to peer 7", "");
  expect("disconnected to peer 7, connected to peer 8", "behind");
  expect("apple equals apple", "same-again");
  expect("apple equals applesauce", "");
  expect("apple equals pear", "");
  expect("foooobar baz", "atomic");
  expect("tag missing", "conditional");
}

TEST_CASE("classifier: what a line cites is no error that it tells", "[rules]") {
  Classified hits{
      sound_rules(rule_text("full", "no space left on device|ENOSPC", "ENOSPC", "category: error, applies_to: {severity_at_least: trace}") +
                  rule_text("probe", "ENOSPC", "ENOSPC", "category: security"))};
  constexpr std::string_view kCited[] = {"search for no space left on device",
                                         "user 17 searched for no space left on device, 12 results",
                                         "searching for: no space left on device",
                                         "GET /search?q=no+space HTTP/1.1 query=no space left on device status=200",
                                         R"({"q":"no space left on device","hits":3})",
                                         R"(search {"query":{"match":{"message":"no space left on device"}}} took 3 ms)",
                                         R"(query="no space left on device" took=3ms)",
                                         "url.query=no space left on device",
                                         "user query: no space left on device",
                                         "ticket 4711 title: 'no space left on device'",
                                         "(root) CMD (grep -c 'no space left on device' /var/log/messages)",
                                         "sudo: bob : COMMAND=/usr/bin/less no space left on device",
                                         "running grep no space left on device"};
  constexpr std::string_view kCitedInUrls[] = {"GET /docs/ENOSPC HTTP/1.1 200", "fetched https://example.com/errors/ENOSPC in 3 ms",
                                               "served /search?q=ENOSPC"};
  constexpr std::string_view kQuoted[] = {R"(created ticket "no space left on device" for team storage)",
                                          "loaded alert rule 'no space left on device'"};
  constexpr std::string_view kTold[] = {"no space left on device",
                                        "search: no space left on device",
                                        "search for users failed: no space left on device",
                                        "search for users: no space left on device",
                                        "q=users failed with no space left on device",
                                        R"(query="users" error="no space left on device")",
                                        R"(job ended with "no space left on device")",
                                        R"("no space left on device" path=/var)",
                                        R"(sync "users": no space left on device)",
                                        R"(write to "/var/lib/x": no space left on device)",
                                        R"({"q":"users","err":"no space left on device"})",
                                        "https://example.com/a: no space left on device",
                                        "searched for rows\nno space left on device"};
  for (const Severity severity : {Severity::unspecified, Severity::debug, Severity::info, Severity::warn, Severity::error}) {
    const auto expect = [&](std::string_view message, std::string_view ids) {
      INFO(message << " as " << severity_name(severity));
      CHECK(hits(record_of(message, severity)) == ids);
    };
    const bool told = severity >= Severity::error;
    for (const std::string_view message : kCited) expect(message, told ? "full" : "");
    for (const std::string_view message : kCitedInUrls) expect(message, told ? "full probe" : "probe");
    for (const std::string_view message : kQuoted) expect(message, cites_in_quotes(severity) ? "" : "full");
    for (const std::string_view message : kTold) expect(message, "full");
  }
}

TEST_CASE("classifier: a pattern stays on its line unless it says otherwise, and ^ is the beginning of the text", "[rules]") {
  Classified hits{sound_rules(rule_text("one-line", "begin.{0,50}finish", "begin to finish") +
                              rule_text("many-lines", "(?s)start.{0,50}stop", "start and stop") +
                              rule_text("anchored", "^fatal:", "fatal: x"))};
  CHECK(hits("begin\nfinish") == "");
  CHECK(hits("start\nstop") == "many-lines");
  CHECK(hits("fatal: gone") == "anchored");
  CHECK(hits("not fatal: gone") == "");
}

TEST_CASE("applies_to: services are globs, severities bounds, and what a record does not say is not held against it", "[rules]") {
  Classified hits{
      sound_rules(rule_text("db-only", "slow query", "slow query", "category: performance, applies_to: {services: [db-*, '?sql']}") +
                  rule_text("at-least", "slow query", "slow query", "category: performance, applies_to: {severity_at_least: error}") +
                  rule_text("below", "slow query", "slow query", "category: performance, applies_to: {severity_below: warn}") +
                  rule_text("between", "slow query", "slow query",
                            "category: performance, applies_to: {severity_at_least: info, severity_below: error}"))};
  const auto expect = [&](std::string_view service, Severity severity, std::string_view ids) {
    INFO(service << " " << severity_name(severity));
    CHECK(hits(record_of("slow query took 9 s", severity, service)) == ids);
  };
  expect("", Severity::unspecified, "at-least below between");
  expect("db-main", Severity::unspecified, "at-least below between db-only");
  expect("mysql", Severity::unspecified, "at-least below between");  // ? is one byte
  expect("xsql", Severity::unspecified, "at-least below between db-only");
  expect("DB-main", Severity::unspecified, "at-least below between");
  expect("", Severity::trace, "below");
  expect("", Severity::debug, "below");
  expect("", Severity::info, "below between");
  expect("", Severity::info2, "below between");
  expect("", Severity::warn, "between");
  expect("", Severity::error, "at-least");
  expect("", Severity::error3, "at-least");
  expect("", Severity::fatal, "at-least");
}

TEST_CASE("applies_to: where the record names no service, the stream's counts", "[rules]") {
  Classified hits{sound_rules(rule_text("db-only", "slow query", "slow query", "category: performance, applies_to: {services: db}"))};
  auto stream = std::make_shared<Stream>();
  stream->info.service = "db";
  hits.batch().stream = stream;
  CHECK(hits(record_of("slow query")) == "db-only");
  CHECK(hits(record_of("slow query", Severity::unspecified, "web")) == "");
}

TEST_CASE("applies_to: a rule of category error hits from WARN on unless it says otherwise", "[rules]") {
  Classified hits{sound_rules(rule_text("by-default", "timed out", "timed out") +
                              rule_text("always", "timed out", "timed out", "category: error, applies_to: {severity_at_least: trace}") +
                              rule_text("secure", "timed out", "timed out", "category: security") +
                              rule_text("slow", "timed out", "timed out", "category: performance") +
                              rule_text("money", "timed out", "timed out", "category: business"))};
  const std::string_view all = "always by-default money secure slow", quiet = "always money secure slow",
                         told = "always by-default? money secure slow";
  for (const auto& [severity, ids] : std::initializer_list<std::pair<Severity, std::string_view>>{{Severity::unspecified, all},
                                                                                                  {Severity::trace, quiet},
                                                                                                  {Severity::debug, quiet},
                                                                                                  {Severity::info, told},
                                                                                                  {Severity::info2, told},
                                                                                                  {Severity::warn, all},
                                                                                                  {Severity::error, all},
                                                                                                  {Severity::fatal, all}}) {
    INFO(severity_name(severity));
    CHECK(hits(record_of("the request timed out", severity)) == ids);
  }
}

TEST_CASE("classifier: what stands where people write is only told, unless the record says ERROR", "[rules]") {
  Classified hits{sound_rules(rule_text("full", "disk full", "disk full", "category: error, applies_to: {severity_at_least: trace}") +
                              rule_text("words", "full", "full", "category: error, opens: false") +
                              rule_text("attack", "disk full", "disk full", "category: security"))};
  for (const char* text :
       {"chat message from bob: disk full", "user u9 wrote: disk full", "comment by u9: disk full when I open it",
        "ticket 4711 created: disk full", "issue #12 closed: disk full", "PR #12: handle disk full", "commit 4f3a: fix for disk full",
        "article viewed: disk full, what now", "message from user 12: disk full", "body=disk full", "post text=\"disk full\" user=9",
        R"({"role":"user","content":"disk full"})", "prompt=what is: disk full tokens=9", "subject=Re: disk full",
        "expected error: disk full", "simulated: disk full", "dry run: would report disk full", "test_full expects disk full",
        "disk full in /a, using fallback /b"}) {
    for (const Severity severity : {Severity::unspecified, Severity::info, Severity::warn}) {
      INFO(text << " as " << severity_name(severity));
      const std::string ids = hits(record_of(text, severity));
      CHECK((ids == "attack full?" || ids == "attack"));
    }
    CHECK(hits(record_of(text, Severity::error)) == "attack full words?");
  }
  for (const char* text :
       {"disk full", "comment service failed: disk full", "document 4 could not be stored: disk full", "mailer: disk full",
        "unexpected error: disk full", "post failed: disk full", "error_message=\"disk full\"", "fallback failed: disk full",
        "commit of transaction aborted: disk full", "BUG: disk full", "disk issue: disk full"}) {
    INFO(text);
    CHECK(hits(record_of(text)) == "attack full words?");
    CHECK(hits(record_of(text, Severity::info)) == "attack full words?");
  }
  CHECK(hits(record_of("translation label=\"disk full\"", Severity::info)) == "attack full?");
  CHECK(hits(record_of("loaded caption_4=\"disk full\"", Severity::info)) == "attack full?");
  CHECK(hits(record_of("loaded caption_4=\"disk full\"", Severity::warn)) == "attack full words?");
}

TEST_CASE("opens: false: a rule that is only told, whatever the severity", "[rules]") {
  Classified hits{sound_rules(rule_text("told", "gave up", "gave up", "category: error, opens: false") +
                              rule_text("asks", "gave up", "gave up", "category: error, applies_to: {severity_at_least: warn}"))};
  for (const auto& [severity, ids] : std::initializer_list<std::pair<Severity, std::string_view>>{{Severity::unspecified, "asks told?"},
                                                                                                  {Severity::debug, ""},
                                                                                                  {Severity::info, "told?"},
                                                                                                  {Severity::warn, "asks told?"},
                                                                                                  {Severity::fatal, "asks told?"}}) {
    INFO(severity_name(severity));
    CHECK(hits(record_of("it gave up", severity)) == ids);
    if (severity < Severity::error) CHECK(hits(record_of("q=\"it gave up\"", severity)) == "");
  }
}

TEST_CASE("classifier: what a passing test or a boot says of itself is no error, unless the record says so", "[rules]") {
  const LoadedRules loaded =
      sound_rules(rule_text("denied", "EACCES", "open: EACCES") + rule_text("attack", "EACCES", "open: EACCES", "category: security"));
  Classified hits{loaded};
  for (const char* passed : {"# Check failure of open(7) with EACCES... [OK]", "[ OK ] open gives EACCES",
                             "[       OK ] Open.EACCES (0 ms)", "ok 3 - open gives EACCES", "open gives EACCES ... ok",
                             "open gives EACCES: PASSED", "--- PASS: TestEACCES (0.0s)", "<TESTCASE ID=open_EACCES RESULT=pass>"}) {
    INFO(passed);
    CHECK(hits(record_of(passed)) == "attack");
    CHECK(hits(record_of(passed, Severity::error)) == "attack denied");
    CHECK(match_rules(*loaded.rules, passed, {}, Severity::unspecified)->size() == 1);
  }
  for (const char* failed : {"open: EACCES", "open: EACCES [NOT OK]", "not ok 3 - open gives EACCES", "this is not ok EACCES",
                             "EACCES is ok", "[OKAY] EACCES", "open gives EACCES ... [OK]\nclose gives EACCES"}) {
    INFO(failed);
    CHECK(hits(record_of(failed)) == "attack denied");
  }
}

TEST_CASE("classifier: what stands below a quiet line is looked at for every rule, the line itself is not", "[rules]") {
  Classified hits{sound_rules(rule_text("full", "disk full", "disk full", "category: error") +
                              rule_text("oom", "OutOfMemoryError", "OutOfMemoryError"))};
  for (const Severity severity : {Severity::debug, Severity::info, Severity::error}) {
    INFO(severity_name(severity));
    Record below = record_of("request done", severity);
    below.raw = "12:00 request done\njava.lang.OutOfMemoryError: heap\nwrite: disk full";
    below.line_count = 3;
    CHECK(hits(below) == "full oom");
    Record both = record_of("disk full", severity);
    both.raw = "12:00 disk full\nwrite: disk full";
    both.line_count = 2;
    CHECK(hits(both) == "full");
    CHECK(hits(record_of("disk full", severity)) == (severity == Severity::error ? "full" : severity == Severity::info ? "full?" : ""));
  }
}

TEST_CASE("classifier: what a multi-line record has after its first line is looked at too, and so are attributes that hold an error",
          "[rules]") {
  Classified hits{sound_rules(rule_text("oom", "OutOfMemoryError", "OutOfMemoryError"))};
  Record trace = record_of("request failed");
  trace.raw = "12:00 ERROR request failed\njava.lang.OutOfMemoryError: heap\n\tat a.b.C";
  trace.line_count = 3;
  CHECK(hits(trace) == "oom");
  trace.message = trace.raw;  // where the message is all of it, it is not looked at twice but looked at
  CHECK(hits(trace) == "oom");
  trace.line_count = 1;
  trace.message = "request failed";
  CHECK(hits(trace) == "");

  for (const auto& [key, ids] : std::initializer_list<std::pair<std::string_view, std::string_view>>{{"error.message", "oom"},
                                                                                                     {"error.stack_trace", "oom"},
                                                                                                     {"error.type", "oom"},
                                                                                                     {"error", "oom"},
                                                                                                     {"err", "oom"},
                                                                                                     {"e", ""},
                                                                                                     {"user.name", ""}}) {
    INFO(key);
    hits.batch().attributes = {{"host.name", "a"}, {key, "java.lang.OutOfMemoryError"}};
    Record with_attribute = record_of("request failed");
    with_attribute.attributes_count = 2;
    CHECK(hits(with_attribute) == ids);
  }
}

TEST_CASE("probes: a hit says that a secret may be there and nothing else", "[rules]") {
  RuleSetConfig config;
  config.probes = {"(?i)password[=:]", "token(?<!x)="};
  Classified hits{sound_rules(rule_text("denied", "access denied", "access denied"), config)};
  const auto expect = [&](std::string_view message, Severity severity, bool may_hold_secret, std::string_view ids) {
    INFO(message);
    CHECK(hits(record_of(message, severity)) == ids);
    CHECK(hits.batch().records.front().has(RecordFlag::may_hold_secret) == may_hold_secret);
  };
  expect("Password=not-a-real-one", Severity::unspecified, true, "");
  expect("Password=not-a-real-one", Severity::info, true, "");  // whatever the severity
  expect("Password=not-a-real-one, access denied", Severity::error, true, "denied");
  expect("access denied", Severity::error, false, "denied");
  expect("all is well", Severity::info, false, "");
  expect("token=not-a-real-one", Severity::info, true, "");
}

TEST_CASE("classifier: each record of a batch has its own hits, none is carried over, blanks are passed over", "[rules]") {
  Classified hits{sound_rules(rule_text("a", "alpha", "alpha") + rule_text("b", "beta", "beta"))};
  Batch& batch = hits.batch();
  batch.records = {record_of("alpha"), record_of("calm"), record_of("alpha"), record_of("beta alpha"), record_of("beta", Severity::info),
                   record_of("beta")};
  batch.records[2].set(RecordFlag::blank);
  for (int run = 0; run < 3; ++run) {  // a batch may be classified again
    REQUIRE(hits.stage().run(batch).has_value());
    std::vector<std::string> ids;
    for (const Record& record : batch.records) ids.push_back(hits.hits_of(record));
    CHECK(ids == std::vector<std::string>{"a", "", "", "a b", "b?", "b"});
    CHECK(batch.hits.size() == 5);
  }
}

TEST_CASE("classifier: without rules and probes nothing hits", "[rules]") {
  Classified hits{sound_rules("  []\n")};
  CHECK(hits("anything at all") == "");
}

TEST_CASE("classifier: hits over the limit are counted and not kept", "[rules]") {
  RuleSetConfig config;
  config.hits_per_line_max = 2;
  Classified hits{sound_rules(rule_text("a", "alpha", "alpha") + rule_text("b", "alpha", "alpha") + rule_text("c", "alpha", "alpha") +
                                  rule_text("d", "alpha", "alpha") + rule_text("e", "beta", "beta"),
                              config)};
  CHECK(hits("alpha") == "a b");
  CHECK(hits.counters().hits(Limit::hits_per_line) == 2);
  CHECK(hits("beta") == "e");
  CHECK(hits.counters().hits(Limit::hits_per_line) == 2);
}

TEST_CASE("classifier: any bytes may be scanned", "[rules]") {
  Classified hits{sound_rules(rule_text("a", "alpha(?!x)", "alpha") + rule_text("b", "(?s)one.two three", "one two three"))};
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  CHECK(hits(bytes) == "");
  CHECK(hits(bytes + "alpha" + bytes) == "a");
  CHECK(hits(std::string_view{"one\0two three", 13}) == "b");
  CHECK(hits(std::string(1 << 20, 'a') + "one two three") == "b");
  CHECK(hits(std::string(1 << 20, '\0')) == "");
}

TEST_CASE("match_rules: says where each rule hit, and agrees with the classifier", "[rules]") {
  const LoadedRules loaded = sound_rules(rule_text("a", "alpha", "alpha") + rule_text("b", "be+ta(?!x)", "beta"));
  const auto matches = match_rules(*loaded.rules, "an alpha, betax, beeeta", "", Severity::error);
  REQUIRE(matches.has_value());
  REQUIRE(matches->size() == 2);
  CHECK((*matches)[0].begin == 3);
  CHECK((*matches)[0].end == 8);
  CHECK((*matches)[1].begin == 17);
  CHECK((*matches)[1].end == 23);
  CHECK(match_rules(*loaded.rules, "alpha", "", Severity::info)->empty());
}

}  // namespace
}  // namespace loglode
