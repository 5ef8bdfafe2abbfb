// PEM: private keys, in one line, in several, or cut; and what is public in the same form.
#include <algorithm>

#include "parse/redact/detectors.h"

namespace loglode::redaction {

namespace {

constexpr std::string_view kBegin = "-----BEGIN ", kEnd = "-----END ", kDashes = "-----";
constexpr std::size_t kLabelMax = 64;
constexpr std::size_t kLineMin = 32;  // characters of base64

/// Behind the dashes that close the label at `at`; npos when none do.
std::size_t label_end(std::string_view text, std::size_t at) noexcept {
  const std::size_t dashes = text.substr(0, std::min(text.size(), at + kLabelMax)).find(kDashes, at);
  return dashes == std::string_view::npos ? dashes : dashes + kDashes.size();
}

/// Certificates, their requests and lists, public keys, parameters, signatures.
bool is_public(std::string_view label) noexcept {
  if (label.find("PRIVATE") != std::string_view::npos || label.find("SECRET") != std::string_view::npos) return false;
  for (const std::string_view word :
       {"CERTIFICATE", "PUBLIC", "CRL", "PARAMETERS", "SIGNATURE", "SIGNED MESSAGE", "PKCS7", "CMS", "ATTRIBUTE", "TIMESTAMP"})
    if (label.find(word) != std::string_view::npos) return true;
  return false;
}

bool is_body(char c) noexcept { return is_alnum(c) || is_one_of(c, "+/=\n\r\t \\,:-;\"'"); }

/// Where a key's text that goes on to the line `-----END` at `end` begins, when its own beginning was cut off: its last lines of base64.
std::size_t body_begin(std::string_view text, std::size_t end, std::size_t floor) noexcept {
  std::size_t begin = end;
  for (std::size_t line = end; line > floor;) {
    std::size_t last = line;
    while (last > floor && is_one_of(text[last - 1], "\r\n \t")) --last;
    std::size_t first = last;
    while (first > floor && (is_alnum(text[first - 1]) || is_one_of(text[first - 1], "+/="))) --first;
    const bool whole = begin == end || last - first >= kLineMin;  // all lines but the last are long
    if (first == last || !whole || (first > floor && !is_one_of(text[first - 1], "\r\n \t"))) break;
    begin = line = first;
  }
  return begin;
}

}  // namespace

std::size_t public_pem_end(std::string_view text, std::size_t at) {
  if (text.substr(at, kBegin.size()) != kBegin) return at;
  const std::size_t label = label_end(text, at + kBegin.size());
  if (label == std::string_view::npos || !is_public(text.substr(at, label - at))) return at;
  std::size_t end = label;
  while (end < text.size() && is_body(text[end]) && text.substr(end, kDashes.size()) != kDashes) ++end;
  if (text.substr(end, kEnd.size()) != kEnd) return end;
  const std::size_t close = label_end(text, end + kEnd.size());
  return close == std::string_view::npos ? end : close;
}

Span find_pem(std::string_view text, std::size_t at, std::size_t floor) {
  if (text.substr(at, kEnd.size()) == kEnd) {
    const std::size_t close = label_end(text, at + kEnd.size());
    if (close == std::string_view::npos || text.substr(at, close - at).find("PRIVATE") == std::string_view::npos) return {};
    const std::size_t begin = body_begin(text, at, floor);
    return begin == at ? Span{} : Span{begin, close, SecretKind::pem};
  }
  if (text.substr(at, kBegin.size()) != kBegin) return {};
  const std::size_t label = label_end(text, at + kBegin.size());
  if (label == std::string_view::npos || is_public(text.substr(at, label - at))) return {};
  const std::size_t end = text.find(kEnd, label);
  if (end == std::string_view::npos) return {at, text.size(), SecretKind::pem};  // cut: what is left is still a key
  const std::size_t close = label_end(text, end + kEnd.size());
  return {at, close == std::string_view::npos ? text.size() : close, SecretKind::pem};
}

}  // namespace loglode::redaction
