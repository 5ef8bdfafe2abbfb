#include "parse/text/level_marks.h"

#include <array>

#include "parse/text/line_scanner.h"
#include "parse/text/tokens.h"
#include "parse/time/timestamp_reader.h"

namespace loglode {
namespace {

constexpr std::size_t kWordBytesMin = 3;    // shorter runs of letters are no severity,
constexpr std::size_t kWordBytesMax = 14;   // nor are longer ones
constexpr std::size_t kUnitBytesMax = 160;  // of a header; longer ones are text
constexpr std::size_t kHeaderBytesMax = 512;
constexpr unsigned kHeaderUnitsMax = 16;

constexpr auto kWordBytes = [] {
  std::array<bool, 256> bytes{};
  for (unsigned c = 0; c < 256; ++c) bytes[c] = c >= 0x80 || c == '_' || is_letter(static_cast<char>(c)) || is_digit(static_cast<char>(c));
  return bytes;
}();
bool is_word_byte(char c) noexcept { return kWordBytes[static_cast<unsigned char>(c)]; }
bool is_gap(char c) noexcept { return c == '\0' || is_blank(c); }
bool one_of(char c, std::string_view set) noexcept { return c != '\0' && set.find(c) != std::string_view::npos; }

/// Whether a word between these signs is set apart from names (`non-error`, `Error.java`, `errors/`), values and addresses.
bool is_set_apart(char before, char after, bool capitals) noexcept {
  const bool gap_before = is_gap(before), gap_after = is_gap(after);
  if (gap_before && gap_after) return capitals;
  if (gap_before) return after == ':' || after == '|' || (capitals && one_of(after, "/[(]),;"));
  if (one_of(before, "[(<{") && after == closing_bracket(before)) return true;
  if (one_of(before, "./->*_@")) return capitals && (gap_after || one_of(after, ":])>/,|["));
  if (one_of(before, "[(<{|:#,])")) return gap_after ? capitals || before == '|' : one_of(after, "])>}:,|/") && (capitals || before != '#');
  return false;
}

/// What stands before `at`, blanks skipped when a bar or the bracket of `after` lies behind them.
char sign_before(std::string_view text, std::size_t at) noexcept {
  if (at == 0) return '\0';
  std::size_t back = at;
  while (back > 0 && is_blank(text[back - 1])) --back;
  if (back == at) return text[at - 1];
  return back > 0 && one_of(text[back - 1], "|[<(") ? text[back - 1] : ' ';
}
char sign_behind(std::string_view text, std::size_t at, char before) noexcept {
  if (at >= text.size()) return '\0';
  std::size_t next = at;
  while (next < text.size() && is_blank(text[next])) ++next;
  if (next == at) return text[at];
  const char sign = next < text.size() ? text[next] : '\0';
  return sign == '|' || (sign != '\0' && sign == closing_bracket(before)) ? sign : ' ';
}

LevelMark mark_of(std::string_view text, std::size_t begin, std::size_t end, bool any_case) noexcept {
  const std::string_view word = text.substr(begin, end - begin);
  LevelMark mark;
  mark.severity = severity_from_word(word);
  if (mark.severity == Severity::unspecified) return {};
  mark.begin = begin, mark.end = end;
  mark.before = sign_before(text, begin);
  mark.after = sign_behind(text, end, mark.before);
  mark.capitals = is_in_capitals(word);
  // `( error …`: blanks behind a bracket count only when the word fills it.
  if (begin > 0 && is_blank(text[begin - 1]) && one_of(mark.before, "[<(") && !mark.is_enclosed()) mark.before = ' ';
  return is_set_apart(mark.before, mark.after, mark.capitals || any_case) ? mark : LevelMark{};
}

/// Letters alone, perhaps with a sign of a sentence: what texts are made of. Names have digits, dots, dashes, or stand in brackets.
bool is_plain_word(std::string_view unit) noexcept {
  while (!unit.empty() && one_of(unit.back(), ":,.;!?")) unit.remove_suffix(1);
  if (unit.size() < 2) return false;
  for (const char c : unit) {
    if (!is_letter(c) && static_cast<unsigned char>(c) < 0x80 && c != '\'') return false;
  }
  return true;
}

bool is_punctuation_only(std::string_view unit) noexcept {
  for (const char c : unit) {
    if (is_word_byte(c)) return false;
  }
  return true;
}

/// Where the unit that opened a bracket, as `[Craft Scheduler Thread - 12/ERROR]`, has its mark; the unit's length bounds it.
LevelMark mark_within(std::string_view line, std::size_t begin, std::size_t end) noexcept {
  if (line.substr(begin, end - begin).find("://") != std::string_view::npos) return {};
  return next_level_mark(line, begin, end);
}

/// Whether a mark that follows these units is the header's.
bool counts(std::string_view line, const LevelMark& mark, bool proven, unsigned plain_words) noexcept {
  const bool after_tag = plain_words == 1 && mark.begin > 1 && line[mark.begin - 2] == ':' && mark.before == ' ';
  const std::string_view word = line.substr(mark.begin, mark.end - mark.begin);
  if (!mark.capitals && is_weak_level_word(word) && !(mark.before == '[' && mark.is_enclosed())) return false;
  if (mark.is_enclosed()) return mark.before != '(' || mark.capitals || proven;
  const bool glued_before = !is_gap(mark.before);
  if (glued_before || (after_tag && mark.capitals && mark.after == ':')) return true;
  return proven && (mark.capitals || plain_words == 0 || mark.after != ':');
}

/// A word of letters with a blank or nothing behind it, or a sign of a sentence before that.
struct ProseWord {
  std::size_t length = 0;  // 0: none stands here, or it is a severity that something may set apart
  bool ends_clause = false;
};
ProseWord prose_word(std::string_view line, std::size_t at) noexcept {
  std::size_t end = at;
  while (end < line.size() && is_letter(line[end])) ++end;
  const std::string_view word = line.substr(at, end - at);
  if (word.size() < 2) return {};
  const char next = end < line.size() ? line[end] : ' ';
  const bool sign = next == ',' || next == ';' || next == '.' || next == '!' || next == '?';
  if (!sign && !is_blank(next)) return {};
  if (sign && end + 1 < line.size() && !is_blank(line[end + 1])) return {};
  const bool is_severity =
      word.size() >= kWordBytesMin && word.size() <= kWordBytesMax && severity_from_word(word) != Severity::unspecified;
  return is_severity && (!sign || is_in_capitals(word)) ? ProseWord{} : ProseWord{word.size(), sign};
}

/// Whether a severity word stands anywhere, set apart or not: most texts hold none, and this says so in one pass.
bool holds_level_word(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    if (!kWordBytes[static_cast<unsigned char>(text[at])]) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    while (at < text.size() && kWordBytes[static_cast<unsigned char>(text[at])]) ++at;
    if (at - begin >= kWordBytesMin && at - begin <= kWordBytesMax && is_letter(text[begin]) &&
        severity_from_word(text.substr(begin, at - begin)) != Severity::unspecified)
      return true;
  }
  return false;
}

}  // namespace

