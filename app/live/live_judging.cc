// The part of LiveRun that judges what was aggregated and tells it: the judging thread, and the documents on their way to the sinks.
#include <algorithm>
#include <utility>

#include "app/live/live_events.h"
#include "app/live/live_run.h"
#include "app/live/standing_codec.h"
#include "app/template_labels.h"

namespace loglode {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kGlance = std::chrono::milliseconds{20};     // between looks for something to do
constexpr int kRestShare = 10;                              // a judgement that took long is followed by so many times as long without one
constexpr auto kBetweenThorough = std::chrono::seconds{5};  // at least: between judgements of what has passed and is known better now
constexpr std::size_t kOutboxMax = 10'000;
constexpr std::size_t kSmallTold = 64 * kKiB;  // what was told: written at most once a second while it is small, else
constexpr auto kBetweenTold = std::chrono::seconds{1}, kBetweenLargeTold = std::chrono::seconds{10};

}  // namespace

/// What a state says happened was told by who made it. Only where that is not known, because nobody told anything from it (`learn`, an
/// older version), all that is in it counts as known.
void LiveRun::begin_judging() {
  if (!restored_) return;
  // The run before may have been killed before it judged the last of it.
  if (const Timestamp newest = newest_record(aggregator_->summaries()); newest != kNoTime) {
    judged_newest_ = newest - options_.judged / 2;
    judged_once_ = true;
  }
  if (told_known_)
    fresh_ = true;  // the run before may have ended between aggregating and telling
  else
    judge_now(Occasion::begin);
}

JudgeConfig LiveRun::judge_config(const TemplateCatalog& catalog) const {
  JudgeConfig config;
  config.growing = true;
  {
    const std::scoped_lock lock{mutex_};
    config.frequent = frequent_;
    config.mutes = mutes_;
  }
  config.now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  for (Mute& mute : config.mutes)
    if (const TemplateInfo* known = catalog.find_shown(mute.template_id.high); known != nullptr) mute.template_id = known->id;
  for (const TemplateId id : ignored_)
    if (const TemplateInfo* known = catalog.find(id); known != nullptr) config.ignored.push_back(known->id);
  std::sort(config.ignored.begin(), config.ignored.end());
  config.warm_ups = warm_ups_;
  return config;
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
      if (!cut_wanted_) hurry_ = false;
      return;
    }
    windows = aggregator_->summaries();
    read = read_newest_;
    catalog.emplace(miner_->derive_templates(marks_));
  }
  templates_ = catalog->templates().size();
  const Timestamp newest = newest_record(windows);
  newest_ = newest;
  const auto begin = Clock::now();
  const bool thorough = occasion == Occasion::end || begin >= thorough_due_;
  const Judgement judgement = steps_.look(windows, *catalog, *rules, judge_config(*catalog), thorough);
  const auto end = Clock::now();
  if (thorough) thorough_due_ = end + std::max<Clock::duration>(kBetweenThorough, 2 * kRestShare * (end - begin));
  // A backlog is read no faster than windows can be given up, and that is when the state has what they led to.
  told_wanted_ = hurry_ && forgotten_to_.load() < steps_.needs_from() && steps_.needs_from() - options_.judged > forgotten_to_.load();
  if (listener_) listener_({judgement, *rules, newest, occasion == Occasion::end, occasion == Occasion::begin, steps_.lasting()});
  if (writer_ == nullptr) keep_base();  // else with what was told
  if (const Timestamp reached = std::max(newest, read); reached != kNoTime) {
    judged_newest_ = reached;
    judged_once_ = true;
  }
  cut_wanted_ = told_wanted_;
  if (!told_wanted_) hurry_ = false;
}

/// What a restart goes on from, for the next cut.
void LiveRun::keep_base() {
  const Timestamp at = steps_.base().at;
  if (at == base_kept_) return;
  base_kept_ = at;
  std::string bytes = writer_ == nullptr ? std::string{} : encode_standing(steps_.base());
  const std::scoped_lock lock{mutex_};
  base_next_ = std::move(bytes);
  base_needs_from_ = steps_.needs_from();
}

