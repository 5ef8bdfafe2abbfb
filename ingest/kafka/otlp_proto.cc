#include "ingest/kafka/otlp_proto.h"

#include <protozero/pbf_reader.hpp>

namespace loglode::kafka {

namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;

constexpr unsigned kValueDepthMax = 16;

// Field numbers of opentelemetry.proto.{collector.logs,logs,common,resource}.v1.
enum : protozero::pbf_tag_type {
  kRequestResourceLogs = 1,
  kResourceLogsResource = 1,
  kResourceLogsScopeLogs = 2,
  kResourceAttributes = 1,
  kScopeLogsScope = 1,
  kScopeLogsRecords = 2,
  kScopeName = 1,
  kRecordTime = 1,
  kRecordSeverityNumber = 2,
  kRecordSeverityText = 3,
  kRecordBody = 5,
  kRecordAttributes = 6,
  kRecordDroppedAttributes = 7,
  kRecordFlags = 8,
  kRecordTraceId = 9,
  kRecordSpanId = 10,
  kRecordObservedTime = 11,
  kRecordEventName = 12,
  kKey = 1,
  kValue = 2,
  kValueString = 1,
  kValueBool = 2,
  kValueInt = 3,
  kValueDouble = 4,
  kValueArray = 5,
  kValueList = 6,
  kValueBytes = 7,
};

std::string_view text_of(protozero::data_view view) { return {view.data(), view.size()}; }

void write_value(pbf_reader value, OtlpJson& out, unsigned depth);

void write_attribute(pbf_reader pair, OtlpJson& out, unsigned depth) {
  std::string_view key;
  pbf_reader value;
  while (pair.next()) {
    if (pair.tag_and_type() == protozero::tag_and_type(kKey, pbf_wire_type::length_delimited)) {
      key = text_of(pair.get_view());
    } else if (pair.tag_and_type() == protozero::tag_and_type(kValue, pbf_wire_type::length_delimited)) {
      value = pair.get_message();
    } else {
      pair.skip();
    }
  }
  if (!out.room()) return;
  out.separate();
  out.key(key);
  write_value(value, out, depth);
}

void write_elements(pbf_reader list, OtlpJson& out, unsigned depth, bool pairs) {
  out.raw(pairs ? '{' : '[');
  while (list.next(1, pbf_wire_type::length_delimited)) {
    const pbf_reader element = list.get_message();
    if (!out.room()) break;
    if (pairs) {
      write_attribute(element, out, depth);
    } else {
      out.separate();
      write_value(element, out, depth);
    }
  }
  out.raw(pairs ? '}' : ']');
}

void write_value(pbf_reader value, OtlpJson& out, unsigned depth) {
  constexpr auto on = [](protozero::pbf_tag_type tag, pbf_wire_type type) { return protozero::tag_and_type(tag, type); };
  if (depth < kValueDepthMax) {
    while (value.next()) {
      switch (value.tag_and_type()) {
        case on(kValueString, pbf_wire_type::length_delimited):
          return out.text(text_of(value.get_view()));
        case on(kValueBool, pbf_wire_type::varint):
          return out.raw(value.get_bool() ? "true" : "false");
        case on(kValueInt, pbf_wire_type::varint):
          return out.number(value.get_int64());
        case on(kValueDouble, pbf_wire_type::fixed64):
          return out.number(value.get_double());
        case on(kValueArray, pbf_wire_type::length_delimited):
          return write_elements(value.get_message(), out, depth + 1, false);
        case on(kValueList, pbf_wire_type::length_delimited):
          return write_elements(value.get_message(), out, depth + 1, true);
        case on(kValueBytes, pbf_wire_type::length_delimited):
          return out.hex(text_of(value.get_view()));
        default:
          value.skip();
      }
    }
  }
  out.raw("null");
}

struct Scope {
  pbf_reader resource;    // a Resource, or nothing
  std::string_view name;  // of the logger
};

/// The attributes of any message whose field `tag` is a list of pairs.
void write_attributes(std::string_view name, pbf_reader message, protozero::pbf_tag_type tag, OtlpJson& out) {
  bool any = false;
  while (message.next(tag, pbf_wire_type::length_delimited)) {
    if (!any) {
      out.separate();
      out.key(name);
      out.raw('{');
    }
    any = true;
    write_attribute(message.get_message(), out, 0);
  }
  if (any) out.raw('}');
}

void write_record(const pbf_reader& message, const Scope& scope, OtlpJson& out, const OtlpReader::OnRecord& on_record) {
  constexpr auto on = [](protozero::pbf_tag_type tag, pbf_wire_type type) { return protozero::tag_and_type(tag, type); };
  out.begin();
  out.raw('{');
  const auto member = [&](std::string_view name) {
    out.separate();
    out.key(name);
  };
  for (pbf_reader record = message; record.next();) {
    switch (record.tag_and_type()) {
      case on(kRecordTime, pbf_wire_type::fixed64):
        if (const std::uint64_t time = record.get_fixed64(); time != 0) member("timeUnixNano"), out.number(time);
        break;
      case on(kRecordObservedTime, pbf_wire_type::fixed64):
        if (const std::uint64_t time = record.get_fixed64(); time != 0) member("observedTimeUnixNano"), out.number(time);
        break;
      case on(kRecordSeverityNumber, pbf_wire_type::varint):
        if (const std::int32_t number = record.get_int32(); number != 0) member("severityNumber"), out.number(number);
        break;
      case on(kRecordSeverityText, pbf_wire_type::length_delimited):
        member("severityText"), out.text(text_of(record.get_view()));
        break;
      case on(kRecordBody, pbf_wire_type::length_delimited):
        member("body"), write_value(record.get_message(), out, 0);
        break;
      case on(kRecordTraceId, pbf_wire_type::length_delimited):
        if (const auto id = text_of(record.get_view()); !id.empty()) member("traceId"), out.hex(id);
        break;
      case on(kRecordSpanId, pbf_wire_type::length_delimited):
        if (const auto id = text_of(record.get_view()); !id.empty()) member("spanId"), out.hex(id);
        break;
      case on(kRecordEventName, pbf_wire_type::length_delimited):
        if (const auto name = text_of(record.get_view()); !name.empty()) member("eventName"), out.text(name);
        break;
      default:
        record.skip();
    }
  }
  if (!scope.name.empty()) member("logger"), out.text(scope.name);
  member("resource");
  out.raw('{');
  write_attributes("attributes", scope.resource, kResourceAttributes, out);
  out.raw('}');
  write_attributes("attributes", message, kRecordAttributes, out);
  out.raw('}');
  on_record({out.str(), out.cut()});
}

// --- Is it one? Each level is read as the reader above reads it, and nothing may be there that the reader does not know. ---

bool fits_value(pbf_reader value, unsigned depth);

bool fits_pair(pbf_reader pair, unsigned depth) {
  while (pair.next()) {
    if (pair.tag() > 3 || pair.wire_type() != pbf_wire_type::length_delimited) return false;
    if (pair.tag() != kValue) {
      pair.skip();
    } else if (!fits_value(pair.get_message(), depth)) {
      return false;
    }
  }
  return true;
}

bool fits_elements(pbf_reader list, unsigned depth, bool pairs) {
  while (list.next()) {
    if (list.tag() != 1 || list.wire_type() != pbf_wire_type::length_delimited) return false;
    const pbf_reader element = list.get_message();
    if (pairs ? !fits_pair(element, depth) : !fits_value(element, depth)) return false;
  }
  return true;
}

bool fits_value(pbf_reader value, unsigned depth) {
  if (depth >= kValueDepthMax) return true;  // not looked at by the reader either
  while (value.next()) {
    const pbf_wire_type type = value.wire_type();
    const auto tag = value.tag();
    const bool scalar = tag == kValueBool || tag == kValueInt;
    if (scalar                ? type != pbf_wire_type::varint
        : tag == kValueDouble ? type != pbf_wire_type::fixed64
                              : type != pbf_wire_type::length_delimited)
      return false;
    if (tag == kValueArray || tag == kValueList) {
      if (!fits_elements(value.get_message(), depth + 1, tag == kValueList)) return false;
    } else {
      value.skip();
    }
  }
  return true;
}

bool fits_resource(pbf_reader resource) {
  while (resource.next()) {
    if (resource.tag() != kResourceAttributes) {
      resource.skip();
    } else if (resource.wire_type() != pbf_wire_type::length_delimited || !fits_pair(resource.get_message(), 0)) {
      return false;
    }
  }
  return true;
}

bool fits_scope(pbf_reader scope) {
  while (scope.next()) scope.skip();
  return true;
}

bool fits_record(pbf_reader record) {
  while (record.next()) {
    switch (record.tag()) {
      case kRecordTime:
      case kRecordObservedTime:
        if (record.wire_type() != pbf_wire_type::fixed64) return false;
        break;
      case kRecordSeverityNumber:
      case kRecordDroppedAttributes:
        if (record.wire_type() != pbf_wire_type::varint) return false;
        break;
      case kRecordFlags:
        if (record.wire_type() != pbf_wire_type::fixed32) return false;
        break;
      case kRecordAttributes:
        if (record.wire_type() != pbf_wire_type::length_delimited || !fits_pair(record.get_message(), 0)) return false;
        continue;
      case kRecordBody:
        if (record.wire_type() != pbf_wire_type::length_delimited || !fits_value(record.get_message(), 0)) return false;
        continue;
      default:
        if (record.wire_type() != pbf_wire_type::length_delimited || record.tag() > 64) return false;
    }
    record.skip();
  }
  return true;
}

bool fits_scope_logs(pbf_reader logs, std::size_t& records) {
  while (logs.next()) {
    if (logs.tag() > 3 || logs.wire_type() != pbf_wire_type::length_delimited) return false;
    if (logs.tag() == kScopeLogsRecords) {
      if (!fits_record(logs.get_message())) return false;
      ++records;
    } else if (logs.tag() == kScopeLogsScope) {
      if (!fits_scope(logs.get_message())) return false;
    } else {
      logs.skip();
    }
  }
  return true;
}

bool fits_resource_logs(pbf_reader logs, std::size_t& records) {
  while (logs.next()) {
    if (logs.wire_type() != pbf_wire_type::length_delimited) return false;
    if (logs.tag() == kResourceLogsScopeLogs) {
      if (!fits_scope_logs(logs.get_message(), records)) return false;
    } else if (logs.tag() == kResourceLogsResource) {
      if (!fits_resource(logs.get_message())) return false;
    } else if (logs.tag() == 3 || logs.tag() == 1000) {  // schema_url, and what older exporters called scope logs
      logs.skip();
    } else {
      return false;
    }
  }
  return true;
}

void read_scope_logs(pbf_reader logs, Scope& scope, OtlpJson& line, const OtlpReader::OnRecord& on_record) {
  for (pbf_reader head = logs; head.next(kScopeLogsScope, pbf_wire_type::length_delimited);) {
    pbf_reader described = head.get_message();
    while (described.next(kScopeName, pbf_wire_type::length_delimited)) scope.name = text_of(described.get_view());
  }
  while (logs.next(kScopeLogsRecords, pbf_wire_type::length_delimited)) write_record(logs.get_message(), scope, line, on_record);
}

}  // namespace

