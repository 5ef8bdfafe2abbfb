#include "base/exit_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "base/terminal_text.h"

namespace loglode {

namespace {

/// Lines that we broke stay lines; what else they hold is made safe.
void print_lines(std::string_view message) {
  std::string out = "loglode: ";
  for (std::size_t begin = 0; begin <= message.size();) {
    const std::size_t end = std::min(message.find('\n', begin), message.size());
    out += printable(message.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  fmt::print(stderr, "{}", out);
}

}  // namespace

int report_error(const Error& error) {
  print_lines(error.message);
  return error.code == std::errc::invalid_argument ? kWrongUsage : kCouldNotFinish;
}

int report_usage(const std::string& message) {
  fmt::print(stderr, "loglode: {}\n", printable(message));
  return kWrongUsage;
}

int print_and_leave(const std::string& text, ExitStatus status) {
  const auto printed = print_text(text);
  return printed ? static_cast<int>(status) : report_error(printed.error());
}

}  // namespace loglode
