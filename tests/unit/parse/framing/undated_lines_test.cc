// Lines without a header in streams of headers: which belong to the record before, and which are the most important ones of their log.
#include <catch2/catch.hpp>

#include "marked.h"
#include "parse/framing/strict_line.h"

using namespace loglode;
using framed::expect_records;

namespace {

/// A stream of `header` lines with `below` under the one in the middle.
std::string below_headers(std::string_view header, std::string_view message, std::string_view below, bool own_record) {
  std::string marked;
  for (int i = 0; i < 12; ++i) {
    if (i != 0) marked += "---\n";
    marked += "2026-11-24 00:03:" + std::to_string(10 + i) + ".000 ";
    if (i != 6) {
      marked += "INFO [main] shop.Orders: order placed\n";
      continue;
    }
    marked.append(header).append(message).append("\n");
    if (own_record) marked += "---\n";
    marked.append(below).append("\n");
  }
  marked.pop_back();
  return marked;
}

}  // namespace

TEST_CASE("undated: a line that nothing explains is a record, however rare it is", "[framing]") {
  const std::string_view line = GENERATE(values<std::string_view>({
      "Killed",
      "Task aborted - max run time exceeded",
      "Segmentation fault (core dumped)",
      "make: *** [Makefile:12: all] Error 2",
      "cannot write block: disk quota reached",
      "ERROR: cannot write block",
      "E1124 10:12:13.000000       7 main.go:12] cannot start",
      R"({"level":"error","msg":"cannot start"})",
      R"(10.0.0.7 - - [24/Nov/2026:10:12:13 +0000] "GET / HTTP/1.1" 500 12)",
      "<11>Nov 24 10:12:13 web1 shop[7]: cannot start",
      "level=error msg=\"cannot start\"",
      "[taskcluster:error] Task aborted - max run time exceeded",
      "panic: cannot start",
      "10:12:13 cannot start",
  }));
  expect_records(below_headers("INFO [main] shop.Orders: ", "order placed", line, true));
  expect_records(below_headers("ERROR [main] shop.Orders: ", "request failed", line, true));
}

TEST_CASE("undated: what a header has opened belongs to it", "[framing]") {
  const auto [message, below] = GENERATE(table<std::string_view, std::string_view>({
      {"the following variables are set:", "HOME=/srv\nPATH=/bin"},
      {"", "the message\nof two lines"},
      {"=======================", "View:\nstatus: primary"},
      {"upstream said: \"PHP message: one", "PHP message: two\nPHP message: three\" while reading"},
      {
          "state {a=1, members=[x",
          "y",
      },
      {"SELECT id, name", "FROM orders\nWHERE id = 7"},
      {"payload", "{\n  \"a\": 1\n}"},
      {"starting with\\", "a line that goes on"},
  }));
  expect_records(below_headers("INFO [main] shop.Orders: ", message, below, false));
}

TEST_CASE("undated: what was opened closes, and lines are records again", "[framing]") {
  std::string marked = below_headers("INFO [main] shop.Orders: ", "said \"one", "two\"", false);
  marked += "\n---\ncannot write block";
  expect_records(marked);
  expect_records(R"(2026-11-24 00:03:10.000 INFO [main] shop.Orders: order placed
---
2026-11-24 00:03:11.000 INFO [main] shop.Orders: members [a,
b]
---
cannot write block
---
2026-11-24 00:03:12.000 INFO [main] shop.Orders: order placed)");
  expect_records(R"(2026-11-24 00:03:10.000 INFO [main] shop.Orders: the size is 5"
---
cannot write block
---
2026-11-24 00:03:12.000 INFO [main] shop.Orders: order placed)");
}

