// Values of XML elements and of what is written like them: `<password>x</password>`, `<property name="password">x</property>`,
// `<key>password</key><string>x</string>`.
#include <algorithm>

#include "parse/redact/detectors.h"
#include "parse/redact/name_pair.h"
#include "parse/redact/names.h"
#include "parse/redact/values.h"

namespace loglode::redaction {

namespace {

constexpr std::size_t kTagMax = 200;
constexpr std::size_t kContentMax = 4096;  // of a value: a key may be long

/// Where the tag that ends in the `>` at `at` begins (behind its `<`); npos when it is none.
std::size_t tag_begin(std::string_view text, std::size_t at) noexcept {
  const std::size_t lowest = at > kTagMax ? at - kTagMax : 0;
  for (std::size_t i = at; i > lowest; --i) {
    if (text[i - 1] == '>') return std::string_view::npos;
    if (text[i - 1] == '<') return i;
  }
  return std::string_view::npos;
}

NameKind kind_of_attribute(std::string_view tag) {
  for (std::size_t at = 0; at < tag.size(); ++at) {
    if (tag[at] != '=' || at + 2 >= tag.size() || !is_quote(tag[at + 1])) continue;
    std::size_t begin = at;
    while (begin > 0 && (is_word(tag[begin - 1]) || tag[begin - 1] == '-')) --begin;
    if (!names_a_name(tag.substr(begin, at - begin))) continue;
    const std::size_t close = tag.find(tag[at + 1], at + 2);
    return close == std::string_view::npos ? NameKind::none : kind_of_name(tag.substr(at + 2, close - at - 2));
  }
  return NameKind::none;
}

/// The content of the element before the one whose tag begins at `tag`: `<key>password</key>`.
NameKind kind_of_element_before(std::string_view text, std::size_t tag) {
  std::size_t end = tag;
  while (end > 0 && tag - end < 16 && static_cast<unsigned char>(text[end - 1]) <= ' ') --end;
  if (end == 0 || text[end - 1] != '>') return NameKind::none;
  const std::size_t close = tag_begin(text, end - 1);
  if (close == std::string_view::npos || text[close] != '/' || !names_a_name(text.substr(close + 1, end - close - 2)))
    return NameKind::none;
  return kind_of_name(text_before(text, close - 1));
}

NameKind kind_of_tag(std::string_view text, std::size_t begin, std::size_t end) {
  const std::string_view tag = text.substr(begin, end - begin);
  const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n"));
  if (name.empty() || name.front() == '/' || name.front() == '!' || name.back() == '/' || tag.back() == '/') return NameKind::none;
  if (const NameKind kind = kind_of_name(name); kind != NameKind::none) return kind;
  if (const NameKind kind = kind_of_attribute(tag); kind != NameKind::none) return kind;
  return names_a_value(name) ? kind_of_element_before(text, begin - 1) : NameKind::none;
}

}  // namespace

Span find_element(std::string_view text, std::size_t at) {
  constexpr std::string_view kData = "<![CDATA[";
  if (at == 0 || at + 1 >= text.size()) return {};
  const char last = text[at - 1];
  if (!is_word(last) && !is_quote(last) && !is_wide(last)) return {};
  const std::size_t tag = tag_begin(text, at);
  if (tag == std::string_view::npos) return {};
  const NameKind kind = kind_of_tag(text, tag, at);
  if (kind == NameKind::none) return {};
  std::size_t begin = at + 1;
  const bool data = text.substr(begin, kData.size()) == kData;
  if (data) begin += kData.size();
  const std::string_view within = text.substr(0, std::min(text.size(), begin + kContentMax));
  const std::size_t close = within.find(data ? "]]>" : "</", begin);
  if (close == std::string_view::npos) {  // cut
    const std::size_t end = bare_end(text, begin, text.size());
    return looks_like_secret(text.substr(begin, std::min(end - begin, kLookAhead))) ? Span{begin, end, SecretKind::credential} : Span{};
  }
  const std::string_view content = text.substr(begin, close - begin);
  const bool credentials = kind == NameKind::authorization || kind == NameKind::cookie;
  const bool secret = credentials ? looks_like_secret(content) : is_secret_of(kind, content);
  return secret ? Span{begin, close, SecretKind::credential} : Span{};
}

}  // namespace loglode::redaction
