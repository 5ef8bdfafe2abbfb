#include "parse/text/parsed_line.h"

#include <functional>

#include "base/ascii.h"
#include "parse/text/ansi.h"
#include "parse/text/line_scanner.h"

namespace loglode {

namespace {

constexpr std::string_view kLogger = "log.logger";

/// `java.lang.OutOfMemoryError`, `std::runtime_error`, `Errno::ECONNREFUSED`: the type of an error, which looks like a logger's name.
bool names_error(std::string_view name) noexcept {
  for (const std::string_view ending : {"Exception", "Error", "_error", "_exception"})
    if (name.size() > ending.size() && name.ends_with(ending)) return is_letter(name[name.size() - ending.size() - 1]) || ending[0] == '_';
  return name.starts_with("Errno::");
}

/// The message with the type of error that stands directly before it, when that was taken for the logger.
std::string_view with_error_type(const ParsedLine& parsed, const Attribute*& type) noexcept {
  for (const Attribute& attribute : parsed.attributes()) {
    if (attribute.key != kLogger || !names_error(attribute.value)) continue;
    const char *begin = attribute.value.data(), *end = begin + attribute.value.size(), *message = parsed.message.data();
    if (std::less<>{}(message, end) || message - end > 3) return parsed.message;
    type = &attribute;
    return {begin, static_cast<std::size_t>(message - begin) + parsed.message.size()};
  }
  return parsed.message;
}

}  // namespace

void commit(const ParsedLine& parsed, Record& record, Batch& batch, const ParseContext& context) {
  const Attribute* type = nullptr;
  record.message = with_error_type(parsed, type);
  if (parsed.time != kNoTime) record.time = parsed.time;
  record.since_boot = parsed.since_boot;
  if (parsed.severity != Severity::unspecified) record.severity = parsed.severity;
  if (!parsed.service.empty()) record.service = parsed.service;
  if (!parsed.host.empty()) record.host = parsed.host;
  if (!parsed.trace_id.empty()) record.trace_id = parsed.trace_id;
  if (!parsed.span_id.empty()) record.span_id = parsed.span_id;
  const auto attributes = parsed.attributes();
  if (!context.keep_attributes || attributes.empty()) return;
  // A record's attributes are one run: those that an envelope left are copied behind the others when they do not already end them.
  const std::size_t count_before = record.attributes_count;
  if (record.attributes_begin + count_before != batch.attributes.size()) {
    const std::size_t begin = batch.attributes.size();
    for (std::size_t i = 0; i < count_before; ++i) batch.attributes.push_back(Attribute{batch.attributes[record.attributes_begin + i]});
    record.attributes_begin = static_cast<std::uint32_t>(begin);
  }
  for (const Attribute& attribute : attributes)
    if (&attribute != type) batch.attributes.push_back(attribute);
  record.attributes_count = static_cast<std::uint32_t>(count_before + attributes.size() - (type != nullptr ? 1 : 0));
}

bool FixedFormat::parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const {
  ParsedLine parsed;
  if (!read(without_ansi(first_line(text), batch), context, parsed)) return false;
  commit(parsed, record, batch, context);
  return true;
}

bool FixedFormat::begins_record(std::string_view line) const {
  // Any year will do, so the reference is fixed and the answer depends on nothing but the line.
  const ParseContext context{TimeContext{Timestamp{}, nullptr}, false};
  ParsedLine parsed;
  if (has_ansi(line)) return read(strip_ansi(line), context, parsed);
  return read(line, context, parsed);
}

}  // namespace loglode