TEST_CASE("undated: an exception below a header belongs to it, with a blank line before it or without", "[framing]") {
  const std::string_view trace = GENERATE(values<std::string_view>({
      "java.lang.IllegalStateException: pool\n\tat shop.Pool.get(Pool.java:12)\nCaused by: java.io.IOException: x\n\t... 12 more",
      "    java.lang.IllegalStateException: pool\n\tat shop.Pool.get(Pool.java:12)",
      "System.InvalidOperationException: none\n ---> System.Exception: inner\n   at Shop.Get() in /src/a.cs:line 12\n   --- End of inner "
      "exception stack trace ---",
      "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nKeyError: 'x'\na note\n\nDuring handling of the above exception, "
      "another exception "
      "occurred:\n\nTraceback (most recent call last):\n  File \"a.py\", line 3, in f\nRuntimeError: wrapped\nanother note",
      "Error: connect ECONNREFUSED 10.0.0.9:5432\n    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1494:16)",
      "TypeError: order is undefined\n    at total (/srv/a.js:3:9)",
      "AggregateError [ETIMEDOUT]: \n    at internalConnectMultiple (node:net:1117:18)",
      "goroutine 7 [running]:\nruntime/debug.Stack()\n\t/usr/lib/go/debug.go:24 +0x5e\nmain.main()\n\t/srv/main.go:7",
      "main.(*Server).serve\n\t/srv/main.go:12\nruntime.main\n\t/usr/lib/go/proc.go:250",
      "ActionController::RoutingError (No route matches [GET] \"/x\"):\n\nlib/x.rb:3:in `call'",
      "app/orders.rb:7:in 'total'\napp/orders.rb:15:in '<main>'",
      "** (RuntimeError) declined\n    (shop 1.0.0) lib/shop.ex:12: Shop.pay/1\nLast message: :pay\nState: %{orders: 3}",
      "Illuminate\\Database\\QueryException: SQLSTATE[HY000]\n#0 /srv/a.php(5): f()\n#1 {main}",
      "sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) no connection\n\n[SQL: SELECT 1]\n(Background on this error at: "
      "https://sqlalche.me/e/14/e3q8)",
      "org.apache.spark.api.python.PythonException: Traceback (most recent call last):\n  File \"w.py\", line 3, in f\nZeroDivisionError: "
      "division by "
      "zero\n\n\tat org.apache.spark.Runner.run(Runner.scala:7)",
      "Stack trace:\n#0 /srv/a.php(5): f()",
      "stack traceback:\n\t[C]: in function 'error'",
      "#011at shop.Pool.get(Pool.java:12)",
  }));
  for (const std::string_view blank : {"", "\n"}) {
    expect_records(below_headers("ERROR [main] shop.Orders: ", "request failed", std::string{blank}.append(trace), false));
    expect_records(below_headers("INFO [main] shop.Orders: ", "request failed", std::string{blank}.append(trace).append("\n"), false));
  }
}

TEST_CASE("undated: a trace that is in every other record stays with its header", "[framing]") {
  std::string marked;
  for (int i = 0; i < 40; ++i) {
    if (i != 0) marked += "---\n";
    marked += "2026-11-24 00:03:" + std::to_string(10 + i) + ".000 ";
    marked += i % 2 == 0 ? "INFO shop.Orders: order placed\n"
                         : "ERROR shop.Orders: failed\n\nshop.Declined: no\nTypeError: x\n\tat A.f(A.java:2)\nmore of it\n";
    if (i % 2 == 1) marked.replace(marked.find("shop.Declined: no\n"), 18, "java.io.IOException: no\n");
  }
  marked.pop_back();
  expect_records(marked);
}

TEST_CASE("undated: a long incident in the first lines hides no header", "[framing]") {
  std::string marked = "2026-11-24 00:03:10.000 SEVERE [main] shop.Orders cannot compile the page:\n";
  for (int i = 0; i < 60; ++i) marked += std::to_string(i) + ": <td>\n";
  for (int i = 11; i < 20; ++i) marked += "---\n2026-11-24 00:03:" + std::to_string(i) + ".000 INFO [main] shop.Orders order placed\n";
  marked += "---\nKilled";
  expect_records(marked);
}

TEST_CASE("undated: one dated line in undated text changes nothing", "[framing]") {
  for (const std::string_view dated : {"2026-11-24 00:03:10 starting the workers:", "2026-11-24 00:03:10", "2026-11-24 00:03:10 INFO up"}) {
    std::string marked;
    for (int i = 0; i < 60; ++i) {
      if (i != 0) marked += "---\n";
      marked += i == 20 ? std::string{dated} + "\n" : "worker " + std::to_string(i % 7) + " handled job " + std::to_string(i) + "\n";
    }
    marked.pop_back();
    expect_records(marked);
  }
}

