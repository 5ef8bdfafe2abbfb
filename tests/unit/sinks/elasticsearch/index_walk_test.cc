#include "sinks/elasticsearch/index_walk.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "sinks/elasticsearch/search_document.h"

namespace loglode {
namespace {

using Json = nlohmann::json;

TEST_CASE("hits: id, place, hash and whether the stream is named") {
  const auto page = read_hits(R"({"pit_id":"p2","timed_out":false,"_shards":{"failed":0},"hits":{"hits":[
    {"_id":"a","fields":{"event.hash":["000102030405060708090a0b0c0d0e0f"],"loglode.stream":["00"]},"sort":[7,4294967296]},
    {"_id":"b","fields":{"event.hash":["short"]},"sort":[9,1]},
    {"_id":"c","sort":[10,2]}]}})");
  REQUIRE(page);
  CHECK(page->cursor == "p2");
  CHECK(page->last_sort == "[10,2]");
  REQUIRE(page->documents.size() == 3);
  CHECK(page->documents[0].id == "a");
  CHECK(page->documents[0].place == 7);
  CHECK(page->documents[0].is_of_stream);
  REQUIRE(page->documents[0].hash);
  CHECK(to_hex(*page->documents[0].hash) == "000102030405060708090a0b0c0d0e0f");
  CHECK_FALSE(page->documents[1].hash);
  CHECK_FALSE(page->documents[1].is_of_stream);
  CHECK_FALSE(page->documents[2].hash);
}

TEST_CASE("hits: an answer that is not whole is none") {
  const auto expect = [](const std::string& body, bool is_good, bool is_retryable = false) {
    INFO(body);
    const auto page = read_hits(body);
    CHECK(page.has_value() == is_good);
    if (!page) CHECK(page.error().retryable == is_retryable);
  };
  expect("{}", true);
  expect(R"({"hits":{"hits":[]}})", true);
  expect("", false);
  expect(R"({"hits":{"hits":[)", false);
  expect(R"({"timed_out":true,"hits":{"hits":[]}})", false, true);
  expect(R"({"_shards":{"failed":1},"hits":{"hits":[]}})", false, true);
  expect(R"({"hits":{"hits":[{"_id":"a"}]}})", false);
  expect(R"({"hits":{"hits":[{"sort":[1]}]}})", true);  // ids were not asked for
  expect(R"({"hits":{"hits":[{"_id":"a","sort":["x"]}]}})", false);
}

TEST_CASE("walk: a query asks for doc values alone, of the stream, in the order of offsets") {
  WalkedStream file;
  file.identity = {1, 2};
  file.paths = {"/a.log", "/a.log.1"};
  file.from = 3;
  Json query = Json::parse(walk_query(file, true, "p", "[5,6]"));
  CHECK(query["_source"] == false);
  CHECK(query["sort"].size() == 2);
  CHECK(query["stored_fields"] == "_none_");
  CHECK(query["sort"][0].contains("log.offset"));
  CHECK(query["search_after"] == Json::array({5, 6}));
  CHECK(query["pit"]["id"] == "p");
  CHECK(query.dump().find("/a.log") == std::string::npos);
  CHECK(query.dump().find(to_hex(file.identity)) != std::string::npos);

  query = Json::parse(walk_query(file, false, {}, {}));
  CHECK(query["sort"].size() == 1);
  CHECK_FALSE(query.contains("stored_fields"));  // ids tell whose a document without a stream is
  CHECK_FALSE(query.contains("pit"));
  CHECK(query.dump().find("/a.log.1") != std::string::npos);

  WalkedStream topic;
  topic.topic = "orders";
  topic.partition = 4;
  query = Json::parse(walk_query(topic, false, {}, {}));
  CHECK(query["sort"][0].contains("kafka.offset"));
  CHECK(query.dump().find(R"({"kafka.partition":4})") != std::string::npos);

  query = Json::parse(walk_query(topic, true, {}, {}, SearchShape::otel));
  CHECK(query["sort"][0].contains("attributes.messaging.kafka.offset"));
  CHECK(query["docvalue_fields"] == Json{"attributes.event.hash", "attributes.loglode.stream"});
}

}  // namespace
}  // namespace loglode
