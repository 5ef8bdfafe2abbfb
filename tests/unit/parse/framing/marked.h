// Streams whose records are marked: what stands between `---` lines is one record.
#pragma once

#include "framed.h"

namespace loglode::framed {

inline void expect_records(std::string_view marked, const ParseConfig& config = {}) {
  std::vector<std::string> expected(1);
  std::string text;
  for (const std::string_view line : lines_of(marked)) {
    if (line == "---") {
      expected.emplace_back();
      continue;
    }
    if (!expected.back().empty()) expected.back() += '\n';
    expected.back() += line;
    text.append(line).append("\n");
  }
  INFO(text);
  CHECK(records_of(text, config) == expected);
}

}  // namespace loglode::framed
