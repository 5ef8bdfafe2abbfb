#include "sinks/elasticsearch/bulk_answer.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/random_rounds.h"

using namespace loglode;

namespace {

struct Item {
  int status = 0;
  std::string operation, index, id, type, reason, failure_store;
  bool operator==(const Item&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Item& item) {
  return out << item.operation << ' ' << item.index << ' ' << item.id << ' ' << item.status << ' ' << item.type << " <" << item.reason
             << "> " << item.failure_store;
}

std::string name_of(FailureStore store) {
  static constexpr std::array<const char*, 4> kNames{"", "used", "failed", "not_enabled"};
  return kNames[static_cast<std::size_t>(store)];
}

struct Outcome {
  std::vector<Item> items;
  bool good = false;
  std::string error;
};

/// The answer given in `pieces`, which are as long as `next()` says.
template <class Next>
Outcome read_in_pieces(std::string_view text, Next&& next, std::size_t item_bytes_max = 1 * kMiB) {
  Outcome out;
  BulkAnswer answer{[&](const BulkItem& item) {
                      CHECK(item.position == out.items.size());
                      out.items.push_back({item.status, std::string{item.operation}, std::string{item.index}, std::string{item.id},
                                           std::string{item.error_type}, std::string{item.error_reason}, name_of(item.failure_store)});
                    },
                    item_bytes_max};
  Result<void> done;
  while (!text.empty() && done) {
    const std::size_t size = std::min(text.size(), static_cast<std::size_t>(next()));
    done = answer.append(text.substr(0, size));
    text.remove_prefix(size);
  }
  if (done) done = answer.finish();
  CHECK(answer.items() == out.items.size());
  CHECK(answer.finish().has_value() == done.has_value());
  out.good = done.has_value();
  if (!done) out.error = done.error().message;
  return out;
}

Outcome read(std::string_view text) {
  return read_in_pieces(text, [&] { return text.size(); });
}

std::string text_at(const nlohmann::json& object, const char* key) {
  return object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : std::string{};
}

/// The slow twin.
std::vector<Item> items_by_nlohmann(const std::string& text) {
  std::vector<Item> out;
  const nlohmann::json answer = nlohmann::json::parse(text);
  for (const nlohmann::json& element : answer["items"]) {
    const auto& result = element.begin().value();
    Item item{result["status"].get<int>(),     element.begin().key(), text_at(result, "_index"), text_at(result, "_id"), {}, {},
              text_at(result, "failure_store")};
    if (result.contains("error")) {
      const nlohmann::json* cause = &result["error"];
      item.type = text_at(*cause, "type");
      item.reason = text_at(*cause, "reason");
      while (cause->contains("caused_by")) {
        cause = &(*cause)["caused_by"];
        const std::string reason = text_at(*cause, "reason");
        if (item.reason.find(reason) == std::string::npos) item.reason += (item.reason.empty() ? "" : ": ") + reason;
      }
    }
    out.push_back(std::move(item));
  }
  return out;
}

/// Writes answers as no server would, but as JSON allows: keys in any order, spaces anywhere, escapes where none are needed.
class AnyAnswer {
 public:
  explicit AnyAnswer(unsigned seed) : random_(seed) {}

  std::string write(std::size_t items) {
    std::vector<std::string> members{member("errors", below(2) == 0 ? "true" : "false"), member("items", array(items))};
    if (below(2) == 0) members.push_back(member("took", number()));
    if (below(2) == 0) members.push_back(member("ingest_took", "-1.5e3"));
    if (below(3) == 0) members.push_back(member("note", string(text())));
    if (below(3) == 0) members.push_back(member("more", any(3)));
    return space() + object(std::move(members)) + space();
  }
  std::size_t below(std::size_t count) { return random_() % count; }

