#include "parse/json/json_text.h"

#include <cstdint>
#include <cstring>
#include <string>

#include "parse/text/code_point.h"

namespace loglode {
namespace {

char simple_escape(char c) noexcept {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

/// Length of the well-formed sequence at `at`, or 0; then `bad` is how many bytes one U+FFFD stands for.
std::size_t utf8_length(const unsigned char* at, const unsigned char* end, std::size_t& bad) noexcept {
  bad = 1;
  const unsigned first = *at;
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  // The second byte's range excludes overlong forms, surrogates and what lies beyond U+10FFFF.
  const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  for (std::size_t i = 1; i < length; ++i) {
    if (at + i == end || at[i] < (i == 1 ? low : 0x80) || at[i] > (i == 1 ? high : 0xBF)) {
      bad = i;
      return 0;
    }
  }
  return length;
}

}  // namespace

bool unescape_json(std::string_view escaped, char* out, std::size_t& size) noexcept {
  char* const first = out;
  const char* at = escaped.data();
  const char* const end = at + escaped.size();
  while (at != end) {
    const auto* slash = static_cast<const char*>(std::memchr(at, '\\', static_cast<std::size_t>(end - at)));
    const std::size_t plain = static_cast<std::size_t>((slash == nullptr ? end : slash) - at);
    std::memcpy(out, at, plain);
    out += plain;
    at += plain;
    if (at == end) break;
    if (end - at < 2) return false;
    const char kind = at[1];
    at += 2;
    if (kind == 'u') {
      std::uint32_t code = 0;
      if (!take_escaped_code_point(at, end, code)) return false;
      out = put_utf8(out, code);  // at most 4 bytes for 12, 3 for 6
    } else {
      const char c = simple_escape(kind);
      if (c == '\0') return false;
      *out++ = c;
    }
  }
  size = static_cast<std::size_t>(out - first);
  return true;
}

std::string_view text_of(JsonValue value, Batch& batch) {
  const std::string_view text = value.text();
  if (value.kind != JsonKind::string || text.empty() || std::memchr(text.data(), '\\', text.size()) == nullptr) return text;
  char* space = batch.keep_space(text.size());
  std::size_t size = 0;
  return unescape_json(text, space, size) ? std::string_view{space, size} : text;
}

std::string_view replace_invalid_utf8(std::string_view text, Batch& batch) {
  std::string repaired;
  repaired.reserve(text.size() + 16);
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const end = at + text.size();
  while (at != end) {
    std::size_t bad = 0;
    const std::size_t length = utf8_length(at, end, bad);
    if (length == 0) {
      repaired += "\xEF\xBF\xBD";
      at += bad;
    } else {
      repaired.append(reinterpret_cast<const char*>(at), length);
      at += length;
    }
  }
  return batch.keep(repaired);
}

std::string_view bytes_of_array(std::string_view array, Batch& batch) {
  if (array.size() < 3) return {};
  char* space = batch.keep_space(array.size());
  std::size_t size = 0;
  unsigned number = 0, digits = 0;
  for (const char c : array.substr(1)) {
    if (c >= '0' && c <= '9') {
      number = number * 10 + static_cast<unsigned>(c - '0');
      if (++digits > 3 || number > 255) return {};
    } else if (c == ',' || c == ']') {
      if (digits == 0) return {};
      space[size++] = static_cast<char>(number);
      number = digits = 0;
    } else if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
      return {};
    }
  }
  return {space, size};
}

}  // namespace loglode
