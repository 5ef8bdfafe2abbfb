#include "parse/text/tokens.h"

#include "parse/text/line_scanner.h"
#include "parse/time/timestamp_reader.h"

namespace loglode {
namespace {

bool is_name_byte(char c) noexcept { return is_letter(c) || is_digit(c) || c == '_' || c == '$' || c == '-'; }

bool ends_token(char c) noexcept { return c == '\0' || is_blank(c) || c == ']' || c == '|' || c == ','; }

/// INFO, Info and info are levels; iNFO is not.
bool is_level_case(std::string_view word, bool any_case) noexcept {
  bool capitals = true;
  for (const char c : word) capitals = capitals && !(c >= 'a' && c <= 'z');
  return capitals || any_case;
}

}  // namespace

std::size_t date_length(std::string_view text) noexcept {
  StampScanner scan{text};
  unsigned year = 0, month = 0, day = 0;
  if (!scan.take_number(4, 4, year)) return 0;
  const char separator = scan.peek();
  if (separator != '-' && separator != '.' && separator != '/') return 0;
  scan.skip(1);
  if (!scan.take_number(1, 2, month) || !scan.take(separator) || !scan.take_number(1, 2, day)) return 0;
  const bool sensible = year >= 1970 && year < 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
  return sensible && ends_token(scan.peek()) ? scan.position() : 0;
}

LevelToken level_at(std::string_view text, bool any_case) {
  LineScanner scan{text};
  char closing = '\0';
  if (scan.take('['))
    closing = ']';
  else if (scan.take('<'))
    closing = '>';
  else if (scan.take('('))
    closing = ')';
  if (closing != '\0') scan.take_blanks();
  const std::size_t begin = scan.position();
  if (!is_letter(scan.peek())) return {};
  std::string_view word = scan.take_letters();
  if (is_digit(scan.peek())) scan.go_to(scan.position() + 1), word = text.substr(begin, word.size() + 1);  // PostgreSQL's DEBUG1
  const Severity severity = severity_from_word(word);
  if (severity == Severity::unspecified) return {};
  if (closing != '\0') {
    scan.take_blanks();
    if (!scan.take(closing)) return {};
    scan.take(':');
    return {severity, scan.position()};
  }
  if (scan.take(':')) return ends_token(scan.peek()) ? LevelToken{severity, scan.position()} : LevelToken{};
  if (!ends_token(scan.peek()) || !is_level_case(word, any_case)) return {};
  return {severity, scan.position()};
}

bool is_dotted_name(std::string_view word) noexcept {
  std::size_t dots = 0;
  bool part_is_empty = true, part_begins_with_digit = false, has_letter = false;
  for (const char c : word) {
    if (c == '.') {
      if (part_is_empty) return false;
      ++dots;
      part_is_empty = true;
      continue;
    }
    if (!is_name_byte(c)) return false;
    if (part_is_empty) part_begins_with_digit = part_begins_with_digit || is_digit(c);
    part_is_empty = false;
    has_letter = has_letter || is_letter(c);
  }
  return dots > 0 && !part_is_empty && !part_begins_with_digit && has_letter;
}

bool is_code_position(std::string_view word) noexcept {
  if (!word.empty() && word.back() == ')') {
    word.remove_suffix(1);
    const std::size_t open = word.rfind('(');
    return open != std::string_view::npos && open > 2 && is_letter(word[0]) && all_digits(word.substr(open + 1));
  }
  const std::size_t mark = word.find_last_of("#@:");
  if (mark == std::string_view::npos || mark < 2 || !is_letter(word[0]) || !all_digits(word.substr(mark + 1)) || word.size() - mark > 7)
    return false;
  if (word[mark] != ':') return true;
  // host:port looks alike, so before a colon only a source file counts.
  const std::size_t dot = word.rfind('.', mark);
  if (dot == std::string_view::npos) return false;
  const std::string_view extension = word.substr(dot + 1, mark - dot - 1);
  for (const std::string_view known :
       {"go", "rs", "py", "cc", "cpp", "c", "h", "java", "kt", "js", "ts", "rb", "ex", "erl", "cs", "php", "scala", "swift"}) {
    if (extension == known) return true;
  }
  return false;
}

bool is_logger_name(std::string_view word) noexcept {
  return is_dotted_name(word) || is_code_position(word) || word.find("::") != std::string_view::npos;
}

bool split_program_tag(std::string_view word, std::string_view& program, std::string_view& pid) noexcept {
  if (word.size() < 2) return false;
  const bool colon = word.back() == ':';
  if (colon) word.remove_suffix(1);
  pid = {};
  if (word.back() == ']') {
    const std::size_t open = word.rfind('[');
    if (open == std::string_view::npos || open == 0) return false;
    pid = word.substr(open + 1, word.size() - open - 2);
    if (!all_digits(pid)) return false;
    word = word.substr(0, open);
  } else if (!colon) {
    return false;
  }
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (!is_name_byte(c) && byte < 0x80 && std::string_view{"./()@#:+%"}.find(c) == std::string_view::npos) return false;
  }
  if (!is_letter(word.front()) && word.front() != '/' && word.front() != '_' && word.front() != '-' && word.front() != '(') return false;
  program = word;
  return true;
}

}  // namespace loglode