/// With the turn. A backlog can be read faster than it is judged: it waits, so that every record is judged before it is too old to be.
void LiveRun::note_time(const Batch& batch) {
  Timestamp oldest = Timestamp::max();
  for (const Record& record : batch.records) {
    if (record.time == kNoTime || record.has(RecordFlag::excluded) || record.has(RecordFlag::blank)) continue;
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
    if (told_changed_ && is_told_due()) keep_told(false);
    if (Clock::now() < due && !hurry_) continue;
    const auto begin = Clock::now();
    judge_now(Occasion::during);
    const auto end = Clock::now();
    due = end + std::max<Clock::duration>(options_.judge_every, kRestShare * (end - begin));
  }
}

/// Events wait until the state knows that they are about to be told: so whatever happens in between, a later run can take them back.
void LiveRun::publish(std::vector<LiveEvent> events, const LiveJudgement& judged, const std::function<std::string()>& told) {
  for (LiveEvent& event : events) {
    if (writer_ != nullptr && event.event.kind != Document::template_info) {
      unannounced_.push_back(std::move(event));
      continue;
    }
    std::unique_lock lock{mutex_};
    wake_.wait(lock, [this] { return outbox_.size() < kOutboxMax || ending_; });
    outbox_.push_back(std::move(event));
  }
  if (writer_ == nullptr) return;
  told_of_ = told;
  told_changed_ = true;
  if (is_told_due() || judged.last || judged.known) keep_told(judged.known);
}

/// On the judging thread.
bool LiveRun::is_told_due() const {
  if (told_wanted_) return true;
  const bool large = told_kept_.size() > kSmallTold && unannounced_.empty();
  return Clock::now() >= told_at_ + (large ? kBetweenLargeTold : kBetweenTold);
}

/// On the judging thread.
void LiveRun::keep_told(bool even_if_same) {
  told_changed_ = false;
  std::string now = told_of_();
  told_at_ = Clock::now();
  keep_base();  // of the same judgement
  if (now == told_kept_ && unannounced_.empty() && !even_if_same) return;
  told_kept_ = now;
  std::unique_lock lock{mutex_};
  wake_.wait(lock, [this] { return announced_.size() < kOutboxMax || ending_; });
  for (LiveEvent& event : unannounced_) announced_.push_back(std::move(event));
  unannounced_.clear();
  told_next_ = std::move(now);
}

/// With the turn, after write_events(): what was told, and what of that is still to be written.
void LiveRun::cut_told(StateSnapshot& snapshot) {
  const std::scoped_lock lock{mutex_};
  if (told_next_) told_ = std::exchange(told_next_, std::nullopt);
  if (told_) snapshot.told.push_back({options_.teller, *std::exchange(told_, std::nullopt)});
  std::vector<LiveEvent> pending{outbox_.begin(), outbox_.end()};
  pending.insert(pending.end(), announced_.begin(), announced_.end());
  announced_in_cut_ = announced_.size();
  if (!pending.empty() || pending_kept_) snapshot.told.push_back({options_.teller + std::string{kPendingTeller}, encode_events(pending)});
  pending_kept_ = !pending.empty();
  if (base_next_) {
    snapshot.told.push_back({options_.teller + std::string{kStandingTeller}, *std::exchange(base_next_, std::nullopt)});
    needed_from_ = base_needs_from_;
  }
}

/// The state knows of them now.
Result<void> LiveRun::write_announced() {
  {
    const std::scoped_lock lock{mutex_};
    for (; announced_in_cut_ > 0; --announced_in_cut_) {
      outbox_.push_back(std::move(announced_.front()));
      announced_.pop_front();
    }
    wake_.notify_all();
    if (outbox_.empty()) return {};
  }
  const std::scoped_lock turn{turn_};
  return write_events();
}

/// With the turn: a sink is written to by one thread at a time. One that refuses gets them with the next cut, and those before it only
/// once.
Result<void> LiveRun::write_events() {
  for (;;) {
    std::unique_lock lock{mutex_};
    if (outbox_.empty()) return {};
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
