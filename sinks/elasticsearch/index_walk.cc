#include "sinks/elasticsearch/index_walk.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "sinks/elasticsearch/search_document.h"
#include "sinks/elasticsearch/search_setup.h"

namespace loglode {

namespace {

using Json = nlohmann::json;
namespace dom = simdjson::dom;

constexpr std::size_t kPage = 10'000;  // index.max_result_window, unless somebody changed it
constexpr std::string_view kKeepAlive = "5m";
constexpr std::string_view kFilterPath =
    "filter_path=pit_id,_scroll_id,timed_out,_shards.failed,hits.hits._id,hits.hits.fields,hits.hits.sort,error";

tl::unexpected<Error> unreadable(const std::string& what, bool retryable = false) {
  return fail(std::make_error_code(std::errc::protocol_error), "the answer to a search " + what, retryable);
}

/// Where a document has what it is walked by.
struct OriginFields {
  std::string stream{kStreamField}, hash{"event.hash"}, log_offset{"log.offset"}, path{"log.file.path"};
  std::string kafka_offset{"kafka.offset"}, topic{"kafka.topic"}, partition{"kafka.partition"};
};

const OriginFields& fields_of(SearchShape shape) {
  static const OriginFields ecs;
  static const OriginFields otel{"attributes.loglode.stream",
                                 "attributes.event.hash",
                                 "attributes.log.offset",
                                 "attributes.log.file.path",
                                 "attributes.messaging.kafka.offset",
                                 "attributes.messaging.destination.name",
                                 "attributes.messaging.destination.partition.id"};
  return shape == SearchShape::otel ? otel : ecs;
}

/// The first value of a field, as doc values are answered.
std::string_view first_text(const dom::element& fields, std::string_view name) {
  dom::array values;
  std::string_view text;
  if (fields[name].get(values) != simdjson::SUCCESS || values.size() == 0) return {};
  return values.at(0).get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

bool read_hit(const dom::element& hit, StoredDocument& out, std::string& last_sort) {
  if (std::string_view id; hit["_id"].get(id) == simdjson::SUCCESS) out.id = id;
  dom::array sort;
  if (hit["sort"].get(sort) != simdjson::SUCCESS || sort.size() == 0) return false;
  if (sort.at(0).get(out.place) != simdjson::SUCCESS) return false;
  last_sort = simdjson::minify(sort);
  dom::element fields;
  if (hit["fields"].get(fields) != simdjson::SUCCESS) return true;
  for (const SearchShape shape : {SearchShape::ecs, SearchShape::otel}) {
    if (!out.hash) out.hash = read_event_hash(first_text(fields, fields_of(shape).hash));
    out.is_of_stream = out.is_of_stream || !first_text(fields, fields_of(shape).stream).empty();
  }
  return true;
}

/// A search that the server has no room or time for is asked again, unless it may have moved a scroll.
Result<HttpAnswer> ask_patiently(const SearchSinkConfig& sink, const std::string& path, const std::string& body, bool may_repeat) {
  constexpr int kTries = 6;
  for (int attempt = 1;; ++attempt) {
    auto answer = ask(sink, "POST", path, body);
    const bool is_busy = answer ? answer->status == 429 : may_repeat;
    if (!is_busy || attempt == kTries) return answer;
    std::this_thread::sleep_for(std::chrono::seconds{1 << (attempt - 1)});
  }
}

Json term(std::string_view field, Json value) { return {{"term", {{field, std::move(value)}}}}; }

}  // namespace

Result<HitPage> read_hits(std::string body) {
  HitPage page;
  dom::parser parser;
  dom::element answer;
  body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  if (parser.parse(body).get(answer) != simdjson::SUCCESS) return unreadable("is no JSON");
  bool timed_out = false;
  std::uint64_t failed = 0;
  if (answer["timed_out"].get(timed_out) != simdjson::SUCCESS) timed_out = false;
  if (answer["_shards"]["failed"].get(failed) != simdjson::SUCCESS) failed = 0;
  if (timed_out || failed != 0) return unreadable("is not whole: a shard failed, or time ran out", true);
  std::string_view cursor;
  if (answer["pit_id"].get(cursor) == simdjson::SUCCESS || answer["_scroll_id"].get(cursor) == simdjson::SUCCESS) page.cursor = cursor;
  dom::array hits;
  if (answer["hits"]["hits"].get(hits) != simdjson::SUCCESS) return page;  // the filter leaves out what is empty
  page.documents.reserve(hits.size());
  for (const dom::element hit : hits)
    if (!read_hit(hit, page.documents.emplace_back(), page.last_sort)) return unreadable("has a document without an offset");
  return page;
}

std::string walk_query(const WalkedStream& stream, bool all_name_streams, std::string_view cursor, std::string_view after,
                       SearchShape shape) {
  const OriginFields& fields = fields_of(shape);
  const bool is_topic = !stream.topic.empty();
  const std::string offset = is_topic ? fields.kafka_offset : fields.log_offset;
  constexpr std::uint64_t kLongMax = std::numeric_limits<std::int64_t>::max();
  const Json range = {{"range", {{offset, {{"gte", stream.from}, {"lt", std::min(stream.to, kLongMax)}}}}}};
  const Json named = term(fields.stream, to_hex(stream.identity));
  Json which = named;
  if (!all_name_streams) {  // then ids tell whose a document is
    const Json origin = is_topic ? Json{term(fields.topic, stream.topic), term(fields.partition, stream.partition)}
                                 : Json{{{"terms", {{fields.path, stream.paths}}}}};
    const Json nameless = {{"bool", {{"filter", origin}, {"must_not", {{"exists", {{"field", fields.stream}}}}}}}};
    which = {{"bool", {{"should", {named, nameless}}, {"minimum_should_match", 1}}}};
  }
  Json query = {{"size", kPage},
                {"_source", false},
                {"docvalue_fields", {fields.hash, fields.stream}},
                {"query", {{"bool", {{"filter", {range, which}}}}}},
                {"sort", {{{offset, {{"order", "asc"}, {"unmapped_type", "long"}}}}}}};
  // An id is in the stored fields: to read it, the server decompresses as much as for the document itself.
  if (all_name_streams) query["stored_fields"] = "_none_";
  if (!cursor.empty()) {
    query["track_total_hits"] = false;  // which a scroll of OpenSearch does not take
    query["pit"] = {{"id", cursor}, {"keep_alive", kKeepAlive}};
    query["sort"].push_back({{"_shard_doc", "asc"}});  // several records can be of one message
    if (!after.empty()) query["search_after"] = Json::parse(after);
  }
  return query.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::unique_ptr<IndexWalk>> IndexWalk::open(const SearchSinkConfig& sink, bool is_opensearch) {
  std::unique_ptr<IndexWalk> made{new IndexWalk{sink}};
  IndexWalk& walk = *made;
  const auto refreshed = ask(sink, "POST", sink.data_stream + "/_refresh");
  if (!refreshed) return tl::unexpected<Error>(refreshed.error());
  walk.is_there_ = refreshed->status != 404;
  if (!walk.is_there_) {
    walk.notes_.push_back("there is no data stream " + sink.data_stream);
    return made;
  }
  if (!refreshed->is_success())
    walk.notes_.push_back(
        fmt::format("we may not refresh {} ({}): what was written in the last seconds may look lost", sink.data_stream, refreshed->status));
  if (auto done = walk.look_at_indices(); !done) return tl::unexpected<Error>(done.error());
  if (auto done = walk.look_for_nameless(); !done) return tl::unexpected<Error>(done.error());
  if (auto done = walk.open_cursor(is_opensearch); !done) return tl::unexpected<Error>(done.error());
  return made;
}

IndexWalk::~IndexWalk() {
  close_cursor();
  if (!point_.empty()) static_cast<void>(ask(sink_, "DELETE", "_pit", Json{{"id", point_}}.dump()));
}

/// OpenSearch orders what is equal in a point in time by nothing that search_after could name: there it is a scroll.
Result<void> IndexWalk::open_cursor(bool is_opensearch) {
  by_scroll_ = true;
  if (is_opensearch) return {};
  const auto opened = ask(sink_, "POST", fmt::format("{}/_pit?keep_alive={}", sink_.data_stream, kKeepAlive));
  if (!opened) return tl::unexpected<Error>(opened.error());
  if (opened->status == 401 || opened->status == 403) return refused(sink_, "reading " + sink_.data_stream, *opened);
  if (!opened->is_success()) return {};
  const Json answer = Json::parse(opened->body, nullptr, false);
  if (answer.is_object()) point_ = answer.value("id", std::string{});
  by_scroll_ = point_.empty();
  return {};
}

/// `.ds-NAME-2026.11.28-000003`: two indices came before it.
Result<void> IndexWalk::look_at_indices() {
  const auto answer = ask(sink_, "GET", sink_.data_stream + "/_settings?filter_path=*.settings.index.creation_date");
  if (!answer) return tl::unexpected<Error>(answer.error());
  const Json indices = answer->is_success() ? Json::parse(answer->body, nullptr, false) : Json{};
  if (!indices.is_object()) {
    notes_.push_back(
        fmt::format("we may not see the indices of {} ({}): what was deleted there looks lost", sink_.data_stream, answer->status));
    return {};
  }
  std::uint64_t first = std::numeric_limits<std::uint64_t>::max();
  std::int64_t made = std::numeric_limits<std::int64_t>::max();
  for (const auto& [name, settings] : indices.items()) {
    std::uint64_t number = 0;
    const std::size_t digits = name.rfind('-') + 1;
    std::from_chars(name.data() + digits, name.data() + name.size(), number);
    first = std::min(first, number);
    const Json& date = settings.at("/settings/index/creation_date"_json_pointer);
    const std::string text = date.is_string() ? date.get<std::string>() : date.dump();
    std::int64_t at = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), at).ec == std::errc{}) made = std::min(made, at);
  }
  if (indices.empty() || first <= 1 || made == std::numeric_limits<std::int64_t>::max()) return {};
  begins_ = Timestamp{std::chrono::milliseconds{made}};
  return {};
}

