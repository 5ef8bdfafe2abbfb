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

inline void expect_record(const LineFormat& format, std::string_view text, const Expected& expected) {
  INFO(format.name() << ": " << text);
  Batch batch;
  Record record;
  REQUIRE(format.parse(text, record, batch, test_context()));
  CHECK(format.begins_record(text.substr(0, text.find('\n'))));
  const std::string time = to_rfc3339(record.time);
  CHECK(time.substr(0, expected.time.size()) == expected.time);
  if (expected.time.empty()) CHECK(time.empty());
  CHECK(static_cast<int>(record.severity) == static_cast<int>(expected.severity));
  CHECK(record.message == expected.message);
  CHECK(record.service == expected.service);
  CHECK(record.host == expected.host);
  CHECK(record.trace_id == expected.trace_id);
  CHECK(record.span_id == expected.span_id);
  for (const auto& wanted : expected.attributes) {
    INFO(wanted.first);
    const auto attributes = batch.attributes_of(record);
    const auto found =
        std::find_if(attributes.begin(), attributes.end(), [&](const Attribute& attribute) { return attribute.key == wanted.first; });
    REQUIRE(found != attributes.end());
    CHECK(found->value == wanted.second);
  }
}

/// The format refuses the text and leaves the record as it was.
inline void expect_refused(const LineFormat& format, std::string_view text) {
  INFO(format.name() << ": " << text);
  Batch batch;
  Record record;
  record.message = "untouched";
  record.severity = Severity::trace;
  CHECK_FALSE(format.parse(text, record, batch, test_context()));
  CHECK(record.message == "untouched");
  CHECK(record.severity == Severity::trace);
  CHECK(record.time == kNoTime);
  CHECK(record.service.empty());
  CHECK(batch.attributes.empty());
}

inline std::vector<std::string> lines_of_file(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file{path};
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

}  // namespace loglode
