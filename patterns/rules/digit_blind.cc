#include "patterns/rules/digit_blind.h"

#include <algorithm>
#include <cstdint>

#include "patterns/rules/pattern_syntax.h"

namespace loglode {

namespace {

constexpr std::uint32_t kAllDigits = 0x3ff;  // a bit for each

std::uint32_t digits_between(int first, int last) noexcept {
  std::uint32_t digits = 0;
  for (int digit = '0'; digit <= '9'; ++digit)
    if (digit >= first && digit <= last) digits |= 1U << (digit - '0');
  return digits;
}

/// Of `\d`, and of whatever else in a class begins no range; none where that is not known.
std::optional<std::uint32_t> digits_of_escape(char letter) noexcept {
  if (std::string_view{"dwSHV"}.find(letter) != std::string_view::npos) return kAllDigits;
  if (std::string_view{"DWshvabef"}.find(letter) != std::string_view::npos) return 0;
  return std::nullopt;
}

std::optional<std::uint32_t> digits_of_named(std::string_view name) noexcept {
  for (const std::string_view with : {"digit", "alnum", "xdigit", "word", "graph", "print", "ascii"})
    if (name == with) return kAllDigits;
  for (const std::string_view without : {"alpha", "blank", "cntrl", "lower", "punct", "space", "upper"})
    if (name == without) return 0;
  return std::nullopt;
}

/// The digits that a class matches: `inside` is what stands between its brackets. None where that is not plain to see.
std::optional<std::uint32_t> digits_of_class(std::string_view inside) noexcept {
  const bool negated = inside.starts_with('^');
  std::uint32_t digits = 0;
  for (std::size_t at = negated ? 1 : 0; at < inside.size();) {
    if (inside.substr(at, 2) == "[:") {
      const std::size_t close = inside.find(":]", at + 2);
      const auto named = close == std::string_view::npos ? std::nullopt : digits_of_named(inside.substr(at + 2, close - at - 2));
      if (!named) return std::nullopt;
      digits |= *named;
      at = close + 2;
      continue;
    }
    if (inside[at] == '\\' && at + 1 < inside.size())
      if (const auto escaped = digits_of_escape(inside[at + 1])) {
        digits |= *escaped;
        at += 2;
        continue;
      }
    const int first = byte_at(inside, at);
    int last = first;
    if (at + 1 < inside.size() && inside[at] == '-') last = byte_at(inside, ++at);
    if (first < 0 || last < 0) return std::nullopt;
    digits |= digits_between(first, last);
  }
  return negated ? ~digits & kAllDigits : digits;
}

/// One pattern on its way to its form.
class Blinded {
 public:
  explicit Blinded(std::string_view pattern) : pattern_{pattern} {}

  std::optional<DigitBlind> form() {
    while (at_ < pattern_.size())
      if (!step()) return std::nullopt;
    return std::move(out_);
  }

 private:
  [[nodiscard]] char next() const noexcept { return at_ + 1 < pattern_.size() ? pattern_[at_ + 1] : '\0'; }
  bool copy(std::size_t size) {
    out_.pattern += pattern_.substr(at_, size);
    at_ = std::min(at_ + size, pattern_.size());
    return true;
  }
  bool zero(std::size_t instead_of) {
    out_.pattern += '0';
    out_.looser = true;
    at_ += instead_of;
    return true;
  }

  bool step() {
    const char c = pattern_[at_];
    if (c == '\\') return escape();
    if (c == '[') return character_class();
    if (c == '(' && next() == '*') return false;
    if (c == '(' && next() == '?') return group();
    if (is_digit(c)) return zero(1);
    if (const std::size_t size = size_of_repeat(); size != 0) {
      copy(size);
      if (at_ < pattern_.size() && pattern_[at_] == '+') ++at_;  // what gives back its digits matches no less
      return at_ >= pattern_.size() || pattern_[at_] != '?' || copy(1);
    }
    return copy(1);
  }

