#include "sinks/elasticsearch/search_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/window_summary.h"
#include "sinks/elasticsearch/event_hash.h"

namespace loglode {

namespace {

using Json = nlohmann::json;
using namespace std::chrono;

// What `date_nanos` takes.
constexpr Timestamp kFirstTime{sys_days{1970y / January / 1}}, kEndOfTimes{sys_days{2262y / January / 1}};

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out += ",\"";
  out += name;
  out += "\":\"";
  append_json_text(out, value);
  out += '"';
}

/// A document is found again by its key in one index alone.
std::string period_of(const Event& event, Timestamp now) {
  if (event.kind == Document::template_info) return "v1";
  const Timestamp opened = event.opened_at >= kFirstTime && event.opened_at < kEndOfTimes ? event.opened_at : now;
  std::string month = to_rfc3339(opened).substr(0, 7);
  month[4] = '.';
  return month;
}

struct MappedField {
  std::string_view ecs, otel;
  bool is_of_resource = false;  // in OpenTelemetry
};

/// Fields of our mapping that take any text, and that no member of Record is written as.
constexpr std::string_view kLogger = "log.logger";  // the name of a scope in OpenTelemetry
constexpr std::array<MappedField, 16> kMapped{{{"error.type", "exception.type"},
                                               {"error.message", "exception.message"},
                                               {"error.code", "error.code"},
                                               {"error.stack_trace", "exception.stacktrace"},
                                               {kLogger, ""},
                                               {"log.iostream", "log.iostream"},
                                               {"log.origin.file.name", "code.file.path"},
                                               {"log.origin.function", "code.function.name"},
                                               {"process.name", "process.executable.name", true},
                                               {"process.thread.name", "thread.name"},
                                               {"container.id", "container.id", true},
                                               {"service.version", "service.version", true},
                                               {"service.environment", "deployment.environment.name", true},
                                               {"event.dataset", "event.dataset"},
                                               {"orchestrator.namespace", "k8s.namespace.name", true},
                                               {"orchestrator.resource.name", "k8s.pod.name", true}}};

const MappedField* mapped(std::string_view key) {
  const auto* const found = std::find_if(kMapped.begin(), kMapped.end(), [&](const MappedField& each) { return each.ecs == key; });
  return found == kMapped.end() ? nullptr : found;
}

/// At most `size` bytes of it, and no part of a character.
std::string_view cut_text(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  return text.substr(0, size);
}

}  // namespace

std::string to_hex(const StreamIdentity& stream) { return fmt::format("{:016x}{:016x}", stream.high, stream.low); }

SearchDocuments::SearchDocuments(const RuleCatalog& rules, StreamRouter router, std::string hash_key, MaskText mask, SearchShape shape)
    : json_{rules, std::move(mask), RecordJson::MessageFields::left_out},
      router_{std::move(router)},
      hash_key_{std::move(hash_key)},
      shape_{shape} {}

std::size_t SearchDocuments::append(std::string& out, const Batch& batch, const Record& record, std::string_view template_members,
                                    Timestamp read) {
  const std::size_t begin = out.size();
  const StreamRouter::Stream& stream = router_.stream_of(batch, record);
  out += stream.action;
  out += record_id(batch.stream->info.identity, record.offset);
  out += "\"}}\n";
  const std::size_t action_size = out.size() - begin;

  Record dated = record;
  const bool is_dated = record.time >= kFirstTime && record.time < kEndOfTimes;
  if (!is_dated) dated.time = read;
  const bool is_otel = shape_ == SearchShape::otel;
  if (is_otel) {
    json_.append_otel(out, batch, dated, template_members);
  } else {
    json_.append(out, batch, dated, template_members);
    out.resize(out.size() - 2);  // "}\n"
    out += stream.members;
    append_member(out, "event.created", to_rfc3339(read));
  }
  if (const StreamIdentity& identity = batch.stream->info.identity; stream_name_.empty() || !(identity == stream_)) {
    stream_ = identity;
    stream_name_ = to_hex(identity);
  }
  append_member(out, kStreamField, stream_name_);
  if (!is_dated)
    append_member(out, "event.reason",
                  record.time == kNoTime
                      ? "no time in the record: @timestamp is when it was read"
                      : "the record's time, " + to_rfc3339(record.time) + ", cannot be stored: @timestamp is when it was read");
  if (!hash_key_.empty()) append_member(out, "event.hash", to_hex(event_hash(hash_key_, record.raw)));
  append_attributes(out, batch, record);
  if (is_otel) {
    out += '}';
    append_member(out, "observed_timestamp", to_rfc3339(read));
    out += stream.members;
    append_resource(out, batch, record);
  }
  out += "}\n";
  return action_size;
}

