#include "sinks/elasticsearch/look_up.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

namespace loglode {

namespace {

using Json = nlohmann::json;

constexpr std::string_view kHashField = "event.hash";

std::string member_of_action(std::string_view action, const char* name) {
  const Json line = Json::parse(action, nullptr, false);
  if (!line.is_object() || line.empty() || !line.front().is_object()) return {};
  const auto found = line.front().find(name);
  return found != line.front().end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::string_view action_of(const Bulk& bulk, const BulkDocument& document) {
  return bulk.lines_of(document).substr(0, document.action_size);
}

/// Of a document as we send it, with dotted names, or as a server rebuilds it from its fields; in OpenTelemetry's shape among the
/// attributes.
std::string hash_in(const Json& source) {
  if (!source.is_object()) return {};
  if (const auto attributes = source.find("attributes"); attributes != source.end()) return hash_in(*attributes);
  if (const auto dotted = source.find(kHashField); dotted != source.end())
    return dotted->is_string() ? dotted->get<std::string>() : std::string{};
  const Json::json_pointer nested{"/event/hash"};
  return source.contains(nested) && source[nested].is_string() ? source[nested].get<std::string>() : std::string{};
}

std::string hash_of(const Bulk& bulk, const BulkDocument& document) {
  return hash_in(Json::parse(bulk.lines_of(document).substr(document.action_size), nullptr, false));
}

tl::unexpected<Error> no_answer() {
  return fail(std::make_error_code(std::errc::bad_message), "what answers to _mget is not for these documents", true);
}

bool is_forbidden(std::string_view error_type) { return error_type == "security_exception"; }

}  // namespace

std::string target_of(std::string_view action) { return member_of_action(action, "_index"); }

std::string look_up_body(const Bulk& bulk, const std::vector<StoredPlace>& places) {
  Json docs = Json::array();
  for (const StoredPlace& place : places)
    docs.push_back({{"_index", place.index},
                    {"_id", member_of_action(action_of(bulk, bulk.documents[place.document]), "_id")},
                    {"_source", Json::array({kHashField, fmt::format("attributes.{}", kHashField)})}});
  return Json{{"docs", std::move(docs)}}.dump();
}

Result<std::vector<StoredAs>> stored_as(std::string_view answer, const Bulk& bulk, const std::vector<StoredPlace>& places) {
  const Json read = Json::parse(answer, nullptr, false);
  if (!read.is_object() || !read.contains("docs") || !read["docs"].is_array() || read["docs"].size() != places.size()) return no_answer();
  std::vector<StoredAs> out(bulk.documents.size(), StoredAs::absent);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Json& doc = read["docs"][i];
    if (!doc.is_object()) return no_answer();
    const Json error = doc.value("error", Json::object());
    if (error.is_object() && is_forbidden(error.value("type", std::string{})))
      return fail(std::make_error_code(std::errc::permission_denied), "our key may not read " + places[i].index);
    if (!doc.value("found", false)) continue;
    const std::string stored = hash_in(doc.value("_source", Json::object()));
    const std::string ours = hash_of(bulk, bulk.documents[places[i].document]);
    const StoredAs as = stored.empty() || ours.empty() ? StoredAs::unverified : stored == ours ? StoredAs::same : StoredAs::different;
    StoredAs& best = out[places[i].document];  // of several indices: one that holds ours counts
    if (best == StoredAs::absent || as < best) best = as;
  }
  return out;
}

Result<std::vector<std::string>> written_since(std::string_view answer, std::chrono::system_clock::time_point since,
                                               std::size_t count_max) {
  using std::chrono::milliseconds;
  const Json read = Json::parse(answer, nullptr, false);
  if (!read.is_object()) return fail(std::make_error_code(std::errc::bad_message), "what answers to _settings is no object", true);
  std::vector<std::pair<std::int64_t, std::string>> indices;  // by when they were made
  for (const auto& [name, settings] : read.items()) {
    const Json::json_pointer place{"/settings/index.creation_date"};
    std::int64_t made = 0;
    if (settings.contains(place) && settings[place].is_string()) {
      const auto& text = settings[place].get_ref<const std::string&>();
      std::from_chars(text.data(), text.data() + text.size(), made);
    }
    indices.emplace_back(made, name);
  }
  std::sort(indices.rbegin(), indices.rend());
  const std::int64_t first = std::chrono::duration_cast<milliseconds>(since.time_since_epoch()).count();
  std::vector<std::string> out;
  for (auto& [made, name] : indices) {
    if (out.size() == count_max) break;
    out.push_back(std::move(name));
    if (made < first) break;  // what is older was not written to any more
  }
  return out;
}

}  // namespace loglode
