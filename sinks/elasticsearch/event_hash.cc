#include "sinks/elasticsearch/event_hash.h"

#include <openssl/hmac.h>

#include <algorithm>
#include <cstddef>

#include "core/assert.h"

namespace loglode {

namespace {

constexpr std::string_view kHex = "0123456789abcdef";

}  // namespace

EventHash event_hash(std::string_view key, std::string_view raw) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  const auto* const done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(raw.data()),
                                raw.size(), digest, &size);
  EventHash hash{};
  LOGLODE_ASSERT(done != nullptr && size >= hash.size());
  std::copy_n(digest, hash.size(), hash.begin());
  return hash;
}

std::string to_hex(const EventHash& hash) {
  std::string text;
  text.reserve(2 * hash.size());
  for (const unsigned char byte : hash) {
    text += kHex[byte >> 4U];
    text += kHex[byte & 15U];
  }
  return text;
}

std::optional<EventHash> read_event_hash(std::string_view text) {
  EventHash hash{};
  if (text.size() != 2 * hash.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t digit = kHex.find(text[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    hash[i / 2] = static_cast<unsigned char>(std::size_t{hash[i / 2]} << 4U | digit);
  }
  return hash;
}

}  // namespace loglode
