#include "rca/known_errors/fixed_text.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"

namespace loglode::rca {
namespace {

/// Just behind the class or group that begins at `at`; the end when it is not closed.
std::size_t behind_class(std::string_view pattern, std::size_t at) {
  ++at;
  if (at < pattern.size() && pattern[at] == '^') ++at;
  if (at < pattern.size() && pattern[at] == ']') ++at;
  while (at < pattern.size() && pattern[at] != ']') at += pattern[at] == '\\' ? 2 : 1;
  return std::min(at + 1, pattern.size());
}

std::size_t behind_group(std::string_view pattern, std::size_t at) {
  std::size_t depth = 0;
  while (at < pattern.size()) {
    const char c = pattern[at];
    if (c == '[') {
      at = behind_class(pattern, at);
      continue;
    }
    if (c == '(') ++depth;
    if (c == ')' && --depth == 0) return at + 1;
    at += c == '\\' ? 2 : 1;
  }
  return pattern.size();
}

class Pieces {
 public:
  void add(char c) { piece_ += to_lower(c); }
  void end_piece() {
    out_.bytes += piece_.size();
    if (piece_.size() > out_.longest.size()) out_.longest = piece_;
    piece_.clear();
  }
  void make_last_optional() {
    if (!piece_.empty()) piece_.pop_back();
    end_piece();
  }
  [[nodiscard]] FixedText take() { return std::move(out_); }

 private:
  FixedText out_;
  std::string piece_;
};

}  // namespace

FixedText fixed_text_of(std::string_view pattern) {
  Pieces pieces;
  for (std::size_t at = 0; at < pattern.size();) {
    const char c = pattern[at];
    if (c == '|') return {};
    if (c == '(' || c == '[') {
      pieces.end_piece();
      at = c == '(' ? behind_group(pattern, at) : behind_class(pattern, at);
      continue;
    }
    if (c == '?' || c == '*' || c == '{') {
      pieces.make_last_optional();
      at = c == '{' ? std::min(pattern.find('}', at), pattern.size() - 1) + 1 : at + 1;
      continue;
    }
    if (c == '\\') {
      const char escaped = at + 1 < pattern.size() ? pattern[at + 1] : 'b';
      is_letter(escaped) || is_digit(escaped) ? pieces.end_piece() : pieces.add(escaped);
      at += 2;
      continue;
    }
    c == '.' || c == '^' || c == '$' || c == '+' ? pieces.end_piece() : pieces.add(c);
    ++at;
  }
  pieces.end_piece();
  return pieces.take();
}

}  // namespace loglode::rca
