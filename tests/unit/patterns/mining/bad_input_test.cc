// Messages nobody meant for a miner: each case is mined in bounded time, its lines differ in values only and have one template, and the
// template's text matches each of them.
#include <catch2/catch.hpp>
#include <ctime>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "patterns/mining/template_miner.h"
#include "reference_tokens.h"

using namespace loglode;

namespace {

constexpr int kLines = 60;
constexpr double kCpuSecondsMax = 2;  // for the lines of one case; all are far below it, also with sanitizers

/// What the cases draw their values from.
class Values {
 public:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  std::string number() { return std::to_string(below(below(2) != 0 ? 10 : 1'000'000)); }
  std::string of(std::string_view letters, std::size_t least, std::size_t most) {
    std::string out;
    for (std::size_t n = least + below(most - least + 1); n != 0; --n) out += letters[below(letters.size())];
    return out;
  }
  std::string name() { return of("abcdefghijklmnopqrstuvwxyz", 3, 9); }
  std::string hex(std::size_t size) { return of("0123456789abcdef", size, size); }
  std::string base64(std::size_t size) { return of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", size, size); }

 private:
  std::mt19937 random_{20240610};
};

struct BadInput {
  const char* name;
  std::function<std::string(Values&)> line;
  const char* text;               // of the template; "" where it is not worth writing down
  std::size_t templates_max = 1;  // more where a case is known to be mined badly (docs/mining.md, "What is still lost")
};

std::string repeated(std::string_view unit, std::size_t times) {
  std::string out;
  while (times-- != 0) out += unit;
  return out;
}

void check(const std::vector<BadInput>& cases) {
  for (const BadInput& one : cases) {
    INFO(one.name);
    Values values;
    std::vector<std::string> lines;
    for (int i = 0; i < kLines; ++i) lines.push_back(one.line(values));
    const std::clock_t start = std::clock();
    RunCounters counters;
    TemplateMiner miner{{}, counters};
    std::vector<ShapeId> shapes;
    for (const std::string& line : lines) shapes.push_back(miner.learn(line, Severity::info));
    const TemplateCatalog catalog = miner.derive_templates();
    CHECK(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC < kCpuSecondsMax);
    std::set<std::string> texts;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const std::string& text = catalog.of(shapes[i]).text;
      texts.insert(text);
      if (!reference::matches(text, reference::normalised(lines[i]))) CHECK(text == reference::normalised(lines[i]).substr(0, 500));
    }
    INFO(*texts.rbegin());
    INFO(*texts.begin());
    CHECK(texts.size() <= one.templates_max);
    CHECK(catalog.templates().size() <= one.templates_max);
    if (*one.text != '\0') CHECK(*texts.begin() == one.text);
  }
}

}  // namespace

