#include "sinks/elasticsearch/event_hash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>

#include "core/assert.h"

namespace loglode {

namespace {

constexpr std::string_view kHex = "0123456789abcdef";

struct FreeMac {
  void operator()(EVP_MAC* mac) const noexcept { EVP_MAC_free(mac); }
  void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }
};

/// HMAC-SHA-256 under the key that was used last on this thread: making one ready takes ten times as long as using it.
class KeyedHash {
 public:
  KeyedHash() : mac_{EVP_MAC_fetch(nullptr, "HMAC", nullptr)}, context_{EVP_MAC_CTX_new(mac_.get())} {}

  EventHash of(std::string_view key, std::string_view raw) {
    const bool is_ready = is_ready_ && key == key_;
    if (!is_ready) key_ = key;
    is_ready_ = true;
    char digest_name[] = "SHA256";
    const OSSL_PARAM how[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0), OSSL_PARAM_construct_end()};
    unsigned char digest[EVP_MAX_MD_SIZE];
    std::size_t size = 0;
    const bool done =
        EVP_MAC_init(context_.get(), is_ready ? nullptr : bytes_of(key_), is_ready ? 0 : key_.size(), is_ready ? nullptr : how) == 1 &&
        EVP_MAC_update(context_.get(), bytes_of(raw), raw.size()) == 1 && EVP_MAC_final(context_.get(), digest, &size, sizeof digest) == 1;
    EventHash hash{};
    LOGLODE_ASSERT(done && size >= hash.size());
    std::copy_n(digest, hash.size(), hash.begin());
    return hash;
  }

 private:
  static const unsigned char* bytes_of(std::string_view text) noexcept { return reinterpret_cast<const unsigned char*>(text.data()); }

  std::unique_ptr<EVP_MAC, FreeMac> mac_;
  std::unique_ptr<EVP_MAC_CTX, FreeMac> context_;
  std::string key_;
  bool is_ready_ = false;
};

}  // namespace

EventHash event_hash(std::string_view key, std::string_view raw) {
  thread_local KeyedHash hash;
  return hash.of(key, raw);
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
