#include "pipeline/engine/engine.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace loglode {

namespace {

constexpr auto kPollInterval =
    std::chrono::milliseconds{50};  // of what libraries tell their callers only when asked: a source's wish to commit
constexpr auto kBetweenTries = std::chrono::milliseconds{200};
constexpr auto kPatience = std::chrono::seconds{5};  // with sinks, for a checkpoint of many
constexpr int kIdleFactor = 10;  // of a finite run, which waits for nothing of them: a checkpoint that took long is followed by so many
                                 // times as long without one

}  // namespace

Engine::Engine(EngineConfig config, Parts parts)
    : config_{std::move(config)},
      parts_{parts},
      outbox_{{parts.store != nullptr, config_.announcer}},
      checkpointer_{{pipeline_lock_, parts.analysis, outbox_, parts.store, [this] { return secure_ ? secure_() : Result<void>{}; },
                     [this](const Error& why) { give_up(why); }, parts.clock}},
      judging_{{config_.assess_every, config_.judged, parts.store != nullptr && !config_.finite, config_.latest},
               {pipeline_lock_, parts.analysis, outbox_, parts.announcer, [this] { return checkpointer_.forgotten_to(); },
                [this] { request_checkpoint(); }, parts.clock}} {}

void Engine::set_verdicts(Verdicts& of_records, EventVerdicts& of_events, std::function<Result<void>()> secure,
                          std::function<bool()> hold) {
  verdicts_ = &of_records;
  checkpointer_.set_event_verdicts(of_events);
  secure_ = std::move(secure);
  hold_ = std::move(hold);
}

void Engine::begin_after_state(bool held_windows, Timestamp newest) {
  held_windows_ = held_windows;
  held_to_ = newest;
}

/// The run ends.
void Engine::give_up(const Error& why) {
  const MutexLock lock{mutex_};
  if (!failed_) failed_ = why;
  abort_ = pause_ = true;
}

Result<void> Engine::take_checkpoint(Checkpointer::Kind kind) {
  const std::chrono::nanoseconds patience = kind == Checkpointer::Kind::last ? std::chrono::nanoseconds{config_.drain} : kPatience;
  auto taken = checkpointer_.take(kind, patience);
  judging_.checkpoint_taken();
  return taken;
}

void Engine::request_checkpoint() {
  const MutexLock lock{mutex_};
  checkpoint_wanted_ = true;
  changed_.notify_all();
}

void Engine::keep_checkpoints(const Source& source) {
  const auto steady_due = [this](std::chrono::nanoseconds after) { return parts_.clock.now() + after; };
  auto due = steady_due(config_.checkpoint);
  for (;;) {
    {
      const MutexLock lock{mutex_};
      if (!ending_ && !checkpoint_wanted_) changed_.wait_until(mutex_, std::min(due, steady_due(kPollInterval)));
      if (ending_) return;
      if (!checkpoint_wanted_ && parts_.clock.now() < due && !source.wants_commit()) continue;
      checkpoint_wanted_ = false;
    }
    const auto begin = parts_.clock.now();
    const auto taken = take_checkpoint(Checkpointer::Kind::during);
    const auto end = parts_.clock.now();
    due = end + std::max<std::chrono::nanoseconds>(config_.checkpoint, (config_.finite ? kIdleFactor : 1) * (end - begin));
    if (!taken) ++checkpoint_failures_;
    const MutexLock lock{mutex_};
    trouble_ = taken ? std::string{} : taken.error().message;
  }
}

void Engine::keep_judging() {
  while (judging_.wait_until_due()) judging_.step();
}

void Engine::reload(Reload apply) {
  const MutexLock lock{mutex_};
  reload_ = std::move(apply);
  pause_ = true;
}

/// Between two runs of the pipeline: nothing is in flight.
Result<void> Engine::apply_reload() {
  Reload apply;
  {
    const MutexLock lock{mutex_};
    if (failed_) return tl::unexpected<Error>(*failed_);
    if (!reload_) return {};
    apply = std::exchange(reload_, nullptr);
    pause_ = false;
  }
  // Sinks are about to be closed: what they hold is delivered first, however long that takes.
  while (!take_checkpoint(Checkpointer::Kind::whole) && !parts_.stop.load() && !abort_.load()) parts_.clock.sleep_for(kBetweenTries);
  if (parts_.stop.load() || abort_.load()) return {};
  {
    const MutexLock pipeline{pipeline_lock_};
    if (auto applied = apply(); !applied) return applied;
  }
  if (auto replaced = replace_sinks(); !replaced) return replaced;
  judging_.note_change();  // what is muted no more is announced, though nothing comes
  return {};
}

/// Events may have been written since the checkpoint: a sink that refuses now is asked again.
Result<void> Engine::replace_sinks() {
  for (;;) {
    auto replaced = checkpointer_.replace_sinks(make_sinks_);
    if (replaced || !replaced.error().retryable || gives_up()) return replaced;
    parts_.clock.sleep_for(kBetweenTries);
  }
}