/// A name that comes twice would make the document one that servers refuse: the first counts.
void SearchDocuments::append_attributes(std::string& out, const Batch& batch, const Record& record) {
  names_.clear();
  std::size_t bytes = 0;
  bool left_out = false;
  const auto add = [&](std::string_view name, std::string_view value) {
    std::string written;
    append_json_text(written, name);
    if (std::find(names_.begin(), names_.end(), written) != names_.end()) return;
    if (names_.size() == kAttributesMax || bytes + name.size() > kAttributesBytesMax || name.empty() || name.size() > 512 ||
        name.find('\0') != std::string_view::npos) {
      left_out = true;
      return;
    }
    const std::string_view kept = cut_text(value, std::min(kAttributeBytesMax, kAttributesBytesMax - bytes - name.size()));
    left_out = left_out || kept.size() < value.size();
    bytes += name.size() + kept.size();
    out += names_.empty() ? ",\"" + std::string{kAttributesField} + "\":{\"" : ",\"";
    out += written;
    out += "\":\"";
    append_json_text(out, kept);
    out += '"';
    names_.push_back(std::move(written));
  };
  for (const MessageField& field : batch.message_fields_of(record)) {
    if (field.name == "kafka.key") continue;
    add(field.name, field.value);
  }
  for (const Attribute& attribute : batch.attributes_of(record))
    if (mapped(attribute.key) == nullptr) add(attribute.key, attribute.value);
  if (!names_.empty()) out += '}';
  if (left_out) out += ",\"loglode.unknown_cut\":true";
  append_mapped(out, batch, record, false);
  for (const MessageField& field : batch.message_fields_of(record))
    if (field.name == "kafka.key")
      return append_member(out, shape_ == SearchShape::otel ? "messaging.kafka.message.key" : field.name,
                           cut_text(field.value, kAttributeBytesMax));
}

/// The first of a name counts.
void SearchDocuments::append_mapped(std::string& out, const Batch& batch, const Record& record, bool of_resource) {
  const auto attributes = batch.attributes_of(record);
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    const MappedField* const field = mapped(attributes[i].key);
    if (field == nullptr) continue;
    const std::string_view name = shape_ == SearchShape::otel ? field->otel : field->ecs;
    if (name.empty() || (shape_ == SearchShape::otel && field->is_of_resource != of_resource)) continue;
    const auto is_same = [&](const Attribute& before) { return before.key == attributes[i].key; };
    const auto here = attributes.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::none_of(attributes.begin(), here, is_same)) append_member(out, name, cut_text(attributes[i].value, kAttributeBytesMax));
  }
}

void SearchDocuments::append_resource(std::string& out, const Batch& batch, const Record& record) {
  out += R"(,"resource":{"attributes":{"service.name":")";
  append_json_text(out, record.service.empty() ? std::string_view{batch.stream->info.service} : record.service);
  out += '"';
  if (!record.host.empty()) append_member(out, "host.name", record.host);
  append_mapped(out, batch, record, true);
  out += "}}";
  for (const Attribute& attribute : batch.attributes_of(record))
    if (attribute.key == kLogger) {
      out += R"(,"scope":{"name":")";
      append_json_text(out, cut_text(attribute.value, kAttributeBytesMax));
      out += "\"}";
      return;
    }
}

std::size_t append_event(std::string& out, const Event& event, std::string_view prefix, bool by_month, Timestamp now,
                         std::uint64_t version) {
  const std::size_t begin = out.size();
  const std::string kind{name_of(event.kind)};
  Json action{{"_index", fmt::format("{}-{}s-{}", prefix, kind, by_month ? period_of(event, now) : "v1")}, {"_id", event.key}};
  action["version"] = event.revision > 0 ? event.revision : version;
  action["version_type"] = "external";
  const auto append_line = [&out](const Json& line) { out += line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; };
  append_line({{"index", std::move(action)}});
  const std::size_t action_size = out.size() - begin;

  Json about = Json::parse(event.json, nullptr, false);
  if (!about.is_object()) about = Json{{"text", event.json}};
  Json time;
  for (const auto& place : {"/opened_at"_json_pointer, "/window/start"_json_pointer, "/first_seen"_json_pointer})
    if (time.is_null() && about.contains(place)) time = about[place];
  append_line({{"@timestamp", time.is_string() ? time : Json(to_rfc3339(now))},
               {"message", about.value("summary", about.value("template", std::string{}))},
               {"event.kind", event.kind == Document::template_info ? "state" : "alert"},
               {"event.id", event.key},
               {"loglode.state", name_of(event.change)},
               {"loglode.revision", event.revision},
               {"loglode.schema", about.value("schema", std::string{})},
               {"loglode." + kind, std::move(about)}});
  return action_size;
}

}  // namespace loglode