bool LevelMark::is_bare() const noexcept { return is_gap(before) && is_gap(after); }
bool LevelMark::is_enclosed() const noexcept { return one_of(before, "[(<{") && after == closing_bracket(before); }

char closing_bracket(char open) noexcept {
  switch (open) {
    case '[':
      return ']';
    case '(':
      return ')';
    case '<':
      return '>';
    case '{':
      return '}';
    default:
      return '\0';
  }
}

LevelMark next_level_mark(std::string_view text, std::size_t from, std::size_t end, bool any_case) noexcept {
  end = end < text.size() ? end : text.size();
  for (std::size_t at = from; at < end; ++at) {
    if (!is_letter(text[at])) continue;
    std::size_t stop = at;
    while (stop < text.size() && is_word_byte(text[stop])) ++stop;
    const bool begins = at == 0 || !is_word_byte(text[at - 1]);
    if (begins && stop - at >= kWordBytesMin && stop - at <= kWordBytesMax) {
      const LevelMark mark = mark_of(text, at, stop, any_case);
      if (mark.found()) return mark;
    }
    at = stop;
  }
  return {};
}

std::size_t end_of_mark(std::string_view line, const LevelMark& mark) noexcept {
  LineScanner scan{line};
  scan.go_to(mark.end);
  const auto skip = [&](std::string_view set) {
    const std::size_t begin = scan.position();
    scan.take_blanks();
    if (one_of(scan.peek(), set))
      scan.go_to(scan.position() + 1);
    else
      scan.go_to(begin);
  };
  if (mark.is_enclosed() || one_of(mark.after, "])>}")) skip("])>}");
  if (mark.after == '/' || mark.after == ',' || mark.after == ';') skip("/,;");
  while (scan.peek() == ':' && !scan.at_end()) scan.go_to(scan.position() + 1);
  scan.take_blanks();
  if (one_of(scan.peek(), "-|:") && (is_blank(scan.peek(1)) || scan.peek(1) == '\0')) {
    scan.go_to(scan.position() + 1);
    scan.take_blanks();
  }
  return scan.position();
}