  /// Of `*`, `+`, `?`, `{2}`, `{2,}` or `{2,5}`; 0: none stands here.
  [[nodiscard]] std::size_t size_of_repeat() const noexcept {
    const char c = pattern_[at_];
    if (c == '*' || c == '+' || c == '?') return 1;
    if (c != '{' || !is_digit(next())) return 0;
    std::size_t end = at_ + 1;
    while (end < pattern_.size() && is_digit(pattern_[end])) ++end;
    if (end < pattern_.size() && pattern_[end] == ',') ++end;
    while (end < pattern_.size() && is_digit(pattern_[end])) ++end;
    return end < pattern_.size() && pattern_[end] == '}' ? end + 1 - at_ : 0;
  }

  bool escape() {
    const char c = next();
    if (is_digit(c)) {  // what repeats still does
      out_.looser = true;
      return c != '0' && (at_ + 2 >= pattern_.size() || !is_digit(pattern_[at_ + 2])) && copy(2);
    }
    if (c == 'p' || c == 'P') {  // every property has all digits or none
      const std::string_view rest = pattern_.substr(at_);
      return rest.size() > 2 && copy(rest[2] == '{' ? std::min(rest.find('}'), rest.size() - 1) + 1 : 3);
    }
    if (std::string_view{"gkNocQELUuX"}.find(c) != std::string_view::npos) return false;
    if (c != 'x') return copy(2);
    std::size_t behind = at_;
    const int byte = byte_at(pattern_, behind);
    if (byte < 0) return false;
    return is_digit(static_cast<char>(byte)) ? zero(behind - at_) : copy(behind - at_);
  }

  bool character_class() {
    const std::size_t size = end_of_class(pattern_, at_ + 1) - at_;
    if (size < 2) return false;
    const auto digits = digits_of_class(pattern_.substr(at_ + 1, size - 2));
    if (!digits) return false;
    if (*digits == 0 || *digits == kAllDigits) return copy(size);
    out_.looser = true;
    if ((*digits & 1) != 0) return copy(size);
    out_.pattern += "(?:";
    copy(size);
    out_.pattern += "|0)";
    return true;
  }

  bool group() {
    const std::string_view rest = pattern_.substr(at_);
    if (rest.starts_with("(?!") || rest.starts_with("(?<!")) return negative_look();
    if (rest.starts_with("(?>")) {
      out_.pattern += "(?:";
      at_ += 3;
      return true;
    }
    for (const std::string_view head : {"(?:", "(?=", "(?<="})
      if (rest.starts_with(head)) return copy(head.size());
    if (rest.starts_with("(?<") || rest.starts_with("(?P<")) {
      const std::size_t close = rest.find('>');
      return close != std::string_view::npos && copy(close + 1);
    }
    std::size_t end = 2;  // `(?i)`, `(?s-i:`
    while (end < rest.size() && ((rest[end] >= 'a' && rest[end] <= 'z') || rest[end] == '-' || rest[end] == '^')) ++end;
    return end < rest.size() && (rest[end] == ':' || rest[end] == ')') && rest[2] != ')' && copy(end + 1);
  }

  /// What must not stand here may be there once digits are the same: then it is not asked for.
  bool negative_look() {
    const std::size_t size = end_of_group(pattern_, at_) - at_, head = pattern_[at_ + 2] == '!' ? 3 : 4;
    if (size <= head) return false;
    const auto inside = digit_blind(pattern_.substr(at_ + head, size - head - 1));
    if (!inside) return false;
    if (!inside->looser) return copy(size);
    out_.looser = true;
    out_.pattern += "(?:)";
    at_ += size;
    return true;
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
  DigitBlind out_;
};

}  // namespace

std::optional<DigitBlind> digit_blind(std::string_view pattern) { return Blinded{pattern}.form(); }

void copy_digit_blind(std::string_view text, char* out) noexcept {
  const char* const in = text.data();
  for (std::size_t i = 0; i < text.size(); ++i) out[i] = static_cast<unsigned char>(in[i] - '0') < 10 ? '0' : in[i];
}

}  // namespace loglode
