// When to assess what was read, and what becomes of an assessment: it goes to the listeners and the announcer, and what that announces into
// the outbox. Also keeps a backlog from being read faster than it is assessed: windows that an assessment needs are not given up before.
//
// One thread assesses: wait_until_due() and step() are its loop; a test calls assess() itself. note_delivered(), note_change() and
// checkpoint_taken() come from others.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "core/batch.h"
#include "core/stream_progress.h"
#include "pipeline/engine/analysis.h"
#include "pipeline/engine/outbox.h"

namespace loglode {

class JudgeLoop {
 public:
  struct Config {
    std::chrono::milliseconds every{200};     // at most; an assessment that took long is followed by ten times as long without one
    Duration judged = std::chrono::hours{1};  // what is older is the baseline of what is not
    bool durable = false;                     // there is a state: what is announced is part of its checkpoints
    std::function<Timestamp()> latest{};      // what a record may be dated at most, to count as read up to there; none: anything
  };
  struct Parts {
    Mutex& pipeline_lock;
    Analysis& analysis;
    Outbox& outbox;
    Announcer& announcer;
    std::function<Timestamp()> forgotten_to;   // windows before it are forgotten
    std::function<void()> request_checkpoint;  // soon, not when the next is due
    const Clock& clock = system_clock();
  };
  using Listener = std::function<void(const std::shared_ptr<const Assessment>&)>;

  JudgeLoop(Config config, Parts parts) : config_{config}, parts_{std::move(parts)} {}

  /// Before anything runs. On the judging thread, before the announcer.
  void add_listener(Listener listener) { listeners_.push_back(std::move(listener)); }
  /// Assesses up to where all streams were read, and tells `progress` what was delivered. Without it what was read is all there is. It must
  /// outlive what is called here.
  void follow(StreamProgress& progress) noexcept { progress_ = &progress; }
  /// `base`: what the first assessment goes on from.
  void begin(const AssessmentBase& base) noexcept;
  /// With records that a state held, the newest of which is `newest`. `announced_known`: the state says what was announced of them.
  void begin_after(Timestamp newest, bool announced_known) LOGLODE_EXCLUDES(mutex_);

  /// With the pipeline lock, behind a batch's last sink.
  void note_delivered(const Batch& batch) LOGLODE_EXCLUDES(mutex_);
  /// Rules, mutes or thresholds are others. Any thread.
  void note_change() LOGLODE_EXCLUDES(mutex_);
  /// A checkpoint was taken, or could not be. Any thread.
  void checkpoint_taken() LOGLODE_EXCLUDES(mutex_);
  /// True while nothing more should be read: what was read waits for an assessment. Any thread.
  [[nodiscard]] bool holds_reading() const LOGLODE_EXCLUDES(mutex_);

  /// Waits until there is something for step() to do; false when end() was called.
  [[nodiscard]] bool wait_until_due() LOGLODE_EXCLUDES(mutex_);
  void step() LOGLODE_EXCLUDES(mutex_);
  void assess(Occasion occasion) LOGLODE_EXCLUDES(mutex_);
  void end() LOGLODE_EXCLUDES(mutex_);

  // Any thread:
  [[nodiscard]] std::uint64_t templates() const noexcept { return templates_.load(); }
  [[nodiscard]] Timestamp newest() const noexcept { return newest_.load(); }

 private:
  using TimePoint = Clock::TimePoint;
  [[nodiscard]] Timestamp watermark() const { return progress_ == nullptr ? Timestamp::max() : progress_->watermark(); }
  void publish(const std::shared_ptr<const Assessment>& assessment);
  void announce(bool even_if_same);
  [[nodiscard]] std::optional<std::string> changed_base();
  [[nodiscard]] TimePoint announcement_due() const noexcept;
  void let_read_on(Timestamp assessed_to) LOGLODE_EXCLUDES(mutex_);

  const Config config_;
  const Parts parts_;
  std::vector<Listener> listeners_;
  StreamProgress* progress_ = nullptr;
  std::atomic<std::uint64_t> templates_{0};
  std::atomic<Timestamp> newest_{kNoTime};

  // Judging thread:
  TimePoint due_{}, thorough_due_{}, announced_at_{};
  std::vector<Timestamp> times_;  // with the pipeline lock: of the batch that was delivered
  Announced announced_;           // what the announcer remembered when it was announced last
  bool to_announce_ = false;      // the announcer remembers what was not announced yet
  Timestamp base_kept_ = kNoTime;

  mutable Mutex mutex_;
  Condition changed_;
  bool fresh_ LOGLODE_GUARDED_BY(mutex_) = false;   // something was delivered or changed since the latest assessment
  bool behind_ LOGLODE_GUARDED_BY(mutex_) = false;  // that left out what lies ahead of the watermark, which rises without a delivery too
  Timestamp assessed_watermark_ LOGLODE_GUARDED_BY(mutex_) = kNoTime;
  bool hurry_ LOGLODE_GUARDED_BY(mutex_) = false;             // an assessment is wanted at once
  bool held_ LOGLODE_GUARDED_BY(mutex_) = false;              // nothing is read until it was made
  bool wants_checkpoint_ LOGLODE_GUARDED_BY(mutex_) = false;  // nor until windows could be given up
  bool assessed_once_ LOGLODE_GUARDED_BY(mutex_) = false;
  bool ended_ LOGLODE_GUARDED_BY(mutex_) = false;
  Timestamp read_to_ LOGLODE_GUARDED_BY(mutex_) = kNoTime;      // time of the newest record that was delivered
  Timestamp assessed_to_ LOGLODE_GUARDED_BY(mutex_) = kNoTime;  // of the newest that the latest assessment has seen
};

}  // namespace loglode
