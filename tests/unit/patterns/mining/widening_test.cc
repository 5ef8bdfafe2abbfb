// Messages whose values are always new are one template each; messages that say different things never share one.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "patterns/mining/template_miner.h"
#include "reference_tokens.h"

using namespace loglode;

namespace {

class Values {
 public:
  explicit Values(std::uint32_t seed) : random_{seed} {}
  std::size_t below(std::size_t bound) { return random_() % bound; }
  std::string one(const std::vector<std::string>& list) { return list[below(list.size())]; }
  std::string word() {
    static const std::vector<std::string> kWords{"acorn", "beacon", "cedar", "dawn", "elm",   "fern", "gale", "heron",
                                                 "iris",  "jade",   "kelp",  "lark", "moss",  "newt", "oak",  "pine",
                                                 "quill", "reed",   "sage",  "tern", "umber", "vale", "wren", "yew"};
    return one(kWords);
  }
  std::string words(std::size_t least, std::size_t most) {
    return joined(least, most, " ", [this] { return word(); });
  }
  std::string number() { return std::to_string(below(10'000)); }
  std::string joined(std::size_t least, std::size_t most, const std::string& between, const std::function<std::string()>& item) {
    std::string out;
    for (std::size_t left = least + below(most - least + 1), first = 1; left != 0; --left, first = 0)
      out += (first != 0 ? "" : between) + item();
    return out;
  }

 private:
  std::mt19937 random_;
};

/// Distinct templates of a hundred and fifty messages, with an assertion that each covers its messages.
std::vector<std::string> templates_of(const std::function<std::string(Values&)>& message) {
  Values values{4711};
  RunCounters counters;
  TemplateMiner miner{{}, counters};
  std::map<std::string, ShapeId> shapes;
  for (int i = 0; i < 150; ++i) {
    const std::string line = message(values);
    shapes[line] = miner.learn(line, Severity::error);
  }
  const TemplateCatalog catalog = miner.derive_templates();
  std::set<std::string> texts;
  for (const auto& [line, shape] : shapes) {
    INFO(line << " in " << catalog.of(shape).text);
    CHECK(reference::matches(catalog.of(shape).text, reference::normalised(line)));
    texts.insert(catalog.of(shape).text);
  }
  return {texts.begin(), texts.end()};
}

}  // namespace

TEST_CASE("miner: messages whose values are always new are one template", "[mining]") {
  const auto expect = [](const std::string& text, const std::function<std::string(Values&)>& message) {
    INFO(text);
    CHECK(templates_of(message) == std::vector<std::string>{text});
  };
  using V = Values&;
  expect("cannot rename \"<*>\" twice", [](V v) { return "cannot rename \"" + v.words(1, 4) + "\" twice"; });
  expect("courier refused parcel with remark: <*>", [](V v) { return "courier refused parcel with remark: " + v.words(2, 9); });
  expect("ledger is kept open by <*>", [](V v) { return "ledger is kept open by " + v.words(1, 3); });
  expect("lookup of <*> gave an empty page", [](V v) { return "lookup of " + v.words(1, 5) + " gave an empty page"; });
  expect("unknown labels: <*>", [](V v) { return "unknown labels: " + v.joined(1, 5, ", ", [&] { return v.word(); }); });
  expect("labels <*> are reserved", [](V v) { return "labels " + v.joined(1, 4, "|", [&] { return v.word(); }) + " are reserved"; });
  expect("no owner for [<*>] here", [](V v) { return "no owner for [" + v.words(1, 6) + "] here"; });
  expect("merge failed for map[<*>] twice",
         [](V v) { return "merge failed for map[" + v.joined(0, 4, " ", [&] { return v.word() + ':' + v.number(); }) + "] twice"; });
  expect("wrong tags {<*>} given",
         [](V v) { return "wrong tags {" + v.joined(1, 4, ", ", [&] { return '\'' + v.word() + "': " + v.number(); }) + "} given"; });
  expect("insert of <*> failed",
         [](V v) { return "insert of " + v.joined(1, 9, ", ", [&] { return '\'' + v.words(1, 2) + '\''; }) + " failed"; });
  expect("INSERT INTO stock (id, name) VALUES (<*>) failed", [](V v) {
    return "INSERT INTO stock (id, name) VALUES " + v.joined(1, 9, ", ", [&] { return '(' + v.number() + ", '" + v.words(1, 2) + "')"; }) +
           " failed";
  });
  expect("DELETE FROM stock WHERE id IN (<*>) failed",
         [](V v) { return "DELETE FROM stock WHERE id IN (" + v.joined(1, 30, ", ", [] { return "?"; }) + ") failed"; });
  expect("bad Crate{id=<*>, lots=[<*>]} left", [](V v) {
    return "bad Crate{id=" + v.number() + ", lots=[" +
           v.joined(0, 6, ", ", [&] { return "Lot(code=" + v.word() + ", count=" + v.number() + ')'; }) + "]} left";
  });
  expect("sheet refused: <*> <*> invalid",
         [](V v) { return "sheet refused: " + (v.below(20) == 0 ? "1 cell" : v.number() + " cells") + " invalid"; });
  expect("visit on <*> was not stored", [](V v) {
    return "visit on 12/24/2026 0" + std::to_string(v.below(9) + 1) + ":15:00 " + v.one({"AM", "PM"}) + " was not stored";
  });
  expect("owner <*> of crate is gone", [](V v) {
    return "owner " + v.one({v.number(), v.number(), "null", "-", "<nil>", "N/A"}) + " of crate is gone";
  });
  expect("tank at <*> of its size", [](V v) { return "tank at " + v.number() + v.one({"%", " %", ""}) + " of its size"; });
  expect("key <*> of guest refused", [](V v) {
    return "key " + v.one({"[masked]", "[masked:key]", "a" + v.number() + "c77"}) + " of guest refused";
  });
}

TEST_CASE("miner: names within words of scripts without blanks are variables", "[mining]") {
  const std::vector<std::string> first{"张", "李", "王", "赵", "孙", "周", "吴", "郑"},
      second{"三", "四", "五", "六", "伟", "芳", "敏", "静"};
  CHECK(templates_of([&](Values& v) { return "用户" + v.one(first) + v.one(second) + "登录失败"; }) ==
        std::vector<std::string>{"用户<*>登录失败"});
  CHECK(templates_of([&](Values& v) { return "无法打开“" + v.one(first) + v.one(second) + "”"; }) ==
        std::vector<std::string>{"无法打开“<*>”"});
  // What is said stays apart.
  const std::vector<std::string> two = templates_of([&](Values& v) {
    return "用户" + v.one(first) + v.one(second) + v.one({"登录失败", "登录成功"});
  });
  CHECK(two == std::vector<std::string>{"用户<*>登录失败", "用户<*>登录成功"});
  CHECK(templates_of([](Values& v) {
          return v.one({"数据库连接失败", "数据库连接超时", "数据库连接成功", "数据库写入失败"});
        }).size() == 4);
}

TEST_CASE("miner: messages that say different things never share a template", "[mining]") {
  // Each set of messages is one sentence with another word at one place, all else the same; each has values of its own kind at others.
  const std::vector<std::vector<std::string>> different{{"Started", "Paused", "Stopped", "Resumed"},
                                                        {"GET", "POST", "PUT", "DELETE"},
                                                        {"up", "down"},
                                                        {"opened", "closed", "moved"},
                                                        {"failure", "success"},
                                                        {"enabled", "disabled"}};
  const std::vector<std::function<std::string(Values&)>> kinds{
      [](Values& v) { return v.number(); },
      [](Values& v) { return '\'' + v.words(1, 3) + '\''; },
      [](Values& v) { return '[' + v.joined(0, 4, ", ", [&] { return v.word(); }) + ']'; },
      [](Values& v) { return "by " + v.words(2, 3); },
      [](Values& v) { return "({" + v.joined(1, 3, ", ", [&] { return v.word() + '=' + v.number(); }) + "})"; },
      [](Values& v) { return "note: " + v.words(1, 7); },
  };
  Values values{99};
  for (int round = 0; round < 120; ++round) {
    const std::vector<std::string>& words = different[values.below(different.size())];
    const std::string head = "the " + values.word() + " unit", middle = values.word() + " gate";
    const auto& kind = kinds[values.below(kinds.size())];
    const bool before = values.below(2) == 0;
    RunCounters counters;
    TemplateMiner miner{{}, counters};
    std::map<std::string, std::set<ShapeId>> shapes;
    for (int i = 0; i < 150; ++i) {
      const std::string& word = words[values.below(words.size())];
      const std::string line = before ? head + ' ' + word + " the " + middle + ' ' + kind(values)
                                      : head + ' ' + kind(values) + " and " + middle + " is " + word + " again";
      shapes[word].insert(miner.learn(line, Severity::error));
    }
    const TemplateCatalog catalog = miner.derive_templates();
    std::map<TemplateId, std::string> owner;
    for (const auto& [word, those] : shapes)
      for (const ShapeId shape : those) {
        const TemplateInfo& info = catalog.of(shape);
        INFO(info.text);
        CHECK(owner.try_emplace(info.id, word).first->second == word);
      }
  }
}

// Bad input: what is widened is bounded, whatever the messages.

TEST_CASE("miner: lists and nests without end become templates in bounded time", "[mining]") {
  RunCounters counters;
  TemplateMiner miner{{}, counters};
  std::string items = "values (1", nest, words = "note to all of us: a";
  for (int i = 0; i < 100'000; ++i) items += ", 1", nest += i % 2 == 0 ? "[" : "{a: ", words += " b";
  for (int i = 0; i < 400; ++i) {
    const std::string number = std::to_string(i);
    static_cast<void>(miner.learn(items.substr(0, static_cast<std::size_t>(i) * 97) + ')', Severity::error));
    static_cast<void>(miner.learn(nest.substr(0, static_cast<std::size_t>(i) * 13), Severity::error));
    static_cast<void>(miner.learn(words.substr(0, static_cast<std::size_t>(i) * 7), Severity::error));
    static_cast<void>(miner.learn("(" + std::string(static_cast<std::size_t>(i % 200), '\'') + " \"" + number, Severity::error));
  }
  CHECK(miner.derive_templates().templates().size() < 1600);
}