TEST_CASE("bad input: no message is too strange or too long", "[mining]") {
  check({
      {"nothing", [](Values&) { return std::string{}; }, ""},
      {"blanks of all kinds", [](Values& v) { return v.of(" \t\r\v\f\x01\x7f", 0, 300); }, ""},
      {"only punctuation", [](Values&) { return std::string{"=:,;()[]{}\"'|<>.!?%-_+*~^&$`/\\@#"}; }, ""},
      {"a thousand brackets", [](Values&) { return repeated("([{<\"'", 1000); }, ""},
      {"one token of 1 MiB", [](Values& v) { return std::string(1 << 20, static_cast<char>('a' + v.below(26))); }, "<*>"},
      {"10,000 tokens", [](Values& v) { return "took " + v.number() + repeated(" word", 10'000 + v.below(10)); }, ""},
      {"10,000 numbers", [](Values& v) { return "of" + repeated(" " + v.number(), 10'000); }, ""},
      {"all digits", [](Values& v) { return v.of("0123456789", 1, 5000); }, "<*>"},
      {"256 bytes of everything, NUL among them",
       [](Values&) {
         std::string all;
         for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
         return all;
       },
       ""},
      {"NUL bytes", [](Values& v) { return "got " + v.number() + std::string("\0\0", 2) + "bytes\0" + std::string(v.below(90), '\0'); },
       ""},
      {"invalid UTF-8", [](Values& v) { return "\xff\xfe user " + v.number() + " \xc3\x28 \xed\xa0\x80 \xf5 gone\xe2\x82"; },
       "\xff\xfe user <*> \xc3\x28 \xed\xa0\x80 \xf5 gone\xe2\x82"},
  });
}

TEST_CASE("bad input: every script has its templates", "[mining]") {
  check({
      {"Chinese", [](Values& v) { return "用户 " + v.number() + " 登录失败 来自 10.0.0." + v.number(); }, "用户 <*> 登录失败 来自 <*>"},
      {"Chinese without blanks", [](Values& v) { return "用户" + v.number() + "登录失败，耗时" + v.number() + "毫秒"; },
       "用户<*>登录失败，耗时<*>毫秒"},
      {"Japanese", [](Values& v) { return "接続エラー（ポート" + v.number() + "）が発生しました"; },
       "接続エラー（ポート<*>）が発生しました"},
      {"Arabic", [](Values& v) { return "فشل تسجيل الدخول للمستخدم " + v.number() + " من 10.0.0." + v.number(); },
       "فشل تسجيل الدخول للمستخدم <*> من <*>"},
      {"Thai without blanks", [](Values& v) { return "ผู้ใช้" + v.number() + "เข้าสู่ระบบไม่สำเร็จ"; }, "ผู้ใช้<*>เข้าสู่ระบบไม่สำเร็จ"},
      {"emoji", [](Values& v) { return "🚀 deployed build " + v.number() + " in " + v.number() + "s 👩‍👩‍👧‍👦"; },
       "🚀 deployed build <*> in <*> 👩‍👩‍👧‍👦"},
      {"emoji beside numbers", [](Values& v) { return "tests ✅" + v.number() + " ❌" + v.number() + " done"; }, "tests ✅<*> ❌<*> done"},
      {"combining characters", [](Values& v) { return "re\u0301sume\u0301 no " + v.number() + " Z\u0351\u036b\u0343\u036a done"; },
       "re\u0301sume\u0301 no <*> Z\u0351\u036b\u0343\u036a done"},
      {"right-to-left marks", [](Values& v) { return "user \u200f" + v.number() + "\u200f left \u202eabc\u202c"; },
       "user \u200f<*>\u200f left \u202eabc\u202c"},
  });
}

TEST_CASE("bad input: messages that hold other formats have one template", "[mining]") {
  check({
      {"a stack trace of many lines",
       [](Values& v) {
         return "java.lang.IllegalStateException: pool " + v.number() + " is closed\n\tat com.example.Pool.take(Pool.java:" + v.number() +
                ")\n" + repeated("\tat com.example.Main.run(Main.java:7)\n", v.below(50));
       },
       "java.lang.IllegalStateException: pool <*> is closed"},
      {"a stack trace in one line",
       [](Values& v) {
         return "request " + v.number() + " failed: java.io.IOException: broken pipe at com.example.Pool.take(Pool.java:" + v.number() +
                ") at com.example.Main.run(Main.java:" + v.number() + ")";
       },
       "request <*> failed: java.io.IOException: broken pipe at com.example.Pool.take(Pool.java:<*>) at "
       "com.example.Main.run(Main.java:<*>)"},
      {"base64", [](Values& v) { return "payload " + v.base64(64 + 4 * v.below(90)) + " received"; }, "payload <*> received"},
      {"base64 with padding", [](Values& v) { return "payload=" + v.base64(62 + v.below(3)) + repeated("=", v.below(3)) + " received"; },
       "", 3},
      {"an SQL query",
       [](Values& v) {
         return "SELECT id, name FROM users WHERE id = " + v.number() + " AND name = '" + v.name() + "' AND age > " + v.number() +
                " LIMIT 10;";
       },
       "SELECT id, name FROM users WHERE id = <*> AND name = '<*>' AND age > <*> LIMIT <*>;"},
      {"an SQL query, texts of several words",
       [](Values& v) {
         return "UPDATE users SET name = '" + v.name() + (v.below(2) != 0 ? ' ' + v.name() : "") + "' WHERE id = " + v.number();
       },
       "UPDATE users SET name = '<*>' WHERE id = <*>"},
      {"an SQL insert", [](Values& v) { return "INSERT INTO t (a, b) VALUES (" + v.number() + ", '" + v.name() + "')"; },
       "INSERT INTO t (a, b) VALUES (<*>, '<*>')"},
      {"an SQL list", [](Values& v) { return "DELETE FROM t WHERE id IN (" + v.number() + repeated(", " + v.number(), v.below(30)) + ")"; },
       "DELETE FROM t WHERE id IN (<*>)"},
      {"a JSON object",
       [](Values& v) {
         return "{\"user\":\"" + v.name() + "\",\"age\": " + v.number() + ",\"ok\":" + (v.below(2) != 0 ? "true" : "false") +
                ",\"address\": {\"city\": \"" + v.name() + " " + v.name() + "\",\"zip\":\"" + v.number() + "\"}}";
       },
       ""},
      {"a JSON array", [](Values& v) { return "ids [" + v.number() + repeated("," + v.number(), v.below(40)) + "] queued"; },
       "ids [<*>] queued"},
      {"an XML document",
       [](Values& v) { return "<order id=\"" + v.number() + "\"><name>" + v.name() + "</name><total>" + v.number() + "</total></order>"; },
       ""},
      {"a URL with a long query",
       [](Values& v) {
         return "GET https://example.com/search?q=" + v.name() + repeated("&k" + v.number() + "=" + v.hex(20) + ";a,b", v.below(60)) +
                " 200";
       },
       "GET <*> <*>"},
      {"a hex dump",
       [](Values& v) {
         std::string line = "0000" + v.hex(4) + "  ";
         for (int i = 0; i < 16; ++i) line += v.hex(2) + (i == 7 ? "  " : " ");
         return line;
       },
       ""},
      {"a hex dump with its text",
       [](Values& v) {
         std::string line = v.hex(8) + "  ";
         for (int i = 0; i < 16; ++i) line += v.hex(2) + ' ';
         return line + " |" + v.of("abcXYZ.... 0129", 16, 16) + "|";
       },
       "", kLines},
      {"a progress bar of equals signs",
       [](Values& v) {
         const std::size_t done = v.below(50);
         return "[" + repeated("=", done) + ">" + repeated(" ", 50 - done) + "] " + std::to_string(2 * done) + "%";
       },
       "", 51},
      {"a progress bar of hashes",
       [](Values& v) {
         const std::size_t done = v.below(50);
         return "[" + repeated("#", done) + repeated(".", 50 - done) + "] " + std::to_string(2 * done) + "%";
       },
       "", 51},
      {"a row of a table",
       [](Values& v) { return "| node-" + v.number() + repeated(" ", v.below(9)) + " | " + v.number() + " | 0." + v.number() + " | up |"; },
       "| node-<*> | <*> | <*> | up |"},
      {"a rule of a table", [](Values&) { return std::string{"+-------+------+------+----+"}; }, "+-------+------+------+----+"},
  });
}
