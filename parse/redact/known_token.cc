// Keys whose makers gave them a shape of their own: a prefix, an alphabet, a length; JWTs.
#include "parse/redact/known_tokens.h"

#include <array>
#include <cstdint>
#include <iterator>

#include "parse/redact/detectors.h"
#include "parse/redact/values.h"

namespace loglode::redaction {

namespace {

bool belongs(char c, Alphabet alphabet) noexcept {
  switch (alphabet) {
    case Alphabet::hex:
      return is_hex(c);
    case Alphabet::upper:
      return is_upper(c) || is_digit(c);
    case Alphabet::alnum:
      return is_alnum(c);
    case Alphabet::url:
      return is_alnum(c) || c == '_' || c == '-';
    case Alphabet::dotted:
      return is_alnum(c) || is_one_of(c, "_-./+=$%");
  }
  return false;
}

/// Places in kTokens by the first byte of the prefix, each byte's in their order: most words of a text begin none.
struct TokenPlaces {
  std::array<std::uint8_t, std::size(kTokens)> places{};
  std::array<std::uint8_t, 257> begin{};
};
static_assert(std::size(kTokens) < 256);
constexpr TokenPlaces kPlaces = [] {
  TokenPlaces sorted;
  std::size_t filled = 0;
  for (unsigned byte = 0; byte < 256; ++byte) {
    sorted.begin[byte] = static_cast<std::uint8_t>(filled);
    for (std::size_t i = 0; i < std::size(kTokens); ++i)
      if (static_cast<unsigned char>(kTokens[i].prefix.front()) == byte) sorted.places[filled++] = static_cast<std::uint8_t>(i);
  }
  sorted.begin[256] = static_cast<std::uint8_t>(filled);
  return sorted;
}();

/// Whether the token's beginning holds a piece of letters and digits: sixteen characters that are neither a word nor a number.
bool is_mixed(std::string_view body, Alphabet alphabet) noexcept {
  constexpr std::size_t kPieceMin = 12;
  std::size_t piece = 0;
  bool letter = false, digit = false;
  for (const char c : body) {
    if (!belongs(c, alphabet)) break;
    if (!is_alnum(c)) piece = 0, letter = digit = false;
    if (is_alnum(c)) ++piece;
    letter = letter || is_alpha(c), digit = digit || is_digit(c);
    if (piece >= kPieceMin && letter && digit) return true;
  }
  return false;
}

std::size_t end_of(std::string_view text, std::size_t at, Alphabet alphabet) noexcept {
  while (at < text.size() && belongs(text[at], alphabet)) ++at;
  return at;
}

/// `eyJ` is `{"` in base64: header.payload.signature (the signature may be empty, of an encrypted one there are five parts).
Span find_jwt(std::string_view text, std::size_t at) {
  const std::size_t header = end_of(text, at, Alphabet::url);
  if (header - at < 12 || header >= text.size() || text[header] != '.') return {};
  std::size_t end = end_of(text, header + 1, Alphabet::url);
  if (end - header < 5 && text.substr(header, 2) != "..") return {};
  for (std::size_t parts = 2; parts < 5 && end < text.size() && text[end] == '.'; ++parts) {
    const std::size_t part = end_of(text, end + 1, Alphabet::url);
    if (parts > 2 && part == end + 1) break;  // the dot that ends a sentence
    end = part;
  }
  return {at, end, SecretKind::jwt};
}

Span match(std::string_view text, std::size_t at, const KnownToken& token) {
  if (text.substr(at, token.prefix.size()) != token.prefix) return {};
  const std::size_t begin = at + token.prefix.size();
  if (token.mixed && !is_mixed(text.substr(begin, kLookAhead), token.alphabet)) return {};
  std::size_t end = end_of(text, begin, token.alphabet);
  while (end > begin && is_one_of(text[end - 1], "./=%$")) --end;
  if (end - begin < token.length_min || (token.exact && (end - begin != token.length_min || (end < text.size() && is_word(text[end])))))
    return {};
  if (token.alphabet == Alphabet::hex && end < text.size() && is_word(text[end])) return {};
  return {at, end, SecretKind::key};
}

/// `token-0f9a…`, `sk_prod_0f9a…`: a word for secret and many hexadecimal digits.
Span find_hex_tail(std::string_view text, std::size_t at) noexcept {
  if (!is_one_of(text[at], "kstaKSTA")) return {};  // how the words begin
  for (const std::string_view word : kSecretWords) {
    if (!starts_ignoring_case(text.substr(at), word)) continue;
    std::size_t begin = at + word.size();
    if (begin >= text.size() || (text[begin] != '-' && text[begin] != '_')) continue;
    const std::size_t end = end_of(text, begin, Alphabet::url);
    std::size_t tail = end;
    while (tail > begin && is_hex(text[tail - 1])) --tail;
    if (end - tail >= kHexTailMin && tail - begin <= kHexTailFrom && !is_uuid(text.substr(tail, end - tail)))
      return {at, end, SecretKind::key};
  }
  return {};
}

}  // namespace

Span find_known_token(std::string_view text, std::size_t at) {
  if (text.substr(at, 3) == "eyJ") return find_jwt(text, at);
  const auto first = static_cast<unsigned char>(text[at]);
  for (std::size_t i = kPlaces.begin[first]; i < kPlaces.begin[first + 1U]; ++i)
    if (const Span span = match(text, at, kTokens[kPlaces.places[i]]); !span.empty()) return span;
  return find_hex_tail(text, at);
}

Span find_infix_token(std::string_view text, std::size_t at) {
  constexpr std::string_view kTerraform = ".atlasv1.";
  const std::string_view before = text_before(text, at);
  std::size_t begin = at;
  if (text[at] == '~') {  // Entra ID: abc8Q~…
    if (before.size() < 5 || before.back() != 'Q' || !is_digit(before[before.size() - 2])) return {};
    begin = at - 5;
    std::size_t end = at + 1;
    while (end < text.size() && (is_word(text[end]) || is_one_of(text[end], ".~-"))) ++end;
    while (end > at && text[end - 1] == '.') --end;
    return end - at > 30 ? Span{begin, end, SecretKind::key} : Span{};
  }
  if (text[at] == '.') {
    if (text.substr(at, kTerraform.size()) != kTerraform) return {};
    while (begin > 0 && at - begin < 20 && is_alnum(text[begin - 1])) --begin;
    const std::size_t end = end_of(text, at + kTerraform.size(), Alphabet::url);
    return end - at > 40 ? Span{begin, end, SecretKind::key} : Span{};
  }
  if (text[at] == ':') {  // Telegram: 123456789:AA…
    while (begin > 0 && at - begin < 12 && is_digit(text[begin - 1])) --begin;
    const std::size_t end = end_of(text, at + 1, Alphabet::url);
    return at - begin >= 7 && text.substr(at + 1, 2) == "AA" && end - at > 30 ? Span{begin, end, SecretKind::key} : Span{};
  }
  if (text.substr(at, 3) != "-us" || at + 3 >= text.size() || !is_digit(text[at + 3])) return {};  // Mailchimp: 0f9a…-us12
  while (begin > 0 && at - begin < 33 && is_hex(text[begin - 1])) --begin;
  std::size_t end = at + 4;
  if (end < text.size() && is_digit(text[end])) ++end;
  return at - begin == 32 && (end >= text.size() || !is_word(text[end])) ? Span{begin, end, SecretKind::key} : Span{};
}

}  // namespace loglode::redaction
