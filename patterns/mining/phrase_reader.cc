#include "patterns/mining/phrase_reader.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "patterns/mining/byte_class.h"

namespace loglode {

namespace {

constexpr std::size_t kQuotedBytesMax = 1024;     // a longer text in quotes is read word by word
constexpr std::size_t kEnclosedBytesMax = 256;    // the same for quotes that are rarer, and texts between tags
constexpr std::size_t kBracketedBytesMax = 2048;  // of a map that is one value

bool begins(const char* text, std::string_view what) noexcept { return std::memcmp(text, what.data(), what.size()) == 0; }

/// GET /index.html HTTP/1.1: says by its first word what was asked for.
bool is_request(std::string_view words) noexcept {
  const std::size_t method = words.find(' ');
  if (method == std::string_view::npos || method < 3 || method + 1 >= words.size()) return false;
  const char target = words[method + 1];
  return std::all_of(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(method), [](char c) { return c >= 'A' && c <= 'Z'; }) &&
         (target == '/' || target == '*' || words.substr(method + 1).starts_with("http"));
}

struct QuotePair {
  std::string_view open, close, other_close;
};
constexpr QuotePair kQuotePairs[] = {
    {"`", "`", "'"},
    {"\xe2\x80\x9c", "\xe2\x80\x9d", "\xe2\x80\x9d"},  // “ ”
    {"\xe2\x80\x9e", "\xe2\x80\x9c", "\xe2\x80\x9d"},  // „ “ or „ ”
    {"\xe2\x80\x98", "\xe2\x80\x99", "\xe2\x80\x99"},  // ‘ ’
    {"\xe2\x80\x9a", "\xe2\x80\x98", "\xe2\x80\x99"},  // ‚ ‘ or ‚ ’
    {"\xc2\xab", "\xc2\xbb", "\xc2\xbb"},              // « »
    {"\xe2\x80\xb9", "\xe2\x80\xba", "\xe2\x80\xba"},  // ‹ ›
    {"\xe3\x80\x8c", "\xe3\x80\x8d", "\xe3\x80\x8d"},  // 「 」
    {"\xe3\x80\x8e", "\xe3\x80\x8f", "\xe3\x80\x8f"},  // 『 』
    {"\xe3\x80\x8a", "\xe3\x80\x8b", "\xe3\x80\x8b"},  // 《 》
    {"\xe3\x80\x88", "\xe3\x80\x89", "\xe3\x80\x89"},  // 〈 〉
};
// 、 。 【 】 ！ （ ） ， ： ； ？
constexpr std::string_view kWidePunctuation[] = {"\xe3\x80\x81", "\xe3\x80\x82", "\xe3\x80\x90", "\xe3\x80\x91",
                                                 "\xef\xbc\x81", "\xef\xbc\x88", "\xef\xbc\x89", "\xef\xbc\x8c",
                                                 "\xef\xbc\x9a", "\xef\xbc\x9b", "\xef\xbc\x9f"};

const QuotePair* quote_pair(const char* text) noexcept {
  for (const QuotePair& pair : kQuotePairs)
    if (begins(text, pair.open)) return &pair;
  return nullptr;
}

bool is_name_byte(char c) noexcept { return is_alphanumeric(c) || c == '_' || c == '-' || c == '.' || c == ':'; }

}  // namespace

std::size_t end_of_quoted(const char* text, std::size_t size, std::size_t begin) noexcept {
  const char quoting = text[begin - 1];
  const bool escaped = begin > 1 && text[begin - 2] == '\\';
  const std::size_t last = size - begin < kQuotedBytesMax ? size : begin + kQuotedBytesMax;
  for (std::size_t at = begin; at < last; ++at) {
    const void* found = std::memchr(text + at, quoting, last - at);
    if (found == nullptr) return 0;
    at = static_cast<std::size_t>(static_cast<const char*>(found) - text);
    const bool behind_escape = at > begin && text[at - 1] == '\\';
    if (escaped) return behind_escape ? at - 1 : 0;
    if (behind_escape || (quoting == '\'' && is_alphanumeric(text[at + 1]))) continue;
    return at;
  }
  return 0;
}

bool is_phrase(const char* text, std::size_t begin, std::size_t end) noexcept {
  const std::string_view words{text + begin, end - begin};
  if (words.find(' ') == std::string_view::npos || is_blank(words.front()) || is_blank(words.back())) return false;
  if (words.front() == '{' || words.front() == '[' || words.front() == '<') return false;
  return !is_request(words);
}

bool opens_quote(const char* text, std::size_t quote) noexcept {
  if (quote == 0) return true;
  const char before = text[quote - 1];
  return is_blank(before) || static_cast<unsigned char>(before) >= 0x80 || std::memchr("([{=:,;<>|\\", before, 11) != nullptr;
}

bool is_quoted_key(const char* text, std::size_t begin, std::size_t end) noexcept {
  if (begin < 2) return false;
  const char* behind = text + end + 1;
  if (*behind == ' ') ++behind;
  if (text[end + 1] != ':' && !(behind[0] == '=' && behind[1] == '>')) return false;
  std::size_t before = begin - 2;
  if (is_blank(text[before]) && before > 0) --before;
  return text[before] == '{' || text[before] == ',';
}

Enclosed read_enclosed(const char* text, std::size_t size, std::size_t at) noexcept {
  const QuotePair* const pair = quote_pair(text + at);
  if (pair == nullptr) return {};
  Enclosed found;
  found.begin = at + pair->open.size();
  const std::size_t last = std::min(size, found.begin + kEnclosedBytesMax);
  while (found.begin < last && is_blank(text[found.begin])) ++found.begin;
  for (found.close = found.begin; found.close < last; ++found.close) {
    const char* const here = text + found.close;
    const bool first = begins(here, pair->close);
    if (!first && !begins(here, pair->other_close)) continue;
    found.behind = found.close + (first ? pair->close : pair->other_close).size();
    const bool apostrophe = *here == '\'' || begins(here, "\xe2\x80\x99");
    if (!(apostrophe && is_alphanumeric(text[found.behind]))) break;
    found.behind = 0;
  }
  if (found.behind == 0 || found.close == found.begin || found.behind > size) return {};
  found.end = found.close;
  while (is_blank(text[found.end - 1])) --found.end;
  return found;
}

std::size_t wide_mark(const char* text, std::size_t at) noexcept {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead != '`' && lead != 0xe2 && lead != 0xe3 && lead != 0xc2 && lead != 0xef) return 0;
  if (const QuotePair* const pair = quote_pair(text + at); pair != nullptr) return pair->open.size();
  for (const std::string_view mark : kWidePunctuation)
    if (begins(text + at, mark)) return mark.size();
  return 0;
}