Result<void> IndexWalk::look_for_nameless() {
  const Json query = {{"size", 0},
                      {"terminate_after", 1},
                      {"track_total_hits", true},
                      {"query", {{"bool", {{"must_not", {{"exists", {{"field", fields_of(sink_.shape).stream}}}}}}}}}};
  const auto answer = ask(sink_, "POST", sink_.data_stream + "/_search?filter_path=hits.total.value", query.dump());
  if (!answer) return tl::unexpected<Error>(answer.error());
  if (!answer->is_success()) return refused(sink_, "reading " + sink_.data_stream, *answer);
  const Json found = Json::parse(answer->body, nullptr, false);
  constexpr const char* kTotal = "/hits/total/value";
  all_name_streams_ = found.is_object() && found.value(Json::json_pointer{kTotal}, 1) == 0;
  return {};
}

void IndexWalk::begin(WalkedStream stream) {
  close_cursor();
  stream_ = std::move(stream);
  page_ = {};
  at_ = 0;
  is_last_ = !is_there_;
}

Result<bool> IndexWalk::next(StoredDocument& out) {
  while (at_ == page_.documents.size()) {
    if (is_last_) return false;
    if (auto fetched = fetch(); !fetched) return tl::unexpected<Error>(fetched.error());
  }
  out = std::move(page_.documents[at_++]);
  return true;
}

