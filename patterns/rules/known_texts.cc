#include "patterns/rules/known_texts.h"

#include <xxhash.h>

#include <random>
#include <utility>

namespace loglode {

KnownTexts::KnownTexts() : sets_(kSets), lists_(1), list_numbers_{{{}, 0}} {
  static_assert(sizeof secret_ >= XXH3_SECRET_SIZE_MIN);
  std::random_device chance;
  for (std::uint8_t& byte : secret_) byte = static_cast<std::uint8_t>(chance());
}

KnownTexts::Key KnownTexts::key_of(std::string_view text) const noexcept {
  const XXH128_hash_t hash = XXH3_128bits_withSecret(text.data(), text.size(), secret_.data(), secret_.size());
  return {hash.high64, hash.low64};
}

KnownTexts::Known KnownTexts::look_up(Key key) noexcept {
  Set& set = sets_[key.low % kSets];
  for (std::size_t way = 0; way < kWays; ++way) {
    if (set[way].key != key || set[way].list == kFree) continue;
    const std::uint32_t list = set[way].list;
    if (way != 0) std::swap(set[way], set[way - 1]);
    if (list == kDigitsCount) return Known::digits_count;
    if (list == kMetOnce) return Known::met_once;
    looked_up_ = list;
    return Known::settled;
  }
  set.back() = {key, kMetOnce};
  return Known::nothing;
}

void KnownTexts::settle(Key key, std::span<const unsigned> found) { put(key, number_of(found)); }

void KnownTexts::put(Key key, std::uint32_t list) noexcept {
  Set& set = sets_[key.low % kSets];
  for (Slot& slot : set)
    if (slot.key == key && slot.list != kFree) {
      slot.list = list;
      return;
    }
  set.back() = {key, list};
}

std::uint32_t KnownTexts::number_of(std::span<const unsigned> found) {
  if (found.empty()) return 0;
  std::vector<unsigned> list{found.begin(), found.end()};
  if (const auto known = list_numbers_.find(list); known != list_numbers_.end()) return known->second;
  if (lists_.size() == kListsMax) return kDigitsCount;
  const auto number = static_cast<std::uint32_t>(lists_.size());
  lists_.push_back(list);
  list_numbers_.emplace(std::move(list), number);
  return number;
}

}  // namespace loglode
