#include "sinks/elasticsearch/search_document.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "sinks/elasticsearch/search_templates.h"

namespace loglode {
namespace {

using Json = nlohmann::json;
using namespace std::chrono;

constexpr Timestamp kRead{sys_days{2026y / November / 29} + 21h};
const std::string kMembers = template_members("took <*> ms", "00000000000000ab");

struct Made {
  Json action, source;
};

Made made(const Batch& batch, const Record& record, const std::string& hash_key = {}, SearchShape shape = SearchShape::ecs) {
  const RuleCatalog rules;
  SinkAnswers answers;
  SearchDocuments documents{
      rules,
      StreamRouter{shape == SearchShape::otel ? "logs-loglode.otel-default" : "logs-loglode-default", {}, answers, shape},
      hash_key,
      {},
      shape};
  std::string out;
  const std::size_t action_size = documents.append(out, batch, record, kMembers, kRead);
  REQUIRE(out.ends_with("}\n"));
  return {Json::parse(out.substr(0, action_size)), Json::parse(out.substr(action_size))};
}

Batch batch_of(const Record& record) {
  Batch batch;
  auto stream = std::make_shared<Stream>();
  stream->info.path = "/var/log/a.log";
  stream->info.service = "shop";
  stream->info.identity = {1, 2};
  batch.stream = stream;
  batch.records = {record};
  return batch;
}

TEST_CASE("a record is created under its id in the data stream") {
  Record record;
  record.raw = record.message = "took 5 ms";
  record.time = kRead - 1h;
  record.offset = 7;
  const Made one = made(batch_of(record), record);
  CHECK(one.action["create"]["_index"] == "logs-loglode-default");
  CHECK(one.action["create"]["_id"] == one.source["event.id"]);
  CHECK(one.source["loglode.stream"] == "00000000000000010000000000000002");
  CHECK(one.source["message"] == "took 5 ms");
  CHECK(one.source["@timestamp"] == "2026-11-29T20:00:00.000000000Z");
  CHECK(one.source["log.record.template_id"] == "00000000000000ab");
  CHECK_FALSE(one.source.contains("event.reason"));
  CHECK_FALSE(one.source.contains("event.hash"));
  CHECK_FALSE(one.source.contains("loglode.unknown"));
}

TEST_CASE("shape otel: a record as OpenTelemetry's exporter lays it out") {
  Record record;
  record.raw = record.message = "took 5 ms";
  record.severity = Severity::warn;
  record.host = "h1";
  record.trace_id = "abc";
  record.offset = 7;
  Batch batch = batch_of(record);
  batch.attributes = {{"error.type", "E"}, {"log.logger", "a.b"}, {"container.id", "c"}, {"mine", "x"}, {"error.type", "F"}};
  batch.records[0].attributes_count = 5;
  const Made one = made(batch, batch.records[0], "key", SearchShape::otel);
  CHECK(one.action["create"]["_index"] == "logs-loglode.otel-default");
  CHECK(one.source["body"] == Json{{"text", "took 5 ms"}});
  CHECK(one.source["severity_text"] == "warn");
  CHECK(one.source["severity_number"] == 13);
  CHECK(one.source["trace_id"] == "abc");
  CHECK(one.source["@timestamp"] == "2026-11-29T21:00:00.000000000Z");
  CHECK(one.source["data_stream.dataset"] == "loglode.otel");
  CHECK(one.source["scope"] == Json{{"name", "a.b"}});
  CHECK(one.source["resource"]["attributes"] == Json{{"service.name", "shop"}, {"host.name", "h1"}, {"container.id", "c"}});
  const Json& attributes = one.source["attributes"];
  CHECK(attributes["log.record.uid"] == one.action["create"]["_id"]);
  CHECK(attributes["log.record.template_id"] == "00000000000000ab");
  CHECK(attributes["log.offset"] == 7);
  CHECK(attributes["log.file.path"] == "/var/log/a.log");
  CHECK(attributes["exception.type"] == "E");
  CHECK(attributes["loglode.unknown"] == Json{{"mine", "x"}});
  CHECK(attributes["event.hash"].get<std::string>().size() == 32);
  CHECK(attributes["event.reason"].is_string());
}

TEST_CASE("routes: a dataset goes to a stream of the sink's shape, never to one of the other's template") {
  SinkAnswers answers;
  const auto stream = [&](const char* dataset, SearchShape shape) {
    SearchRoute route;
    route.dataset = std::string{"fixed:"} + dataset;
    StreamRouter router{"logs-loglode-default", route, answers, shape};
    Record record;
    record.raw = "x";
    const std::string action = router.stream_of(batch_of(record), record).action;
    return action.substr(0, action.find("\",\"_id")).substr(action.find("logs-"));
  };
  CHECK(stream("shop", SearchShape::ecs) == "logs-loglode.shop-default");
  CHECK(stream("shop", SearchShape::otel) == "logs-loglode.shop.otel-default");
  CHECK(stream("shop.otel", SearchShape::otel) == "logs-loglode.shop.otel-default");
  CHECK(stream("shop.otel", SearchShape::ecs) == "logs-loglode.shop.otel_-default");
  CHECK(stream("otel", SearchShape::otel) == "logs-loglode.otel-default");
}

TEST_CASE("a record without a time that the server takes has the one at which it was read, and says so") {
  for (const Timestamp time : {kNoTime, Timestamp{sys_days{1969y / December / 31}}, Timestamp{sys_days{2262y / February / 1}}}) {
    Record record;
    record.raw = record.message = "x";
    record.time = time;
    const Made one = made(batch_of(record), record);
    CHECK(one.source["@timestamp"] == "2026-11-29T21:00:00.000000000Z");
    CHECK_FALSE(one.source["event.reason"].get<std::string>().empty());
  }
}

TEST_CASE("the keyed hash is HMAC-SHA-256 of the raw bytes, cut to 128 bits") {
  Record record;
  record.raw = record.message = "what do ya want for nothing?";  // RFC 4231, test case 2
  record.time = kRead;
  CHECK(made(batch_of(record), record, "Jefe").source["event.hash"] == "5bdcc146bf60754e6a042426089575c7");
}

TEST_CASE("keys that nobody knows are one object: each once, none empty, bounded, whatever they are") {
  Record record;
  record.raw = record.message = "x";
  record.time = kRead;
  Batch batch = batch_of(record);
  const std::string long_text(100'000, 'v');
  batch.attributes = {{"a", "1"},
                      {"a", "2"},
                      {"a.b", "3"},
                      {"bad\xff", "8"},
                      {"bad\xfe", "9"},
                      {"", "4"},
                      {"long", long_text},
                      {"\"quoted\"\n", "5"},
                      {std::string_view{"nul\0", 4}, "7"},
                      {"@timestamp", "6"}};
  for (int i = 0; i < 1000; ++i) batch.attributes.push_back({batch.keep("key" + std::to_string(i)), "v"});
  record.attributes_count = static_cast<std::uint32_t>(batch.attributes.size());
  const Made one = made(batch, record);
  const Json& unknown = one.source["loglode.unknown"];
  CHECK(unknown["a"] == "1");
  CHECK(unknown["a.b"] == "3");
  CHECK(unknown["bad\xef\xbf\xbd"] == "8");
  CHECK(unknown["\"quoted\"\n"] == "5");
  CHECK_FALSE(unknown.contains(""));
  CHECK_FALSE(unknown.contains(std::string{"nul\0", 4}));
  CHECK(unknown["long"].get<std::string>().size() == kAttributeBytesMax);
  CHECK(unknown.size() == kAttributesMax);
  CHECK(one.source["loglode.unknown_cut"] == true);
  CHECK(one.source["@timestamp"] == "2026-11-29T21:00:00.000000000Z");
}

TEST_CASE("fields that our mapping names stand where it has them, each once") {
  Record record;
  record.message = "m";
  record.time = kRead;
  Batch batch = batch_of(record);
  batch.attributes = {{"error.type", "E"}, {"error.type", "F"}, {"log.logger", "a.b"}, {"http.status", "500"}};
  batch.records[0].attributes_count = 4;
  const Made one = made(batch, batch.records[0]);
  CHECK(one.source["error.type"] == "E");
  CHECK(one.source["log.logger"] == "a.b");
  CHECK(one.source["loglode.unknown"] == Json{{"http.status", "500"}});
}

TEST_CASE("a record goes to the data stream that its fields name, where that is allowed") {
  Record record;
  record.message = "m";
  Batch batch = batch_of(record);
  SinkAnswers answers;
  StreamRouter router{"logs-loglode-default", {"field:event.dataset", "field:labels.tenant", {"shop.*"}, 2}, answers};
  struct Row {
    const char *dataset, *tenant, *index;
  };
  for (const Row& row : std::initializer_list<Row>{{"", "", "logs-loglode-default"},
                                                   {"shop.Cart", "", "logs-loglode.shop.cart-default"},
                                                   {"", "Ac-me / x", "logs-loglode-ac_me___x"},
                                                   {"shop.pay", "acme", "logs-loglode-default"},  // a stream too many
                                                   {"shop.cart", "", "logs-loglode.shop.cart-default"},
                                                   {"other", "acme", "logs-loglode-default"},  // not allowed
                                                   {"../shop.x", "", "logs-loglode-default"}}) {
    batch.attributes = {{"event.dataset", row.dataset}, {"labels.tenant", row.tenant}};
    batch.records[0].attributes_count = 2;
    const StreamRouter::Stream& stream = router.stream_of(batch, batch.records[0]);
    const std::string index = Json::parse(stream.action + "\"}}")["create"]["_index"];
    CHECK(index == row.index);
    const Json members = Json::parse("{\"\":0" + stream.members + "}");
    CHECK(index == members["data_stream.type"].get<std::string>() + "-" + members["data_stream.dataset"].get<std::string>() + "-" +
                       members["data_stream.namespace"].get<std::string>());
  }
  std::map<std::string, std::uint64_t> counts;
  for (const SinkAnswers::Row& row : answers.rows()) counts[std::string{row.reason}] = row.count;
  CHECK(counts == std::map<std::string, std::uint64_t>{{"dataset_not_allowed", 2}, {"streams_max", 1}});
}

TEST_CASE("an event replaces what is stored under its key, by its revision") {
  Event event{Document::incident, "abc", R"({"schema":"loglode.incident/1","opened_at":"2026-11-29T20:00:00Z","summary":"it broke"})",
              EventChange::updated, 9};
  std::string out;
  event.opened_at = sys_days{2026y / October / 31} + 23h + 59min;
  std::size_t action_size = append_event(out, event, "loglode", true, kRead, 77);
  const Json action = Json::parse(out.substr(0, action_size)), source = Json::parse(out.substr(action_size));
  CHECK(action["index"] == Json{{"_index", "loglode-incidents-2026.10"}, {"_id", "abc"}, {"version", 9}, {"version_type", "external"}});
  CHECK(source["@timestamp"] == "2026-11-29T20:00:00Z");  // what it says of its beginning can change; where it is stored cannot
  CHECK(source["message"] == "it broke");
  CHECK(source["loglode.state"] == "updated");
  CHECK(source["loglode.incident"]["summary"] == "it broke");

  event = {Document::template_info, "t", "no JSON", EventChange::opened, 0};
  out.clear();
  action_size = append_event(out, event, "p", true, kRead, 77);
  CHECK(Json::parse(out.substr(0, action_size))["index"] ==
        Json{{"_index", "p-templates-v1"}, {"_id", "t"}, {"version", 77}, {"version_type", "external"}});
  CHECK(Json::parse(out.substr(action_size))["loglode.template"]["text"] == "no JSON");

  event = {Document::finding, "f", "{}", EventChange::opened, 3};
  out.clear();
  action_size = append_event(out, event, "p", true, kRead, 77);
  CHECK(Json::parse(out.substr(0, action_size))["index"]["_index"] == "p-findings-2026.11");  // no beginning is known: the month of now
  out.clear();
  action_size = append_event(out, event, "p", false, kRead, 77);
  CHECK(Json::parse(out.substr(0, action_size))["index"]["_index"] == "p-findings-v1");
}

TEST_CASE("the template of shape otel is made of the parts of Elastic's, where there is one") {
  TemplateChoices choices;
  choices.shape = SearchShape::otel;
  const Json own = Json::parse(index_templates({false, "9.1.0"}, choices)[0].body),
             open = Json::parse(index_templates({true, "3.9.0"}, choices)[0].body);
  CHECK(own["priority"] == 501);
  CHECK(own["template"]["mappings"]["dynamic"] == false);
  CHECK(open["template"]["mappings"]["properties"]["attributes"]["properties"]["loglode.unknown"]["type"] == "flat_object");
  choices.elastic_otel =
      R"({"composed_of": ["otel@mappings", "logs@custom"], "ignore_missing_component_templates": ["logs@custom"], "priority": 120})";
  choices.by = LifecycleBy::data_stream;
  choices.retention = {hours{24}, hours{24}};
  const Json composed = Json::parse(index_templates({false, "9.1.0"}, choices)[0].body);
  CHECK(composed["composed_of"] == Json{"otel@mappings", "logs@custom"});
  CHECK(composed["ignore_missing_component_templates"] == Json::array({"logs@custom"}));
  CHECK(composed["priority"] == 501);
  CHECK(composed["index_patterns"] == Json{"logs-loglode.otel-*", "logs-loglode.*.otel-*"});
  CHECK(composed["template"]["mappings"] == Json{{"properties", {{"@timestamp", {{"type", "date_nanos"}}}}}});
  CHECK(composed["template"]["data_stream_options"]["failure_store"]["enabled"] == false);
  CHECK(composed["template"]["settings"]["index"]["lifecycle"]["prefer_ilm"] == false);
}

TEST_CASE("index templates fit the server, and are known by their hash") {
  const auto hash = [](const IndexTemplate& of) { return Json::parse(of.body)["_meta"]["loglode_body"]; };
  const auto elastic = index_templates({false, "8.19.2"}, {}), old = index_templates({false, "7.17.28"}, {}),
             nine = index_templates({false, "9.0.4"}, {}), open = index_templates({true, "3.9.0"}, {});
  const auto again = index_templates({false, "9.1.0"}, {}), other = index_templates({false, "9.1.0"}, {"team", 3, 2});
  CHECK(hash(elastic[0]) == hash(again[0]));
  CHECK(hash(elastic[0]) != hash(old[0]));
  CHECK(hash(nine[0]) == hash(old[0]));
  CHECK(hash(elastic[0]) != hash(open[0]));
  CHECK(hash(again[0]) != hash(other[0]));
  const Json records = Json::parse(elastic[0].body), events = Json::parse(other[1].body);
  CHECK(records["index_patterns"] == Json{"logs-loglode-*", "logs-loglode.*-*"});
  CHECK(records["template"]["data_stream_options"]["failure_store"]["enabled"] == false);
  CHECK_FALSE(Json::parse(old[0].body)["template"].contains("data_stream_options"));
  CHECK(Json::parse(open[0].body)["template"]["mappings"]["properties"]["loglode.unknown"] == Json{{"type", "flat_object"}});
  CHECK(events["template"]["settings"]["index"]["number_of_shards"] == 3);
  CHECK(events["index_patterns"][0] == "team-findings-*");
}

}  // namespace
}  // namespace loglode
