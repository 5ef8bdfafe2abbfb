// The part of LiveRun that judges what was folded and tells it: the judging thread, and the documents on their way to the sinks.
#include <algorithm>
#include <utility>

#include "app/live/live_run.h"
#include "app/template_labels.h"

namespace loglode {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kGlance = std::chrono::milliseconds{20};  // between looks for something to do
constexpr int kRestShare = 10;                           // a judgement that took long is followed by so many times as long without one
constexpr std::size_t kOutboxMax = 10'000;
constexpr std::size_t kSmallTold = 64 * kKiB;  // what was told: written at most once a second while it is small, else
constexpr auto kBetweenTold = std::chrono::seconds{1}, kBetweenLargeTold = std::chrono::seconds{10};

Timestamp newest_of(const std::vector<WindowSummary>& windows) {
  Timestamp newest = kNoTime;
  for (const WindowSummary& window : windows)
    if (!window.ordinal)
      for (const Cell& cell : window.cells) newest = std::max(newest, cell.last);
  return newest;
}

}  // namespace

/// What a state says happened was told by who made it. Only where that is not known, because nobody told anything from it (`learn`, an
/// older version), all that is in it counts as known.
void LiveRun::begin_judging() {
  if (!restored_) return;
  // The run before may have been killed before it judged the last of it.
  if (const Timestamp newest = newest_of(folder_->summaries()); newest != kNoTime) {
    judged_newest_ = newest - options_.judged / 2;
    judged_once_ = true;
  }
  if (told_known_)
    fresh_ = true;  // the run before may have ended between folding and telling
  else
    judge_now(Occasion::begin);
}

void LiveRun::judge_now(Occasion occasion) {
  std::vector<WindowSummary> windows;
  std::optional<TemplateCatalog> catalog;
  std::shared_ptr<const RuleCatalog> rules;  // a reload may replace them while this judges
  Timestamp read = kNoTime;
  {
    const std::scoped_lock turn{turn_};
    rules = loaded_.catalog;
    if (!std::exchange(fresh_, false) && occasion == Occasion::during) {
      hurry_ = false;
      return;
    }
    windows = folder_->summaries();
    read = read_newest_;
    catalog.emplace(miner_->settle(marks_));
  }
  templates_ = catalog->templates().size();
  const Timestamp newest = newest_of(windows);
  newest_ = newest;
  Timestamp judged_from = kNoTime;
  if (newest != kNoTime) {
    judged_from = newest - options_.judged;
    // What no judgement has seen yet is judged, however old it is.
    if (const Timestamp before = judged_newest_; before != kNoTime) judged_from = std::min(judged_from, before);
    for (WindowSummary& window : windows)
      if (!window.ordinal && window.start + window.width <= judged_from) window.baseline = true;
  }
  JudgeConfig config;
  config.growing = true;
  {
    const std::scoped_lock lock{mutex_};
    config.frequent = frequent_;
    config.mutes = mutes_;
  }
  config.now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  for (Mute& mute : config.mutes)
    if (const TemplateInfo* known = catalog->find_shown(mute.template_id.high); known != nullptr) mute.template_id = known->id;
  for (const TemplateId id : ignored_)
    if (const TemplateInfo* known = catalog->find(id); known != nullptr) config.ignored.push_back(known->id);
  std::sort(config.ignored.begin(), config.ignored.end());
  config.warm_ups = warm_ups_;
  const Judgement judgement = judge(windows, *catalog, *rules, config);
  if (listener_) listener_({judgement, *rules, newest, judged_from, occasion == Occasion::end, occasion == Occasion::begin});
  if (const Timestamp reached = std::max(newest, read); reached != kNoTime) {
    judged_newest_ = reached;
    judged_once_ = true;
  }
  hurry_ = false;
}

/// With the turn. A backlog can be read faster than it is judged: it waits, so that every record is judged before it is too old to be.
void LiveRun::note_time(const Batch& batch) {
  Timestamp oldest = Timestamp::max();
  for (const Record& record : batch.records) {
    if (record.time == kNoTime || record.has(RecordFlag::out_of_range) || record.has(RecordFlag::blank)) continue;
    read_newest_ = std::max(read_newest_, record.time);
    oldest = std::min(oldest, record.time);
  }
  if (oldest == Timestamp::max()) return;
  Timestamp judged = judged_newest_;
  if (!judged_once_ && (judged == kNoTime || oldest < judged)) judged_newest_ = judged = oldest;  // nothing was judged yet
  if (read_newest_ >= judged + options_.judged / 2) hurry_ = true;
}

void LiveRun::keep_judging() {
  auto due = Clock::now() + options_.judge_every;
  for (;;) {
    {
      std::unique_lock lock{mutex_};
      if (wake_.wait_for(lock, kGlance, [this] { return ending_; })) return;
    }
    if (told_changed_ && Clock::now() >= told_due_) keep_told(false);
    if (Clock::now() < due && !hurry_) continue;
    const auto begin = Clock::now();
    judge_now(Occasion::during);
    const auto end = Clock::now();
    due = end + std::max<Clock::duration>(options_.judge_every, kRestShare * (end - begin));
  }
}

void LiveRun::publish(std::vector<LiveEvent> events, const LiveJudgement& judged, const std::function<std::string()>& told) {
  for (LiveEvent& event : events) {
    std::unique_lock lock{mutex_};
    wake_.wait(lock, [this] { return outbox_.size() < kOutboxMax || ending_; });
    outbox_.push_back(std::move(event));
  }
  if (writer_ == nullptr) return;
  told_of_ = told;
  told_changed_ = true;
  if (Clock::now() >= told_due_ || judged.last || judged.known) keep_told(judged.known);
}

/// On the judging thread.
void LiveRun::keep_told(bool even_if_same) {
  told_changed_ = false;
  std::string now = told_of_();
  told_due_ = Clock::now() + (now.size() > kSmallTold ? kBetweenLargeTold : kBetweenTold);
  if (now == told_kept_ && !even_if_same) return;
  told_kept_ = now;
  const std::scoped_lock lock{mutex_};
  told_with_outbox_ = std::move(now);
}

/// With the turn: a sink is written to by one thread at a time. One that refuses gets them with the next cut, and those before it only
/// once.
Result<void> LiveRun::write_events() {
  for (;;) {
    std::unique_lock lock{mutex_};
    if (outbox_.empty()) {
      if (told_with_outbox_) told_ = std::exchange(told_with_outbox_, std::nullopt);
      return {};
    }
    const auto [event, only_to] = outbox_.front();
    lock.unlock();
    for (; outbox_sink_ < sinks_.size(); ++outbox_sink_) {
      const LiveSink& each = sinks_[outbox_sink_];
      if (each.opened.events == nullptr || !each.events[static_cast<std::size_t>(event.kind)]) continue;
      if (!only_to.empty() && std::find(only_to.begin(), only_to.end(), outbox_sink_) == only_to.end()) continue;
      if (auto written = each.opened.events->write(event, *event_verdicts_); !written) return written;
    }
    outbox_sink_ = 0;
    lock.lock();
    outbox_.pop_front();
    wake_.notify_all();
  }
}

}  // namespace loglode
