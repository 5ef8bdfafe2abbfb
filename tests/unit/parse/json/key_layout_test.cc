// Keys known by where they stood in the record before: what is read never depends on that record.
#include <catch2/catch.hpp>

#include "parse/json/json_format.h"
#include "tests/unit/parse/json/parsed.h"

namespace loglode {
namespace {

struct Case {
  const char* name;
  std::string_view text, message, service;
  bool good = true;
};

// All of the same number of keys, so that each stands where another stood in the case before.
constexpr Case kCases[] = {
    {"as most are", R"({"service":"shop","message":"one"})", "one", "shop"},
    {"the other way round", R"({"message":"one","service":"shop"})", "one", "shop"},
    {"keys of the same size", R"({"servicf":"shop","messagf":"one"})", R"({"servicf":"shop","messagf":"one"})", ""},
    {"keys of the same ends", R"({"sezzice":"shop","mezzage":"one"})", R"({"sezzice":"shop","mezzage":"one"})", ""},
    {"other case", R"({"SERVICE":"shop","Message":"one"})", "one", "shop"},
    {"escapes in keys", R"({"\u0073ervice":"shop","m\u0065ssage":"one"})", "one", "shop"},
    {"escapes in values", R"({"service":"sh\u006fp","message":"o\u006ee"})", "one", "shop"},
    {"blanks", R"({ "service" : "shop" , "message" : "one" })", "one", "shop"},
    {"empty values", R"({"service":"","message":"one"})", "one", ""},
    {"empty keys", R"({"":"shop","message":"one"})", "one", ""},
    {"keys longer than are remembered", R"({"resource.service.name":"shop","message":"one"})", "one", "shop"},
    {"a long key of the same ends", R"({"resource.zzzzzzz.name":"shop","message":"one"})", "one", ""},
    {"the same key twice: the first counts", R"({"message":"one","message":"two"})", "one", ""},
    {"numbers", R"({"service":7,"message":"one"})", "one", ""},
    {"quotes in values", R"({"service":"shop","message":"\"one\""})", "\"one\"", "shop"},
    {"no colon", R"({"service" "shop","message":"one"})", "", "", false},
    {"no comma", R"({"service":"shop""message":"one"})", "", "", false},
    {"two values", R"({"service":"shop" "x","message":"one"})", "", "", false},
    {"something behind the text", R"({"service":"shop"x,"message":"one"})", "", "", false},
    {"a comma at the end", R"({"service":"shop","message":"one",})", "", "", false},
    {"closed by a bracket", R"({"service":"shop","message":"one"]})", "", "", false},
};

}  // namespace

TEST_CASE("a record reads the same whatever was read before it") {
  const JsonFormat json;
  for (const Case& before : kCases) {
    for (const Case& wanted : kCases) {
      const Parsed ignored{json, before.text};
      const Parsed parsed{json, wanted.text};
      INFO(wanted.name << ", after " << before.name);
      REQUIRE(parsed.good == wanted.good);
      if (!wanted.good) continue;
      CHECK(parsed.record.message == wanted.message);
      CHECK(parsed.record.service == wanted.service);
    }
  }
}

}  // namespace loglode