bool is_wide_mark(std::string_view token) noexcept {
  const auto is_token = [&](std::string_view mark) { return mark == token; };
  return std::any_of(std::begin(kWidePunctuation), std::end(kWidePunctuation), is_token) ||
         std::any_of(std::begin(kQuotePairs), std::end(kQuotePairs),
                     [&](const QuotePair& pair) { return is_token(pair.open) || is_token(pair.close) || is_token(pair.other_close); });
}

std::size_t end_of_stand_in(const char* text, std::size_t size, std::size_t at) noexcept {
  constexpr std::string_view kHidden[] = {"[REDACTED]", "[redacted]", "[FILTERED]", "[filtered]", "[HIDDEN]", "[hidden]"};
  constexpr std::string_view kMissing[] = {"<nil>",   "<null>",     "<none>",     "<None>",   "<NULL>",  "<empty>",
                                           "<unset>", "<redacted>", "<REDACTED>", "<masked>", "<hidden>"};
  const auto end_of = [&](const auto& names) -> std::size_t {
    for (const std::string_view name : names)
      if (begins(text + at, name)) return at + name.size();
    return 0;
  };
  if (text[at] == '<') return end_of(kMissing);
  if (!begins(text + at, "[masked")) return end_of(kHidden);
  constexpr std::size_t kMaskBytesMax = 32;
  const void* close = std::memchr(text + at, ']', std::min(size - at, kMaskBytesMax));
  return close == nullptr ? 0 : static_cast<std::size_t>(static_cast<const char*>(close) - text) + 1;
}

std::size_t end_of_bracket(const char* text, std::size_t size, std::size_t at) noexcept {
  const char open = text[at], close = open == '(' ? ')' : open == '[' ? ']' : '}';
  const std::size_t last = std::min(size, at + kBracketedBytesMax);
  for (std::size_t depth = 0; at < last; ++at) {
    depth += text[at] == open;
    depth -= text[at] == close;
    if (depth == 0) return at;
  }
  return 0;
}

std::size_t end_of_closing_tag(const char* text, std::size_t size, std::size_t at) noexcept {
  if (text[at + 1] != '/' || !is_letter(text[at + 2])) return 0;
  at += 3;
  while (at < size && is_name_byte(text[at])) ++at;
  return at < size && text[at] == '>' ? at + 1 : 0;
}

std::size_t end_of_element_text(const char* text, std::size_t size, std::size_t at) noexcept {
  ++at;
  if (at >= size || is_blank(text[at])) return 0;
  const void* next = std::memchr(text + at, '<', std::min(size - at, kEnclosedBytesMax));
  if (next == nullptr) return 0;
  const auto tag = static_cast<std::size_t>(static_cast<const char*>(next) - text);
  if (end_of_closing_tag(text, size, tag) == 0 || is_blank(text[tag - 1])) return 0;
  return std::memchr(text + at, '>', tag - at) == nullptr ? tag : 0;
}

std::size_t end_of_base64(const char* text, std::size_t begin, std::size_t end) noexcept {
  const std::size_t padding = text[end + 1] == '=' ? 2 : 1, size = end - begin;
  const char behind = text[end + padding];
  if (size < kBase64BytesMin || (size + padding) % 4 != 0 || is_alphanumeric(behind) || behind == '=') return 0;
  std::size_t digits = 0, lower = 0, upper = 0, others = 0;
  for (std::size_t at = begin; at < end; ++at) {
    const char c = text[at];
    digits += is_digit(c);
    lower += c >= 'a' && c <= 'z';
    upper += c >= 'A' && c <= 'Z';
    others += c == '+' || c == '/' || c == '-' || c == '_';
  }
  if (digits + lower + upper + others != size || lower == 0 || upper == 0) return 0;
  const bool quoted = behind == '"' || behind == '\'';  // no key with an empty value
  return quoted || padding == 2 || digits != 0 || 3 * upper >= size ? end + padding : 0;
}

bool is_numbered_word(const char* text, std::size_t begin, std::size_t end) noexcept {
  std::size_t at = begin;
  while (at < end && is_letter(text[at])) ++at;
  return at != begin && at != end && std::all_of(text + at, text + end, is_digit);
}

bool is_listed(const char* text, std::size_t begin, std::size_t end) noexcept {
  if (begin == 0 || (text[end] != ',' && text[end] != ')')) return false;
  std::size_t before = begin - 1;
  if (is_blank(text[before]) && before > 0) --before;
  return text[before] == '(' || text[before] == ',';
}

}  // namespace loglode
