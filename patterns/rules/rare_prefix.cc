#include "patterns/rules/rare_prefix.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <string_view>

namespace loglode {

namespace {

constexpr std::size_t kEndBytes = 8;       // what the literal matcher looks at
constexpr std::size_t kGapBytesMax = 100;  // of a bounded repeat that is still confirmed quickly
constexpr std::string_view kSpecial = "\\^$.[]|()?*+{}";

bool is_special(char c) noexcept { return kSpecial.find(c) != std::string_view::npos; }
bool is_quantifier(char c) noexcept { return c == '?' || c == '*' || c == '+' || c == '{'; }

std::string folded(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// The plain text that every match begins with; empty when an alternative may begin otherwise.
std::string_view leading_literal(std::string_view pattern) noexcept {
  std::size_t end = 0;
  while (end < pattern.size() && !is_special(pattern[end])) ++end;
  if (end < pattern.size() && is_quantifier(pattern[end]) && end != 0) --end;  // it may be missing
  int depth = 0;
  for (const char c : pattern.substr(end)) {
    if (c == '\\' || (c == '|' && depth == 0)) return {};
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
  }
  return pattern.substr(0, end);
}

/// The plain text at the end of the pattern, group or not.
std::string_view trailing_literal(std::string_view pattern) noexcept {
  while (!pattern.empty() && pattern.back() == ')') pattern.remove_suffix(1);
  std::size_t begin = pattern.size();
  while (begin > 0 && !is_special(pattern[begin - 1])) --begin;
  return pattern.substr(begin);
}

/// What follows the literal is plain text, unrepeated groups of alternatives, and at most one `.{m,n}` or `[…]{m,n}` with a small n.
bool is_soon_confirmed(std::string_view rest) noexcept {
  bool gap = false;
  for (std::size_t at = 0; at < rest.size(); ++at) {
    const char c = rest[at];
    if (c == '[') {
      const std::size_t close = rest.find(']', at + 2);
      if (close == std::string_view::npos) return false;
      at = close;
    } else if (c == '{') {
      const std::size_t comma = rest.find(',', at), close = rest.find('}', at);
      if (gap || comma == std::string_view::npos || close == std::string_view::npos || close < comma + 2) return false;
      std::size_t most = 0;
      for (std::size_t i = comma + 1; i < close; ++i) {
        if (rest[i] < '0' || rest[i] > '9' || most > kGapBytesMax) return false;
        most = most * 10 + static_cast<std::size_t>(rest[i] - '0');
      }
      if (most > kGapBytesMax) return false;
      gap = true;
      at = close;
    } else if (c == '\\' || c == '?' || c == '*' || c == '+' || c == '^' || c == '$') {
      return false;
    }
  }
  return true;
}

class Ends {
 public:
  void count(std::string_view literal) {
    for (std::size_t end = kEndBytes; end <= literal.size(); ++end) ++counts_[folded(literal.substr(end - kEndBytes, kEndBytes))];
  }
  [[nodiscard]] std::size_t shared_by(std::string_view literal, std::size_t end) const {
    if (end < kEndBytes) return 0;
    const auto found = counts_.find(folded(literal.substr(end - kEndBytes, kEndBytes)));
    return found == counts_.end() ? 0 : found->second;
  }

 private:
  std::map<std::string, std::size_t, std::less<>> counts_;
};

}  // namespace

void scan_for_rare_prefixes(std::vector<Expression>& expressions, std::size_t count) {
  if (count <= kManyExpressions) return;
  Ends ends;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view pattern = expressions[i].pattern;
    const std::string_view leading = leading_literal(pattern), trailing = trailing_literal(pattern);
    ends.count(leading);
    if (trailing.data() != leading.data()) ends.count(trailing);
  }
  for (std::size_t i = 0; i < count; ++i) {
    Expression& expression = expressions[i];
    const std::string_view pattern = expression.pattern, leading = leading_literal(pattern), trailing = trailing_literal(pattern);
    if (expression.prefilter || leading.size() <= kEndBytes || !is_soon_confirmed(pattern.substr(leading.size()))) continue;
    const std::size_t shared = std::max(ends.shared_by(leading, leading.size()), ends.shared_by(trailing, trailing.size()));
    if (shared <= kSharedEndsMax) continue;
    std::size_t best = kEndBytes;
    for (std::size_t end = kEndBytes; end <= leading.size(); ++end)
      if (ends.shared_by(leading, end) <= ends.shared_by(leading, best)) best = end;  // of equals the longest
    if (4 * ends.shared_by(leading, best) > shared) continue;
    expression.prefix = leading.substr(0, best);
    expression.prefilter = true;
  }
}

}  // namespace loglode
