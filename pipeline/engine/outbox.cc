#include "pipeline/engine/outbox.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace loglode {

namespace {

using Json = nlohmann::json;
constexpr std::size_t kWaitingMax = 10'000;

}  // namespace

void Outbox::restore(const StoredTold& row) {
  const MutexLock lock{mutex_};
  if (row.teller == config_.announcer) {
    announced_before_ = row.bytes;
  } else if (row.teller == config_.announcer + std::string{kStanding}) {
    base_before_ = row.bytes;
  } else if (row.teller == config_.announcer + std::string{kPending}) {
    if (auto pending = decode_events(row.bytes)) ready_.assign(pending->begin(), pending->end());
    pending_kept_ = !ready_.empty();
  }
}

void Outbox::begin_with_windows_from(Timestamp needs_from) {
  const MutexLock lock{mutex_};
  needs_from_ = base_needs_from_ = needs_from;
}

void Outbox::add(std::vector<OutgoingEvent> events) {
  for (OutgoingEvent& event : events) {
    if (config_.durable && event.event.kind != Document::template_info) {
      unannounced_.push_back(std::move(event));
      continue;
    }
    const MutexLock lock{mutex_};
    while (ready_.size() >= kWaitingMax && !ended_) changed_.wait(mutex_);
    ready_.push_back(std::move(event));
  }
}

void Outbox::announce(std::optional<std::string> announced, std::optional<std::string> base, Timestamp needs_from) {
  const MutexLock lock{mutex_};
  while (announced_.size() >= kWaitingMax && !ended_) changed_.wait(mutex_);
  for (OutgoingEvent& event : unannounced_) announced_.push_back(std::move(event));
  unannounced_.clear();
  if (announced) announced_text_ = std::move(announced);
  if (!base) return;
  base_ = std::move(base);
  base_needs_from_ = needs_from;
}

Result<void> Outbox::write(const std::vector<EngineSink>& sinks, EventVerdicts& verdicts) {
  for (;;) {
    OutgoingEvent next;
    std::size_t number = 0;
    {
      const MutexLock lock{mutex_};
      if (ready_.empty()) return {};
      next = ready_.front();
      number = next_sink_;
    }
    const auto& [event, only_to] = next;
    for (; number < sinks.size(); ++number) {
      const EngineSink& each = sinks[number];
      if (each.opened.events == nullptr || !each.events[static_cast<std::size_t>(event.kind)]) continue;
      if (!only_to.empty() && std::find(only_to.begin(), only_to.end(), number) == only_to.end()) continue;
      if (auto written = each.opened.events->write(event, verdicts); !written) {
        const MutexLock lock{mutex_};
        next_sink_ = number;
        return written;
      }
    }
    const MutexLock lock{mutex_};
    next_sink_ = 0;
    ready_.pop_front();
    changed_.notify_all();
  }
}

void Outbox::add_to(Checkpoint& checkpoint) {
  const MutexLock lock{mutex_};
  if (base_) needs_from_ = base_needs_from_;
  if (!config_.durable) {
    base_.reset();
    return;
  }
  if (announced_text_) checkpoint.told.push_back({config_.announcer, *std::exchange(announced_text_, std::nullopt)});
  std::vector<OutgoingEvent> pending{ready_.begin(), ready_.end()};
  pending.insert(pending.end(), announced_.begin(), announced_.end());
  in_checkpoint_ = announced_.size();
  if (!pending.empty() || pending_kept_) checkpoint.told.push_back({config_.announcer + std::string{kPending}, encode_events(pending)});
  pending_kept_ = !pending.empty();
  if (base_) checkpoint.told.push_back({config_.announcer + std::string{kStanding}, *std::exchange(base_, std::nullopt)});
}

Timestamp Outbox::needs_from() const {
  const MutexLock lock{mutex_};
  return needs_from_;
}

void Outbox::sinks_replaced() noexcept {
  const MutexLock lock{mutex_};
  next_sink_ = 0;
}

bool Outbox::release_announced() {
  const MutexLock lock{mutex_};
  for (; in_checkpoint_ > 0; --in_checkpoint_) {
    ready_.push_back(std::move(announced_.front()));
    announced_.pop_front();
  }
  changed_.notify_all();
  return !ready_.empty();
}

bool Outbox::names_pending() const {
  const MutexLock lock{mutex_};
  return pending_kept_;
}

void Outbox::end() {
  const MutexLock lock{mutex_};
  ended_ = true;
  changed_.notify_all();
}

std::string encode_events(const std::vector<OutgoingEvent>& events) {
  Json rows = Json::array();
  for (const auto& [event, only_to] : events) rows.push_back({static_cast<unsigned>(event.kind), event.key, event.json});
  std::string bytes;
  Json::to_cbor(rows, bytes);
  return bytes;
}

std::optional<std::vector<OutgoingEvent>> decode_events(std::string_view bytes) {
  try {
    std::vector<OutgoingEvent> events;
    for (const Json& row : Json::from_cbor(bytes)) {
      const auto kind = row.at(0).get<std::uint8_t>();
      if (kind >= static_cast<std::uint8_t>(Document::kCount)) return std::nullopt;
      events.push_back({{Document{kind}, row.at(1).get<std::string>(), row.at(2).get<std::string>()}});
    }
    return events;
  } catch (const Json::exception&) {  // nlohmann speaks in exceptions; they end here
    return std::nullopt;
  }
}

}  // namespace loglode
