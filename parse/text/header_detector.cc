#include <deque>
#include <string>

#include "parse/text/ansi.h"
#include "parse/text/header_study.h"
#include "parse/text/text_formats.h"

namespace loglode {

std::unique_ptr<LineFormat> detect_header(std::span<const std::string_view> prefix_lines) {
  std::deque<std::string> plain;
  std::vector<std::string_view> lines(prefix_lines.begin(), prefix_lines.end());
  for (std::string_view& line : lines) {
    if (has_ansi(line)) line = plain.emplace_back(strip_ansi(line));
  }
  return HeaderStudy{lines}.run();
}

}  // namespace loglode
