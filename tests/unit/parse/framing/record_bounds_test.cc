// Which lines belong together. Traces are as the runtimes named wrote them (Python 3.11, OpenJDK 17, Go 1.22, Node 20, Rust 1.90,
// Ruby 3.1).
#include <catch2/catch.hpp>
#include <random>

#include "marked.h"

using namespace loglode;
using framed::expect_records;
using framed::records_of;

TEST_CASE("records: Python tracebacks, chained ones and those of threads", "[framing]") {
  expect_records(R"(up
---
Traceback (most recent call last):
  File "/srv/a.py", line 4, in f
    {}['x']
    ~~^^^^^
KeyError: 'x'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/a.py", line 6, in f
    int("y")
ValueError: invalid literal for int() with base 10: 'y'
---
Traceback (most recent call last):
  File "/srv/a.py", line 9, in g
KeyboardInterrupt
---
Exception in thread Thread-1 (work):
Traceback (most recent call last):
  File "/srv/a.py", line 11, in work
    1/0
ZeroDivisionError: division by zero
---
done)");
  expect_records(R"(2026-11-24 00:03:51,098 INFO shop.orders: order 3 placed
---
2026-11-24 00:03:51,098 ERROR shop.orders: cannot price order 4
Traceback (most recent call last):
  File "/srv/orders.py", line 24, in <module>
    price({"total": 10, "count": 0})
ZeroDivisionError: division by zero
---
2026-11-24 00:03:51,099 INFO shop.orders: order 5 placed)");
}

TEST_CASE("records: what a runtime prints below a line of INFO is not that line's: the program died after it", "[framing]") {
  expect_records(R"(2026-11-24 00:03:51,098 INFO shop.orders: order 3 placed
---
Traceback (most recent call last):
  File "/srv/orders.py", line 24, in <module>
    price({"total": 10, "count": 0})
ZeroDivisionError: division by zero
---
2026-11-24 00:03:51,099 INFO shop.orders: order 5 placed)");
  expect_records(R"(2026-11-24 00:03:51,098 [main] DEBUG shop.Orders - order 3 placed
---
java.lang.IllegalStateException: ledger is closed
	at shop.Orders.place(Orders.java:24)
	at shop.Main.main(Main.java:7)
---
2026-11-24 00:03:51,099 [main] WARN  shop.Orders - order 4 is tried again
java.net.SocketTimeoutException: Read timed out
	at shop.Orders.place(Orders.java:24)
---
2026-11-24 00:03:51,100 [main] INFO  shop.Orders - order 5: request failed, is dropped
java.net.SocketTimeoutException: Read timed out
	at shop.Orders.place(Orders.java:24)
---
2026-11-24 00:03:51,101 [main] INFO  shop.Orders - order 6 placed)");
}

TEST_CASE("records: an error below a line that speaks of none is a record of its own, however it is indented", "[framing]") {
  expect_records(R"(10.0.0.7 - - [24/Nov/2026:00:03:51 +0000] "GET /pay HTTP/1.1" 200 512 "-" "curl/8.1"
---
Traceback (most recent call last):
  File "/srv/pay.py", line 24, in <module>
    charge()
RuntimeError: gateway is gone
---
10.0.0.7 - - [24/Nov/2026:00:03:52 +0000] "GET /pay/error HTTP/1.1" 500 12 "-" "curl/8.1"
---
java.lang.IllegalStateException: ledger is closed
	at shop.Orders.place(Orders.java:24)
---
10.0.0.7 - - [24/Nov/2026:00:03:53 +0000] "GET / HTTP/1.1" 200 12 "-" "curl/8.1")");
  expect_records(R"(2026-11-24 00:03:51,098 INFO shop.orders: order 3 placed
---
	ERROR: disk is gone
	  on /dev/sdb
---
2026-11-24 00:03:52,098 INFO shop.orders: order 4 placed
---
    FATAL: no space left
---
2026-11-24 00:03:53,098 INFO shop.orders: order 5 placed
---
Caused by: java.io.IOException: broken pipe
	at shop.Orders.place(Orders.java:24)
---
2026-11-24 00:03:54,098 INFO shop.orders: counted
  ERROR: 0
  WARN: 12
  of which new: none
---
2026-11-24 00:03:55,098 ERROR shop.orders: cannot place order 6
  ERROR: disk is gone
---
2026-11-24 00:03:55,598 ERROR shop.orders: cannot place order 7
Caused by: java.io.IOException: broken pipe
---
2026-11-24 00:03:56,098 INFO shop.orders: order 7 placed)");
  expect_records(R"(2026-11-24 00:03:51.098 UTC [7] LOG:  statement: DO $$
	  ERROR: is a word here
	$$
---
2026-11-24 00:03:52.098 UTC [7] ERROR:  duplicate key value violates unique constraint "k"
2026-11-24 00:03:52.098 UTC [7] DETAIL:  Key (id)=(1) already exists.
2026-11-24 00:03:52.098 UTC [7] STATEMENT:  INSERT INTO k
	VALUES (1)
---
2026-11-24 00:03:53.098 UTC [7] LOG:  checkpoint starting: time)");
}

