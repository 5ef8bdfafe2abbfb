#include "incidents/sent_documents.h"

#include <xxhash.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

namespace loglode {

namespace {

using Json = nlohmann::json;

std::uint64_t hash_of(std::string_view json) { return std::max<std::uint64_t>(1, XXH3_64bits(json.data(), json.size())); }
std::int64_t number_of(Timestamp time) { return time.time_since_epoch().count(); }
Timestamp time_of(const Json& number) { return Timestamp{Duration{number.get<std::int64_t>()}}; }

}  // namespace

bool SentDocuments::note(Document kind, const std::string& id, std::string_view json, const Facts& facts, bool open) {
  const Key key{kind, id};
  Sent& sent = sent_[key];
  const std::uint64_t before = std::exchange(sent.hash, hash_of(json));
  sent.facts = facts;
  if (!sent.text.empty()) --open_;
  sent.text = open ? json : std::string_view{};
  if (!sent.text.empty()) ++open_;
  const bool differs = before != sent.hash;
  if (sent_.size() - open_ > kRememberedMax) forget_oldest(key);
  return differs;
}

/// A quarter at once, so that it is seldom done.
void SentDocuments::forget_oldest(const Key& but) {
  std::vector<std::map<Key, Sent>::const_iterator> closed;
  for (auto each = sent_.cbegin(); each != sent_.cend(); ++each)
    if (each->second.text.empty() && each->first != but) closed.push_back(each);
  const std::size_t count = std::min(closed.size(), kRememberedMax / 4);
  const auto oldest_end = closed.begin() + static_cast<std::ptrdiff_t>(count);
  std::nth_element(closed.begin(), oldest_end, closed.end(), [](const auto& a, const auto& b) {
    return std::tie(a->second.facts.end, a->first) < std::tie(b->second.facts.end, b->first);
  });
  for (auto each = closed.begin(); each != oldest_end; ++each) sent_.erase(*each);
}

void SentDocuments::refresh(Document kind, const std::string& id, const Facts& facts) {
  const auto found = sent_.find({kind, id});
  if (found == sent_.end()) return;
  const Timestamp start = std::min(found->second.facts.start, facts.start);
  found->second.facts = facts;
  found->second.facts.start = start;
}

std::vector<std::pair<std::string, std::string>> SentDocuments::open_incidents() const {
  std::vector<std::pair<std::string, std::string>> open;
  for (const auto& [key, sent] : sent_)
    if (!sent.text.empty()) open.emplace_back(key.second, sent.text);
  return open;
}

void SentDocuments::note_known(Document kind, const std::string& id, const Facts& facts) {
  const Key key{kind, id};
  sent_[key].facts = facts;
  if (sent_.size() - open_ > kRememberedMax) forget_oldest(key);
}

bool SentDocuments::is_only_known(Document kind, const std::string& id) const {
  const auto found = sent_.find({kind, id});
  return found != sent_.end() && found->second.hash == 0;
}

bool SentDocuments::has_said(Document kind, const std::string& id, const Facts& facts) const {
  const auto found = sent_.find({kind, id});
  return found != sent_.end() && found->second.hash != 0 && found->second.facts == facts;
}

void SentDocuments::keep_lasting(const std::set<std::string>& ids) {
  for (auto& [key, sent] : sent_) sent.lasting = sent.lasting || ids.contains(key.second);
}

void SentDocuments::keep_as_known() {
  std::erase_if(sent_, [](const auto& entry) { return entry.first.first == Document::finding; });
  for (auto& [key, sent] : sent_) sent.hash = 0;
}

bool SentDocuments::forget(Document kind, const std::string& id) {
  const auto found = sent_.find({kind, id});
  if (found == sent_.end()) return false;
  const bool sent = found->second.hash != 0;
  if (!found->second.text.empty()) --open_;
  sent_.erase(found);
  return sent;
}

std::vector<SentDocuments::Gone> SentDocuments::take_gone(Document kind, const Present& present, Timestamp ended_before) {
  std::vector<Gone> gone;
  std::erase_if(sent_, [&](const auto& entry) {
    const auto& [key, sent] = entry;
    if (key.first != kind || present.ids.contains(key.second)) return false;
    if (sent.lasting) return true;
    if (present.unsent.contains(sent.facts.about) || (sent.facts.end != kNoTime && sent.facts.end >= ended_before)) return false;
    const bool known_open = sent.hash == 0 && !sent.text.empty();
    if (sent.hash != 0 || known_open)
      gone.push_back({key.second, sent.facts.about, known_open ? sent.text : std::string{}, sent.facts.end});
    return true;
  });
  count_open();
  return gone;
}

void SentDocuments::count_open() {
  open_ = static_cast<std::size_t>(std::count_if(sent_.begin(), sent_.end(), [](const auto& entry) { return !entry.second.text.empty(); }));
}

std::string SentDocuments::encode() const {
  Json all = Json::array();
  for (const auto& [key, sent] : sent_)
    all.push_back({static_cast<unsigned>(key.first), key.second, sent.hash, sent.facts.about, number_of(sent.facts.start),
                   number_of(sent.facts.end), sent.facts.size, sent.text, sent.lasting});
  return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool SentDocuments::restore(std::string_view bytes) {
  sent_.clear();
  open_ = 0;
  if (bytes.empty()) return true;
  try {
    for (const Json& row : Json::parse(bytes))
      sent_[{Document{row.at(0).get<std::uint8_t>()}, row.at(1).get<std::string>()}] = {
          row.at(2),
          {row.at(3), time_of(row.at(4)), time_of(row.at(5)), row.at(6)},
          row.at(7).get<std::string>(),
          row.size() > 8 && row.at(8).get<bool>()};
    count_open();
    return true;
  } catch (const Json::exception&) {  // nlohmann speaks in exceptions; they end here
    sent_.clear();
    return false;
  }
}

}  // namespace loglode