std::size_t unit_length(std::string_view text) noexcept {
  LineScanner scan{text};
  std::string_view inner;
  if (const char closing = closing_bracket(scan.peek()); closing != '\0' && scan.take_group(scan.peek(), closing, inner))
    return scan.position();
  std::size_t end = 0;
  while (end < text.size() && !is_blank(text[end])) {
    if (text[end++] != '=' || end >= text.size() || text[end] != '"') continue;
    scan.go_to(end);
    end = scan.take_quoted(inner) ? scan.position() : end + 1;
  }
  return end;
}

bool is_pair(std::string_view unit) noexcept {
  std::size_t key = 0;
  while (key < unit.size() && (is_word_byte(unit[key]) || one_of(unit[key], ".-@"))) ++key;
  return key > 0 && key < unit.size() && unit[key] == '=';
}

bool begins_as_prose(std::string_view text) noexcept {
  const ProseWord first = prose_word(text, 0);
  if (first.length == 0 || first.ends_clause) return first.ends_clause;
  std::size_t next = first.length;
  while (next < text.size() && is_blank(text[next])) ++next;
  return prose_word(text, next).length != 0;
}

LevelMark header_mark(std::string_view line, std::size_t from, bool timed) noexcept {
  line = line.substr(0, from + kHeaderBytesMax);
  if (from >= line.size() || !holds_level_word(line.substr(from))) return {};
  bool proven = timed, shouted = false;
  unsigned plain_words = 0;
  LineScanner scan{line};
  scan.go_to(from);
  for (unsigned unit = 0; unit < kHeaderUnitsMax; ++unit) {
    scan.take_blanks();
    if (scan.at_end() || one_of(scan.peek(), "\"'`")) return {};
    if (const ProseWord word = prose_word(line, scan.position()); word.length != 0) {
      if (++plain_words > 1 || word.ends_clause || word.length > kUnitBytesMax) return {};
      shouted = is_in_capitals(line.substr(scan.position(), word.length));
      scan.go_to(scan.position() + word.length);
      continue;
    }
    const std::size_t begin = scan.position(), end = begin + unit_length(scan.rest());
    if (end - begin > kUnitBytesMax) return {};
    const std::string_view text = line.substr(begin, end - begin);
    const bool plain = is_plain_word(text);
    if (!is_pair(text)) {
      LevelMark mark = mark_within(line, begin, end);
      mark.behind_word = plain_words > 0;
      if (mark.found()) return counts(line, mark, proven && !shouted, plain_words) ? mark : LevelMark{};
      if (plain && (++plain_words > 1 || one_of(text.back(), ",.;!?"))) return {};
    }
    shouted = plain && is_in_capitals(text);  // HTTP ERROR
    proven = proven || (!plain && !is_punctuation_only(text) && !(plain_words > 0 && all_digits(text)));
    scan.go_to(end);
  }
  return {};
}

}  // namespace loglode