TEST_CASE("records: JSON objects on one line are records each; braces inside are not", "[framing]") {
  const std::string a = R"({"time":"2026-11-24T00:03:51Z","level":"INFO","msg":"up}{down \\\"}{"})";
  const std::string b = R"({"time":"2026-11-24T00:03:52Z","level":"ERROR","msg":"disk is gone","at":{"x":{}}})";
  CHECK(records_of(a + b + a + "\n" + b + "\n" + a + b) == std::vector<std::string>{a, b, a, b, a, b});
  CHECK(records_of(a + b + a) == std::vector<std::string>{a, b, a});  // a stream of one line
  CHECK(records_of("2026-11-24 00:03:51,098 INFO shop: {x}{y}\n2026-11-24 00:03:51,099 INFO shop: done").size() == 2);
}

TEST_CASE("records: Java stack traces with causes and messages of several lines", "[framing]") {
  expect_records(R"(INFO started
---
ERROR request failed
java.lang.RuntimeException: wrap 1
	at A.f(A.java:2)
	at A.main(A.java:3)
	Suppressed: java.io.IOException: close
		... 1 more
Caused by: java.lang.IllegalStateException: bad
state
	at A.f(A.java:2)
	... 9 more
---
Exception in thread "main" java.lang.RuntimeException: wrap 2
	at A.main(A.java:3)
Caused by: java.lang.RuntimeException: wrap 1
	... 2 more
---
INFO stopped)");
  expect_records(R"(Nov 24, 2026 12:03:52 AM Orders load
INFO: order 1 loaded
---
Nov 24, 2026 12:03:52 AM Orders main
SEVERE: request failed
java.lang.RuntimeException: cannot serve order 3
	at Orders.serve(Orders.java:19)
Caused by: java.lang.IllegalStateException: order 3 is locked
	... 1 more

---
Nov 24, 2026 12:03:53 AM Orders load
INFO: order 4 loaded)");
}

TEST_CASE("records: Go panics begin a record of their own, blank lines inside", "[framing]") {
  expect_records(R"(2026/11/24 00:03:52 serving on :8080
---
2026/11/24 00:03:52 worker started
---
panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x8 pc=0x4db508]

goroutine 1 [running]:
main.third(...)
	shop/main.go:15
main.main()
	shop/main.go:34 +0xc8
exit status 2
---
2026/11/24 00:03:53 serving on :8080)");
  expect_records(R"(up
---
panic: boom

goroutine 6 [running]:
main.main.func1()
	shop/main.go:29 +0x9f
created by main.main in goroutine 1
	shop/main.go:29 +0x4bb
exit status 2
---
up)");
}

TEST_CASE("records: a key or certificate in lines of base64 is one record, whatever its lines look like", "[framing]") {
  for (const std::string label : {"CERTIFICATE",
                                  "RSA PRIV"
                                  "ATE KEY"}) {
    const std::string armor = "-----BEGIN " + label + R"(-----
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-128-CBC,0102

w/RlRC6zAMM3pkimwNvdc/yV9cLEUYWa/oDUCqOd+5JJ9Aw+432WFEXIBvWMfPIS
panicABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz01234567
Zm9v
-----END )" + label + "-----";
    expect_records("2026/11/24 00:03:52 serving on :8080\n---\n2026/11/24 00:03:52 worker started\n---\n" + armor +
                   "\n---\n2026/11/24 00:03:53 serving on :8080");
    expect_records("2026/11/24 00:03:52 serving on :8080\n---\n2026/11/24 00:03:52 read " + armor + "\n---\n2026/11/24 00:03:53 serving");
    expect_records("up\n---\n" + armor + "\n---\nup");
  }
  expect_records("-----BEGIN OF RUN-----\n---\nstarting up the engine\n---\nready now");  // no base64: words
  expect_records(
      "2026/11/24 00:03:52 -----BEGIN X-----\nYWJj\n---\n2026/11/24 00:03:53 cut off by a header\n---\n2026/11/24 00:03:54 ready");
}

