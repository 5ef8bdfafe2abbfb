// What each kind of word is taken for, and what only looks like it.
#include <catch2/catch.hpp>

#include "patterns/mining/explain.h"

using namespace loglode;

namespace {
void expect(std::string_view message, std::string_view masked) {
  INFO(message);
  CHECK(explain_template(message, Severity::info).masked == masked);
}
}  // namespace

TEST_CASE("scanner: numbers, sizes and durations are values, words with a digit in them are not", "[mining]") {
  expect("took 12 of 3.5 and -7 +0.25", "took <number> of <number> and <number> <number>");
  expect("size 16K 1024MB 3GiB 12kB", "size <size> <size> <size> <size>");
  expect("in 10ms 1.5s 3h, <1 sec", "in <time> <time> <time>, <number> sec");
  expect("15% done, 100.", "<number>% done, <number>.");
  expect("order (12) [3] {4} #5", "order (<number>) [<number>] {<number>} #<number>");
  expect("via ssh2 and SOCKS5 on eth0, L2 cache, wl0:", "via ssh2 and SOCKS5 on eth0, L2 cache, wl0:");
  expect("24M->4M(256M)", "<size>-><size>(<size>)");
}

TEST_CASE("scanner: identifiers are values when digits make them so", "[mining]") {
  expect("job job_1445144423722_0020 and task_3 of pool-1-thread-2", "job <word> and <word> of <word>");
  expect("blk_-1608999687919862906 R25-M1-N2 i8042 v1.2 v2", "<word> <word> <word> <word> <word>");
  expect("core.4900 jetty-6.1.26 PS/2 CPU#0 Foo@7317849d enabled......0",
         "core.<number> jetty-<number> PS/<number> CPU#<number> Foo@<hex> enabled......<number>");
  expect("0x7ffe12 deadbeef12 5f3b2c1a-1111-2222-3333-444455556666", "<hex> <hex> <uuid>");
  expect("7007##548365##12", "<number>##<number>##<number>");
  expect("sync_power_state high-speed up.", "sync_power_state high-speed up.");
}

TEST_CASE("scanner: addresses, hosts and mail are one value, with their port", "[mining]") {
  expect("from 10.1.2.3 to /10.1.2.3:50010:", "from <ip> to <ip>:");
  expect("at node-17.example.com:443, db.internal, localhost:80", "at <host>, <host>, <host>");
  expect("mac 00:16:3e:5e:6c:00 ip fe80::1ff:fe23:4567:890a or ::1 or 2001:db8::/32", "mac <hex> ip <ip> or <ip> or <ip>");
  expect("to alice@example.com <bob@example.org>", "to <email> <<email>>");
  expect("slot 0000:00:1f.0", "slot <ip>");
  expect("1.2.3 is no address, 10.1.2.3.4 neither", "<number> is no address, <number> neither");
  expect("see main.go:17 and key:value count:5", "see main.go:<number> and key:value count:<number>");
  expect("std::vector a::b Class::method", "std::vector a::b Class::method");
}

TEST_CASE("scanner: dates and times are one value however they are written", "[mining]") {
  for (const char* time :
       {"12:30", "12:30:45", "12:30:45.123", "12:30:45,123", "2024-03-01", "2024/03/01", "2024-03-01 10:11:12", "2024-03-01 10:11:12.5 UTC",
        "2024-03-01T10:11:12Z", "2024-03-01T10:11:12.123+02:00", "01/Mar/2024:10:11:12 +0000", "Fri Jun 17 07:07:00 2005",
        "Fri Jun 17 07:07:00 PDT 2005", "Jan  5 12:00:00", "Tue, 05 Mar 2024 10:00:00 +0100", "Mar 5, 2024"})
    expect("at " + std::string{time} + " done", "at <time> done");
  expect("Mon is a day, May be", "Mon is a day, May be");
  expect("ratio 3:4 and 1:2:x", "ratio <number>:<number> and <number>:<number>:x");
}

TEST_CASE("scanner: paths and URLs reach to their end", "[mining]") {
  expect("open /var/log/app.log, ./run ../up ~/x", "open <path>, <path> <path> <path>");
  expect("C:\\Windows\\system32\\cbs.dll loaded", "<path> loaded");
  expect("\"GET /api/v1?id=5&q=a,b HTTP/1.1\" 200", "\"GET <path>\" <number>");
  expect("fetch https://example.com:8443/a/b?c=d#e, done.", "fetch <url>, done.");
  expect("hdfs://node-1:9000/tmp.", "<url>.");
  expect("to postgres://bob:[masked]@db:5432/shop ok", "to <url> ok");
  expect("[http://bob:[masked]@db] (http://x/?sig=[masked]&se=1)", "[<url>] (<url>)");
  expect("http://x/[a]b", "<url>]b");
  expect("either/or read/write n/a 1 / 2 //", "either/or read/write n/a <number> / <number> //");
}

TEST_CASE("scanner: where a word stands can make it a value", "[mining]") {
  expect("opened for user root by (uid=0)", "opened for user <word> by (uid=<number>)");
  expect("Invalid user admin from 10.0.0.1", "Invalid user <word> from <ip>");
  expect("check pass; user unknown", "check pass; user unknown");
  expect("ready=true visible false, (null) null pointer", "ready=<word> visible <word>, (<word>) null pointer");
  const ExplainedMessage named = explain_template("state=idle name='x' can't msg=\"two words\" \"one\"", Severity::info);
  std::string names;
  for (const ExplainedToken& token : named.tokens)
    if (token.role == "name") names += token.text + "|";
  CHECK(names == "idle|x|two words|one|");
}

