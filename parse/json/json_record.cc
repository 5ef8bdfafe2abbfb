#include "parse/json/json_record.h"

#include <bit>
#include <charconv>
#include <cstring>

#include "base/severity_words.h"
#include "parse/json/json_level.h"
#include "parse/json/json_text.h"
#include "parse/json/json_time.h"
#include "parse/text/access_severity.h"
#include "parse/text/line_scanner.h"
#include "parse/text/took_field.h"

namespace loglode {
namespace {

constexpr std::uint64_t kTimes = bits_of(Slot::time_first, Slot::time_last);
constexpr std::uint64_t kSeverities = bits_of(Slot::severity_first, Slot::severity_last);
constexpr std::uint64_t kMessages = bits_of(Slot::message_first, Slot::message_last);
// What describes a kind of event more than the event: the line of an access log says more.
constexpr std::uint64_t kWeakMessages = bits_of(Slot::message_description, Slot::message_last);
constexpr std::uint64_t kServices = bits_of(Slot::service_first, Slot::service_last);
constexpr std::uint64_t kHosts = bits_of(Slot::host_first, Slot::host_last);
constexpr std::uint64_t kTookSlots = bits_of(Slot::took_first, Slot::took_last);
constexpr std::uint64_t kTraces = bits_of(Slot::trace_first, Slot::trace_last);
constexpr std::size_t kTraceIdBytesMax = 128;

bool is_text(JsonValue value) noexcept { return value.kind == JsonKind::string || value.kind == JsonKind::plain; }

/// Eight bytes at once; the others are zeros, which are fine in an id and say nothing about it.
template <class See>
void each_word(std::string_view text, See see) noexcept {
  std::uint64_t word = 0;
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::memcpy(&word, text.data() + at, 8);
    see(word);
  }
  word = 0x3030303030303030;
  std::memcpy(&word, text.data() + at, text.size() - at);
  see(word);
}

/// No blanks or controls, and something but zeros and dashes (an id that is there but not set).
bool is_id(std::string_view text) noexcept {
  if (text.empty() || text.size() > kTraceIdBytesMax) return false;
  std::uint64_t low = 0, other_than_zeros = 0;
  each_word(text, [&](std::uint64_t word) {
    low |= (word - 0x2121212121212121) & ~word & 0x8080808080808080;  // a byte below '!' leaves its top bit
    other_than_zeros |= word ^ 0x3030303030303030;
  });
  return low == 0 && other_than_zeros != 0 && text.find_first_not_of("0-") != std::string_view::npos;
}

/// The unit in the name of a field; empty: the value has it.
std::string_view unit_of(Slot slot) noexcept {
  if (slot == Slot::took_text) return {};
  return slot == Slot::took_ns ? "ns" : slot == Slot::took_us ? "us" : slot == Slot::took_ms ? "ms" : "s";
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

class Filler {
 public:
  Filler(const JsonFields& fields, Record& record, Batch& batch, const ParseContext& context)
      : fields_(fields), record_(record), batch_(batch), context_(context) {}

  FilledMessage run() {
    time();
    const bool own_severity = severity();
    FilledMessage filled = message();
    filled.own_severity = own_severity;
    first_name(
        kServices, [this](Slot slot) { return service_in(slot); }, record_.service);
    first_name(
        kHosts, [this](Slot slot) { return name_in(slot); }, record_.host);
    trace();
    sample_weight();
    took();
    filled.error = error();
    if (context_.keep_attributes) add_losers();
    return filled;
  }

 private:
  /// Calls `take(slot)` for the slots of a group that have a value, best first, until one is used.
  template <class Take>
  bool first_of(std::uint64_t group, Take take) {
    for (std::uint64_t left = fields_.seen & group; left != 0; left &= left - 1) {
      const auto slot = static_cast<Slot>(std::countr_zero(left));
      if (!take(slot)) continue;
      used_ |= bit_of(slot);
      return true;
    }
    return false;
  }

  template <class Read>
  bool first_name(std::uint64_t group, Read read, std::string_view& out) {
    return first_of(group, [&](Slot slot) {
      const std::string_view name = read(slot);
      if (!name.empty()) out = name;
      return !name.empty();
    });
  }

  void sample_weight() {
    if (!fields_.has(Slot::sample_weight)) return;
    const std::string_view text = text_of(fields_[Slot::sample_weight], batch_);
    std::uint32_t weight = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), weight);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || weight == 0) return;
    record_.weight = weight;
    used_ |= bit_of(Slot::sample_weight);
  }

  /// What went wrong, as the fields for it say: of a trace the line that names it. They stay attributes as well.
  std::string_view error() {
    if (fields_.has(Slot::message_error) && is_text(fields_[Slot::message_error]))
      if (const std::string_view text = trimmed(text_of(fields_[Slot::message_error], batch_)); tells_error(text)) return first_line(text);
    if (!fields_.has(Slot::error_trace) || !is_text(fields_[Slot::error_trace])) return {};
    const std::string_view text = trimmed(text_of(fields_[Slot::error_trace], batch_));
    const auto holds = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
    if (!tells_error(text) || !(holds("\n") || holds(": ") || holds("rror") || holds("xception"))) return {};
    return text.starts_with("Traceback") ? trimmed(text.substr(text.rfind('\n') + 1)) : first_line(text);
  }

  /// The field stays an attribute as well.
  void took() {
    for (std::uint64_t left = fields_.seen & kTookSlots; left != 0; left &= left - 1) {
      const auto slot = static_cast<Slot>(std::countr_zero(left));
      record_.took_us = took_microseconds(text_of(fields_[slot], batch_), unit_of(slot));
      if (record_.took_us != kUntold) return;
    }
  }

  void time() {
    first_of(kTimes, [this](Slot slot) {
      Timestamp read = kNoTime;
      const bool good =
          slot == Slot::time_epoch_seconds ? read_seconds_and_nanos(read) : read_json_time(fields_[slot], context_.time, batch_, read);
      if (good) record_.time = read;
      return good;
    });
  }

  bool read_seconds_and_nanos(Timestamp& read) {
    const JsonValue nanos = fields_.has(Slot::epoch_nanos) ? fields_[Slot::epoch_nanos] : JsonValue{};
    if (!read_epoch_parts(fields_[Slot::time_epoch_seconds], nanos, read)) return false;
    used_ |= bit_of(Slot::epoch_nanos) & fields_.seen;
    return true;
  }

  /// Whether the program stated it: not a priority that syslog or journald gave to the line.
  bool severity() {
    bool own = false;
    const bool found = first_of(kSeverities, [&](Slot slot) {
      const Severity read = read_json_level(slot, fields_[slot], fields_.hints, batch_);
      if (read == Severity::unspecified) return false;
      record_.severity = read;
      own = slot != Slot::severity_syslog_number;
      return true;
    });
    // Serilog's compact form leaves Information out.
    if (!found && fields_.has(Hint::compact_serilog) && (fields_.seen & kSeverities) == 0) record_.severity = Severity::info;
    if (!found) severity_of_response();
    return own;
  }

  /// Access logs without a level: a request that the server failed to answer is an error.
  void severity_of_response() {
    constexpr std::uint64_t kRequest = bit_of(Slot::http_method) | bit_of(Slot::http_path) | bit_of(Slot::http_request_line);
    if (!fields_.has(Slot::http_status) || (fields_.seen & kRequest) == 0) return;
    if (severity_of_status(text_of(fields_[Slot::http_status], batch_)) == Severity::error) record_.severity = Severity::error;
  }

  FilledMessage message() {
    FilledMessage filled;
    const auto take = [&](Slot slot) {
      const JsonValue value = fields_[slot];
      const bool text_only = (bit_of(slot) & (kWeakMessages | bit_of(Slot::message_error))) != 0;
      if (text_only && !is_text(value)) return false;
      const bool bytes = value.kind == JsonKind::array && message_of_bytes(value);
      if (!bytes) record_.message = text_of(value, batch_);
      filled = {slot, bytes || is_text(value)};
      return true;
    };
    if (first_of(kMessages & ~kWeakMessages, take)) return filled;
    if (request_line()) return {Slot::http_request_line, false};
    first_of(kWeakMessages, take);
    return filled;
  }

  bool message_of_bytes(JsonValue array) {
    if (!fields_.has(Hint::journald)) return false;
    const std::string_view bytes = bytes_of_array(array.text(), batch_);
    if (bytes.empty()) return false;
    const bool valid = simdjson::validate_utf8(bytes.data(), bytes.size());
    record_.message = valid ? bytes : replace_invalid_utf8(bytes, batch_);
    if (!valid) record_.set(RecordFlag::not_utf8);
    return true;
  }

  /// Access logs have no message: `METHOD path status` is what a person reads.
  bool request_line() {
    const auto text = [this](Slot slot) { return fields_.has(slot) ? text_of(fields_[slot], batch_) : std::string_view{}; };
    std::string_view method = text(Slot::http_method), path = text(Slot::http_path);
    if (fields_.has(Slot::http_request_line) && is_text(fields_[Slot::http_request_line])) {
      method = text(Slot::http_request_line), path = {};
    } else if (method.empty() || path.empty()) {
      return false;
    }
    const std::string_view parts[] = {method, path, text(Slot::http_status)};
    char* const begin = batch_.keep_space(method.size() + path.size() + parts[2].size() + 2);
    char* out = begin;
    for (const std::string_view part : parts) {
      if (part.empty()) continue;
      if (out != begin) *out++ = ' ';
      std::memcpy(out, part.data(), part.size());
      out += part.size();
    }
    record_.message = {begin, static_cast<std::size_t>(out - begin)};
    return true;
  }

  std::string_view name_in(Slot slot) { return is_text(fields_[slot]) ? trimmed(text_of(fields_[slot], batch_)) : std::string_view{}; }

  std::string_view service_in(Slot slot) {
    std::string_view name = name_in(slot);
    if (slot == Slot::service_unit && name.ends_with(".service")) name.remove_suffix(8);
    if (slot != Slot::service_logger) return name;
    // pino and bunyan call the program `name`, the others their logger; only those two have numbers for levels next to it.
    const bool numbered = fields_.has(Slot::severity_level) && fields_[Slot::severity_level].kind == JsonKind::number;
    return numbered && fields_.has(Hint::process) && fields_.has(Slot::host_named) ? name : std::string_view{};
  }

  void trace() {
    first_name(
        kTraces, [this](Slot slot) { return trace_in(slot); }, record_.trace_id);
    if (!fields_.has(Slot::span_id)) return;
    const std::string_view span = text_of(fields_[Slot::span_id], batch_);
    if (!is_id(span)) return;
    record_.span_id = span;
    used_ |= bit_of(Slot::span_id);
  }

  /// The value of a propagation header: W3C's 00-TRACE-SPAN-01, B3's TRACE-SPAN-1, Jaeger's TRACE:SPAN:PARENT:FLAGS, X-Ray's Root=TRACE;….
  std::string_view trace_of_header(std::string_view text, bool may_be_id) {
    if (text.starts_with("Root=")) return text.substr(5, text.find(';') - 5);
    if (text.starts_with("1-")) return text;  // X-Ray's id alone
    const bool w3c = text.size() >= 55 && text[2] == '-' && text[35] == '-';
    if (w3c) {
      if (is_id(text.substr(36, 16))) record_.span_id = text.substr(36, 16);
      return text.substr(3, 32);
    }
    if (may_be_id) return text;
    const std::size_t sign = text.find_first_of("-:");
    if (sign != 16 && sign != 32) return {};
    if (is_id(text.substr(sign + 1, 16))) record_.span_id = text.substr(sign + 1, 16);
    return text.substr(0, sign);
  }

  std::string_view trace_in(Slot slot) {
    const JsonValue value = fields_[slot];
    if (!is_text(value) && value.kind != JsonKind::number) return {};
    std::string_view text = trimmed(text_of(value, batch_));
    if (slot == Slot::trace_resource) text.remove_prefix(text.rfind('/') + 1);  // npos + 1 is 0
    if (slot == Slot::trace_parent || text.size() == 55) text = trace_of_header(text, slot == Slot::trace_id);
    return is_id(text) ? text : std::string_view{};
  }

  void add_losers() {
    for (std::uint64_t left = fields_.seen & ~used_; left != 0; left &= left - 1) {
      const auto slot = static_cast<std::size_t>(std::countr_zero(left));
      batch_.attributes.push_back({fields_.attribute_keys[slot], text_of(fields_.values[slot], batch_)});
    }
  }

  const JsonFields& fields_;
  Record& record_;
  Batch& batch_;
  const ParseContext& context_;
  std::uint64_t used_ = 0;
};

}  // namespace

FilledMessage fill_record(const JsonFields& fields, Record& record, Batch& batch, const ParseContext& context) {
  return Filler{fields, record, batch, context}.run();
}

void own_attributes(Record& record, Batch& batch, std::size_t first) {
  if (record.attributes_count == 0) record.attributes_begin = static_cast<std::uint32_t>(first);
  record.attributes_count = static_cast<std::uint32_t>(batch.attributes.size() - record.attributes_begin);
}

}  // namespace loglode
