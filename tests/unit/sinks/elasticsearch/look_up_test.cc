#include "sinks/elasticsearch/look_up.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace loglode {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::system_clock;

Bulk bulk_of(const std::vector<std::pair<std::string, std::string>>& ids_and_hashes) {
  Bulk bulk;
  for (const auto& [id, hash] : ids_and_hashes) {
    const std::string action = Json{{"create", {{"_index", "logs-loglode-default"}, {"_id", id}}}}.dump() + "\n";
    Json source{{"message", R"(says ,"event.hash":"x" itself)"}, {"loglode.unknown", {{"event.hash", "a user's"}}}};
    if (!hash.empty()) source["event.hash"] = hash;
    BulkDocument document;
    document.action_size = action.size();
    bulk.add(document, action + source.dump() + "\n");
  }
  return bulk;
}

system_clock::time_point at(std::int64_t ms) { return system_clock::time_point{milliseconds{ms}}; }

TEST_CASE("a look-up asks each index for the id and the hash alone") {
  const Bulk bulk = bulk_of({{"a", "1"}, {"b", "2"}});
  CHECK(target_of(bulk.lines_of(bulk.documents[0]).substr(0, bulk.documents[0].action_size)) == "logs-loglode-default");
  CHECK(target_of("no action").empty());
  CHECK(target_of("{}").empty());
  const Json body = Json::parse(look_up_body(bulk, {{0, "i1"}, {1, "i1"}, {1, "i2"}}));
  CHECK(
      body ==
      Json::parse(
          R"({"docs": [{"_index": "i1", "_id": "a", "_source": ["event.hash", "attributes.event.hash"]}, {"_index": "i1", "_id": "b", "_source": ["event.hash", "attributes.event.hash"]},
                                         {"_index": "i2", "_id": "b", "_source": ["event.hash", "attributes.event.hash"]}]})"));
}

TEST_CASE("what stands under an id is ours by its hash") {
  const Bulk bulk = bulk_of(
      {{"same", "1"}, {"nested", "2"}, {"otel", "8"}, {"other", "3"}, {"bare", "4"}, {"ours has none", ""}, {"gone", "6"}, {"lost", "7"}});
  const std::vector<StoredPlace> places{{0, "i"}, {1, "i"}, {2, "i"}, {3, "i"}, {4, "i"}, {5, "i"}, {6, "i"}, {7, "i"}};
  const auto stored = stored_as(R"({"docs": [
      {"_id": "same", "found": true, "_source": {"event.hash": "1"}}, {"_id": "nested", "found": true, "_source": {"event": {"hash": "2"}}},
      {"_id": "otel", "found": true, "_source": {"attributes": {"event.hash": "8"}}},
      {"_id": "other", "found": true, "_source": {"event.hash": "9"}}, {"_id": "bare", "found": true},
      {"_id": "ours has none", "found": true, "_source": {"event.hash": "5"}}, {"_id": "gone", "found": false},
      {"_id": "lost", "error": {"type": "index_not_found_exception"}}]})",
                                bulk, places);
  REQUIRE(stored);
  CHECK(*stored == std::vector<StoredAs>{StoredAs::same, StoredAs::same, StoredAs::same, StoredAs::different, StoredAs::unverified,
                                         StoredAs::unverified, StoredAs::absent, StoredAs::absent});
}

TEST_CASE("of several indices the one that holds ours counts") {
  const Bulk bulk = bulk_of({{"a", "1"}, {"b", "2"}});
  const auto stored = stored_as(
      R"({"docs": [{"_id": "a", "found": true, "_source": {"event.hash": "9"}}, {"_id": "a", "found": true, "_source": {"event.hash": "1"}},
                                             {"_id": "b", "found": false}, {"_id": "b", "found": true, "_source": {"event.hash": "8"}}]})",
      bulk, {{0, "i1"}, {0, "i2"}, {1, "i1"}, {1, "i2"}});
  REQUIRE(stored);
  CHECK(*stored == std::vector<StoredAs>{StoredAs::same, StoredAs::different});
}

TEST_CASE("an answer that is not for these documents is no answer") {
  const Bulk bulk = bulk_of({{"a", "1"}});
  for (const char* const answer :
       {"", "[]", "{}", R"({"docs": []})", R"({"docs": [1]})", R"({"docs": [{"found": true}, {"found": true}]})", R"({"docs": [{"fou)"}) {
    const auto stored = stored_as(answer, bulk, {{0, "i"}});
    REQUIRE_FALSE(stored);
    CHECK(stored.error().retryable);
  }
  const auto forbidden = stored_as(R"({"docs": [{"_id": "a", "error": {"type": "security_exception"}}]})", bulk, {{0, "i"}});
  REQUIRE_FALSE(forbidden);
  CHECK_FALSE(forbidden.error().retryable);
}

TEST_CASE("only indices that may have been written to since then are looked into, the newest first") {
  const char* const answer =
      R"({".ds-x-000001": {"settings": {"index.creation_date": "1000"}}, ".ds-x-000003": {"settings": {"index.creation_date": "3000"}},
                                 ".ds-x-000002": {"settings": {"index.creation_date": "2000"}}})";
  using Names = std::vector<std::string>;
  CHECK(written_since(answer, at(3500), 9).value() == Names{".ds-x-000003"});
  CHECK(written_since(answer, at(3000), 9).value() == Names{".ds-x-000003", ".ds-x-000002"});
  CHECK(written_since(answer, at(2500), 9).value() == Names{".ds-x-000003", ".ds-x-000002"});
  CHECK(written_since(answer, at(0), 9).value() == Names{".ds-x-000003", ".ds-x-000002", ".ds-x-000001"});
  CHECK(written_since(answer, at(0), 2).value() == Names{".ds-x-000003", ".ds-x-000002"});
  CHECK(written_since("{}", at(0), 9).value().empty());
  CHECK_FALSE(written_since("[", at(0), 9));
}

}  // namespace
}  // namespace loglode
