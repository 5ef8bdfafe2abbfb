#include <catch2/catch.hpp>
#include <string>

#include "parse/text/level_marks.h"
#include "parse/text/stated_severity.h"
#include "parse/text/tokens.h"
#include "parse/text/tool_lines.h"

using namespace loglode;

namespace {

struct Stated {
  std::string_view text;
  Severity severity;
};

}  // namespace

TEST_CASE("level marks: a severity word counts where signs set it apart from names, values and addresses", "[parse][level]") {
  const Stated marked[] = {
      {"billing.orders[ERROR]", Severity::error},
      {"staging.WARNING: x", Severity::warn},
      {"[Worker thread/INFO]: x", Severity::info},
      {":10.1.2.3(55):app@db:[7]:LOG:  x", Severity::info},
      {"-6a1b.2c-FATAL:  x", Severity::fatal},
      {"[gc:error,2026-11-24", Severity::error},
      {"a|WARN|b", Severity::warn},
      {"a | warn | b", Severity::warn},
      {"x (ERROR) y", Severity::error},
      {"x <error> y", Severity::error},
      {"[ INFO ] x", Severity::info},
      {"<idle>DEBUG1:  x", Severity::debug},
      {"[1124/101213.5:ERROR:a.cc(3)]", Severity::error},
  };
  for (const Stated& one : marked) {
    INFO(one.text);
    const LevelMark mark = next_level_mark(one.text, 0, one.text.size());
    CHECK(static_cast<int>(mark.severity) == static_cast<int>(one.severity));
  }
  for (const std::string_view text :
       {"non-error", "Error.java", "errors/x", "java.lang.Error: x", "socket.error: x", "http://host/error/x", "level=error", "\"error\"",
        "an error here", "error_count: 3", "terror: x", "x.error", "/var/log/info/a", "infos", "ERRORS: 3"}) {
    INFO(text);
    CHECK_FALSE(next_level_mark(text, 0, text.size()).found());
  }
}

TEST_CASE("level marks: the header of one line has its level behind numbers, groups, names and pairs, not behind prose", "[parse][level]") {
  const auto level_of = [](std::string_view line, bool timed = false) { return static_cast<int>(header_mark(line, 0, timed).severity); };
  const Stated headers[] = {
      {"54 [main] INFO shop.Orders - x", Severity::info},
      {"[pool-1 thread 3] ERROR x", Severity::error},
      {"pid=1 tid=0ab class=\"Hard Job\" jid=0a1b elapsed=0.01 WARN: x", Severity::warn},
      {"{jobs.py:12} ERROR - x", Severity::error},
      {"10.1.2.3(34567):app@shop:[1000]:LOG:  x", Severity::info},
      {"shop.orders[ERROR] x", Severity::error},
      {"[runner:error] x", Severity::error},
      {"imap(bob): Error: x", Severity::error},
  };
  for (const Stated& one : headers) {
    INFO(one.text);
    CHECK(level_of(one.text) == static_cast<int>(one.severity));
  }
  CHECK(level_of("shop ERROR no stock", true) == static_cast<int>(Severity::error));
  CHECK(level_of("HTTP ERROR 404 for /x", true) == 0);
  for (const std::string_view text :
       {"order 7 failed with ERROR state", "loaded 12 rules, ERROR none", "the job ERROR", "worker: last status ERROR", "\"a\" ERROR b",
        "got error: x", "a config: b", "GET /a?level=ERROR x", ""}) {
    INFO(text);
    CHECK(level_of(text) == 0);
  }
}

