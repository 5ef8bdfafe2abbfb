// What people say of templates stands above the rules: pinned and seeded texts, aliases; and the derivation of templates can say why.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "patterns/mining/template_miner.h"

using namespace loglode;

namespace {

struct Mined {
  Mined() : miner{{}, counters} {}
  ShapeId learn(const std::string& line, Severity severity = Severity::info) { return miner.learn(line, severity); }
  RunCounters counters;
  TemplateMiner miner;
};

TemplateId id_of(ShapeId shape) { return template_of(shape); }

}  // namespace

TEST_CASE("marks: a text fits what it is but for its variables", "[mining][marks]") {
  const auto expect = [](bool expected, std::string_view text, std::string_view message) {
    INFO(text << " | " << message);
    CHECK(fits(text, message) == expected);
  };
  expect(true, "took <*> ms", "took <*> ms");
  expect(true, "took <*> ms", "took 5 ms");
  expect(true, "took <*> ms", "took 5 or <*> ms");
  expect(true, "<*>", "anything");
  expect(true, "<*> of <*>", "1 of 2 of 3");
  expect(true, "a<*>b<*>c", "abc");
  expect(true, "plain", "plain");
  expect(false, "took <*> ms", "took 5 s");
  expect(false, "took <*> ms", "it took 5 ms");
  expect(false, "took <*> ms", "took 5 ms more");
  expect(false, "a<*>b<*>c", "acb");
  expect(false, "<*>x<*>", "no");
  expect(false, "a<*>a", "a");
  expect(false, "plain", "plainer");
}

TEST_CASE("marks: a pinned template keeps its text and id while its like are merged", "[mining][marks]") {
  Mined mined;
  std::vector<ShapeId> shapes;
  for (const char* word : {"alpha", "beta", "gamma", "delta", "epsilon", "zeta"})
    shapes.push_back(mined.learn(std::string{"worker "} + word + " finished its job on time"));
  TemplateMarks marks;
  marks.kept.push_back({id_of(shapes[1]), SeverityClass::quiet, "worker beta finished its job on time"});
  const TemplateCatalog catalog = mined.miner.derive_templates(marks);
  CHECK(catalog.of(shapes[1]).text == "worker beta finished its job on time");
  CHECK(catalog.of(shapes[1]).id == id_of(shapes[1]));
  CHECK(catalog.of(shapes[0]).text == "worker <*> finished its job on time");
}

TEST_CASE("marks: a seeded template takes its messages from the first one on, in its severity class alone", "[mining][marks]") {
  Mined mined;
  const ShapeId first = mined.learn("disk sda is full"), error = mined.learn("disk sdb is full", Severity::error);
  TemplateMarks marks;
  marks.kept.push_back({seeded_id("disk <*> is full", SeverityClass::quiet), SeverityClass::quiet, "disk <*> is full"});
  const TemplateCatalog catalog = mined.miner.derive_templates(marks);
  CHECK(catalog.of(first).text == "disk <*> is full");
  CHECK(catalog.of(first).id == seeded_id("disk <*> is full", SeverityClass::quiet));
  CHECK(catalog.of(first).aliases == std::vector{id_of(first)});
  CHECK(catalog.of(first).parameters.size() == 1);
  CHECK(catalog.of(error).text == "disk sdb is full");
  CHECK(seeded_id("disk <*> is full", SeverityClass::quiet) != seeded_id("disk <*> is full", SeverityClass::error));
}

TEST_CASE("marks: an alias makes one template of two, and all ids still lead to it", "[mining][marks]") {
  Mined mined;
  const ShapeId up = mined.learn("link is up"), other = mined.learn("the link came up"), apart = mined.learn("something else");
  TemplateMarks marks;
  marks.aliases.emplace_back(id_of(up), id_of(other));
  const TemplateCatalog catalog = mined.miner.derive_templates(marks);
  CHECK(catalog.of(up).text == "the link came up");
  CHECK(catalog.of(up).id == id_of(other));
  CHECK(catalog.of(other).id == id_of(other));
  CHECK(catalog.of(apart).text == "something else");
  CHECK(catalog.templates().size() == 2);
  marks.aliases.emplace_back(id_of(other), TemplateId{12345});  // a template that is not there: nothing happens
  CHECK(mined.miner.derive_templates(marks).templates().size() == 2);
}

TEST_CASE("marks: why a message has its template is said rule by rule", "[mining][marks]") {
  Mined mined;
  ShapeId last{};
  for (const char* word : {"alpha", "beta", "gamma", "delta", "epsilon"})
    last = mined.learn(std::string{"worker "} + word + " finished its job on time");
  DerivationTrace trace{last, {}};
  static_cast<void>(mined.miner.derive_templates({}, {}, &trace));
  REQUIRE(trace.reasons.size() >= 1);
  CHECK(trace.reasons[0] ==
        "\"epsilon\": 5 different words stand there in messages that are otherwise equal, 5 make it a variable (siblings)");
  const ShapeId two = mined.learn("sent 5 bytes in all");
  static_cast<void>(mined.learn("sent 5, 6 bytes in all"));
  DerivationTrace listed{two, {}};
  static_cast<void>(mined.miner.derive_templates({}, {}, &listed));
  REQUIRE(listed.reasons.size() == 1);
  CHECK(listed.reasons[0] == "equal to 1 other masked forms but for runs of variables, units, brackets (aliases)");
}

TEST_CASE("derivation rules: each can be switched off", "[mining][marks]") {
  Mined mined;
  for (const char* word : {"alpha", "beta", "gamma", "delta", "epsilon"})
    static_cast<void>(mined.learn(std::string{"worker "} + word + " finished its job on time"));
  static_cast<void>(mined.learn("sent 5 bytes in all"));
  static_cast<void>(mined.learn("sent 5, 6 bytes in all"));
  CHECK(mined.miner.derive_templates().templates().size() == 2);
  CHECK(mined.miner.derive_templates({}, {.siblings = false}).templates().size() == 6);
  CHECK(mined.miner.derive_templates({}, {.aliases = false}).templates().size() == 3);
}
