#include "parse/redact/plain_text.h"

#include <algorithm>
#include <array>

#include "parse/redact/utf8.h"

namespace loglode::redaction {

namespace {

constexpr bool in(char32_t value, char32_t first, char32_t last) noexcept { return value >= first && value <= last; }

// --- signs beyond ASCII ------------------------------------------------------------------------------------------------------------------

/// Nothing is seen of it: zero-width and direction marks, soft hyphens, variation selectors, blank fillers.
bool is_invisible(char32_t value) noexcept {
  constexpr char32_t kRanges[][2] = {{0xAD, 0xAD},     {0x34F, 0x34F},   {0x61C, 0x61C},   {0x115F, 0x1160},  {0x17B4, 0x17B5},
                                     {0x180B, 0x180E}, {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x206F},  {0x3164, 0x3164},
                                     {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xE0000, 0xE0FFF}};
  return std::any_of(std::begin(kRanges), std::end(kRanges), [&](const auto& range) { return in(value, range[0], range[1]); });
}

/// The ASCII sign that is written so in other scripts; `value` itself where there is none.
char32_t as_ascii(char32_t value) noexcept {
  if (in(value, 0xFF01, 0xFF5E)) return value - 0xFEE0;  // full width
  if (value == 0xA0 || value == 0x1680 || in(value, 0x2000, 0x200A) || value == 0x202F || value == 0x205F || value == 0x3000) return ' ';
  if (value == 0x85 || value == 0x2028 || value == 0x2029) return '\n';
  if (in(value, 0x2018, 0x201B)) return '\'';
  if (in(value, 0x201C, 0x201F) || value == 0xAB || value == 0xBB || in(value, 0x300C, 0x300F) || in(value, 0x301D, 0x301F)) return '"';
  if (value == 0x2236 || value == 0xFE55 || value == 0xA789) return ':';
  if (value == 0x2192 || value == 0x21D2 || value == 0x2794 || value == 0x279C || value == 0x27F6 || value == 0x27F9) return ':';  // arrows
  if (value == 0x2254 || value == 0x2255 || value == 0x2261 || value == 0xFE66 || value == 0xA78A) return '=';
  if (value == 0x2013 || value == 0x2014) return '-';
  if (value == 0x2502 || value == 0x2503) return '|';
  return value == 0x60C ? U',' : value;
}

// --- escapes -----------------------------------------------------------------------------------------------------------------------------

struct Decoded {
  char32_t value = 0;
  std::size_t size = 0;  // of the escape; 0: it is none
  bool byte = false;     // `value` is a byte of UTF-8, not a code point
};

int hex_digit(char c) noexcept {
  if (is_digit(c)) return c - '0';
  return is_hex(c) ? lowered(c) - 'a' + 10 : -1;
}

/// Up to `most` hexadecimal digits at `at`; `count` says how many there were.
char32_t read_hex(std::string_view text, std::size_t at, std::size_t most, std::size_t& count) noexcept {
  char32_t value = 0;
  for (count = 0; count < most && at + count < text.size() && is_hex(text[at + count]); ++count)
    value = value << 4 | static_cast<char32_t>(hex_digit(text[at + count]));
  return value;
}

bool is_text(char32_t value) noexcept { return value >= 0x20 || value == '\n' || value == '\r' || value == '\t' || value == 0x1B; }

/// `\u003d`, `\ud83d\ude00`, `\u{3d}`; `at` is on the `u`, `before` characters stand before it.
Decoded read_unicode(std::string_view text, std::size_t at, std::size_t before) noexcept {
  std::size_t count = 0;
  if (at + 1 < text.size() && text[at + 1] == '{') {
    const char32_t value = read_hex(text, at + 2, 6, count);
    if (count == 0 || at + 2 + count >= text.size() || text[at + 2 + count] != '}' || !is_text(value) || value > 0x10FFFF) return {};
    return {value, before + 3 + count, false};
  }
  const bool wide = text[at] == 'U';
  const std::size_t digits = wide ? 8 : 4;
  char32_t value = read_hex(text, at + 1, digits, count);
  if (count != digits || !is_text(value) || value > 0x10FFFF) return {};
  std::size_t size = before + 1 + digits;
  if (in(value, 0xD800, 0xDBFF) && text.substr(at + 5, 2) == "\\u") {
    const char32_t low = read_hex(text, at + 7, 4, count);
    if (count == 4 && in(low, 0xDC00, 0xDFFF)) {
      value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00);
      size += 6;
    }
  }
  return in(value, 0xD800, 0xDFFF) ? Decoded{} : Decoded{value, size, false};
}

bool is_octal(std::string_view text, std::size_t at, std::size_t count) noexcept {
  if (at + count > text.size()) return false;
  const std::string_view digits = text.substr(at, count);
  return std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '7'; });
}