bool is_otlp_proto(std::string_view bytes) noexcept {
  constexpr char kFirstByte = kRequestResourceLogs << 3 | static_cast<int>(pbf_wire_type::length_delimited);
  if (bytes.empty() || bytes.front() != kFirstByte) return false;
  try {
    std::size_t records = 0;
    for (pbf_reader request{bytes.data(), bytes.size()}; request.next();) {
      if (request.tag() != kRequestResourceLogs || request.wire_type() != pbf_wire_type::length_delimited) return false;
      if (!fits_resource_logs(request.get_message(), records)) return false;
    }
    return records != 0;
  } catch (const protozero::exception&) { return false; }
}

void read_otlp_proto(std::string_view bytes, OtlpJson& line, const OtlpReader::OnRecord& on_record) {
  pbf_reader request{bytes.data(), bytes.size()};
  while (request.next(kRequestResourceLogs, pbf_wire_type::length_delimited)) {
    const pbf_reader logs = request.get_message();
    Scope scope;
    for (pbf_reader head = logs; head.next(kResourceLogsResource, pbf_wire_type::length_delimited);) scope.resource = head.get_message();
    for (pbf_reader rest = logs; rest.next(kResourceLogsScopeLogs, pbf_wire_type::length_delimited);) {
      scope.name = {};
      read_scope_logs(rest.get_message(), scope, line, on_record);
    }
  }
}

}  // namespace loglode::kafka