TEST_CASE("undated: records of two lines each, and reports", "[framing]") {
  expect_records(R"(Nov 24, 2026 12:03:52 AM Orders load
INFO: order 1 loaded
---
Nov 24, 2026 12:03:52 AM Orders load
SEVERE: order 2 lost
---
Nov 24, 2026 12:03:53 AM Orders load
INFO: order 3 loaded)");
  expect_records(R"(2026-11-24T00:03:10.000000+01:00
Thread 1 advanced to log sequence 12
---
2026-11-24T00:03:11.000000+01:00
Errors in file /trace/a.trc:
ORA-00600: internal error code
---
2026-11-24T00:03:12.000000+01:00
Thread 1 advanced to log sequence 13)");
  std::string marked;
  for (int i = 0; i < 6; ++i) {
    if (i != 0) marked += "---\n";
    marked += "11/24/2026 10:46:2" + std::to_string(i) + " - Process(16776.1) User(ann) Program(p.exe)\n                      Host(H)\n\n";
    marked += "AMQ7125I: There are 90 days left.\n\nEXPLANATION:\nThis copy is licensed.\nACTION:\nNone.\n";
    if (i % 2 == 1) marked += "Or none at all.\n";
    marked += "----- amqzlic0.c : 435 -----\n";
  }
  marked.pop_back();
  expect_records(marked);
}

TEST_CASE("undated: PostgreSQL's parts belong to their line whatever the prefix is", "[framing]") {
  const auto [first, second] = GENERATE(table<std::string_view, std::string_view>({
      {"2026-11-24 10:12:15 UTC [7] app@shop ERROR:  deadlock detected", "2026-11-24 10:12:15 UTC [7] app@shop DETAIL:  Process 1 waits."},
      {"2026-11-24 10:12:15 UTC-692432ae.1a2d-ERROR:  deadlock detected",
       "2026-11-24 10:12:15 UTC-692432ae.1a2d-DETAIL:  Process 1 waits."},
      {"2026-11-24 10:12:15 UTC [7]: [4-1] user=a ERROR:  deadlock detected",
       "2026-11-24 10:12:15 UTC [7]: [5-1] user=a STATEMENT:  select 1"},
  }));
  expect_records(std::string{first} + "\n" + std::string{second} +
                 "\n\tmore of it\n---\n2026-11-24 10:12:16 UTC [8] app@shop LOG:  checkpoint starting: time");
  const std::string other = "2026-11-24 10:12:15 UTC [9] app@shop DETAIL:  of somebody else";
  if (first.find("[4-1]") == std::string_view::npos)
    expect_records(std::string{first} + "\n---\n" + other + "\n---\n" + std::string{first} + "\n" + std::string{second});
}

TEST_CASE("undated: MySQL's error log and slow query log on one stream", "[framing]") {
  std::string marked =
      "/usr/sbin/mysqld, Version: 8.0.36 (MySQL Community Server - GPL). started with:\nTcp port: 3306  Unix socket: /s.sock\nTime         "
      "        Id Command    Argument\n";
  for (int i = 0; i < 30; ++i) {
    marked += "---\n";
    const std::string clock = "2026-11-24T10:00:" + std::to_string(10 + i);
    if (i % 4 == 3)
      marked += "# Time: " + clock +
                ".389753Z\n# User@Host: app[app] @  [10.0.0.9]  Id: 7\n# Query_time: 3.1  Lock_time: 0.0 Rows_sent: 1\nuse shop;\nSET "
                "timestamp=1795514407;\nSELECT a\nFROM t;\n";
    else
      marked += clock + ".224997Z 8 [Warning] [MY-013360] [Server] Plugin x reported: y\n";
  }
  marked.pop_back();
  expect_records(marked);
}

