#include "sinks/elasticsearch/stream_router.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <utility>

namespace loglode {

namespace {

constexpr std::size_t kPartBytesMax = 100;  // servers take 255 bytes of a stream's name

/// As a part of a stream's name can be: in lower case, what it cannot hold as `_`.
std::string part_of(std::string_view value) {
  std::string part{value.substr(0, kPartBytesMax)};
  for (char& c : part) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
    if (!is_plain) c = '_';
  }
  return part;
}

std::string_view field_of(const Batch& batch, const Record& record, std::string_view name) {
  if (name == "service.name") return record.service.empty() ? std::string_view{batch.stream->info.service} : record.service;
  for (const Attribute& attribute : batch.attributes_of(record))
    if (attribute.key == name) return attribute.value;
  for (const MessageField& field : batch.message_fields_of(record))
    if (field.name == name) return field.value;
  return {};
}

std::string_view value_of(const std::string& from, const Batch& batch, const Record& record) {
  if (from.starts_with("fixed:")) return std::string_view{from}.substr(6);
  if (from.starts_with("field:")) return field_of(batch, record, std::string_view{from}.substr(6));
  return {};
}

/// The template of the other shape is not for it.
std::string dataset_of(const std::string& named, SearchShape shape) {
  const bool is_otel = named == "otel" || named.ends_with(".otel");
  return "loglode." + named + (is_otel == (shape == SearchShape::otel) ? "" : is_otel ? "_" : ".otel");
}

StreamRouter::Stream make_stream(std::string_view dataset, std::string_view name_space) {
  return {fmt::format(R"({{"create":{{"_index":"logs-{}-{}","_id":")", dataset, name_space),
          fmt::format(R"(,"data_stream.type":"logs","data_stream.dataset":"{}","data_stream.namespace":"{}")", dataset, name_space)};
}

}  // namespace

StreamRouter::StreamRouter(std::string_view data_stream, SearchRoute route, SinkAnswers& answers, SearchShape shape)
    : route_{std::move(route)}, answers_{answers}, shape_{shape} {
  data_stream.remove_prefix(std::min(data_stream.size(), std::string_view{"logs-"}.size()));
  const std::size_t dash = data_stream.find('-');
  dataset_ = data_stream.substr(0, dash);
  namespace_ = dash == std::string_view::npos ? std::string_view{} : data_stream.substr(dash + 1);
  for_all_ = make_stream(dataset_, namespace_);
}

const StreamRouter::Stream& StreamRouter::stream_of(const Batch& batch, const Record& record) {
  if (route_.dataset.empty() && route_.tenant.empty()) return for_all_;
  const std::string named = part_of(value_of(route_.dataset, batch, record)), tenant = part_of(value_of(route_.tenant, batch, record));
  if (named.empty() && tenant.empty()) return for_all_;
  const bool is_allowed = named.empty() || route_.allow.empty() ||
                          std::any_of(route_.allow.begin(), route_.allow.end(),
                                      [&](const std::string& glob) { return fnmatch(glob.c_str(), named.c_str(), 0) == 0; });
  if (!is_allowed) {
    answers_.count("not_routed", "dataset_not_allowed");
    return for_all_;
  }
  const std::string dataset = named.empty() ? dataset_ : dataset_of(named, shape_);
  const std::string& name_space = tenant.empty() ? namespace_ : tenant;
  const std::string name = dataset + "-" + name_space;
  if (const auto found = streams_.find(name); found != streams_.end()) return found->second;
  if (streams_.size() == route_.streams_max) {
    answers_.count("not_routed", "streams_max");
    return for_all_;
  }
  return streams_.emplace(name, make_stream(dataset, name_space)).first->second;
}

}  // namespace loglode
