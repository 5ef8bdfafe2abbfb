#include "ingest/follow/mark_index.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace loglode::ingest {

void MarkIndex::add(Bookmark mark) {
  marks_.push_back(std::move(mark));
  const Place place = std::prev(marks_.end());
  by_key_.emplace(key_of(*place), place);
  by_print_.emplace(print_of(place->fingerprint), place);
  by_identity_.emplace(std::pair{place->identity.high, place->identity.low}, place);
}

void MarkIndex::forget(const StreamIdentity& identity) {
  const std::pair key{identity.high, identity.low};
  for (auto found = by_identity_.find(key); found != by_identity_.end(); found = by_identity_.find(key)) remove(found->second);
}

void MarkIndex::remove(Place place) {
  const auto drop = [&](auto& index, const auto& key) {
    const auto [first, last] = index.equal_range(key);
    index.erase(std::find_if(first, last, [&](const auto& each) { return each.second == place; }));
  };
  drop(by_key_, key_of(*place));
  drop(by_print_, print_of(place->fingerprint));
  drop(by_identity_, std::pair{place->identity.high, place->identity.low});
  marks_.erase(place);
}

std::vector<const Bookmark*> MarkIndex::of(const FileKey& key) const {
  std::vector<const Bookmark*> found;
  for (auto [at, last] = by_key_.equal_range(key); at != last; ++at) found.push_back(&*at->second);
  return found;
}

/// One look for each length that was hashed: at most kFingerprintBytes.
std::vector<const Bookmark*> MarkIndex::that_fit(std::string_view first) const {
  constexpr std::uint64_t kLast = std::numeric_limits<std::uint64_t>::max();
  std::vector<const Bookmark*> found;
  for (std::uint64_t bytes = 0;;) {
    const auto next = by_print_.upper_bound(Print{bytes, kLast, kLast});
    if (next == by_print_.end()) return found;
    bytes = std::get<0>(next->first);
    if (bytes > first.size()) return found;
    for (auto [at, last] = by_print_.equal_range(print_of(fingerprint_of(first.substr(0, bytes)))); at != last; ++at)
      found.push_back(&*at->second);
  }
}

}  // namespace loglode::ingest
