#include "incidents/published_events.h"

#include <xxhash.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace loglode {

namespace {

std::uint64_t hash_of(std::string_view json) { return std::max<std::uint64_t>(1, XXH3_64bits(json.data(), json.size())); }

}  // namespace

bool PublishedEvents::note(Document kind, const std::string& id, std::string_view json, const Facts& facts, bool open) {
  const Key key{kind, id};
  Sent& sent = published_[key];
  const std::uint64_t before = std::exchange(sent.hash, hash_of(json));
  sent.facts = facts;
  if (sent.opened_at == kNoTime) sent.opened_at = facts.start;
  if (!sent.text.empty()) --open_;
  sent.text = open ? json : std::string_view{};
  if (!sent.text.empty()) ++open_;
  const bool differs = before != sent.hash;
  if (published_.size() - open_ > kRememberedMax) forget_oldest(key);
  return differs;
}

/// A quarter at once, so that it is seldom done.
void PublishedEvents::forget_oldest(const Key& but) {
  std::vector<std::map<Key, Sent>::const_iterator> closed;
  for (auto each = published_.cbegin(); each != published_.cend(); ++each)
    if (each->second.text.empty() && each->first != but) closed.push_back(each);
  const std::size_t count = std::min(closed.size(), kRememberedMax / 4);
  const auto oldest_end = closed.begin() + static_cast<std::ptrdiff_t>(count);
  std::nth_element(closed.begin(), oldest_end, closed.end(), [](const auto& a, const auto& b) {
    return std::tie(a->second.facts.end, a->first) < std::tie(b->second.facts.end, b->first);
  });
  for (auto each = closed.begin(); each != oldest_end; ++each) published_.erase(*each);
}

void PublishedEvents::refresh(Document kind, const std::string& id, const Facts& facts) {
  const auto found = published_.find({kind, id});
  if (found == published_.end()) return;
  const Timestamp start = std::min(found->second.facts.start, facts.start);
  found->second.facts = facts;
  found->second.facts.start = start;
}

Timestamp PublishedEvents::opened_at(Document kind, const std::string& id) const {
  const auto found = published_.find({kind, id});
  return found == published_.end() ? kNoTime : found->second.opened_at;
}

std::vector<std::pair<std::string, std::string>> PublishedEvents::open_incidents() const {
  std::vector<std::pair<std::string, std::string>> open;
  for (const auto& [key, sent] : published_)
    if (!sent.text.empty()) open.emplace_back(key.second, sent.text);
  return open;
}

void PublishedEvents::note_known(Document kind, const std::string& id, const Facts& facts) {
  const Key key{kind, id};
  Sent& known = published_[key];
  known.facts = facts;
  if (known.opened_at == kNoTime) known.opened_at = facts.start;
  if (published_.size() - open_ > kRememberedMax) forget_oldest(key);
}

bool PublishedEvents::is_only_known(Document kind, const std::string& id) const {
  const auto found = published_.find({kind, id});
  return found != published_.end() && found->second.hash == 0;
}

bool PublishedEvents::has_said(Document kind, const std::string& id, const Facts& facts) const {
  const auto found = published_.find({kind, id});
  return found != published_.end() && found->second.hash != 0 && found->second.facts == facts;
}

void PublishedEvents::keep_lasting(const std::set<std::string>& ids) {
  for (auto& [key, sent] : published_) sent.lasting = sent.lasting || ids.contains(key.second);
}

void PublishedEvents::keep_as_known() {
  std::erase_if(published_, [](const auto& entry) { return entry.first.first == Document::finding; });
  for (auto& [key, sent] : published_) sent.hash = 0;
}

bool PublishedEvents::forget(Document kind, const std::string& id) {
  const auto found = published_.find({kind, id});
  if (found == published_.end()) return false;
  const bool sent = found->second.hash != 0;
  if (!found->second.text.empty()) --open_;
  published_.erase(found);
  return sent;
}

std::vector<PublishedEvents::Gone> PublishedEvents::take_gone(Document kind, const Present& present, Timestamp ended_before) {
  std::vector<Gone> gone;
  std::erase_if(published_, [&](const auto& entry) {
    const auto& [key, sent] = entry;
    if (key.first != kind || present.ids.contains(key.second)) return false;
    if (sent.lasting) return true;
    if (present.unsent.contains(sent.facts.about) || (sent.facts.end != kNoTime && sent.facts.end >= ended_before)) return false;
    const bool known_open = sent.hash == 0 && !sent.text.empty();
    if (sent.hash != 0 || known_open)
      gone.push_back({key.second, sent.facts.about, known_open ? sent.text : std::string{}, sent.facts.end, sent.opened_at});
    return true;
  });
  count_open();
  return gone;
}

void PublishedEvents::count_open() {
  open_ = static_cast<std::size_t>(
      std::count_if(published_.begin(), published_.end(), [](const auto& entry) { return !entry.second.text.empty(); }));
}

std::vector<PublishedDocument> PublishedEvents::documents() const {
  std::vector<PublishedDocument> all;
  all.reserve(published_.size());
  for (const auto& [key, sent] : published_)
    all.push_back({key.first, key.second, sent.hash, sent.facts.about, sent.facts.start, sent.facts.end, sent.facts.size, sent.text,
                   sent.lasting, sent.opened_at});
  return all;
}

void PublishedEvents::restore(const std::vector<PublishedDocument>& documents) {
  published_.clear();
  for (const PublishedDocument& one : documents)
    published_[{one.kind, one.id}] = {one.hash, {one.about, one.start, one.end, one.size}, one.open_text, one.lasting, one.opened_at};
  count_open();
}

}  // namespace loglode
