// The reader against nlohmann::json, which is slow and obvious, on random documents and on damaged ones.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "parse/json/json_format.h"
#include "tests/unit/parse/json/parsed.h"

using namespace loglode;
using Json = nlohmann::ordered_json;

namespace {

class Documents {
 public:
  explicit Documents(unsigned seed) : random_(seed) {}

  Json object(unsigned depth = 0) {
    constexpr const char* kKeys[] = {"message", "level", "@timestamp", "other", "x.y", "", "a\"b", "tags", "\xC3\xA9", "unheard-of"};
    Json made = Json::object();
    for (unsigned left = below(6); left-- > 0;) {
      const std::string key = kKeys[below(std::size(kKeys))];
      if (!made.contains(key))
        made[key] = depth == 0 && key == "level" ? Json(level()) : depth == 0 && key == "@timestamp" ? Json(time()) : value(depth + 1);
    }
    return made;
  }
  std::string damaged(std::string text) {
    for (unsigned left = 1 + below(3); left-- > 0 && !text.empty();) {
      const std::size_t at = below(static_cast<unsigned>(text.size()));
      constexpr std::string_view kBytes = "{}[]\",:\\ \n0e-.tfn\x01\xFF";
      switch (below(3)) {
        case 0:
          text[at] = kBytes[below(kBytes.size())];
          break;
        case 1:
          text.erase(at, 1);
          break;
        default:
          text.insert(at, 1, kBytes[below(kBytes.size())]);
      }
    }
    return text;
  }
  unsigned below(std::size_t bound) { return static_cast<unsigned>(random_() % bound); }

 private:
  std::string level() {
    constexpr const char* kLevels[] = {"trace", "debug", "info", "warn", "error", "fatal"};
    return kLevels[below(6)];
  }
  std::string time() { return "2023-11-14T22:13:" + std::to_string(10 + below(50)) + "." + std::to_string(100 + below(900)) + "Z"; }
  std::string string() {
    constexpr const char* kParts[] = {"a", "\"", "\\", "\n", "{", "}", ",", "\xF0\x9F\x98\x80", "\xC3\xA9", "word ", "\x7F", "/"};
    std::string made;
    for (unsigned left = below(8); left-- > 0;) made += kParts[below(std::size(kParts))];
    return made;
  }
  Json value(unsigned depth) {
    switch (below(depth > 4 ? 5 : 7)) {
      case 0:
        return nullptr;
      case 1:
        return below(2) == 0;
      case 2:
        return static_cast<int>(below(1000)) - 500;
      case 3:
        return below(1000) / 8.0;
      case 4:
        return "s" + string();
      case 5:
        return object(depth);
      default: {
        Json made = Json::array();
        for (unsigned left = below(4); left-- > 0;) made.push_back(value(depth + 1));
        return made;
      }
    }
  }
  std::mt19937 random_;
};

bool has_exponent(const std::string& text) {
  for (std::size_t at = 1; at < text.size(); ++at) {
    if ((text[at] | 0x20) == 'e' && text[at - 1] >= '0' && text[at - 1] <= '9') return true;
  }
  return false;
}

}  // namespace

TEST_CASE("json: message, time and level are what nlohmann::json finds", "[parse][json]") {
  Documents documents{1};
  for (int i = 0; i < 20'000; ++i) {
    const Json document = documents.object();
    const std::string text = document.dump(documents.below(4) == 0 ? 2 : -1, ' ', documents.below(2) == 0);
    INFO(text);
    const Parsed got{JsonFormat{}, text, documents.below(2) == 0};
    REQUIRE(got.good);
    if (document.contains("level")) REQUIRE(severity_name(got.record.severity) == document["level"].get<std::string>());
    REQUIRE((got.record.time != kNoTime) == document.contains("@timestamp"));
    if (document.contains("@timestamp")) REQUIRE(got.time() == document["@timestamp"].get<std::string>().substr(0, 23) + "000000Z");
    if (!document.contains("message") || document["message"].is_null()) continue;
    std::string want = document["message"].is_string() ? document["message"].get<std::string>() : Json::parse(got.record.message).dump();
    if (!document["message"].is_string()) REQUIRE(want == document["message"].dump());
    while (document["message"].is_string() && want.ends_with('\n')) want.pop_back();
    if (document["message"].is_string()) REQUIRE(got.record.message == want);
  }
}

TEST_CASE("json: of damaged documents none is accepted that nlohmann::json refuses, but for escapes, UTF-8 and huge numbers",
          "[parse][json]") {
  Documents documents{2};
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = documents.damaged(documents.object().dump());
    const Parsed parsed{JsonFormat{}, text, true};
    const bool ours = parsed.good;
    const bool theirs = Json::accept(text) && Json::parse(text).is_object();
    if (parsed.record.has(RecordFlag::not_utf8) || text.find('\\') != std::string::npos || has_exponent(text)) continue;
    const std::size_t first = text.find_first_not_of(" \t\r\n"), last = text.find_last_not_of(" \t\r\n");
    if (first != std::string::npos && (text[first] == '[' || text[last] == ',' || text[last] == ']')) continue;  // a line of an array
    INFO(text);
    REQUIRE(ours == theirs);
    accepted += ours;
  }
  REQUIRE(accepted > 20);
}
