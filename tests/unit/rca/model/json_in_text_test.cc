#include "rca/model/json_in_text.h"

#include <catch2/catch.hpp>

namespace loglode::rca {
namespace {

TEST_CASE("the JSON object is found in whatever a model writes around it", "[rca]") {
  const auto expect = [](std::string_view text, std::string_view object) {
    INFO(text);
    CHECK(json_in_text(text).object == object);
    CHECK_FALSE(json_in_text(text).is_cut_off);
  };
  expect(R"({"a":1})", R"({"a":1})");
  expect("```json\n{\"a\": [1, {\"b\": \"}\"}]}\n```\nHope this helps!", "{\"a\": [1, {\"b\": \"}\"}]}");
  expect("The set {x} of causes [L1, L2]: {\"a\":\"\\\"{\"} and more", "{\"a\":\"\\\"{\"}");
  expect("<think>maybe {\"wrong\":true}</think>\n\n{\"a\":1}", R"({"a":1})");
  expect("{\"small\":1} or rather {\"larger\":[1,2,3]}", "{\"larger\":[1,2,3]}");
  expect("the set {x of causes is {\"a\":1}", R"({"a":1})");
  expect("{not json} {\"a\":1}", R"({"a":1})");
  expect("no object at all", "");
  expect("[1,2]", "");
  expect("{}", "{}");
}

TEST_CASE("an object that begins and does not end was cut off", "[rca]") {
  for (const std::string_view text : {"{\"a\":[1", "```json\n{\"summary\": \"the data", "{", "<think>x</think>{\"a\":{\"b\":1}"}) {
    INFO(text);
    CHECK(json_in_text(text).is_cut_off);
    CHECK(json_in_text(text).object.empty());
  }
  CHECK(json_in_text("").object.empty());
}

TEST_CASE("text made to keep the search busy ends soon", "[rca]") {
  const std::string braces(1'000'000, '{');
  CHECK(json_in_text(braces).object.empty());
  std::string opened = "{";
  for (int i = 0; i < 100'000; ++i) opened += "\"{";
  CHECK(json_in_text(opened).object.empty());
  CHECK(json_in_text(std::string(100'000, '[') + "{\"a\":1}").object == "{\"a\":1}");
}

}  // namespace
}  // namespace loglode::rca
