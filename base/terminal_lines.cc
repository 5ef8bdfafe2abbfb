#include "base/terminal_lines.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/terminal_text.h"

namespace loglode {

namespace {

/// Without the colours that Paint puts around it.
std::string without_colors(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\033') {
      at = std::min(text.find('m', at), text.size() - 1) + 1;
    } else {
      out += text[at++];
    }
  }
  return out;
}

}  // namespace

ScreenSize terminal_size(int fd) {
  winsize size{};
  if (isatty(fd) != 1 || ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return {std::max<std::size_t>(size.ws_col, 20), size.ws_row};
}

void TerminalLines::resize(ScreenSize size) {
  if (size == size_) return;
  size_ = size;
  standing_.clear();
}

std::size_t TerminalLines::rows_of(const std::string& text) const {
  std::size_t rows = 0;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    const std::size_t width = columns_of(without_colors(std::string_view{text}.substr(from, end - from)));
    rows += std::max<std::size_t>(1, (width + size_.columns - 1) / size_.columns);
    from = end + 1;
  }
  return rows;
}

void TerminalLines::forget_what_left() {
  std::size_t rows = 1;  // the cursor's own
  for (const Standing& each : standing_) rows += each.rows;
  while (!standing_.empty() && rows > size_.rows) {
    rows -= standing_.front().rows;
    standing_.pop_front();
  }
}

std::string TerminalLines::add(std::string key, std::string text) {
  std::string out = text + "\n";
  for (Standing& each : standing_)
    if (!key.empty() && each.key == key) each.key.clear();  // told again: the earlier line is history
  const std::size_t rows = rows_of(text);
  standing_.push_back({std::move(key), std::move(text), rows});
  forget_what_left();
  return out;
}

std::string TerminalLines::change(const std::string& key, const std::string& text) {
  std::size_t up = 0;
  for (auto each = standing_.rbegin(); each != standing_.rend(); ++each) {
    up += each->rows;
    if (each->key != key) continue;
    if (each->text == text || rows_of(text) != each->rows) return {};
    each->text = text;
    std::string rows;
    for (const char c : text) rows += c == '\n' ? std::string{"\r\n\033[K"} : std::string(1, c);
    const std::size_t back = up - each->rows + 1;  // from its last row to the cursor's
    return fmt::format("\r\033[{}A\033[K{}\r\033[{}B", up, rows, back);
  }
  return {};
}

bool TerminalLines::holds(const std::string& key) const {
  return std::any_of(standing_.begin(), standing_.end(), [&](const Standing& each) { return each.key == key; });
}

void TerminalLines::moved_down(std::size_t rows) {
  if (rows == 0) return;
  standing_.push_back({{}, {}, rows});
  forget_what_left();
}

}  // namespace loglode