TEST_CASE("level marks: hostile lines cost what their header may have, not what they have", "[parse][level]") {
  std::string columns, brackets(100'000, '['), words;
  for (int i = 0; i < 10'000; ++i) columns += "c" + std::to_string(i) + " ", words += "x.ERRORS:";
  CHECK_FALSE(header_mark(columns + "ERROR x", 0, true).found());
  CHECK_FALSE(header_mark(brackets, 0, true).found());
  CHECK_FALSE(header_mark(words, 0, true).found());
  CHECK(tool_severity(words) == Severity::unspecified);
  CHECK(stated_severity(std::string(100'000, ':')) == Severity::unspecified);
}

TEST_CASE("level tokens: the spellings at the beginning of a text, and what each takes", "[parse][level]") {
  struct Token {
    std::string_view text;
    bool any_case;
    Severity severity;
    std::size_t length;
  };
  const Token tokens[] = {
      {"ERROR x", false, Severity::error, 5},
      {"error x", true, Severity::error, 5},
      {"error x", false, Severity::unspecified, 0},
      {"[WARN ] x", false, Severity::warn, 7},
      {"ERROR: x", false, Severity::error, 6},
      {"ERROR:root:x", false, Severity::error, 6},
      {"fail: x", false, Severity::error, 5},
      {"dbug: x", false, Severity::debug, 5},
      {"ERRO[0000] x", false, Severity::error, 4},
      {"ERROR[12][C-1] x", false, Severity::error, 5},
      {"INFO/worker] x", false, Severity::info, 4},
      {"##[error]x", false, Severity::error, 9},
      {"##[group]x", false, Severity::unspecified, 0},
      {"::warning file=a.js,line=3::x", false, Severity::warn, 28},
      {"::group::x", false, Severity::unspecified, 0},
      {"(EE) x", false, Severity::error, 4},
      {"(WW) x", false, Severity::warn, 4},
      {"(ab) x", false, Severity::unspecified, 0},
      {"E! [out] x", false, Severity::error, 2},
      {"log rotated", true, Severity::unspecified, 0},
      {"LOG x", false, Severity::info, 3},
      {"config loaded", true, Severity::unspecified, 0},
      {"audit: x", true, Severity::unspecified, 0},
      {"errors x", true, Severity::unspecified, 0},
      {"::", false, Severity::unspecified, 0},
      {"##[", false, Severity::unspecified, 0},
      {"", true, Severity::unspecified, 0},
  };
  for (const Token& one : tokens) {
    INFO(one.text);
    const LevelToken token = level_at(one.text, one.any_case);
    CHECK(static_cast<int>(token.severity) == static_cast<int>(one.severity));
    CHECK(token.length == one.length);
  }
}

TEST_CASE("tool lines: compilers, linkers, make, tests and CI say errors and warnings without a header", "[parse][level]") {
  const Stated lines[] = {
      {"src/a.c:12:5: error: 'x' undeclared", Severity::error},
      {"src/a.c:12:5: warning: unused variable 'x'", Severity::warn},
      {"a.c:1:10: fatal error: x.h: No such file or directory", Severity::error},
      {"C:\\b\\my app\\a.cpp(12): error C2065: 'x': undeclared identifier", Severity::error},
      {"C:\\b\\a.cpp(12,3): warning C4100: 'x': unreferenced", Severity::warn},
      {"LINK : fatal error LNK1181: cannot open input file", Severity::error},
      {"a.obj : error LNK2019: unresolved external symbol", Severity::error},
      {"src/a.ts(3,5): error TS2304: Cannot find name", Severity::error},
      {"src/a.ts:3:5 - error TS2304: Cannot find name", Severity::error},
      {"error[E0308]: mismatched types", Severity::error},
      {"collect2: error: ld returned 1 exit status", Severity::error},
      {"/usr/bin/ld: warning: x may conflict", Severity::warn},
      {"main.c:(.text+0x5): undefined reference to `f'", Severity::error},
      {"make[2]: *** [Makefile:7: all] Error 2", Severity::error},
      {"gmake: *** No rule to make target 'x'.  Stop.", Severity::error},
      {"not ok 3 - reads a file", Severity::error},
      {"  not ok 3", Severity::error},
      {"BUILD FAILED in 3s", Severity::error},
      {"** BUILD FAILED **", Severity::error},
      {"FAILED: src/a.o", Severity::error},
      {"FAILED tests/a_test.py::test_x - assert 1 == 2", Severity::error},
      {"--- FAIL: TestX (0.00s)", Severity::error},
      {"[  FAILED  ] Suite.Case (3 ms)", Severity::error},
      {"> Task :compileJava FAILED", Severity::error},
      {"npm ERR! code ELIFECYCLE", Severity::error},
      {"npm WARN deprecated x@1", Severity::warn},
      {"E: Unable to locate package x", Severity::error},
      {"CMake Error at CMakeLists.txt:3 (find_package):", Severity::error},
      {"  12:5  error  'x' is not defined  no-undef", Severity::error},
      {"##vso[task.logissue type=error;]x", Severity::error},
      {"12/40 Test #12: x ....***Failed    0.10 sec", Severity::error},
  };
  for (const Stated& one : lines) {
    INFO(one.text);
    CHECK(static_cast<int>(stated_severity(one.text)) == static_cast<int>(one.severity));
  }
  for (const std::string_view text :
       {"ok 3 - reads a file",
        "not ok 3 - reads # TO"
        "DO later",
        "not ok 4 # SKIP no network", "build finished with 0 errors", "[       OK ] Suite.Case (3 ms)", "Check failure of the parser: ok",
        "  CC      drivers/error.o", "[3/40] Building CXX object error.cpp.o", "--- PASS: TestX (0.00s)", "> Task :compileJava",
        "make[1]: Entering directory '/b/error'", "got 3 error: nothing", "the build FAILED yesterday", "BUILD SUCCESSFUL in 3s",
        "0 failed"}) {
    INFO(text);
    CHECK(static_cast<int>(stated_severity(text)) == 0);
  }
}

TEST_CASE("stated severity: what a kernel says at its end is FATAL", "[parse][level]") {
  for (const std::string_view text :
       {"Kernel panic - not syncing: Attempted to kill init!", "---[ end Kernel panic - not syncing: VFS ]---",
        "BUG: unable to handle page fault for address: ffff8000", "BUG: KASAN: use-after-free in worker", "Oops: 0000 [#1] SMP PTI",
        "watchdog: BUG: soft lockup - CPU#3 stuck for 26s!", "kernel BUG at mm/slub.c:305!", "Internal error: Oops: 17 [#1] ARM",
        "Unable to handle kernel paging request at virtual address 0", "general protection fault, probably for address 0: 0000 [#1]",
        "VFS: Unable to mount root fs on unknown-block(8,1)"}) {
    INFO(text);
    CHECK(static_cast<int>(stated_severity(text)) == static_cast<int>(Severity::fatal));
  }
  for (const std::string_view text : {"BUG-12: totals were rounded", "Oops! try again", "BUG: the button is green", "Oops: something",
                                      "no kernel panic since May", "Kernel panic drill planned", "watchdog: started"}) {
    INFO(text);
    CHECK(static_cast<int>(stated_severity(text)) == 0);
  }
}

TEST_CASE("stated severity: pairs and leading words of a message, never parts of values", "[parse][level]") {
  const Stated messages[] = {
      {"at=error code=H12 desc=\"Request timeout\"", Severity::error},
      {"router: at=warning x=1", Severity::warn},
      {"done, level=error", Severity::error},
      {"{\"severity\":\"warn\"}", Severity::warn},
      {"t=3 lvl=eror msg=x", Severity::error},
      {"x=1 log.level=error", Severity::error},
      {"error - no stock", Severity::error},
      {"[warn] x", Severity::warn},
  };
  for (const Stated& one : messages) {
    INFO(one.text);
    CHECK(static_cast<int>(stated_severity(one.text)) == static_cast<int>(one.severity));
  }
  for (const std::string_view text : {"sealevel=error rises", "arrived at=noon", "at error: x", "/x?level=error", "stat=error",
                                      "Error reading file", "level of error: 3"}) {
    INFO(text);
    CHECK(static_cast<int>(stated_severity(text)) == 0);
  }
}

TEST_CASE("level marks: what begins as prose has neither a level before it nor a header", "[parse][level]") {
  const std::string words[] = {"disk",   "full,", "Error", "ERROR",     "error;", "ERROR;", "warn.",  "Warning:", "failure!", "x",
                               "[INFO]", "a.b",   "-",     "key=value", "12",     "shop:",  "ALERT?", "panic:",   "DEBUG1",   "E!"};
  std::size_t prose = 0;
  for (const std::string& first : words) {
    for (const std::string& second : words) {
      for (const std::string& third : words) {
        const std::string text = first + " " + second + " " + third;
        if (!begins_as_prose(text)) continue;
        ++prose;
        INFO(text);
        REQUIRE_FALSE(header_mark(text, 0, false).found());
        REQUIRE(leading_severity(text) == Severity::unspecified);
      }
    }
  }
  CHECK(prose > std::size(words));
  CHECK(begins_as_prose("session opened for user"));
  CHECK(begins_as_prose("stopped; will go on"));
  CHECK_FALSE(begins_as_prose("session"));
  CHECK_FALSE(begins_as_prose("error reading file"));
  CHECK_FALSE(begins_as_prose(" session opened"));
  CHECK_FALSE(begins_as_prose("shop ERROR text"));
}
