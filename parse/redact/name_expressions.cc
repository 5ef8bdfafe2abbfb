// The table of names as regular expressions, for the probes.
#include <algorithm>

#include "parse/redact/detectors.h"
#include "parse/redact/name_words.h"
#include "parse/redact/names.h"
#include "parse/redact/utf8.h"

namespace loglode::redaction {

namespace {

bool is_latin(char32_t value) noexcept { return value < 0x370 || (value >= 0x1E00 && value < 0x1F00); }

/// Letters that names are compared without the difference of: any two bytes.
bool has_variants(char32_t value) noexcept {
  constexpr char32_t kVariants[] = {0x622, 0x623, 0x625, 0x627, 0x629, 0x647, 0x649, 0x64A, 0x6A9, 0x643, 0x6BE, 0x6C1, 0x6C3, 0x6CC};
  return std::find(std::begin(kVariants), std::end(kVariants), value) != std::end(kVariants);
}

std::string bytes_of(char32_t value) {
  std::string bytes;
  append_utf8(bytes, value);
  return bytes;
}

/// With its capital, where the script has some.
std::string with_capital(char32_t value) {
  if (value >= 0x430 && value <= 0x44F) return "(?:" + bytes_of(value) + "|" + bytes_of(value - 0x20) + ")";
  if (value >= 0x3B1 && value <= 0x3C9) return "(?:" + bytes_of(value) + "|" + bytes_of(value - 0x20) + ")";
  return bytes_of(value);
}

std::string expression_of(std::string_view word) {
  std::string out;
  for (std::size_t at = 0; at < word.size();) {
    const CodePoint found = code_point_at(word, at);
    at += found.size;
    if (found.value == '+')
      out += "[_. -]{0,2}";
    else if (found.value < 0x80)
      out += static_cast<char>(found.value);
    else if (folded(found.value) == 0)
      continue;
    else if (is_latin(found.value) || (found.value >= 0x370 && found.value < 0x3B1))
      out += out.empty() ? "" : ".{1,4}";  // whatever stands before a word, it hits
    else if (found.value == 0x9DF || found.value == 0x9AF)
      out += ".{3,6}";
    else
      out += has_variants(found.value) ? ".." : with_capital(found.value);
  }
  return out;
}

/// Spelled out in probes.cc, with what must stand behind them.
bool is_in_many_lines(std::string_view word) noexcept {
  return is_any_of(
      word,
      {"pass+word", "passwd", "passwrd",    "pass+phrase", "pass+code", "pass+key", "pass+words",    "pwd",          "secret",
       "secrets",   "token",  "credential", "credentials", "cookie",    "cookies",  "authorization", "authenticate", "authentication+info",
       "pass",      "pw",     "auth",       "pin",         "puk",       "otp",      "csc",           "psk",          "creds",
       "psw"});
}

}  // namespace

std::vector<std::string> rare_name_expressions() {
  std::vector<std::string> out;
  for (const NameWord& word : kNameWords) {
    const bool probed = word.kind != NameKind::none && word.kind != NameKind::session && word.kind != NameKind::query &&
                        word.kind != NameKind::signature && word.kind != NameKind::identity;
    if (probed && !is_in_many_lines(word.word)) out.push_back(expression_of(word.word));
  }
  return out;
}

std::vector<std::string> identity_name_expressions() {
  std::vector<std::string> out;
  for (const NameWord& word : kNameWords)
    if (word.kind == NameKind::identity) out.push_back(expression_of(word.word));
  return out;
}

}  // namespace loglode::redaction
