#include "pipeline/engine/outbox.h"

#include <algorithm>
#include <utility>

namespace loglode {

namespace {

constexpr std::size_t kWaitingMax = 10'000;

}  // namespace

void Outbox::restore(StoredAnnounced row) {
  if (row.announcer == config_.announcer) announced_before_ = std::move(row.announced);
}

/// Which sinks they are for is not kept: this run may have others, and a repeat under the same key replaces.
void Outbox::restore(StoredPending row) {
  if (row.announcer != config_.announcer) return;
  const MutexLock lock{mutex_};
  for (Event& event : row.events) ready_.push_back({std::move(event)});
  pending_kept_ = !ready_.empty();
}

void Outbox::restore(StoredBase row) {
  if (row.announcer == config_.announcer) base_before_ = std::move(row.bytes);
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

void Outbox::announce(std::optional<Announced> announced, std::optional<std::string> base, Timestamp needs_from) {
  const MutexLock lock{mutex_};
  while (named_.size() >= kWaitingMax && !ended_) changed_.wait(mutex_);
  for (OutgoingEvent& event : unannounced_) named_.push_back(std::move(event));
  unannounced_.clear();
  if (announced) announced_ = std::move(announced);
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
  if (announced_) checkpoint.announced.push_back({config_.announcer, *std::exchange(announced_, std::nullopt)});
  std::vector<Event> pending;
  for (const std::deque<OutgoingEvent>* const each : {&ready_, &named_})
    for (const OutgoingEvent& one : *each) pending.push_back(one.event);
  in_checkpoint_ = named_.size();
  const bool any = !pending.empty();
  if (any || pending_kept_) checkpoint.pending.push_back({config_.announcer, std::move(pending)});
  pending_kept_ = any;
  if (base_) checkpoint.bases.push_back({config_.announcer, *std::exchange(base_, std::nullopt)});
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
    ready_.push_back(std::move(named_.front()));
    named_.pop_front();
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

}  // namespace loglode
