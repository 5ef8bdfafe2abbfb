#include "base/staged_words.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/ascii.h"

namespace loglode {

namespace {

constexpr std::size_t kBytesMax = 512;  // of a text: what comes later is none of its sentence

bool is_word_byte(char c) noexcept { return is_letter(c) || is_digit(c) || c == '_'; }

bool equals(std::string_view word, std::string_view lower) noexcept {
  return word.size() == lower.size() &&
         std::equal(word.begin(), word.end(), lower.begin(), [](char a, char b) { return to_lower(a) == b; });
}
bool begins(std::string_view word, std::string_view lower) noexcept {
  return word.size() >= lower.size() && equals(word.substr(0, lower.size()), lower);
}
template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& known) noexcept {
  return std::any_of(known.begin(), known.end(), [&](std::string_view one) { return equals(word, one); });
}

/// The words of a text one by one, and what stands around each.
class Words {
 public:
  explicit Words(std::string_view text) noexcept : text_{text.substr(0, std::min(kBytesMax, text.find('\n')))} {}

  bool next() noexcept {
    previous_ = word_;
    std::size_t begin = end_;
    while (begin < text_.size() && !is_word_byte(text_[begin])) ++begin;
    end_ = begin;
    while (end_ < text_.size() && is_word_byte(text_[end_])) ++end_;
    word_ = text_.substr(begin, end_ - begin);
    return !word_.empty();
  }
  [[nodiscard]] std::string_view word() const noexcept { return word_; }
  [[nodiscard]] std::string_view previous() const noexcept { return previous_; }
  [[nodiscard]] std::string_view rest() const noexcept { return text_.substr(end_); }

 private:
  std::string_view text_, word_{}, previous_{};
  std::size_t end_ = 0;
};

constexpr std::array<std::string_view, 14> kFaults{"error",  "errors", "exception", "exceptions", "failure", "failures", "fault",
                                                   "faults", "crash",  "panic",     "timeout",    "warning", "outage",   "rejection"};
constexpr std::array<std::string_view, 5> kStagings{"simulated", "injected", "drill", "rehearsal", "chaos"};
constexpr std::array<std::string_view, 5> kUnreal{"mock", "mocked", "fake", "dummy", "synthetic"};  // … error

/// What follows `expected` is compared with what came: a test that failed.
bool tells_a_difference(std::string_view text) noexcept {
  static constexpr std::array<std::string_view, 8> kSigns{"but ",       "eceived",    "ctual", "ssertion",
                                                          "not raised", "not thrown", " got ", "got:"};
  return std::any_of(kSigns.begin(), kSigns.end(), [&](std::string_view sign) { return text.find(sign) != std::string_view::npos; });
}

bool is_number(std::string_view word, unsigned& value) noexcept {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  return error == std::errc{} && end == word.data() + word.size();
}

/// `1/3`, `1 of 3` behind `attempt`: whether there are more to come.
bool has_tries_left(Words words) noexcept {
  unsigned now = 0, of = 0;
  if (!words.next()) return false;
  if (equals(words.word(), "no") || equals(words.word(), "number"))
    if (!words.next()) return false;
  if (!is_number(words.word(), now) || !words.next()) return false;
  if (equals(words.word(), "of") || equals(words.word(), "out"))
    if (!words.next()) return false;
  if (equals(words.word(), "of"))
    if (!words.next()) return false;
  return is_number(words.word(), of) && now < of;
}

}  // namespace

bool says_it_is_staged(std::string_view text) noexcept {
  bool test = false;
  const bool compares = tells_a_difference(text.substr(0, std::min(kBytesMax, text.find('\n'))));
  for (Words words{text}; words.next();) {
    const std::string_view word = words.word(), before = words.previous(), rest = words.rest();
    if (is_one_of(word, kStagings) || (is_one_of(word, kFaults) && is_one_of(before, kUnreal))) return true;
    if (before.empty() && (equals(word, "simulating") || equals(word, "injecting"))) return true;
    if (equals(word, "simulation") && (rest.starts_with(']') || rest.starts_with(':'))) return true;
    if (!compares && equals(word, "expected") && rest.starts_with(':')) return true;
    if ((!compares || test) && is_one_of(word, kFaults) && equals(before, "expected")) return true;
    if (equals(word, "run") && equals(before, "dry")) return true;
    if (equals(word, "dryrun") || equals(word, "dry_run")) return rest.empty() || !rest.starts_with("=false");
    if (equals(word, "injection") && equals(before, "fault")) return true;
    test = test || begins(word, "test_") || (word.size() > 5 && word.starts_with("Test") && word[4] >= 'A' && word[4] <= 'Z') ||
           (equals(word, "test") && (equals(before, "unit") || equals(before, "running") || equals(before, "integration")));
    if (test && (equals(word, "expects") || equals(word, "expected") || equals(word, "expecting") || equals(word, "raises"))) return true;
  }
  return false;
}

bool says_it_tries_again(std::string_view text) noexcept {
  for (Words words{text}; words.next();) {
    const std::string_view word = words.word(), before = words.previous();
    if (equals(word, "retrying") && !equals(before, "stop") && !equals(before, "stopped") && !equals(before, "not")) return true;
    if ((equals(word, "retry") || equals(word, "retried")) && (equals(before, "will") || equals(before, "be"))) return true;
    if (equals(word, "again") && (equals(before, "try") || equals(before, "trying"))) return true;
    if (equals(word, "attempt") || equals(word, "try") || equals(word, "retry") || equals(word, "tries")) {
      if (has_tries_left(words)) return true;
    }
  }
  return false;
}

}  // namespace loglode