 private:
  std::string number() { return std::to_string(below(100'000)); }
  std::string space() {
    static constexpr std::array<const char*, 6> kSpaces{"", "", "", " ", "\n\t", "\r\n  "};
    return kSpaces[below(kSpaces.size())];
  }
  std::string text() {
    static constexpr std::array<const char*, 16> kPieces{
        "failed to parse", "\"", "\\", "items", "[", "]", "{", "}", ",", ":", "\n", "\x01", "ü", "\xf0\x9f\x98\x80", "日志", "\\\""};
    std::string out;
    for (std::size_t i = below(6); i-- > 0;) out += kPieces[below(kPieces.size())];
    return out;
  }
  std::string string(const std::string& text) {
    return nlohmann::json(text).dump(-1, ' ', below(2) == 0);  // at times in ASCII: surrogate pairs
  }
  std::string member(const std::string& key, const std::string& value) {
    return space() + string(key) + space() + ":" + space() + value + space();
  }
  std::string object(std::vector<std::string> members) {
    std::shuffle(members.begin(), members.end(), random_);
    std::string out = "{" + (members.empty() ? space() : std::string{});
    for (std::size_t i = 0; i < members.size(); ++i) out += (i > 0 ? "," : "") + members[i];
    return out + "}";
  }
  std::string any(unsigned depth) {
    static constexpr std::array<const char*, 4> kScalars{"null", "true", "0", "-3.25E-2"};
    const std::size_t kind = below(depth > 0 ? 4 : 2);
    if (kind == 0) return string(text());
    if (kind == 1) return kScalars[below(kScalars.size())];
    if (kind == 2) return "[" + any(depth - 1) + "," + space() + any(depth - 1) + "]";
    return object({member("items", any(depth - 1)), member("status", any(depth - 1))});
  }
  std::string error(unsigned depth) {
    std::vector<std::string> members{member("type", string(below(2) == 0 ? "mapper_parsing_exception" : text()))};
    if (below(5) != 0) members.push_back(member("reason", below(8) == 0 ? "null" : string(text())));
    if (depth > 0 && below(2) == 0) members.push_back(member("caused_by", error(depth - 1)));
    if (below(3) == 0) members.push_back(member("root_cause", any(2)));
    return object(std::move(members));
  }
  std::string item() {
    std::vector<std::string> members{member("status", std::to_string(100 + below(500)))};
    static constexpr std::array<const char*, 3> kStores{"used", "failed", "not_enabled"};
    if (below(3) != 0) members.push_back(member("_index", string(text())));
    if (below(3) != 0) members.push_back(member("_id", below(4) == 0 ? "null" : string(text())));
    if (below(3) == 0) members.push_back(member("failure_store", string(kStores[below(3)])));
    if (below(2) == 0) members.push_back(member("error", error(3)));
    if (below(2) == 0) members.push_back(member("_shards", any(3)));
    return object({member(below(2) == 0 ? "create" : "index", object(std::move(members)))});
  }
  std::string array(std::size_t items) {
    std::string out = "[" + space();
    for (std::size_t i = 0; i < items; ++i) out += (i > 0 ? "," : "") + space() + item() + space();
    return out + "]";
  }

  std::mt19937 random_;
};

std::string bulk(const std::string& item) { return R"({"errors":true,"took":3,"items":[)" + item + "]}"; }

}  // namespace

TEST_CASE("bulk answers: what each server writes", "[sinks][elasticsearch]") {
  const auto expect = [](const std::string& text, const std::vector<Item>& items) {
    INFO(text);
    const Outcome out = read(text);
    CHECK(out.error.empty());
    CHECK(out.items == items);
  };
  // Elasticsearch 8.19 and 9
  expect(
      bulk(
          R"({"create":{"_index":".ds-a-2026.11.29-000001","_id":"k1","_version":1,"result":"created","_shards":{"total":1,"successful":1,"failed":0},"_seq_no":0,"_primary_term":1,"status":201}})"),
      {{201, "create", ".ds-a-2026.11.29-000001", "k1", "", "", ""}});
  expect(
      bulk(
          R"({"create":{"_index":"a","_id":"k2","status":400,"failure_store":"not_enabled","error":{"type":"document_parsing_exception","reason":"[1:2] failed to parse: field name cannot be an empty string","caused_by":{"type":"illegal_argument_exception","reason":"field name cannot be an empty string"}}}})"),
      {{400, "create", "a", "k2", "document_parsing_exception", "[1:2] failed to parse: field name cannot be an empty string",
        "not_enabled"}});
  // OpenSearch
  expect(
      bulk(
          R"({"create":{"_index":"a","_id":null,"status":400,"error":{"type":"mapper_parsing_exception","reason":"failed to parse","caused_by":{"type":"illegal_argument_exception","reason":"field name cannot be an empty string","caused_by":{"type":"x","reason":"deeper"}}}}})"),
      {{400, "create", "a", "", "mapper_parsing_exception", "failed to parse: field name cannot be an empty string: deeper", ""}});
  // filter_path, VictoriaLogs, and the security plug-ins' plain text
  expect(R"({"items":[{"create":{"status":201}},{"index":{"status":409,"error":{"type":"version_conflict_engine_exception"}}}]})",
         {{201, "create", "", "", "", "", ""}, {409, "index", "", "", "version_conflict_engine_exception", "", ""}});
  expect(R"({"took":1,"errors":false,"items":[{"create":{"status":200}}]})", {{200, "create", "", "", "", "", ""}});
  expect(bulk(R"({"create":{"status":403,"error":"no permissions for [indices:data/write/bulk]"}})"),
         {{403, "create", "", "", "", "no permissions for [indices:data/write/bulk]", ""}});
  expect(R"( {"items":[ ]} )", {});
}

TEST_CASE("bulk answers: read in any pieces they are what nlohmann reads", "[sinks][elasticsearch]") {
  for (unsigned seed = 0; seed < static_cast<unsigned>(test::random_rounds(400)); ++seed) {
    AnyAnswer any{seed};
    const std::string text = any.write(any.below(5));
    INFO(seed << ": " << text);
    const std::vector<Item> items = items_by_nlohmann(text);
    const Outcome pieces = read_in_pieces(text, [&] { return 1 + any.below(9); });
    CHECK(pieces.error.empty());
    CHECK(pieces.items == items);
    CHECK(read(text).items == items);
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
      bool first = true;
      const Outcome two = read_in_pieces(text, [&] { return std::exchange(first, false) ? std::max<std::size_t>(cut, 1) : text.size(); });
      if (!two.good || two.items != items) FAIL("cut at " << cut);
      if (text.substr(cut).find_first_not_of(" \t\r\n") == std::string::npos) continue;
      const Outcome part = read(text.substr(0, cut));
      if (part.good || part.items.size() > items.size() || !std::equal(part.items.begin(), part.items.end(), items.begin())) {
        FAIL("ends at " << cut);
      }
    }
  }
}

TEST_CASE("bulk answers: changed at random they are refused, or read as nlohmann reads them", "[sinks][elasticsearch]") {
  std::mt19937 random{5};
  static constexpr std::string_view kBytes = "{}[]:,\"\\ 0e-tn";
  for (int round = 0; round < test::random_rounds(40'000); ++round) {
    AnyAnswer any{static_cast<unsigned>(round / 100)};
    std::string text = any.write(2);
    text[random() % text.size()] = kBytes[random() % kBytes.size()];
    INFO(text);
    const Outcome out = read(text);
    if (out.good && nlohmann::json::accept(text)) CHECK(out.items.size() == nlohmann::json::parse(text)["items"].size());
  }
}

TEST_CASE("bulk answers: of a long string the beginning is kept, whole characters of it", "[sinks][elasticsearch]") {
  for (const std::string piece : {"a", "ü", "日", "\xf0\x9f\x98\x80", "\\\"", "\\n", "\\u0000", "\\ud83d\\ude00", "x\\\\", "\\u00fc日"}) {
    for (std::size_t shift = 0; shift < 12; ++shift) {
      std::string reason(shift, 'x');
      while (reason.size() < 200 * kKiB) reason += piece;
      const Outcome out =
          read(bulk(R"({"create":{"error":{"reason":")" + reason + R"(","type":"t"},"status":400}},{"index":{"status":201}})"));
      INFO(piece << " " << shift << " " << out.error);
      REQUIRE(out.items.size() == 2);
      CHECK(out.good);
      CHECK(out.items[0].type == "t");
      CHECK(out.items[0].reason.size() > 2 * kKiB);
      CHECK(out.items[0].reason.size() < 40 * kKiB);
      const std::string whole = nlohmann::json::parse("\"" + reason + "\"").get<std::string>();
      CHECK(whole.compare(0, out.items[0].reason.size(), out.items[0].reason) == 0);
    }
  }
}

// Errors

TEST_CASE("bulk answers: what is no answer to a bulk is refused, and nothing is taken after it", "[sinks][elasticsearch]") {
  const auto refused = [](const std::string& text, std::size_t taken) {
    INFO(text);
    const Outcome out = read(text);
    CHECK_FALSE(out.good);
    CHECK(out.items.size() == taken);
  };
  const std::string good = R"({"create":{"status":201}})";
  refused("", 0);
  refused("<html>504 Gateway Time-out</html>", 0);
  refused(R"([{"create":{"status":201}}])", 0);
  refused(R"({"took":3,"errors":false})", 0);
  refused(R"({"error":{"type":"x","items":[{"create":{"status":201}}]},"status":400})", 0);
  refused(R"({"items":null})", 0);
  refused(R"({"items":{"create":{"status":201}}})", 0);
  refused(R"({"items":[],"items":[]})", 0);
  refused(bulk(good) + "}", 1);
  refused(bulk(good) + bulk(good), 1);
  refused(bulk(good + ","), 1);
  refused(bulk(good + "," + good + ",null"), 2);
  refused(bulk(good + R"(,{"create":{"result":"created"}},)" + good), 1);
  for (const std::string status : {"\"201\"", "null", "201.0", "true", "{}", "2 01", "99999", "-1", "0", "18446744073709551616"}) {
    refused(bulk(R"({"create":{"status":)" + status + "}}," + good), 0);
  }
  refused(bulk("{}," + good), 0);
  refused(bulk(R"({"create":201},)" + good), 0);
  refused(bulk(R"({"create":{"status":201},"index":{"status":201}},)" + good), 0);
  refused(bulk("{\"create\":{\"_id\":\"\xff\",\"status\":201}}," + good), 0);
  refused(bulk("{\"create\":{\"_id\":\"\\uZZZZ\",\"status\":201}}," + good), 0);
  refused(bulk(R"({"create":{"more":[},"status":201}},)" + good), 0);
  refused(bulk(R"({"create":{"status":201,"more":)" + std::string(10'000, '[') + std::string(10'000, ']') + "}}," + good), 0);
}

TEST_CASE("bulk answers: an item over its limit is refused, whatever it is made of", "[sinks][elasticsearch]") {
  std::string members;
  while (members.size() < 2 * kMiB) members += "\"key\":[1,2,3],";
  const Outcome out = read(bulk(R"({"create":{"status":201}},{"create":{)" + members + R"("status":201}})"));
  CHECK_FALSE(out.good);
  CHECK(out.error == "an item in the answer to _bulk is over 1048576 bytes");
  CHECK(out.items.size() == 1);
}
