// Sources: GCC, Clang, MSVC, rustc, tsc and ESLint diagnostics; GNU make, Ninja, CMake, Gradle, Maven, Xcode; TAP 14; Go, pytest,
// GoogleTest, CTest reports; npm, apt.
#include "parse/text/tool_lines.h"

#include <array>
#include <cstddef>

#include "parse/text/line_scanner.h"
#include "parse/text/tokens.h"

namespace loglode {
namespace {

constexpr std::size_t kLookedAtMax = 256;

struct Beginning {
  std::string_view text;
  Severity severity;
};
constexpr Beginning kBeginnings[] = {
    {"##vso[task.logissue type=error", Severity::error},
    {"##vso[task.logissue type=warning", Severity::warn},
    {"** BUILD FAILED **", Severity::error},
    {"** TEST FAILED **", Severity::error},
    {"--- FAIL: ", Severity::error},
    {"Bail out!", Severity::fatal},
    {"BUILD FAIL", Severity::error},
    {"Build FAILED", Severity::error},
    {"CMake Error", Severity::error},
    {"CMake Warning", Severity::warn},
    {"CMake Deprecation Warning", Severity::warn},
    {"E: ", Severity::error},
    {"FAILED (", Severity::error},
    {"FAILED: ", Severity::error},
    {"FAILURE: ", Severity::error},
    {"The following tests FAILED", Severity::error},
    {"W: ", Severity::warn},
    {"[  FAILED  ]", Severity::error},
    {"[FAILED]", Severity::error},
    {"error[E", Severity::error},
    {"ninja: build stopped", Severity::error},
    {"npm ERR!", Severity::error},
    {"npm WARN", Severity::warn},
    {"npm error", Severity::error},
    {"npm warn", Severity::warn},
};

/// Nearly every line is told apart by its first byte.
constexpr auto kFirstBytes = [] {
  std::array<bool, 256> first{};
  for (const Beginning& known : kBeginnings) first[static_cast<unsigned char>(known.text[0])] = true;
  return first;
}();

Severity beginning(std::string_view line) noexcept {
  if (!kFirstBytes[static_cast<unsigned char>(line[0])]) return Severity::unspecified;
  for (const Beginning& known : kBeginnings) {
    if (line.starts_with(known.text)) return known.severity;
  }
  return Severity::unspecified;
}

/// not ok 2 - text; what is marked as to do or skipped was expected to fail.
bool is_failed_test(std::string_view line) noexcept {
  return line.starts_with("not ok") && (line.size() == 6 || line[6] == ' ') &&
         line.find(
             "# TO"
             "DO") == std::string_view::npos &&
         line.find("# todo") == std::string_view::npos && line.find("# SKIP") == std::string_view::npos;
}

/// `make[1]: *** [Makefile:3: all] Error 2`, `gmake: *** No rule to make target`.
bool is_make_error(std::string_view first_word, std::string_view rest) noexcept {
  return rest.starts_with(" *** ") && first_word.ends_with(':') && first_word.find("make") != std::string_view::npos;
}

/// `FAILED tests/test_a.py::test_b - …`, `ERROR` being a level by itself; `> Task :compileJava FAILED`; ctest's `***Failed`.
bool is_failed_step(std::string_view line) noexcept {
  if (line.starts_with("FAILED ")) return line.find("::") != std::string_view::npos || line.find('/') != std::string_view::npos;
  if (line.starts_with("> Task ")) return line.ends_with(" FAILED");
  return is_digit(line[0]) && (line.find("***Failed") != std::string_view::npos || line.find("***Exception") != std::string_view::npos);
}

/// An identifier of a diagnostic behind its word: ` C2065`, ` TS2304`, `[E0308]`, `(s1234)`.
void take_code(LineScanner& scan) noexcept {
  const std::size_t begin = scan.position();
  const char open = scan.peek();
  scan.go_to(begin + 1);
  const std::string_view letters = scan.take_letters(), digits = scan.take_number();
  const bool coded = letters.size() <= 7 && !digits.empty() &&
                     (open == ' '   ? !letters.empty()
                      : open == '[' ? scan.take(']')
                                    : open == '(' && scan.take(')'));
  if (!coded) scan.go_to(begin);
}

/// Where compilers and linkers put the word: a place in a file or the tool's name, one or two words.
bool is_place(std::string_view before) noexcept {
  std::size_t blanks = 0, digits = 0;
  for (const char c : before) {
    if (is_blank(c)) ++blanks;
    if (is_digit(c)) ++digits;
    if (c == '"' || c == '=') return false;
  }
  const bool line_number = digits > 0 && (before.ends_with(')') || is_digit(before.back()));
  return line_number ? blanks <= 6 : blanks <= 1;
}

/// `error: `, `fatal error C1083: `, `warning TS6133: ` at the scanner.
Severity diagnostic_at(LineScanner scan) noexcept {
  if (std::string_view{"eEwWfi"}.find(scan.peek()) == std::string_view::npos) return Severity::unspecified;
  const bool fatal = scan.take(std::string_view{"fatal "}) || scan.take(std::string_view{"internal compiler "});
  const std::string_view word = scan.take_letters();
  Severity severity = Severity::unspecified;
  if (word == "error" || word == "Error")
    severity = Severity::error;
  else if (!fatal && (word == "warning" || word == "Warning"))
    severity = Severity::warn;
  else
    return severity;
  take_code(scan);
  scan.take_blanks();
  return scan.take(':') && (scan.at_end() || is_blank(scan.peek())) ? severity : Severity::unspecified;
}

Severity diagnostic(std::string_view line) noexcept {
  if (const Severity leading = diagnostic_at(LineScanner{line}); leading != Severity::unspecified) return leading;
  for (std::size_t colon = line.find(':'); colon != std::string_view::npos && colon > 0; colon = line.find(':', colon + 1)) {
    if (colon + 3 >= line.size() || line[colon + 1] != ' ' || std::string_view{"eEwWfiu"}.find(line[colon + 2]) == std::string_view::npos)
      continue;
    LineScanner scan{line};
    scan.go_to(colon + 2);
    const Severity severity = diagnostic_at(scan);
    if (severity != Severity::unspecified) return is_place(trim_blanks(line.substr(0, colon))) ? severity : Severity::unspecified;
    if (line.substr(colon).starts_with(": undefined reference to ")) return Severity::error;
  }
  return Severity::unspecified;
}

/// ESLint below its file's name: `  12:5  error  'x' is not defined  no-undef`.
Severity linted(std::string_view line) noexcept {
  LineScanner scan{line};
  if (scan.take_number().empty() || !scan.take(':') || scan.take_number().empty() || scan.take_blanks() < 2) return Severity::unspecified;
  const std::string_view word = scan.take_letters();
  if (scan.take_blanks() < 2) return Severity::unspecified;
  return word == "error" ? Severity::error : word == "warning" ? Severity::warn : Severity::unspecified;
}

}  // namespace

Severity tool_severity(std::string_view line) noexcept {
  line = trim_blanks(line.substr(0, kLookedAtMax));
  if (line.size() < 3) return Severity::unspecified;
  if (const Severity known = beginning(line); known != Severity::unspecified) return known;
  const std::size_t blank = line.find(' ');
  const std::string_view first_word = line.substr(0, blank),
                         rest = blank == std::string_view::npos ? std::string_view{} : line.substr(blank);
  if (is_failed_test(line) || is_make_error(first_word, rest) || is_failed_step(line)) return Severity::error;
  if (rest.starts_with(" - error TS")) return Severity::error;  // tsc's pretty form: src/a.ts:3:5 - error TS2304: …
  if (is_digit(line[0])) {
    if (const Severity found = linted(line); found != Severity::unspecified) return found;
  }
  return diagnostic(line);
}

}  // namespace loglode
