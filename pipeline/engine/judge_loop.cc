#include "pipeline/engine/judge_loop.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace loglode {

namespace {

constexpr int kIdleFactor = 10;                             // an assessment that took long is followed by so many times as long without one
constexpr auto kBetweenThorough = std::chrono::seconds{5};  // at least: between assessments of what has passed and is known better now
constexpr std::size_t kOutlierShare = 64;  // of a batch's records: one in so many may be newer than what the batch counts as
constexpr std::size_t kSmall = 500;        // rows that the announcer remembers: kept at most once a second while they are few, else
constexpr auto kBetweenSmall = std::chrono::seconds{1}, kBetweenLarge = std::chrono::seconds{10};

}  // namespace

void JudgeLoop::begin(const AssessmentBase& base) noexcept {
  due_ = parts_.clock.now() + config_.every;
  base_kept_ = base.at;
}

/// Only where it is not known what was announced, because nobody announced anything from this state (`learn`, an older version), all that
/// is in it counts as known.
void JudgeLoop::begin_after(Timestamp newest, bool announced_known) {
  {
    const MutexLock lock{mutex_};
    if (newest != kNoTime) {
      assessed_to_ = newest - config_.judged / 2;  // the run before may have been killed before it assessed the last of it
      assessed_once_ = true;
    }
    fresh_ = announced_known;  // it may not have assessed all of it
  }
  if (!announced_known) assess(Occasion::begin);
}

/// A backlog can be read faster than it is assessed: it waits, so that every record is assessed before it is too old to be.
void JudgeLoop::note_delivered(const Batch& batch) {
  // One line that lies about its time says neither that what was read before it is all there is, nor that what comes is old: of many
  // records the few newest do not count, and none counts as of later than now.
  Timestamp oldest = Timestamp::max();
  times_.clear();
  for (const Record& record : batch.records) {
    if (record.time == kNoTime || record.has(RecordFlag::excluded) || record.has(RecordFlag::blank)) continue;
    times_.push_back(record.time);
    oldest = std::min(oldest, record.time);
  }
  Timestamp newest = kNoTime;
  if (!times_.empty()) {
    const auto place = times_.begin() + static_cast<std::ptrdiff_t>(times_.size() / kOutlierShare);
    std::nth_element(times_.begin(), place, times_.end(), std::greater<>{});
    newest = *place;
  }
  if (newest != kNoTime && config_.latest) newest = std::min(newest, config_.latest());
  if (progress_ != nullptr) progress_->delivered(batch.stream->info.id, batch.records.size(), newest);
  const Timestamp watermark = this->watermark();
  const MutexLock lock{mutex_};
  const bool was_idle = !std::exchange(fresh_, true);
  if (newest != kNoTime) {
    read_to_ = std::max(read_to_, newest);
    if (!assessed_once_ && (assessed_to_ == kNoTime || oldest < assessed_to_)) assessed_to_ = oldest;
    if (std::min(read_to_, watermark) >= assessed_to_ + config_.judged / 2) held_ = hurry_ = true;
  }
  if (was_idle || hurry_) changed_.notify_all();
}

void JudgeLoop::note_change() {
  const MutexLock lock{mutex_};
  fresh_ = true;
  changed_.notify_all();
}

void JudgeLoop::checkpoint_taken() {
  const MutexLock lock{mutex_};
  if (!std::exchange(wants_checkpoint_, false)) return;
  held_ = hurry_ = false;
}

bool JudgeLoop::holds_reading() const {
  const MutexLock lock{mutex_};
  return held_;
}

JudgeLoop::TimePoint JudgeLoop::announcement_due() const noexcept {
  const bool large = announced_.rows() > kSmall && !parts_.outbox.holds_unannounced();
  return announced_at_ + (large ? kBetweenLarge : kBetweenSmall);
}

bool JudgeLoop::wait_until_due() {
  const MutexLock lock{mutex_};
  for (;;) {
    if (ended_) return false;
    const TimePoint now = parts_.clock.now();
    TimePoint due = TimePoint::max();
    if (fresh_ || behind_) due = std::min(due, due_);
    if (to_announce_) due = std::min(due, announcement_due());
    if (hurry_ || due <= now) return true;
    if (due == TimePoint::max())
      changed_.wait(mutex_);
    else
      changed_.wait_until(mutex_, due);
  }
}

void JudgeLoop::step() {
  const TimePoint begin = parts_.clock.now();
  if (to_announce_ && begin >= announcement_due()) announce(false);
  {
    const MutexLock lock{mutex_};
    if (!hurry_ && (!(fresh_ || behind_) || begin < due_)) return;
  }
  assess(Occasion::during);
  const TimePoint end = parts_.clock.now();
  due_ = end + std::max<std::chrono::nanoseconds>(config_.every, kIdleFactor * (end - begin));
}