TEST_CASE("undated: fields of csv hold line ends", "[framing]") {
  expect_records(
      R"(2026-11-24 18:53:12.437 UTC,"app","shop",1416,"[local]",618d3c67.588,1,"idle",2026-11-24 18:53:11 UTC,137/284,0,ERROR,42601,"syntax error at or near ""x""",,,,,,"x;",1,,"psql","client backend",,0
---
2026-11-24 18:53:13.437 UTC,"app","shop",1417,"10.0.0.5:4242",618d3c67.589,2,"SELECT",2026-11-24 18:53:11 UTC,9/0,0,LOG,00000,"duration: 445 ms  statement: select *
from orders

where note = 'a ""quoted"" thing, with commas'
;",,,,,,,,,"shop","client backend",,0
---
2026-11-24 18:53:14.437 UTC,"app","shop",1418,"10.0.0.5:4243",618d3c67.58a,1,"startup",2026-11-24 18:53:14 UTC,10/0,0,FATAL,53300,"sorry, too many clients already",,,,,,,,,"","client backend",,0)");
}

TEST_CASE("undated: dumps in streams without headers", "[framing]") {
  const std::string_view dump = GENERATE(values<std::string_view>({
      "#\n# A fatal error has been detected by the Java Runtime Environment:\n#\n#  SIGSEGV (0xb) at pc=0x1, pid=1, tid=7\n#",
      "Full thread dump OpenJDK 64-Bit Server VM (17.0.1 mixed mode):\n\n\"main\" #1 prio=5 runnable\n   java.lang.Thread.State: "
      "RUNNABLE\n\tat "
      "A.f(A.java:2)\n\n\"worker\" #2 waiting\n\tat A.g(A.java:3)\n\nJNI global refs: 12",
      "BUG: unable to handle page fault for address: 0000\n#PF: supervisor read access\nOops: 0000 [#1] SMP\nCPU: 0 PID: 1 Comm: a\nRIP: "
      "0010:f+0x1\nCall "
      "Trace:\n <TASK>\n f+0x1/0x2\n </TASK>\n---[ end trace 0000 ]---",
      "==12==ERROR: AddressSanitizer: heap-use-after-free on address 0x1\nREAD of size 4 at 0x1 thread T0\n    #0 0x1 in f /a.cc:3\n\n0x1 "
      "is located 0 "
      "bytes\nfreed by thread T0 here:\n    #0 0x2 in free\n\nSUMMARY: AddressSanitizer: heap-use-after-free /a.cc:3\n==12==ABORTING",
      "terminate called after throwing an instance of 'std::runtime_error'\n  what():  declined",
      "*** Aborted at 1795514407 (unix time) try \"date -d @1795514407\" ***\nPC: @           0x1 f()\n*** SIGSEGV (@0x0) received by PID "
      "7 ***\n    @     0x1 f()",
      "SIGQUIT: quit\nPC=0x1 m=0 sigcode=0\n\ngoroutine 1 [running]:\nmain.main()\n\t/srv/main.go:3 +0x1",
      "Fatal Python error: Segmentation fault\n\nCurrent thread 0x7f (most recent call first):\n  File \"a.py\", line 3 in f",
      "Error: cannot read the configuration\n\nCaused by:\n    0: no such file\n    1: os error 2",
      "Exception in thread \"main\" org.apache.spark.SparkException: Job aborted\n\tat A.f(A.java:2)\n\nDriver stacktrace:\n\tat "
      "A.g(A.java:3)",
      "(node:7) DeprecationWarning: the old API goes away\n(Use `node --trace-deprecation ...` to show where the warning was created)",
      "Traceback (most recent call last):\n\t1: from a.rb:4:in `<main>'\na.rb:2:in `f': bad (ArgumentError)",
      "sqlalchemy.exc.IntegrityError: (x) duplicate\n[SQL: INSERT INTO t VALUES (1)]\n[parameters: {'a': 1}]\n(Background on this error "
      "at: https://sqlalche.me/e/14/gkpj)",
  }));
  expect_records(std::string{"worker is up\n---\n"}.append(dump).append("\n---\nworker is up\n---\nworker is down"));
}

TEST_CASE("undated: repeated exceptions without frames are records each", "[framing]") {
  expect_records(
      "worker is up\n---\njava.io.IOException: broken pipe\n---\njava.io.IOException: broken pipe\n---\njava.io.IOException: broken pipe");
}

TEST_CASE("last words: what a shell, make or a runner says at the end of a program", "[framing]") {
  for (const std::string_view line : {"Killed",
                                      "Terminated",
                                      "Aborted (core dumped)",
                                      "Segmentation fault",
                                      "Bus error (core dumped)",
                                      "./run.sh: line 3:  1234 Killed                  python train.py",
                                      "make: *** [all] Error 139",
                                      "make[2]: *** No rule to make target 'x.o', needed by 'all'.  Stop.",
                                      "gmake: *** [Makefile:3: a] Error 1",
                                      "Task aborted - max run time exceeded",
                                      "Job 12 was cancelled",
                                      "Pipeline failed",
                                      "Build timed out (after 30 minutes).",
                                      "BUILD FAILED in 3s",
                                      "Process completed with exit code 1.",
                                      "command terminated with exit code 137",
                                      "npm ERR! code ELIFECYCLE",
                                      "[runner:error] Task failed",
                                      "##[error]Process completed with exit code 1.",
                                      "ninja: build stopped: subcommand failed."}) {
    INFO(line);
    CHECK(is_last_word(line));
  }
  for (const std::string_view line : {"", "Killed by nobody in particular", "Task 7 is done", "Job failed_jobs_total is 0",
                                      "Build not failed", "  Killed", "Terminated workers: 0", "make: Entering directory '/srv'",
                                      "Process 7 started", "Aborted transactions 0", "Step 3/7 : RUN make", "Run 12 if failed"}) {
    INFO(line);
    CHECK_FALSE(is_last_word(line));
  }
}

namespace {

/// Lines of one stream each: what its records look like, numbered so that no two are alike.
std::vector<std::string> stream_lines(std::size_t kind) {
  std::vector<std::string> lines;
  for (int i = 10; i < 40; ++i) {
    const std::string n = std::to_string(i);
    const std::string variants[] = {
        "2026-11-24 00:03:" + n + ".000 INFO [main] shop.Orders: order " + n + " placed",
        "2026-11-24T00:03:" + n + "Z order " + n + " placed",
        "[2026-11-24 00:03:" + n + ",000] {scheduler.py:12} INFO - order " + n + " placed",
        "I1124 00:03:" + n + ".000000       7 orders.go:12] order " + n + " placed",
        "Nov 24 00:03:" + n + " web1 shop[7]: order " + n + " placed",
        "<14>Nov 24 00:03:" + n + " web1 shop[7]: order " + n + " placed",
        "10.0.0.7 - - [24/Nov/2026:00:03:" + n + " +0000] \"GET /orders/" + n + " HTTP/1.1\" 200 512",
        "{\"time\":\"2026-11-24T00:03:" + n + "Z\",\"level\":\"info\",\"msg\":\"order " + n + " placed\"}",
        "time=2026-11-24T00:03:" + n + "Z level=info msg=\"order " + n + " placed\"",
        "INFO  order " + n + " placed",
        "[INFO] shop.Orders - order " + n + " placed",
        "2026/11/24 00:03:" + n + " [notice] 7#7: order " + n + " placed",
        "2026-11-24 00:03:" + n + ".000 UTC [7] app@shop LOG:  order " + n + " placed",
        "00:03:" + n + ".000 [info] order " + n + " placed",
        "I, [2026-11-24T00:03:" + n + ".000000 #7]  INFO -- shop: order " + n + " placed",
    };
    if (kind >= std::size(variants)) return {};
    lines.push_back(variants[kind]);
  }
  return lines;
}

std::vector<std::string> records_with(std::vector<std::string> lines, std::size_t at, const std::string& line) {
  lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), line);
  std::string text;
  for (const std::string& each : lines) text.append(each).append("\n");
  return framed::records_of(text);
}

}  // namespace

TEST_CASE("undated: a line of any strict form or level is a record in any stream, wherever it stands", "[framing]") {
  for (std::size_t kind = 0; !stream_lines(kind).empty(); ++kind) {
    const std::vector<std::string> lines = stream_lines(kind);
    std::vector<std::string> strangers{"ERROR: cannot write",     "[WARN] cannot write", "FATAL cannot write", "Killed",
                                       "make: *** [all] Error 2", "cannot write"};
    for (std::size_t other = 0; !stream_lines(other).empty(); ++other) strangers.push_back(stream_lines(other).front());
    for (const std::string& stranger : strangers) {
      for (const std::size_t at : {std::size_t{1}, std::size_t{15}, lines.size()}) {
        std::vector<std::string> expected = lines;
        expected.insert(expected.begin() + static_cast<std::ptrdiff_t>(at), stranger);
        INFO(lines.front() << " and " << stranger << " at " << at);
        CHECK(records_with(lines, at, stranger) == expected);
      }
    }
  }
}

TEST_CASE("undated: indented lines and traces belong to the record above them in any stream", "[framing]") {
  for (std::size_t kind = 0; !stream_lines(kind).empty(); ++kind) {
    const std::vector<std::string> lines = stream_lines(kind);
    for (const std::string below : {"\tat shop.Pool.get(Pool.java:12)", "\tCaused by: java.io.IOException: x", "\t... 12 more"}) {
      for (const std::size_t at : {std::size_t{1}, std::size_t{15}, lines.size()}) {
        std::vector<std::string> expected = lines;
        expected[at - 1].append("\n").append(below);
        INFO(lines.front() << " and " << below << " at " << at);
        CHECK(records_with(lines, at, below) == expected);
      }
    }
  }
}