TEST_CASE("records: Node, Rust, Ruby, .NET and PHP", "[framing]") {
  expect_records(R"(up
---
SyntaxError: Expected property name or '}' in JSON at position 1
    at JSON.parse (<anonymous>)
    at node:internal/main/run_main_module:28:49
---
node:fs:573
  return binding.open(
                 ^

Error: ENOENT: no such file or directory, open '/nope'
    at Object.openSync (node:fs:573:18)
    at node:internal/main/run_main_module:28:49 {
  errno: -2,
  path: '/nope'
}

Node.js v20.20.2
---
/srv/console.js:17
setTimeout(() => { let order; order.total(); }, 50);
                                    ^

TypeError: Cannot read properties of undefined (reading 'total')
    at Timeout._onTimeout (/srv/console.js:17:37)

Node.js v20.20.2)");
  expect_records(R"(serving on 127.0.0.1:8080
---
thread 'main' (28473) panicked at panic.rs:11:33:
the order number is a number: ParseIntError { kind: InvalidDigit }
stack backtrace:
   0: __rustc::rust_begin_unwind
             at /rustc/library/std/src/panicking.rs:689:5
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.
---
serving on 127.0.0.1:8080)");
  expect_records(R"(up
---
r.rb:2:in `f': bad (ArgumentError)
	from r.rb:4:in `<main>'
---
up)");
  expect_records(R"(I, [2026-11-24T00:03:53.078622 #28477]  INFO -- shop: order 0 placed
---
E, [2026-11-24T00:03:53.078703 #28477] ERROR -- shop: invalid value for Integer(): "x" (ArgumentError)
orders.rb:7:in `Integer'
orders.rb:15:in `<main>'
---
F, [2026-11-24T00:03:53.078716 #28477] FATAL -- shop: giving up
---
orders.rb:23:in `rescue in <main>': cannot price the order (RuntimeError)
	from orders.rb:20:in `<main>'
orders.rb:7:in `fetch': key not found: :items (KeyError)
	from orders.rb:7:in `total'
---
I, [2026-11-24T00:03:54.078622 #28478]  INFO -- shop: up)");
  expect_records(R"(up
---
Unhandled exception. System.InvalidOperationException: outer
 ---> System.Exception: inner
   at Program.Inner() in /src/Program.cs:line 12
   --- End of inner exception stack trace ---
   at Program.Main()
---
up)");
  expect_records(R"(up
---
PHP Fatal error:  Uncaught Exception: bad in /srv/a.php:3
Stack trace:
#0 /srv/a.php(5): f()
#1 {main}
  thrown in /srv/a.php on line 3
---
up)");
}

TEST_CASE("records: PostgreSQL's parts of a statement belong to it, another process's do not", "[framing]") {
  expect_records(R"(2026-11-24 00:03:57.688 UTC [28779] postgres@postgres ERROR:  relation "nowhere" does not exist at character 15
2026-11-24 00:03:57.688 UTC [28779] postgres@postgres STATEMENT:  select * from nowhere
---
2026-11-24 00:03:57.695 UTC [28781] postgres@postgres ERROR:  duplicate key value violates unique constraint "t_pkey"
2026-11-24 00:03:57.695 UTC [28781] postgres@postgres DETAIL:  Key (id)=(1) already exists.
2026-11-24 00:03:57.695 UTC [28781] postgres@postgres STATEMENT:  insert into t
	values (1,'again')
---
2026-11-24 00:03:57.700 UTC [28784] postgres@postgres LOG:  connection authorized
---
2026-11-24 00:03:57.701 UTC [28781] postgres@postgres DETAIL:  of somebody else)");
}

TEST_CASE("records: slow query logs and journald exports are blocks", "[framing]") {
  expect_records(R"(# Time: 261124  0:05:17
# User@Host: root[root] @ localhost []
# Query_time: 0.100394  Lock_time: 0.000069  Rows_sent: 1  Rows_examined: 1
SET timestamp=1795478717;
select
  1;
---
# User@Host: root[root] @ localhost []
# Query_time: 0.200239  Lock_time: 0.000000  Rows_sent: 1  Rows_examined: 0
SET timestamp=1795478717;
select sleep(0.2);)");
  expect_records(R"(__CURSOR=s=1;i=1
__REALTIME_TIMESTAMP=1795479171401587
MESSAGE=one

---
__CURSOR=s=1;i=2
__REALTIME_TIMESTAMP=1795479171401588
MESSAGE=two)");
}

TEST_CASE("records: pretty-printed JSON, and plain text between JSON lines", "[framing]") {
  expect_records(R"({
  "time": "2026-11-24T00:00:00Z",
  "level": "info",
  "nested": {
    "a": [1, 2]
  }
}
---
{
  "msg": "two"
})");
  expect_records(R"({"level":"info","msg":"one"}
---
Picked up JAVA_TOOL_OPTIONS: -Xmx1g
---
{"level":"error","msg":"two"}
---
Traceback (most recent call last):
  File "a.py", line 1, in <module>
ValueError: x
---
{"level":"info","msg":"three"}
---
plain text)");
}

TEST_CASE("records: text below a header that announces it belongs to it", "[framing]") {
  std::string marked;
  for (int i = 0; i < 30; ++i) {
    if (i != 0) marked += "---\n";
    marked +=
        "2026-11-24 00:03:" + std::to_string(10 + i) + ".000 INFO [main] shop.Orders: " + (i == 7 ? "slow query:\n" : "order placed\n");
    if (i == 7) marked += "SELECT id\nFROM orders\n\nWHERE note = 'a'\n";
  }
  expect_records(marked);
  expect_records("one\n---\ntwo\n---\nthree");  // no headers: every line for itself
  expect_records(R"(2026/11/24 00:03:52 order 11 placed
---
2026/11/24 00:03:52 order 12 placed
---
shop: 2026/11/24 00:03:52.375167 main.go:45: order 1: payment failed
---
shop: 2026/11/24 00:03:52.375168 main.go:45: order 2: payment failed)");
}

TEST_CASE("records: --format message joins nothing", "[framing]") {
  ParseConfig config;
  config.format = "message";
  expect_records("Traceback (most recent call last):\n---\n  File \"a.py\"\n---\n{\n---\n}", config);
}

TEST_CASE("records: any lines get one answer each, the same every time", "[framing]") {
  const std::vector<std::string> parts{"{",
                                       "}",
                                       "{\"a\":1}",
                                       "\tat A.f(A.java:2)",
                                       "Caused by: x.Y: z",
                                       "Traceback (most recent call last):",
                                       "  File \"a\"",
                                       "",
                                       " ",
                                       "panic: x",
                                       "goroutine 1 [running]:",
                                       "main.f(...)",
                                       "2026-11-24T00:00:00Z INFO x",
                                       "Nov 24 00:00:00 h p[1]: x",
                                       "a | b",
                                       "web-1  | x",
                                       "[pod/a/b] x",
                                       "2026-11-24T00:00:00.000000000Z stdout P x",
                                       "2026-11-24T00:00:00.000000000Z stderr F x",
                                       "{\"log\":\"x\",\"stream\":\"stdout\"}",
                                       "\xff\xfe",
                                       std::string("\0", 1),
                                       "# Time: 1",
                                       "__CURSOR=1",
                                       "DETAIL:  x",
                                       "node:fs:1"};
  std::mt19937 random{3};
  for (int round = 0; round < 400; ++round) {
    std::string text;
    for (std::size_t count = random() % 40; count > 0; --count) text += parts[random() % (round % 2 == 0 ? parts.size() : 4)] + "\n";
    const auto first = records_of(text);
    std::string joined;
    std::size_t size = 0;
    for (const std::string& record : first) size += record.size() + 1;
    INFO(text);
    REQUIRE(size == text.size());
    REQUIRE(records_of(text) == first);
  }
}

TEST_CASE("a stream that begins amid a trace ends it at the first line with a time, wherever it was cut", "[parse]") {
  const std::vector<std::string_view> group = GENERATE(
      std::vector<std::string_view>{"2026-11-29 18:00:00,123 ERROR [main] com.x.Y - failed", "java.lang.RuntimeException: boom",
                                    "\tat com.x.Y.z(Y.java:12)", "\tat com.x.Y.main(Y.java:3)", "Caused by: java.io.IOException: closed",
                                    "\t... 2 more", "Caused by: java.io.IOException: gone"},
      std::vector<std::string_view>{"2026-11-29 18:00:00,123 ERROR root failed", "Traceback (most recent call last):",
                                    "  File \"/app/a.py\", line 3, in f", "    do(1)", "ValueError: bad"},
      std::vector<std::string_view>{"2026/11/29 18:00:00 http: panic serving 10.0.0.1:5", "goroutine 7 [running]:", "main.f(0x1)",
                                    "\t/app/main.go:12 +0x1d", "created by net/http.(*Server).Serve", "\t/usr/lib/go/server.go:3 +0x2"},
      std::vector<std::string_view>{"2026-11-29T18:00:00Z error: failed", "TypeError: x is undefined", "    at f (/app/a.js:1:2)",
                                    "    at g (/app/b.js:3:4)"});
  for (std::size_t begin = 1; begin < group.size(); ++begin)
    for (std::size_t end = begin + 1; end <= group.size(); ++end) {
      const FramedStream stream =
          framed::open({group.begin() + static_cast<std::ptrdiff_t>(begin), group.begin() + static_cast<std::ptrdiff_t>(end)});
      std::size_t joined = 0;
      const auto add = [&](std::size_t from) {
        for (std::size_t i = from; i < group.size(); ++i) joined += !stream.framer->next(group[i]).starts_record && i == 0 ? 1 : 0;
      };
      add(begin);
      for (int i = 0; i < 5; ++i) add(0);
      CAPTURE(group[0], begin, end);
      CHECK(joined == 0);
    }
}