void JudgeLoop::assess(Occasion occasion) {
  auto assessment = std::make_shared<Assessment>();
  Timestamp read = kNoTime, watermark = Timestamp::max();
  {
    const MutexLock pipeline{parts_.pipeline_lock};
    if (occasion != Occasion::begin) watermark = this->watermark();
    {
      const MutexLock lock{mutex_};
      hurry_ = false;
      const bool fresh = std::exchange(fresh_, false) || (behind_ && watermark != assessed_watermark_);
      if (!fresh && occasion == Occasion::during) {
        if (!wants_checkpoint_) held_ = false;
        return;
      }
      if (watermark == kNoTime && occasion == Occasion::during) {
        fresh_ = true;  // some streams were not read at all yet: nobody knows up to where what was read is all there is
        return;
      }
      read = read_to_;
      assessed_watermark_ = watermark;
    }
    assessment->input = parts_.analysis.input();
    assessment->input.watermark = watermark;
  }
  templates_ = assessment->input.catalog->templates().size();
  const TimePoint begin = parts_.clock.now();
  const bool thorough = occasion == Occasion::end || begin >= thorough_due_;
  assessment->judgement = parts_.analysis.assess(assessment->input, thorough);
  const TimePoint end = parts_.clock.now();
  if (thorough) thorough_due_ = end + std::max<std::chrono::nanoseconds>(kBetweenThorough, 2 * kIdleFactor * (end - begin));
  assessment->newest = newest_record(assessment->input.windows);
  {
    const MutexLock lock{mutex_};
    behind_ = watermark < assessment->newest;
  }
  if (watermark != kNoTime) assessment->newest = std::min(assessment->newest, watermark);
  assessment->last = occasion == Occasion::end;
  assessment->known = occasion == Occasion::begin;
  assessment->lasting = parts_.analysis.lasting();
  newest_ = assessment->newest;
  const Timestamp assessed_to = std::min(watermark, std::max(assessment->newest, read));
  publish(assessment);
  let_read_on(assessed_to);
}

void JudgeLoop::publish(const std::shared_ptr<const Assessment>& assessment) {
  for (const Listener& listener : listeners_) listener(assessment);
  parts_.outbox.add(parts_.announcer.announce(assessment));
  if (config_.durable)
    to_announce_ = true;
  else if (auto base = changed_base())
    parts_.outbox.announce({}, std::move(base), parts_.analysis.base().needs_from);
  bool at_once = assessment->last || assessment->known;
  {
    const MutexLock lock{mutex_};
    // A backlog is read no faster than windows can be given up, and that is when the state has what they led to.
    const Timestamp needs_from = parts_.analysis.base().needs_from, forgotten = parts_.forgotten_to();
    wants_checkpoint_ = held_ && forgotten < needs_from && needs_from - config_.judged > forgotten;
    at_once = at_once || wants_checkpoint_;
  }
  if (to_announce_ && (at_once || parts_.clock.now() >= announcement_due())) announce(assessment->known);
}

/// Reading goes on, at once or when a checkpoint was taken.
void JudgeLoop::let_read_on(Timestamp assessed_to) {
  bool request = false;
  {
    const MutexLock lock{mutex_};
    if (assessed_to != kNoTime) {
      assessed_to_ = assessed_to;
      assessed_once_ = true;
    }
    request = wants_checkpoint_;
    if (!request && !hurry_) held_ = false;
  }
  if (request) parts_.request_checkpoint();
}

std::optional<std::string> JudgeLoop::changed_base() {
  const Timestamp at = parts_.analysis.base().at;
  if (at == base_kept_) return std::nullopt;
  base_kept_ = at;
  return config_.durable ? parts_.analysis.encode_base() : std::string{};
}

void JudgeLoop::announce(bool even_if_same) {
  to_announce_ = false;
  announced_at_ = parts_.clock.now();
  Announced now = parts_.announcer.announced();
  auto base = changed_base();
  const bool same = now == announced_ && !parts_.outbox.holds_unannounced() && !even_if_same;
  if (same && !base) return;
  const Timestamp needs_from = parts_.analysis.base().needs_from;
  if (same) return parts_.outbox.announce({}, std::move(base), needs_from);
  announced_ = now;
  parts_.outbox.announce(std::move(now), std::move(base), needs_from);
}

void JudgeLoop::end() {
  const MutexLock lock{mutex_};
  ended_ = true;
  changed_.notify_all();
}

}  // namespace loglode
