#include "parse/text/own_format.h"

#include <algorithm>

#include "parse/text/layout.h"
#include "parse/text/text_formats.h"

namespace loglode {
namespace {

tl::unexpected<Error> invalid(std::string what) { return fail(std::make_error_code(std::errc::invalid_argument), std::move(what)); }

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 40 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::string value_of(const std::string& field, const Record& record, const Batch& batch) {
  if (field == "time") return to_rfc3339(record.time);
  if (field == "level") return record.severity == Severity::unspecified ? "" : std::string{severity_name(record.severity)};
  if (field == "message") return std::string{record.message};
  if (field == "service") return std::string{record.service};
  if (field == "host") return std::string{record.host};
  if (field == "trace_id") return std::string{record.trace_id};
  if (field == "span_id") return std::string{record.span_id};
  for (const Attribute& attribute : batch.attributes_of(record))
    if (attribute.key == field) return std::string{attribute.value};
  return {};
}

bool is_as_expected(const std::string& field, const std::string& expected, const std::string& found) {
  if (field != "time") return expected == found;
  Timestamp wanted = kNoTime, read = kNoTime;
  return read_timestamp_field(expected, {}, wanted) && read_timestamp_field(found, {}, read) && wanted == read;
}

}  // namespace

Result<std::shared_ptr<const LineFormat>> compile_own_format(const OwnFormat& format) {
  if (!is_name(format.name)) return invalid("a format's name has small letters, digits, - and _, as in 'shop-orders'");
  for (const LineFormat* known : text_formats())
    if (known->name() == format.name) return invalid("'" + format.name + "' is a built-in format; give yours another name");
  if (format.patterns.empty()) return invalid("a format needs a pattern, as in '{time} {level} {message}'");
  if (format.patterns.size() > OwnFormat::kPatternsMax) return invalid("at most 16 patterns a format");
  auto options = std::make_shared<LayoutOptions>();
  if (!format.time.empty()) {
    Result<TimeLayout> time = TimeLayout::compile(format.time);
    if (!time) return tl::unexpected<Error>(time.error());
    options->time = std::move(*time);
  }
  for (const auto& [word, level] : format.levels) {
    const Severity severity = severity_from_word(level);
    if (severity == Severity::unspecified)
      return invalid("'" + level.substr(0, 40) + "' is no severity; use trace, debug, info, warn, error or fatal");
    options->levels.emplace_back(word, severity);
  }
  std::vector<Layout> layouts;
  for (const std::string& pattern : format.patterns) {
    Result<Layout> layout = Layout::compile(pattern, options);
    if (!layout) return tl::unexpected<Error>(layout.error());
    layouts.push_back(std::move(*layout));
  }
  return std::make_shared<const LayoutFormat>(format.name, std::move(layouts));
}

std::string check_own_example(const LineFormat& format, const std::string& line, bool refused,
                              const std::vector<std::pair<std::string, std::string>>& expected) {
  Batch batch;
  Record record;
  const bool fits = format.parse(batch.keep(line), record, batch, ParseContext{{}, true});
  if (refused) return fits ? "the line fits, although it should not" : "";
  if (!fits) return "the line does not fit any of the format's patterns";
  for (const auto& [field, value] : expected) {
    const std::string found = value_of(field, record, batch);
    if (!is_as_expected(field, value, found))
      return "'" + field + "' is '" + found.substr(0, 200) + "', not '" + value.substr(0, 200) + "'";
  }
  return {};
}

}  // namespace loglode
