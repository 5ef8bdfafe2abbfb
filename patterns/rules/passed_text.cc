#include "patterns/rules/passed_text.h"

#include <algorithm>
#include <array>

namespace loglode {

namespace {

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

bool is_verdict(std::string_view word) noexcept {
  static constexpr std::array<std::string_view, 7> kPassed{"OK", "ok", "PASS", "PASSED", "pass", "passed", "Passed"};
  return std::find(kPassed.begin(), kPassed.end(), trimmed(word)) != kPassed.end();
}

}  // namespace

bool tells_that_it_passed(std::string_view text) noexcept {
  text = trimmed(text);
  if (text.size() < 3 || text.find('\n') != std::string_view::npos) return false;
  if (text.front() == '[')
    if (const std::size_t close = text.find(']'); close != std::string_view::npos && is_verdict(text.substr(1, close - 1))) return true;
  if (text.back() == ']')
    if (const std::size_t open = text.rfind('[');
        open != std::string_view::npos && is_verdict(text.substr(open + 1, text.size() - open - 2)))
      return true;
  if (text.starts_with("ok ") && text[3] >= '0' && text[3] <= '9') return true;  // TAP
  if (text.starts_with("--- PASS") || text.starts_with("PASS: ") || text.ends_with("RESULT=pass>")) return true;
  const std::size_t blank = text.find_last_of(" \t");
  if (blank == std::string_view::npos || !is_verdict(text.substr(blank))) return false;
  const std::string_view before = trimmed(text.substr(0, blank));
  return before.ends_with("...") || before.ends_with(':');
}

}  // namespace loglode
