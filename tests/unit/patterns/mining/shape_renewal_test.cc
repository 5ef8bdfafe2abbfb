// Shapes of an older version are what their messages are today.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "patterns/mining/explain.h"
#include "patterns/mining/shape_codec.h"
#include "patterns/mining/shape_renewal.h"
#include "patterns/mining/template_miner.h"

using namespace loglode;

namespace {

std::vector<EncodedShape> shapes_of(const std::vector<std::string>& messages, MinerConfig config = {}) {
  RunCounters counters;
  TemplateMiner miner{config, counters};
  for (const std::string& message : messages) static_cast<void>(miner.learn(message, Severity::error, "shop"));
  return miner.take_changed();
}

ShapeId today(std::string_view message) { return explain_template(message, Severity::error).shape; }

/// As a version stored it that read these words so: `<` begins a slot of this type with that text, `<<` one that varies.
std::string stored(const std::vector<std::pair<std::string, std::string>>& words) {
  ShapeParts parts;
  parts.severity = SeverityClass::error;
  parts.owner = "shop";
  for (const auto& [kind, text] : words) {
    const bool slot = kind != "constant", varies = kind == "varies";
    if (slot) {
      if (varies) parts.varied |= std::uint64_t{1} << parts.types.size();
      parts.types.push_back(bit_of(ValueType::number));
    }
    const std::string kept = varies ? std::string{} : text;
    parts.elements.push_back({static_cast<std::uint16_t>(parts.text.size()), static_cast<std::uint16_t>(kept.size()),
                              slot ? ElementKind::value : ElementKind::constant, ValueType::word, !parts.text.empty()});
    parts.text += kept;
  }
  return encode(Shape{parts});
}

}  // namespace

TEST_CASE("shape renewal: what is read as it was before keeps all that is known of it", "[mining][renewal]") {
  for (const std::vector<std::string>& messages :
       {std::vector<std::string>{"disk is full"},
        {"took 5 ms", "took 7 ms", "took 5 ms"},
        {"user=bob from 10.0.0.1:80 logged in", "user=eve from 10.0.0.2:81 logged in", "user=eve from 10.0.0.2:81 logged in"},
        {"can not open /var/lib/x/7: no space left", "can not open /var/lib/y/8: no space left"},
        {"name=\"two words\" id=7f3a9c2d1e state=OK"},
        {""}}) {
    INFO(messages.front());
    const std::vector<EncodedShape> before = shapes_of(messages);
    REQUIRE(before.size() == 1);
    const auto renewed = renew_shape(before[0].bytes, {});
    REQUIRE(renewed.has_value());
    CHECK(renewed->sure);
    CHECK(renewed->severity == SeverityClass::error);
    REQUIRE(renewed->shapes.size() == 1);
    CHECK(renewed->shapes[0].id == before[0].id);
    CHECK(renewed->shapes[0].bytes == before[0].bytes);
  }
}

TEST_CASE("shape renewal: what was read otherwise becomes what it is today", "[mining][renewal]") {
  const auto expect = [](const std::string& bytes, const std::vector<std::string>& examples, std::string_view message, bool sure) {
    INFO(message);
    const auto renewed = renew_shape(bytes, examples);
    REQUIRE(renewed.has_value());
    CHECK(renewed->shapes.front().id == today(message));
    CHECK(renewed->sure == sure);
  };
  const std::string number_as_word = stored({{"constant", "took"}, {"constant", "5"}, {"constant", "ms"}});
  expect(number_as_word, {}, "took 5 ms", true);
  const std::string word_as_slot = stored({{"constant", "state"}, {"varies", ""}});
  expect(word_as_slot, {"state ready", "state ready"}, "state ready", true);
  expect(word_as_slot, {"state ready", "state ready", "state gone"}, "state ready", false);  // two today: the one that most are of
  expect(word_as_slot, {}, "state 7", false);                                                // nobody knows what stood there
}

TEST_CASE("shape renewal: without its values a shape still varies where it did, and is not sure", "[mining][renewal]") {
  const std::vector<EncodedShape> before =
      shapes_of({"order=abc placed in 5 ms", "order=def placed in 6 ms"}, MinerConfig{.shapes_with_values_max = 0});
  REQUIRE(before.size() == 1);
  const auto renewed = renew_shape(before[0].bytes, {});
  REQUIRE(renewed.has_value());
  REQUIRE(renewed->shapes.size() == 1);
  CHECK(renewed->shapes[0].id == before[0].id);
  CHECK_FALSE(renewed->sure);
  RunCounters counters;
  TemplateMiner miner{{}, counters};
  REQUIRE(miner.absorb(renewed->shapes[0].bytes).has_value());
  CHECK(miner.derive_templates().of(before[0].id).text == "order=<*> placed in <*> ms");
  const std::vector<std::string> examples{"order=abc placed in 5 ms"};
  CHECK(renew_shape(before[0].bytes, examples)->sure);
}

TEST_CASE("shape renewal: what is no shape has no name today", "[mining][renewal]") {
  CHECK_FALSE(renew_shape("", {}).has_value());
  CHECK_FALSE(renew_shape("no shape at all", {}).has_value());
}

TEST_CASE("shape renewal: an id that was shown before is an alias of what it became", "[mining][renewal][marks]") {
  RunCounters counters;
  TemplateMiner miner{{}, counters};
  const ShapeId shape = miner.learn("took 5 ms", Severity::info);
  TemplateMarks marks;
  const TemplateId before{0x1234, 0};
  marks.former = {{before, template_of(shape)}, {TemplateId{0x99, 0}, TemplateId{7, 7}}};
  const TemplateCatalog catalog = miner.derive_templates(marks);
  REQUIRE(catalog.find(before) != nullptr);
  CHECK(catalog.find(before)->id == template_of(shape));
  CHECK(catalog.find_shown(0x1234) == catalog.find(before));
  CHECK(catalog.find_shown(shape.high) == catalog.find(before));
  CHECK(catalog.find(before)->aliases == std::vector<TemplateId>{before});
  CHECK(catalog.find_shown(0x99) == nullptr);
}