TEST_CASE("scanner: several words between quotes, tags or brackets that say so are one slot", "[mining]") {
  const auto expect_names = [](std::string_view message, const std::vector<std::string>& expected) {
    INFO(message);
    std::vector<std::string> names;
    const ExplainedMessage explained = explain_template(message, Severity::info);
    for (const ExplainedToken& token : explained.tokens)
      if (token.role == "name") names.push_back(token.text);
    CHECK(names == expected);
  };
  expect_names("cannot open 'old letters' or \"new letters\" now", {"old letters", "new letters"});
  expect_names("cannot open `old letters` or `one' now", {"old letters", "one"});
  expect_names("open “a b”, „c d“, ‘e f’, «g h», « i » or 「j」 and 文件《k》坏", {"a b", "c d", "e f", "g h", "i", "j", "k"});
  expect_names("the 'owner's old boat' sank, it can't swim and won't float", {"owner's old boat"});
  expect_names("said \\\"two words\\\" and \"an \\\"inner\\\" one\"", {"two words", "an \\\"inner\\\" one"});
  expect_names("name is '' or \"\" or \"x\"", {"", "", "x"});
  expect_names("Key (city, street)=(old town, main road) exists", {"old town, main road"});
  expect_names("merge map[a:1 b:map[c:2]] failed", {"a:1 b:map[c:2]"});
  expect_names("bad <who><first>Ann Lee</first><last></last></who>", {"Ann Lee", ""});
  expect_names("token [masked] key [masked:key] owner <nil>, mode [REDACTED]", {"[masked]", "[masked:key]", "<nil>", "[REDACTED]"});
  expect_names("got {Name:rose Kind:tree} or { name: rose, kind: tree }", {"rose", "tree", "rose"});
  expect_names("got {'note': None, 'size': nil} as a: None", {"None", "nil", "None"});
  // No openers, no phrases, keys: words as ever.
  expect_names("dogs' bowl and cats' food, 5\" or 6\" wide", {});
  expect_names("bad request \"GET /x HTTP/1.1\", body \"{a b}\"", {});
  expect_names("got {\"first name\": 1, \"city\": 2} and {\"k\"=>3}", {});
  expect_names("map [a b] and remap[a b] and a = (b c)", {});
  expect_names("std::vector<int> a -> b <old> < c", {});
}

TEST_CASE("scanner: placeholders in lists, halves of the day and padded base64 are values", "[mining]") {
  expect("id in (?, ?) or (:p1, :p2) or (@p1,@p2) or (%s, %s)",
         "id in (<word>, <word>) or (<word>, <word>) or (<word>,<word>) or (<word>, <word>)");
  expect("really ? (why?) 5 %s left :p1", "really ? (why?) <number> %s left :p1");
  expect("at 12/24/2026 10:30:00 PM, 7:15 am, 7:15pm or 9:05 p.m. done", "at <time>, <time>, <time> or <time> done");
  expect("at 10:30 amber light", "at <time> amber light");
  expect("cursor QmFzZTY0IGlzIGZ1bg== or UumTFYSKQjFlAosXYZ0= of maxPoolSize= 5", "cursor <word> or <word> of maxPoolSize= <number>");
  expect("</order> ends <order>", "</order> ends <order>");
  expect("打开文件失败：权限不足（代码 5）", "打开文件失败：权限不足（代码 <number>）");
}

TEST_CASE("scanner: explains what it saw", "[mining]") {
  const ExplainedMessage explained = explain_template("  took 5 ms\nsecond line", Severity::info);
  REQUIRE(explained.tokens.size() == 3);
  CHECK(explained.tokens[1].role == "value");
  CHECK(explained.tokens[1].type == "number");
  CHECK_FALSE(explained.tokens[1].why.empty());
  CHECK_FALSE(explained.cut);
  CHECK(explained.shape == explain_template("took 77 ms", Severity::info).shape);
  CHECK(explained.shape != explain_template("took 77 ms", Severity::error).shape);
}

// Errors: whatever the bytes, a bounded number of tokens in bounded time.

TEST_CASE("scanner: what is too long ends in one value", "[mining]") {
  const auto expect_cut = [](const std::string& message, std::size_t tokens_max) {
    const ExplainedMessage explained = explain_template(message, Severity::info);
    CHECK(explained.tokens.size() <= tokens_max);
    CHECK(explained.tokens.back().role == "value");
    CHECK(explained.tokens.back().type == "text");
  };
  expect_cut(std::string(1 << 20, 'x'), 1);
  expect_cut("a " + std::string(1 << 20, '7'), 2);
  expect_cut(std::string(1 << 20, '('), 257);
  std::string words;
  for (int i = 0; i < 10'000; ++i) words += "word ";
  expect_cut(words, 257);
}

TEST_CASE("scanner: empty, blank and strange messages have a shape", "[mining]") {
  for (const std::string& message : {std::string{}, std::string{" \t "}, std::string{"\n"}, std::string(3, '\0'), std::string{"\xff\xfe"},
                                     std::string{"="}, std::string{"\""}})
    CHECK(explain_template(message, Severity::info).shape != kNoShape);
  CHECK(explain_template("\xd0\xa0\xd1\x83\xd1\x81 5", Severity::info).masked == "\xd0\xa0\xd1\x83\xd1\x81 <number>");
}