/// A stop gives sinks that refuse some time, then the run ends where it is: positions stay, nothing is lost.
bool Engine::gives_up() {
  if (abort_.load() || config_.finite) return true;
  if (!parts_.stop.load()) return false;
  const MutexLock lock{mutex_};
  const auto now = parts_.clock.now();
  if (!stop_seen_) stop_seen_ = now;
  return now >= *stop_seen_ + config_.drain;
}

Result<PipelineTimes> Engine::run_until_ended(Source& source) {
  for (;;) {
    Pipeline pipeline{source, make_worker_, ordered_, {}, config_.threads, &parts_.stop};
    for (const EngineSink& each : checkpointer_.sinks())
      if (each.opened.records != nullptr) pipeline.sinks.push_back({*each.opened.records, each.gets});
    IgnoreVerdicts ignored;
    pipeline.pause = &pause_;
    pipeline.verdicts = verdicts_ == nullptr ? &ignored : verdicts_;
    pipeline.lock = &pipeline_lock_;
    pipeline.flow = &flow_;
    pipeline.gives_up = [this] { return gives_up(); };
    if (!config_.finite) {
      pipeline.delivered = [this](const Batch& batch) LOGLODE_UNCHECKED_LOCKS {  // run_pipeline() holds the pipeline lock
        checkpointer_.note_delivered(batch);
        judging_.note_delivered(batch);
      };
      pipeline.hold = [this] {
        static_cast<void>(gives_up());  // notes when a stop came
        return judging_.holds_reading() || (hold_ && hold_());
      };
    }
    pipeline.refused = [this](const std::string& why) {
      const MutexLock lock{mutex_};
      refusal_ = why;
    };
    pipeline.clock = &parts_.clock;
    auto times = run_pipeline(pipeline);
    if (!times || !times->paused) return times;
    if (auto reloaded = apply_reload(); !reloaded) return tl::unexpected<Error>(reloaded.error());
  }
}

void Engine::begin(Source& source) {
  checkpointer_.begin(source);
  const AssessmentBase base = parts_.analysis.base();
  const bool announced_known = outbox_.announced_before().has_value();
  if (parts_.store == nullptr || outbox_.base_before()) outbox_.begin_with_windows_from(base.needs_from);
  // From the first checkpoint on it is known what was announced, be it nothing, and where steps begin.
  if (parts_.store != nullptr)
    outbox_.announce(announced_known ? std::nullopt : std::optional{Announced{}}, parts_.analysis.encode_base(), base.needs_from);
  judging_.begin(base);
  if (held_windows_) judging_.begin_after(held_to_, announced_known);
}

Result<PipelineTimes> Engine::finish(Result<PipelineTimes> times) {
  if (!times) return times;
  judging_.assess(Occasion::end);
  if (auto taken = take_checkpoint(Checkpointer::Kind::last); !taken) return tl::unexpected<Error>(taken.error());
  return times;
}

Result<PipelineTimes> Engine::run(const std::function<void()>& before_sources_go) {
  // Sources begin to read when they are made: what they take must have a place to go to.
  if (auto made = checkpointer_.replace_sinks(make_sinks_); !made) return tl::unexpected<Error>(made.error());
  source_ = std::make_unique<SourceSet>(std::exchange(named_sources_, {}));
  judging_.follow(source_->progress());
  begin(*source_);
  std::thread checkpoints{[this] { keep_checkpoints(*source_); }}, judging{[this] { keep_judging(); }};
  auto times = run_until_ended(*source_);
  end_threads();
  checkpoints.join();
  judging.join();
  times = finish(std::move(times));
  if (before_sources_go) before_sources_go();
  source_.reset();
  return times;
}

void Engine::end_threads() {
  {
    const MutexLock lock{mutex_};
    ending_ = true;
    changed_.notify_all();
  }
  judging_.end();
  outbox_.end();
}

Result<PipelineTimes> Engine::run_to_end(Source& source, const std::function<void(const PipelineTimes&)>& when_read) {
  if (auto made = checkpointer_.replace_sinks(make_sinks_); !made) return tl::unexpected<Error>(made.error());
  checkpointer_.begin(source);
  std::thread checkpoints;
  if (parts_.store != nullptr) checkpoints = std::thread{[&] { keep_checkpoints(source); }};
  auto times = run_until_ended(source);
  end_threads();
  if (checkpoints.joinable()) checkpoints.join();
  if (!times) return times;
  when_read(*times);
  if (auto taken = take_checkpoint(Checkpointer::Kind::last); !taken) return tl::unexpected<Error>(taken.error());
  judging_.assess(Occasion::end);
  return times;
}

Result<PipelineTimes> Engine::run_on_this_thread(Source& source) {
  if (auto made = checkpointer_.replace_sinks(make_sinks_); !made) return tl::unexpected<Error>(made.error());
  begin(source);
  return finish(run_until_ended(source));
}

std::optional<double> Engine::checkpoint_age_s() const {
  const auto at = checkpointer_.taken_at();
  if (at == Clock::TimePoint{}) return std::nullopt;
  return std::chrono::duration<double>(parts_.clock.now() - at).count();
}

std::string Engine::trouble() const {
  const MutexLock lock{mutex_};
  return trouble_;
}

std::string Engine::refusal() const {
  const MutexLock lock{mutex_};
  return refusal_;
}

}  // namespace loglode