char32_t octal(std::string_view digits) noexcept {
  char32_t value = 0;
  for (const char c : digits) value = value << 3 | static_cast<char32_t>(c - '0');
  return value;
}

Decoded read_backslash(std::string_view text, std::size_t at) noexcept {
  if (at + 1 >= text.size()) return {};
  const char c = text[at + 1];
  std::size_t count = 0;
  switch (c) {
    case '"':
    case '\'':
    case '`':
    case '\\':
    case '/':
      return {static_cast<char32_t>(c), 2, false};
    case 'n':
      return {U'\n', 2, false};
    case 'r':
      return {U'\r', 2, false};
    case 't':
      return {U'\t', 2, false};
    case 'e':
      return {0x1B, 2, false};
    case 'u':
    case 'U':
      return read_unicode(text, at + 1, 1);
    case 'x': {
      const char32_t value = read_hex(text, at + 2, 2, count);
      return count == 2 && is_text(value) ? Decoded{value, 4, true} : Decoded{};
    }
    default:
      if (c < '0' || c > '3' || !is_octal(text, at + 1, 3)) return {};
      const char32_t value = octal(text.substr(at + 1, 3));
      return is_text(value) ? Decoded{value, 4, true} : Decoded{};
  }
}

Decoded read_percent(std::string_view text, std::size_t at) noexcept {
  std::size_t count = 0;
  if (at + 1 < text.size() && text[at + 1] == 'u') return read_unicode(text, at + 1, 1);
  const char32_t value = read_hex(text, at + 1, 2, count);
  return count == 2 && is_text(value) ? Decoded{value, 3, true} : Decoded{};
}

Decoded read_entity(std::string_view text, std::size_t at) noexcept {
  struct Entity {
    std::string_view name;
    char32_t value;
  };
  constexpr Entity kEntities[] = {{"&quot;", '"'},  {"&apos;", '\''},  {"&amp;", '&'},   {"&lt;", '<'},  {"&gt;", '>'},
                                  {"&nbsp;", 0xA0}, {"&equals;", '='}, {"&colon;", ':'}, {"&sol;", '/'}, {"&commat;", '@'}};
  for (const Entity& entity : kEntities)
    if (text.substr(at, entity.name.size()) == entity.name) return {entity.value, entity.name.size(), false};
  if (text.substr(at, 2) != "&#") return {};
  const bool hex = at + 2 < text.size() && (text[at + 2] == 'x' || text[at + 2] == 'X');
  std::size_t end = at + (hex ? 3 : 2);
  char32_t value = 0;
  const std::size_t digits = end;
  while (end < text.size() && end - digits < 6 && (hex ? is_hex(text[end]) : is_digit(text[end])))
    value = value * (hex ? 16 : 10) + static_cast<char32_t>(hex_digit(text[end++]));
  const bool good =
      end > digits && end < text.size() && text[end] == ';' && is_text(value) && value <= 0x10FFFF && !in(value, 0xD800, 0xDFFF);
  return good ? Decoded{value, end + 1 - at, false} : Decoded{};
}

/// rsyslog's `#012`: a control character.
Decoded read_number_sign(std::string_view text, std::size_t at) noexcept {
  if (at + 4 > text.size() || text[at + 1] != '0' || text[at + 2] > '3' || !is_octal(text, at + 1, 3)) return {};
  const char32_t value = octal(text.substr(at + 1, 3));
  return is_text(value) ? Decoded{value, 4, false} : Decoded{};
}

Decoded read_escape(std::string_view text, std::size_t at) noexcept {
  switch (text[at]) {
    case '\\':
      return read_backslash(text, at);
    case '%':
      return read_percent(text, at);
    case '&':
      return read_entity(text, at);
    case '#':
      return read_number_sign(text, at);
    default:
      return {};
  }
}

// --- rewriting ---------------------------------------------------------------------------------------------------------------------------

constexpr std::array<bool, 256> make_table(std::string_view ascii, bool wide) {
  std::array<bool, 256> table{};
  for (const char c : ascii) table[static_cast<unsigned char>(c)] = true;
  for (unsigned c = 0xC2; wide && c < 0xF5; ++c) table[c] = true;
  return table;
}
constexpr std::array<bool, 256> kUnusual = make_table("\x1b", true), kEscaping = make_table("\\%&#\x1b", true);

bool holds(std::string_view text, const std::array<bool, 256>& table) noexcept {
  return std::any_of(text.begin(), text.end(), [&](char c) { return table[static_cast<unsigned char>(c)]; });
}

struct Piece {
  std::size_t size = 1;  // of the source
  bool changed = false;
  bool byte = false;                           // `value` is one byte
  char32_t value = 0;                          // 0: nothing takes its place
  std::size_t whole_begin = 0, whole_end = 0;  // what it is said to come from, when that is more than itself
};

