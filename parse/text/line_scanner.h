// Reads one line from left to right. Lives on a parsing function's stack; never leaves the line.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

#include "parse/time/stamp_scanner.h"

namespace loglode {

[[nodiscard]] constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

[[nodiscard]] inline std::string_view trim_blanks(std::string_view text) noexcept {
  while (!text.empty() && (is_blank(text.front()))) text.remove_prefix(1);
  while (!text.empty() && (is_blank(text.back()) || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

[[nodiscard]] inline std::string_view first_line(std::string_view text) noexcept {
  const void* const end = text.empty() ? nullptr : std::memchr(text.data(), '\n', text.size());
  return end == nullptr ? text : text.substr(0, static_cast<std::size_t>(static_cast<const char*>(end) - text.data()));
}

[[nodiscard]] inline bool all_digits(std::string_view text) noexcept {
  for (const char c : text) {
    if (!is_digit(c)) return false;
  }
  return !text.empty();
}

class LineScanner {
 public:
  explicit LineScanner(std::string_view line) noexcept : line_(line) {}

  [[nodiscard]] std::string_view line() const noexcept { return line_; }
  [[nodiscard]] std::size_t position() const noexcept { return at_; }
  void go_to(std::size_t position) noexcept { at_ = position < line_.size() ? position : line_.size(); }
  [[nodiscard]] bool at_end() const noexcept { return at_ >= line_.size(); }
  [[nodiscard]] std::string_view rest() const noexcept { return line_.substr(at_ < line_.size() ? at_ : line_.size()); }
  /// The character `ahead` of here; NUL past the end.
  [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept { return at_ + ahead < line_.size() ? line_[at_ + ahead] : '\0'; }

  bool take(char wanted) noexcept {
    if (at_ >= line_.size() || line_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view wanted) noexcept {
    if (rest().substr(0, wanted.size()) != wanted) return false;
    at_ += wanted.size();
    return true;
  }
  std::size_t take_blanks() noexcept {
    const std::size_t begin = at_;
    while (at_ < line_.size() && is_blank(line_[at_])) ++at_;
    return at_ - begin;
  }
  /// Up to the next blank or the end; empty at a blank.
  std::string_view take_word() noexcept {
    const std::size_t begin = at_;
    while (at_ < line_.size() && !is_blank(line_[at_])) ++at_;
    return line_.substr(begin, at_ - begin);
  }
  std::string_view take_number() noexcept {
    const std::size_t begin = at_;
    while (at_ < line_.size() && is_digit(line_[at_])) ++at_;
    return line_.substr(begin, at_ - begin);
  }
  std::string_view take_letters() noexcept {
    const std::size_t begin = at_;
    while (at_ < line_.size() && is_letter(line_[at_])) ++at_;
    return line_.substr(begin, at_ - begin);
  }
  /// What lies before the next `stop`, which is taken too; false (and nothing taken) when there is none.
  bool take_until(char stop, std::string_view& out) noexcept {
    if (at_end()) return false;
    const void* const found = std::memchr(line_.data() + at_, stop, line_.size() - at_);
    if (found == nullptr) return false;
    const auto end = static_cast<std::size_t>(static_cast<const char*>(found) - line_.data());
    out = line_.substr(at_, end - at_);
    at_ = end + 1;
    return true;
  }
  /// A group from `open` to its `close`, which may contain such groups; `out` is what lies between.
  bool take_group(char open, char close, std::string_view& out) noexcept {
    if (peek() != open || at_end()) return false;
    std::size_t depth = 0;
    for (std::size_t i = at_; i < line_.size() && i - at_ < kGroupBytesMax; ++i) {
      if (line_[i] == open)
        ++depth;
      else if (line_[i] == close && --depth == 0) {
        out = line_.substr(at_ + 1, i - at_ - 1);
        at_ = i + 1;
        return true;
      }
    }
    return false;
  }
  /// "…" with \ before quotes inside (or doubled quotes when `doubled`); `out` is what lies between, escapes unread.
  bool take_quoted(std::string_view& out, bool doubled = false) noexcept {
    if (!take('"')) return false;
    const std::size_t begin = at_;
    for (std::size_t i = at_; i < line_.size(); ++i) {
      if (line_[i] == '\\' && !doubled)
        ++i;
      else if (line_[i] == '"') {
        if (doubled && i + 1 < line_.size() && line_[i + 1] == '"') {
          ++i;
          continue;
        }
        out = line_.substr(begin, i - begin);
        at_ = i + 1;
        return true;
      }
    }
    at_ = begin - 1;
    return false;
  }

 private:
  static constexpr std::size_t kGroupBytesMax = 1024;  // longer ones are text in brackets, not a header

  std::string_view line_;
  std::size_t at_ = 0;
};

}  // namespace loglode
