// Families: what is one message with other values, and, as important, what is not.
#include "correlate/message_family.h"

#include <catch2/catch.hpp>

#include "correlate/message_tokens.h"
#include "scene.h"

namespace loglode {

namespace {

std::string skeleton(std::string_view text) { return skeleton_of(tokens_of(text)); }

/// Ten minutes of a baseline with `known` errors and ten in which `now` is said `times` times: what becomes of it.
enum class Told { not_at_all, digest, ticket };
Told told_of(const std::vector<std::pair<std::string, int>>& known, const std::string& now, int times,
             const std::vector<std::string>& rules_now = {}) {
  Scene scene;
  scene.baseline = true;
  scene.file = "then.log";
  scene.lines(-600, 0, 1, "shop", Severity::info, "order placed");
  double at = -590;
  for (const auto& [text, count] : known)
    for (int i = 0; i < count; ++i) scene.line(at += 3, "shop", Severity::error, text);
  scene.baseline = false;
  scene.file = "now.log";
  scene.lines(0, 600, 1, "shop", Severity::info, "order placed");
  for (int i = 0; i < times; ++i) scene.line(100.5 + i * 20, "shop", Severity::error, now, {}, rules_now);
  const Judged judged{scene};
  const auto found = judged.findings(FindingKind::new_error);
  if (found.empty()) return Told::not_at_all;
  CHECK(judged.judgement.incidents.size() == (found[0]->notify == Notify::ticket ? 1 : 0));
  return found[0]->notify == Notify::ticket ? Told::ticket : Told::digest;
}

const std::vector<std::pair<std::string, int>> kFreeTail{
    {"parcel refused by carrier: no street in that town", 1}, {"parcel refused by carrier: box smells of fish", 1},
    {"parcel refused by carrier: label upside down", 1},      {"parcel refused by carrier: customs want a form", 1},
    {"parcel refused by carrier: nobody at home", 1},         {"parcel refused by carrier: dog", 1}};

}  // namespace

TEST_CASE("skeleton: values leave, words stay", "[correlate]") {
  const auto same = [](std::string_view a, std::string_view b) {
    INFO(a << " | " << b << " -> " << skeleton(a) << " | " << skeleton(b));
    CHECK_FALSE(skeleton(a).empty());
    CHECK(skeleton(a) == skeleton(b));
  };
  same("visit on <*> AM could not be booked", "visit on <*> PM could not be booked");
  same("import stopped: <*> row broken", "import stopped: <*> rows broken");
  same("upload broken off, next try in <*> s", "upload broken off, next try in <*> s (try <*> of <*>)");
  same("cannot ship Parcel{id=<*>, to=null, items=[]}",
       "cannot ship Parcel{id=<*>, to=<*>, items=[Item(no=<*>, n=<*>), Item(no=<*>, n=<*>)]}");
  same("no reply from nodes: [node-<*>]", "no reply from nodes: [node-<*>, node-<*>, node-<*>]");
  same("merge failed for map[left:<*>]", "merge failed for map[left:<*> right:<*> top:<*>]");
  same("seat <*> not free trace=<*> code=<*>", "seat <*> not free");
  same("lookup of user <*> failed", "lookup of user null failed");

  const auto different = [](std::string_view a, std::string_view b) {
    INFO(a << " | " << b);
    CHECK(skeleton(a) != skeleton(b));
  };
  different("cannot read block <*>", "cannot write block <*>");
  different("write failed (os error <*>: no such file)", "write failed (os error <*>: permission denied)");
  different("sync failed err=\"disk is full\"", "sync failed err=\"link is down\"");
  different("pod_loop.go:<*>] \"cannot mount the volume\"", "pod_loop.go:<*>] \"cannot pull the image\"");
  different("order <*> lost", "order <*> found");
  CHECK(skeleton("error: <*>").empty());  // says too little to know it by
  CHECK(skeleton("<*> <*> <*>").empty());
  CHECK(skeleton("").empty());
}

TEST_CASE("tokens: quotes, escapes, scripts without blanks, cut text", "[correlate]") {
  const auto texts = [](std::string_view text) {
    std::string out;
    for (const MessageToken& token : tokens_of(text)) out += (out.empty() ? "" : "|") + std::string{token.text};
    return out;
  };
  CHECK(texts("can't open \"a b\"") == "can't|open|\"|a|b|\"");
  CHECK(texts("err=\\\"x\\\"") == "err|=|\\\"|x|\\\"");
  CHECK(texts("node-<*> lost") == "node|-|<*>|lost");
  CHECK(texts("用户张三") == "用|户|张|三");
  CHECK(texts("größe “x”") == "größe|“|x|”");
  CHECK(texts("\xE7\x94") == "\xE7\x94");
  CHECK(tokens_of(std::string(10'000, '(')).size() == 192);
  CHECK(skeleton(std::string(10'000, '(') + "cannot be parsed at all").empty());
  const std::vector<MessageToken> nested = tokens_of("a (b [c] (d)) e");
  CHECK(closing_of(nested, 1) == 9);
  CHECK(closing_of(nested, 3) == 5);
  CHECK(closing_of(nested, 0) == nested.size());
}

TEST_CASE("family: one more filling of a place that is filled differently each time is not new", "[correlate]") {
  CHECK(told_of(kFreeTail, "parcel refused by carrier: the moon was full", 1) == Told::not_at_all);
  CHECK(told_of(kFreeTail, "parcel refused by carrier: the moon was full", 2) == Told::not_at_all);
  // The template that stands for all of them once the miner knows.
  CHECK(told_of(kFreeTail, "parcel refused by carrier: <*> <*>", 3) == Told::not_at_all);
  CHECK(told_of(kFreeTail, "parcel refused by carrier: <*> <*>", 40) == Told::ticket);
  // Said again and again it is the news, whatever its beginning.
  CHECK(told_of(kFreeTail, "parcel refused by carrier: gateway is gone", 9) == Told::ticket);
  CHECK(told_of(kFreeTail, "letter refused by carrier: the moon was full", 1) == Told::ticket);
  CHECK(told_of(kFreeTail, "parcel refused by carrier: the moon was full", 1, {"http-5xx"}) == Told::ticket);
  // A name in the middle of a script without blanks.
  const std::vector<std::pair<std::string, int>> names{{"用户周伟登录失败", 1}, {"用户张三登录失败", 1}, {"用户李四登录失败", 1},
                                                       {"用户王五登录失败", 1}, {"用户赵六登录失败", 1}, {"用户孙芳登录失败", 1}};
  CHECK(told_of(names, "用户周敏登录失败", 1) == Told::not_at_all);
  CHECK(told_of(names, "数据库连接失败", 1) == Told::ticket);
  // Few reasons that come again and again are no free text: the next one is news.
  const std::vector<std::pair<std::string, int>> reasons{
      {"parcel refused by carrier: too heavy", 9}, {"parcel refused by carrier: too long", 8}, {"parcel refused by carrier: no label", 7},
      {"parcel refused by carrier: wet", 9},       {"parcel refused by carrier: torn", 9},     {"parcel refused by carrier: leaking", 1}};
  CHECK(told_of(reasons, "parcel refused by carrier: all trucks are on fire", 60) == Told::ticket);
}

TEST_CASE("family: what a known variable covers is not new, what it cannot hold is", "[correlate]") {
  CHECK(told_of({{"name is too long: '<*>'", 20}}, "name is too long: 'anna b c'", 1) == Told::not_at_all);
  CHECK(told_of({{"file is locked by <*> <*>", 20}}, "file is locked by Ada King Noel", 2) == Told::not_at_all);
  CHECK(told_of({{"key \"<*>\" of (<*>) is taken twice", 20}}, "key \"tab_a\" of (red wine) is taken twice", 2) == Told::not_at_all);
  CHECK(told_of({{"key \"<*>\" of (<*>) is taken twice", 20}}, "key \"tab_a\" of (red wine) is taken away", 2) == Told::ticket);
  CHECK(told_of({{"file is locked by <*> <*>", 60}}, "file is locked by a slow nightly job", 4) == Told::not_at_all);
  CHECK(told_of({{"file is locked by <*> <*>", 20}}, "file is locked by a dead process", 30) == Told::ticket);
  CHECK(told_of({{"request ended with #<*>", 20}}, "request ended with database is gone", 1) == Told::ticket);
}

TEST_CASE("family: a variant is told to nobody who sleeps", "[correlate]") {
  CHECK(told_of({{"visit on <*> AM could not be booked", 5}}, "visit on <*> PM could not be booked", 5) == Told::digest);
  CHECK(told_of({{"seat <*> not free", 5}}, "seat <*> not free trace=<*> code=<*>", 5) == Told::digest);
  CHECK(told_of({{"cannot reach shard alpha", 1}}, "cannot reach shard <*>", 3) == Told::digest);
  CHECK(told_of({{"seat <*> not free", 5}}, "seat <*> not free trace=<*> code=<*>", 25) == Told::ticket);  // louder than it was
  // One more reason, and all of them together as frequent as ever.
  CHECK(told_of({{"card refused: expired", 3}, {"card refused: no funds", 2}}, "card refused: do not honor", 3) == Told::digest);
  CHECK(told_of({{"card refused: expired", 1}, {"card refused: no funds", 1}}, "card refused: do not honor", 20) == Told::ticket);
  CHECK(told_of({{"cannot open file", 5}}, "cannot write file", 3) == Told::ticket);
  CHECK(told_of({{"mail to user <*> bounced", 1}}, "cannot write order <*>: ledger is read-only", 3) == Told::ticket);
}

TEST_CASE("family: several variants of a service are one finding", "[correlate]") {
  Scene scene;
  scene.baseline = true;
  scene.file = "then.log";
  scene.lines(-600, 0, 1, "shop", Severity::info, "order placed");
  for (const char* what : {"seat", "table", "room"}) scene.line(-300, "shop", Severity::error, std::string{what} + " <*> is not free");
  scene.baseline = false;
  scene.file = "now.log";
  scene.lines(0, 600, 1, "shop", Severity::info, "order placed");
  for (const char* what : {"seat", "table", "room"})
    scene.line(300, "shop", Severity::error, std::string{what} + " <*> is not free code=<*>");
  const Judged judged{scene};
  const auto found = judged.findings(FindingKind::new_error);
  REQUIRE(found.size() == 1);
  CHECK(found[0]->notify == Notify::digest);
  CHECK(found[0]->summary.find("a variant of what was said before, like 2 others of this service") != std::string::npos);
}

TEST_CASE("family: a graver one is new, and a new family is told by its first members", "[correlate]") {
  Scene scene;
  scene.lines(0, 1000, 1, "shop", Severity::info, "order placed");
  scene.line(10, "shop", Severity::error, "seat <*> not free").line(800, "shop", Severity::fatal, "seat <*> not free code=<*>");
  const Judged graver{scene};
  REQUIRE(graver.findings(FindingKind::new_error).size() == 1);
  CHECK(graver.findings(FindingKind::new_error)[0]->notify == Notify::page);

  Scene both;  // two new shapes of one message are two anomalies of the same trouble
  both.lines(0, 1000, 1, "shop", Severity::info, "order placed");
  both.line(800, "shop", Severity::error, "seat <*> not free").line(801, "shop", Severity::error, "seat <*> not free code=<*>");
  CHECK(Judged{both}.judgement.incidents.at(0).findings.size() == 2);

  Scene fresh;
  fresh.lines(0, 4000, 1, "shop", Severity::info, "order placed");
  for (int i = 0; i < 26; ++i)
    fresh.line(2000 + i * 70, "shop", Severity::error, "gateway refused the note: " + std::string(4, static_cast<char>('a' + i)));
  const Judged judged{fresh};
  CHECK(judged.findings(FindingKind::new_error).size() == 5);
  CHECK_FALSE(judged.judgement.incidents.empty());
}

TEST_CASE("family: thousands of strange messages take no time worth a thought", "[correlate]") {
  MessageFamilies families;
  std::vector<TemplateInfo> infos(9000);
  std::vector<Series> series(infos.size());
  for (std::size_t i = 0; i < infos.size(); ++i) {
    for (std::size_t word = i; infos[i].text.size() < 300; word = word * 7 + 3)
      infos[i].text += "w" + std::string(1 + word % 3, static_cast<char>('a' + word % 26)) + (word % 5 == 0 ? " (" : " ");
    series[i].info = &infos[i];
    series[i].severity = Severity::error;
    series[i].total = 1;
    static_cast<void>(families.kinship_of(series[i], 1));
    families.add_new(series[i]);
  }
  SUCCEED();
}

}  // namespace loglode
