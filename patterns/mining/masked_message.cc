#include "patterns/mining/masked_message.h"

#include <openssl/evp.h>
#include <xxhash.h>

#include <memory>

#include "core/assert.h"

namespace loglode {

namespace {

using Digest = std::array<unsigned char, 32>;
constexpr char kTextCode = 0x10;  // and the severity class: no masked message begins with it

/// Fetched once: asking for it by name is most of what a short digest costs.
const EVP_MD* sha256() noexcept {
  static EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  LOGLODE_ASSERT(kAlgorithm != nullptr);
  return kAlgorithm;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

Digest digest_of(std::string_view first, std::string_view second) noexcept {
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context{EVP_MD_CTX_new()};
  Digest digest{};
  const bool done = context != nullptr && EVP_DigestInit_ex2(context.get(), sha256(), nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), first.data(), first.size()) == 1 &&
                    EVP_DigestUpdate(context.get(), second.data(), second.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1;
  LOGLODE_ASSERT(done);  // nothing but memory can be lacking
  return digest;
}

std::uint64_t word_of(const Digest& digest, std::size_t at) noexcept {
  std::uint64_t word = 0;
  for (std::size_t i = at; i < at + 8; ++i) word = word << 8 | digest[i];
  return word;
}

template <class Id>
Id id_of_digest(const Digest& digest) noexcept {
  const Id id{word_of(digest, 0), word_of(digest, 8)};
  if (id == Id{} || id == Id{~std::uint64_t{0}, ~std::uint64_t{0}}) return {1, 1};  // these have a meaning of their own
  return id;
}

}  // namespace

MaskedKey key_of(std::string_view masked, const ProcessSecret& secret) noexcept {
  const XXH128_hash_t hash = XXH3_128bits_withSecret(masked.data(), masked.size(), secret.words.data(), sizeof secret.words);
  return {hash.low64, hash.high64};
}

ShapeId id_of(std::string_view masked) noexcept { return id_of_digest<ShapeId>(digest_of(masked, {})); }

TemplateId id_of_text(std::string_view text, SeverityClass severity) noexcept {
  const char begin = static_cast<char>(kTextCode + static_cast<int>(severity));
  return id_of_digest<TemplateId>(digest_of({&begin, 1}, text));
}

}  // namespace loglode