Piece shown(Decoded decoded) noexcept {
  if (decoded.byte && decoded.value >= 0x80) return {decoded.size, true, true, decoded.value};
  return {decoded.size, true, false, is_invisible(decoded.value) ? 0 : as_ascii(decoded.value)};
}

/// A colour. Of anything longer (a title) only the escape character goes: what it says may be a secret.
std::size_t colour_size(std::string_view text, std::size_t at) noexcept {
  constexpr std::size_t kParametersMax = 24;
  if (at + 1 >= text.size() || text[at + 1] != '[') return 1;
  std::size_t end = at + 2;
  while (end < text.size() && end - at < kParametersMax && (is_digit(text[end]) || is_one_of(text[end], ";:?"))) ++end;
  return end < text.size() && is_alpha(text[end]) ? end + 1 - at : 1;
}

Piece read_plainly(std::string_view text, std::size_t at) noexcept {
  if (text[at] == '\x1b') return {colour_size(text, at), true, false, 0};
  if (!is_wide(text[at])) return {};
  const CodePoint found = code_point_at(text, at);
  if (found.value == kNotUtf8) return {};
  if (is_invisible(found.value)) return {found.size, true, false, 0};
  const char32_t ascii = as_ascii(found.value);
  return {found.size, ascii != found.value, false, ascii};
}

/// Where the value that begins at `at` ends; `at` when it is no argument in hexadecimal digits.
std::size_t hex_argument_end(std::string_view text, std::size_t at) noexcept {
  std::size_t name = at - 1;
  while (name > 0 && is_digit(text[name - 1])) --name;
  const bool argument = name > 0 && name < at - 1 && text[name - 1] == 'a' && (name == 1 || is_blank(text[name - 2]));
  if (!argument && !text.substr(0, at).ends_with("proctitle=")) return at;
  std::size_t end = at;
  while (end < text.size() && (is_digit(text[end]) || (text[end] >= 'A' && text[end] <= 'F'))) ++end;
  const bool whole = end == text.size() || static_cast<unsigned char>(text[end]) <= ' ';
  return whole && end - at >= 8 && (end - at) % 2 == 0 ? end : at;
}

Piece read_escaped(std::string_view text, std::size_t at) noexcept {
  const Decoded decoded = read_escape(text, at);
  return decoded.size != 0 ? shown(decoded) : read_plainly(text, at);
}

}  // namespace

template <class Reader>
bool PlainText::rewrite(std::string_view text, Reader reader) {
  next_bytes_.clear();
  next_sources_.clear();
  bool changed = false;
  const auto source = [this](std::size_t at) {
    return sources_.empty() ? Source{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + 1)} : sources_[at];
  };
  for (std::size_t at = 0; at < text.size();) {
    const Piece piece = reader(text, at);
    const std::size_t end = at + piece.size, before = next_bytes_.size();
    changed = changed || piece.changed;
    if (!piece.changed) {
      for (; at < end; ++at) next_bytes_ += text[at], next_sources_.push_back(source(at));
      continue;
    }
    if (piece.byte && piece.value != 0)
      next_bytes_ += static_cast<char>(piece.value);
    else if (piece.value != 0)
      append_utf8(next_bytes_, piece.value);
    const std::size_t from = piece.whole_begin == piece.whole_end ? at : piece.whole_begin;
    const std::size_t to = piece.whole_begin == piece.whole_end ? end : piece.whole_end;
    next_sources_.resize(next_sources_.size() + next_bytes_.size() - before, {source(from).begin, source(to - 1).end});
    at = end;
  }
  if (!changed) return false;
  bytes_.swap(next_bytes_);
  sources_.swap(next_sources_);
  text_ = bytes_;
  return true;
}

bool PlainText::normalise(std::string_view text) {
  text_ = text;
  sources_.clear();
  return holds(text, kUnusual) && rewrite(text, read_plainly);
}

bool PlainText::unescape() { return holds(text_, kEscaping) && rewrite(text_, read_escaped); }

bool PlainText::decode_arguments() {
  if (text_.find("proctitle=") == std::string_view::npos && text_.find("argc=") == std::string_view::npos) return false;
  std::size_t begin = 0, end = 0;  // of the argument at hand
  return rewrite(text_, [&](std::string_view text, std::size_t at) {
    if (at >= end && at > 0 && text[at - 1] == '=' && is_hex(text[at])) {
      begin = at;
      end = hex_argument_end(text, at);
    }
    if (at >= end) return Piece{};
    std::size_t count = 0;
    const char32_t value = read_hex(text, at, 2, count);
    return Piece{2, true, true, value < 0x20 ? U' ' : value, begin, end};
  });
}

Span PlainText::back(Span span) const noexcept {
  if (sources_.empty() || span.empty()) return span;
  return {sources_[span.begin].begin, sources_[span.end - 1].end, span.kind};
}

}  // namespace loglode::redaction
