// What the keys of JSON logs mean: one table for all loggers, by dotted path, case ignored. Immutable, any thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace loglode {

/// Where a value goes. Slots of one group stand in order of preference: the first that holds something readable wins; of keys with the
/// same slot the first in the text. So the order of keys matters only between two spellings of the same thing.
enum class Slot : std::uint8_t {
  time_first,  // time_*
  time_stamp = time_first,
  time_plain,
  time_ts,
  time_epoch_seconds,
  time_other,
  time_single_letter,
  time_event,
  time_date,
  time_observed,
  time_last = time_observed,
  epoch_nanos,     // belongs to time_epoch_seconds
  severity_first,  // words, unless the name says otherwise
  severity_named = severity_first,
  severity_level,
  severity_label,
  severity_letter,
  severity_otel_number,
  severity_syslog_number,
  severity_python_number,
  severity_other,
  severity_last = severity_other,
  message_first,
  message_message = message_first,
  message_msg,
  message_text_body,
  message_body,
  message_short,
  message_template,
  message_log,
  message_text,
  message_event,
  message_error,
  message_full,
  message_description,
  message_event_name,
  message_last = message_event_name,
  service_first,
  service_named = service_first,
  service_app,
  service_workload,
  service_container,
  service_program,
  service_unit,
  service_component,
  service_logger,  // `name`: a service for pino and bunyan, a logger for the others
  service_last = service_logger,
  host_first,
  host_named = host_first,
  host_pod,
  host_instance,
  host_last = host_instance,
  trace_first,
  trace_id = trace_first,
  trace_resource,  // projects/P/traces/ID
  trace_parent,    // 00-TRACE-SPAN-01
  trace_operation,
  trace_request,
  trace_last = trace_request,
  span_id,
  http_method,
  http_path,
  http_status,
  http_request_line,
  sample_weight,
  took_first,  // took_*: how long something took
  took_ns = took_first,
  took_us,
  took_ms,
  took_s,
  took_text,  // a number with its unit
  took_last = took_text,
  error_trace,  // text alone
  attribute,    // nothing that a record has a member for
};
inline constexpr std::size_t kSlots = static_cast<std::size_t>(Slot::attribute);
static_assert(kSlots <= 64, "a set of slots is one word");

[[nodiscard]] constexpr std::uint64_t bit_of(Slot slot) noexcept { return std::uint64_t{1} << static_cast<unsigned>(slot); }
/// All slots from `first` to `last`.
[[nodiscard]] constexpr std::uint64_t bits_of(Slot first, Slot last) noexcept { return (bit_of(last) - bit_of(first)) | bit_of(last); }

/// What is done with an object (or array) under this key.
enum class Inner : std::uint8_t {
  unknown,          // its fields are attributes
  look_inside,      // its fields are looked up by their dotted path
  unwrap,           // its fields are looked up as if they stood outside; what really stands outside goes first
  whole,            // its raw JSON is the value
  whole_or_inside,  // both: a field inside goes first
  key_values,       // OTLP: [{"key": …, "value": {"stringValue": …}}, …], read as `unwrap`
};

/// What the mere presence of a key says about the rest.
enum class Hint : std::uint8_t {
  none = 0,
  envelope = 1,
  process = 2,
  compact_serilog = 4,
  journald = 8,
  gelf = 16,
  nextcloud_request = 32,  // both of Nextcloud's together tell its records
  nextcloud_address = 64
};

struct FieldName {
  std::string_view name;  // dotted path, lower case
  Slot slot = Slot::attribute;
  std::string_view ecs = {};  // name of the attribute when the value is not used otherwise; empty: as the source spells it
  Inner inner = Inner::unknown;
  Hint hint = Hint::none;
};

/// The entry for a dotted path, or nullptr.
[[nodiscard]] const FieldName* find_field_name(std::string_view path) noexcept;

}  // namespace loglode
