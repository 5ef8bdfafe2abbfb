#include "parse/framing/open_record.h"

#include <algorithm>

#include "core/limits.h"

namespace loglode {

namespace {

constexpr std::size_t kLineBytesKept = 8 * kKiB;
constexpr std::size_t kStatementBytesTried = 1 * kKiB;
const ParseContext kAnyYear{TimeContext{Timestamp{}, nullptr}, false};

std::string_view without_trailing_blanks(std::string_view text) noexcept {
  const std::size_t last = text.find_last_not_of(" \t\r");
  return last == std::string_view::npos ? std::string_view{} : text.substr(0, last + 1);
}

bool is_letter_or_digit(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

/// Text is about to stand behind it, and none that it could end stands before it.
bool opens_quote(std::string_view line, std::size_t at) noexcept {
  const bool behind_text = at > 0 && is_letter_or_digit(line[at - 1]);
  return !behind_text && at + 1 < line.size() && line[at + 1] != ' ';
}

/// Nothing to read: blanks, dashes, a rule of `====`.
bool says_nothing(std::string_view message) noexcept { return std::none_of(message.begin(), message.end(), is_letter_or_digit); }

/// A header that none of the formats finds a message behind: it is on the next line, as java.util.logging writes it.
bool has_no_message(std::string_view line, std::span<const LineFormat* const> formats) {
  Batch batch;
  bool begins = false;
  const std::string_view kept = batch.keep(line);
  for (const LineFormat* format : formats) {
    Record record;
    record.raw = kept;
    if (format->parse(kept, record, batch, kAnyYear)) return says_nothing(record.message);
    begins = begins || format->begins_record(line);
  }
  if (begins) return true;
  Timestamp time = kNoTime;
  const std::size_t length = read_timestamp(line, kAnyYear.time, time);
  return length != 0 && says_nothing(line.substr(length));
}

bool equals_ignoring_case(std::string_view word, std::string_view lower) noexcept {
  return word.size() == lower.size() &&
         std::equal(word.begin(), word.end(), lower.begin(), [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

bool is_one_of(std::string_view word, std::span<const std::string_view> words) noexcept {
  return std::any_of(words.begin(), words.end(), [&](std::string_view known) { return equals_ignoring_case(word, known); });
}

std::string_view word_at(std::string_view text, std::size_t at) noexcept {
  std::size_t end = at;
  while (end < text.size() && is_letter_or_digit(text[end])) ++end;
  return text.substr(at, end - at);
}

/// The word that a further line of a statement begins with.
bool is_clause(std::string_view line) noexcept {
  constexpr std::string_view kClauses[] = {"from", "where", "and",   "or",     "order", "group",  "having",   "limit",     "offset",
                                           "join", "left",  "right", "inner",  "outer", "cross",  "union",    "intersect", "except",
                                           "on",   "using", "into",  "values", "set",   "select", "returning"};
  const std::string_view word = word_at(line, 0);
  if (word.size() < 2 || word.size() > 9) return false;
  return (word.size() == line.size() || line[word.size()] == ' ' || line[word.size()] == '(') && is_one_of(word, kClauses);
}

bool holds_statement(std::string_view text) noexcept {
  constexpr std::string_view kVerbs[] = {"select", "insert", "update", "delete", "merge", "with"};
  text = text.substr(0, kStatementBytesTried);
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view word = word_at(text, at);
    if (word.empty()) continue;
    const std::size_t end = at + word.size();
    if (is_one_of(word, kVerbs) && (end == text.size() || text[end] == ' ')) return true;
    at = end;
  }
  return false;
}

}  // namespace

void OpenRecord::begin(std::string_view line) {
  line_.assign(line.substr(0, kLineBytesKept));
  counted_ = quoted_ = false;
  depth_ = 0;
  announces_ = line.size() <= kLineBytesKept ? Answer::unasked : Answer::no;
}

void OpenRecord::close() noexcept {
  line_.clear();
  counted_ = quoted_ = false;
  depth_ = 0;
  announces_ = Answer::no;
}

void OpenRecord::count(std::string_view line) noexcept {
  for (std::size_t i = 0; i < line.size(); ++i) {
    switch (line[i]) {
      case '\\':
        ++i;
        break;
      case '"':
        quoted_ = !quoted_ && opens_quote(line, i);
        break;
      case '(':
      case '[':
      case '{':
        if (!quoted_) ++depth_;
        break;
      case ')':
      case ']':
      case '}':
        if (!quoted_ && depth_ > 0) --depth_;
        break;
      default:
        break;
    }
  }
}

bool OpenRecord::inside() {
  if (!counted_) count(line_);
  counted_ = true;
  return quoted_ || depth_ > 0;
}

void OpenRecord::add(std::string_view line) {
  if (inside()) count(line.substr(0, kLineBytesKept));
}

bool OpenRecord::announces(std::span<const LineFormat* const> formats) {
  if (announces_ == Answer::unasked) {
    const std::string_view text = without_trailing_blanks(line_);
    const bool announces = text.ends_with(':') || text.ends_with('\\') || has_no_message(line_, formats);
    announces_ = announces ? Answer::yes : Answer::no;
  }
  return announces_ == Answer::yes;
}

bool OpenRecord::continues_statement(std::string_view line) const { return is_clause(line) && holds_statement(line_); }

}  // namespace loglode
