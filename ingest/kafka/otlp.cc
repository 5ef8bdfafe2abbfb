#include "ingest/kafka/otlp.h"

#include <simdjson.h>

#include <utility>

#include "ingest/kafka/otlp_proto.h"

namespace loglode::kafka {

namespace {

namespace dom = simdjson::dom;

constexpr unsigned kValueDepthMax = 16;

dom::array array_at(const dom::object& object, std::string_view name, bool& there) {
  dom::array found;
  there = object[name].get(found) == simdjson::SUCCESS;
  return found;
}

template <class Each>
void each_object(const dom::object& object, std::string_view name, Each&& each) {
  bool there = false;
  const dom::array elements = array_at(object, name, there);
  if (!there) return;
  for (const dom::element element : elements) {
    if (dom::object inner; element.get(inner) == simdjson::SUCCESS) each(inner);
  }
}

void write_value(const dom::element& value, OtlpJson& out, unsigned depth);

void write_attribute(const dom::object& pair, OtlpJson& out, unsigned depth) {
  std::string_view key;
  dom::element value;
  if (pair["key"].get(key) != simdjson::SUCCESS || !out.room()) return;
  out.separate();
  out.key(key);
  if (pair["value"].get(value) == simdjson::SUCCESS)
    write_value(value, out, depth);
  else
    out.raw("null");
}

void write_scalar(const dom::element& value, OtlpJson& out) {
  switch (value.type()) {
    case dom::element_type::STRING:
      return out.text(value.get_string().value_unsafe());
    case dom::element_type::BOOL:
      return out.raw(value.get_bool().value_unsafe() ? "true" : "false");
    case dom::element_type::INT64:
      return out.number(value.get_int64().value_unsafe());
    case dom::element_type::UINT64:
      return out.number(value.get_uint64().value_unsafe());
    case dom::element_type::DOUBLE:
      return out.number(value.get_double().value_unsafe());
    default:
      out.raw("null");
  }
}

/// `{"stringValue": …}` and its brothers.
void write_value(const dom::element& value, OtlpJson& out, unsigned depth) {
  dom::object any;
  if (depth >= kValueDepthMax || value.get(any) != simdjson::SUCCESS || any.begin() == any.end()) return out.raw("null");
  const auto first = *any.begin();
  dom::object inner;
  if (first.key == "arrayValue" && first.value.get(inner) == simdjson::SUCCESS) {
    out.raw('[');
    bool there = false;
    const dom::array elements = array_at(inner, "values", there);
    if (there) {
      for (const dom::element element : elements) {
        if (!out.room()) break;
        out.separate();
        write_value(element, out, depth + 1);
      }
    }
    out.raw(']');
  } else if (first.key == "kvlistValue" && first.value.get(inner) == simdjson::SUCCESS) {
    out.raw('{');
    each_object(inner, "values", [&](const dom::object& pair) { write_attribute(pair, out, depth + 1); });
    out.raw('}');
  } else {
    write_scalar(first.value, out);
  }
}

void write_attributes(const dom::object& of, OtlpJson& out) {
  bool there = false;
  static_cast<void>(array_at(of, "attributes", there));
  if (!there) return;
  out.separate();
  out.key("attributes");
  out.raw('{');
  each_object(of, "attributes", [&](const dom::object& pair) { write_attribute(pair, out, 0); });
  out.raw('}');
}

void write_record(const dom::object& record, std::string_view logger, const dom::object* resource, OtlpJson& out) {
  out.begin();
  out.raw('{');
  for (const auto& [name, value] : record) {
    if (name == "attributes" || value.is_null()) continue;
    out.separate();
    out.key(name);
    if (name == "body")
      write_value(value, out, 0);
    else
      write_scalar(value, out);
  }
  if (!logger.empty()) {
    out.separate();
    out.key("logger");
    out.text(logger);
  }
  if (resource != nullptr) {
    out.separate();
    out.key("resource");
    out.raw('{');
    write_attributes(*resource, out);
    out.raw('}');
  }
  write_attributes(record, out);
  out.raw('}');
}

std::string_view logger_of(const dom::object& scope_logs) {
  dom::object scope;
  std::string_view name;
  if (scope_logs["scope"].get(scope) == simdjson::SUCCESS && scope["name"].get(name) == simdjson::SUCCESS) return name;
  return {};
}

}  // namespace

struct OtlpReader::JsonParser {
  dom::parser parser;
};

OtlpReader::OtlpReader(std::size_t record_bytes_max) : line_{record_bytes_max} {}
OtlpReader::~OtlpReader() = default;
OtlpReader::OtlpReader(OtlpReader&&) noexcept = default;
OtlpReader& OtlpReader::operator=(OtlpReader&&) noexcept = default;

bool is_otlp_json(std::string_view text) noexcept {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto next = [&](char c) {
    const std::size_t at = text.find_first_not_of(kBlanks);
    if (at == std::string_view::npos || text[at] != c) return false;
    text.remove_prefix(at + 1);
    return true;
  };
  return next('{') && next('"') && text.starts_with("resourceLogs\"");
}

bool OtlpReader::read(KafkaPayload kind, std::string_view payload, const OnRecord& on_record) {
  const bool any = kind == KafkaPayload::automatic;
  if ((any || kind == KafkaPayload::otlp_proto) && is_otlp_proto(payload)) {
    read_otlp_proto(payload, line_, on_record);
    return true;
  }
  if ((any && is_otlp_json(payload)) || kind == KafkaPayload::otlp_json) return read_json(payload, on_record);
  return false;
}

bool OtlpReader::read_json(std::string_view payload, const OnRecord& on_record) {
  if (!parser_) parser_ = std::make_unique<JsonParser>();
  dom::object request;
  if (parser_->parser.parse(payload.data(), payload.size()).get(request) != simdjson::SUCCESS) return false;
  if (request["resourceLogs"].error() != simdjson::SUCCESS) return false;
  each_object(request, "resourceLogs", [&](const dom::object& logs) {
    dom::object resource;
    const bool described = logs["resource"].get(resource) == simdjson::SUCCESS;
    each_object(logs, "scopeLogs", [&](const dom::object& scope) {
      each_object(scope, "logRecords", [&](const dom::object& record) {
        write_record(record, logger_of(scope), described ? &resource : nullptr, line_);
        on_record({line_.str(), line_.cut()});
      });
    });
  });
  return true;
}

}  // namespace loglode::kafka