Result<void> IndexWalk::fetch() {
  constexpr int kTries = 3;  // of an answer that is not whole
  for (int attempt = 1;; ++attempt) {
    const bool goes_on = by_scroll_ && !scroll_.empty();
    const std::string path = goes_on      ? fmt::format("_search/scroll?{}", kFilterPath)
                             : by_scroll_ ? fmt::format("{}/_search?scroll={}&{}", sink_.data_stream, kKeepAlive, kFilterPath)
                                          : fmt::format("_search?{}", kFilterPath);
    const std::string query = goes_on ? Json{{"scroll", kKeepAlive}, {"scroll_id", scroll_}}.dump()
                                      : walk_query(stream_, all_name_streams_, by_scroll_ ? std::string_view{} : std::string_view{point_},
                                                   page_.last_sort, sink_.shape);
    const auto answer = ask_patiently(sink_, path, query, !goes_on);
    if (!answer) return tl::unexpected<Error>(answer.error());
    if (!answer->is_success()) return refused(sink_, "reading " + sink_.data_stream, *answer);
    auto page = read_hits(answer->body);
    if (!page && (goes_on || !page.error().retryable || attempt == kTries))
      return fail(page.error().code, fmt::format("sink '{}': {}", sink_.name, page.error().message));
    if (!page) continue;
    if (!page->cursor.empty()) (by_scroll_ ? scroll_ : point_) = page->cursor;
    page_ = std::move(*page);
    at_ = 0;
    is_last_ = page_.documents.size() < kPage && !by_scroll_;
    if (page_.documents.empty()) is_last_ = true;
    return {};
  }
}

void IndexWalk::close_cursor() {
  if (scroll_.empty()) return;
  static_cast<void>(ask(sink_, "DELETE", "_search/scroll", Json{{"scroll_id", std::exchange(scroll_, {})}}.dump()));
}

}  // namespace loglode
