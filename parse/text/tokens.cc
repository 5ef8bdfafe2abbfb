#include "parse/text/tokens.h"

#include "parse/text/level_marks.h"
#include "parse/text/line_scanner.h"
#include "parse/time/timestamp_reader.h"

namespace loglode {
namespace {

bool is_name_byte(char c) noexcept { return is_letter(c) || is_digit(c) || c == '_' || c == '$' || c == '-'; }

bool ends_token(char c) noexcept { return c == '\0' || is_blank(c) || c == ']' || c == '|' || c == ',' || c == ';'; }

/// `audit: …`, `config: …` in small letters name what the text is about.
bool is_subject_word(std::string_view word) noexcept { return word == "audit" || word == "config" || word == "log" || word == "fine"; }

/// `##[error]text`, `##[section]` being none: what Azure Pipelines and GitHub Actions write down. `::error file=a.js,line=3::text` is the
/// command that makes them do so.
LevelToken workflow_level(LineScanner scan) {
  const bool command = scan.peek() == ':';
  if (!scan.take(std::string_view{command ? "::" : "##["})) return {};
  const Severity severity = severity_from_word(scan.take_letters());
  std::string_view properties;
  if (severity == Severity::unspecified || !scan.take_until(command ? ':' : ']', properties) || (!command && !properties.empty()))
    return {};
  if (!command) return {severity, scan.position()};
  if (!properties.empty() && properties.front() != ' ') return {};
  while (!scan.take(':')) {
    if (!scan.take_until(':', properties)) return {};
  }
  return {severity, scan.position()};
}

/// `(EE)` of X.org, `E!` of Telegraf.
LevelToken doubled_letter(std::string_view text) {
  const bool parenthesis = text.size() >= 4 && text[0] == '(' && text[1] == text[2] && text[3] == ')';
  const bool mark = text.size() >= 3 && text[1] == '!' && is_blank(text[2]);
  if (!parenthesis && !mark) return {};
  const std::string_view letter = text.substr(parenthesis ? 1 : 0, 1);
  if (std::string_view{"EWIDT"}.find(letter) == std::string_view::npos) return {};
  return {severity_from_word(letter, true), parenthesis ? std::size_t{4} : std::size_t{2}};
}

bool is_foreign(char c) noexcept { return static_cast<unsigned char>(c) >= 0x80; }

bool has_small_cyrillic(std::string_view word) noexcept {
  for (std::size_t i = 0; i + 1 < word.size(); ++i) {
    const auto lead = static_cast<unsigned char>(word[i]), trail = static_cast<unsigned char>(word[i + 1]);
    if (lead == 0xD1 || (lead == 0xD0 && trail >= 0xB0)) return true;
  }
  return false;
}

/// `错误：…`, `[ОШИБКА]`, `【エラー】`, `警告 …`: a word in another script, set apart as one in ours would be; in small letters it begins a
/// sentence, unless a bracket or a colon sets it apart.
LevelToken foreign_level(std::string_view text) {
  constexpr std::string_view kOpen = "【", kClose = "】", kColon = "：";
  LineScanner scan{text};
  const bool wide = scan.take(kOpen);
  const char closing = wide || scan.peek() == '{' ? '\0' : closing_bracket(scan.peek());
  if (closing != '\0') scan.take(scan.peek());
  scan.take_blanks();
  const std::size_t begin = scan.position();
  while (is_foreign(scan.peek()) && !scan.rest().starts_with(kClose) && !scan.rest().starts_with(kColon)) scan.go_to(scan.position() + 1);
  const std::string_view word = text.substr(begin, scan.position() - begin);
  const Severity severity = severity_from_word(word);
  if (severity == Severity::unspecified) return {};
  if (wide || closing != '\0') {
    scan.take_blanks();
    if (!(wide ? scan.take(kClose) : scan.take(closing))) return {};
    static_cast<void>(scan.take(':') || scan.take(kColon));
    return {severity, scan.position()};
  }
  if (scan.take(':') || scan.take(kColon)) return {severity, scan.position()};
  return ends_token(scan.peek()) && !has_small_cyrillic(word) ? LevelToken{severity, scan.position()} : LevelToken{};
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

bool is_in_capitals(std::string_view word) noexcept {
  for (const char c : word) {
    if (c >= 'a' && c <= 'z') return false;
  }
  return true;
}

bool is_weak_level_word(std::string_view word) noexcept {
  for (const std::string_view weak :
       {"log",           "note",  "audit", "fine",      "finer",   "finest", "config", "success", "failure", "fail", "information",
        "informational", "alert", "panic", "emergency", "verbose", "silly",  "blat",   "grave",   "hinweis", "aviso"}) {
    if (word.size() != weak.size()) continue;
    std::size_t i = 0;
    while (i < weak.size() && to_lower(word[i]) == weak[i]) ++i;
    if (i == weak.size()) return true;
  }
  return false;
}

LevelToken level_at(std::string_view text, LevelWords words) {
  LineScanner scan{text};
  const char first = scan.peek();
  if (first == '#' || first == ':') return workflow_level(scan);
  if (const LevelToken letter = doubled_letter(text); letter.length != 0) return letter;
  const char closing = first == '{' ? '\0' : closing_bracket(first);
  if (closing != '\0') {
    scan.take(first);
    scan.take_blanks();
  }
  const std::size_t begin = scan.position();
  if (is_foreign(first) || is_foreign(scan.peek())) return foreign_level(text);
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
  const bool capitals = is_in_capitals(word);
  if (scan.peek() == ':' && !capitals && is_subject_word(word)) return {};
  if (scan.take(':')) return ends_token(scan.peek()) || capitals ? LevelToken{severity, scan.position()} : LevelToken{};
  if ((capitals || words == LevelWords::any) && (scan.peek() == '/' || scan.peek() == '[')) return {severity, scan.position()};
  if (!ends_token(scan.peek())) return {};
  if (!capitals && (words == LevelWords::set_apart || (words == LevelWords::strong && is_weak_level_word(word)))) return {};
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
  if (word.back() == ')' && word.find('.') == std::string_view::npos) {  // worker(12):
    const std::size_t open = word.rfind('(');
    const std::string_view number = open == std::string_view::npos ? std::string_view{} : word.substr(open + 1, word.size() - open - 2);
    if (open > 0 && colon && all_digits(number)) pid = number, word = word.substr(0, open);
  } else if (word.back() == ']') {
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
