// Reads one text with one format, for the tests of parse/text/.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "parse/text/text_formats.h"

namespace loglode {

inline const LineFormat& format_named(std::string_view name) {
  for (const LineFormat* format : text_formats()) {
    if (format->name() == name) return *format;
  }
  FAIL("no format is called " << name);
  return fallback_format();
}

/// What is expected of a record; empty members must be empty in the record too.
struct Expected {
  std::string_view time;  // RFC 3339 to the second, or with a fraction; empty: none
  Severity severity = Severity::unspecified;
  std::string_view message, service, host, trace_id, span_id;
  std::map<std::string, std::string> attributes;  // those that must be there
};

inline ParseContext test_context() {
  ParseContext context;
  context.time.reference = Timestamp{std::chrono::seconds{1135987200}};  // 2005-12-31, for dates without a year
  context.keep_attributes = true;
  return context;
}

/// What is different from it in the record that the format makes of the text; empty: nothing.
inline std::string differences(const LineFormat& format, std::string_view text, const Expected& expected) {
  Batch batch;
  Record record;
  if (!format.parse(text, record, batch, test_context())) return "it is no " + std::string{format.name()};
  std::string out;
  const auto compare = [&out](std::string_view what, std::string_view found, std::string_view wanted) {
    if (found != wanted) out.append(what).append(": '").append(found).append("', expected '").append(wanted).append("'; ");
  };
  if (!format.begins_record(text.substr(0, text.find('\n')))) out += "it begins no record; ";
  const std::string time = to_rfc3339(record.time);
  compare("time", expected.time.empty() ? time : time.substr(0, expected.time.size()), expected.time);
  compare("severity", std::to_string(static_cast<int>(record.severity)), std::to_string(static_cast<int>(expected.severity)));
  compare("message", record.message, expected.message);
  compare("service", record.service, expected.service);
  compare("host", record.host, expected.host);
  compare("trace_id", record.trace_id, expected.trace_id);
  compare("span_id", record.span_id, expected.span_id);
  const auto attributes = batch.attributes_of(record);
  for (const auto& [key, value] : expected.attributes) {
    const auto found = std::find_if(attributes.begin(), attributes.end(), [&key = key](const Attribute& each) { return each.key == key; });
    if (found == attributes.end())
      out += "no " + key + "; ";
    else
      compare(key, found->value, value);
  }
  return out;
}

/// That nothing is; otherwise it is said with the check that fails.
inline bool reads(const LineFormat& format, std::string_view text, const Expected& expected) {
  const std::string different = differences(format, text, expected);
  if (!different.empty()) UNSCOPED_INFO(format.name() << " reads '" << text << "': " << different);
  return different.empty();
}

/// The format takes no part in it, and leaves the record as it was.
inline bool is_refused(const LineFormat& format, std::string_view text) {
  Batch batch;
  Record record;
  record.message = "untouched";
  record.severity = Severity::trace;
  return !format.parse(text, record, batch, test_context()) && record.message == "untouched" && record.severity == Severity::trace &&
         record.time == kNoTime && record.service.empty() && batch.attributes.empty();
}

inline void expect_record(const LineFormat& format, std::string_view text, const Expected& expected) {
  CHECK(reads(format, text, expected));
}

inline void expect_refused(const LineFormat& format, std::string_view text) {
  INFO(format.name() << ": " << text);
  CHECK(is_refused(format, text));
}

inline std::vector<std::string> lines_of_file(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file{path};
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

}  // namespace loglode
