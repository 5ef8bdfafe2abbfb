// A pipeline that runs until it is stopped: what `tail` and `run` share. Reads, learns, aggregates and delivers on the pipeline's threads;
// two threads of its own judge what was aggregated, and take snapshots.
//
// One snapshot is one cut between two batches: positions, miner and windows as of that moment. It becomes durable after every sink has
// flushed what it was given until then, and only then the sources commit. So a restart reads again what came after the cut, and nothing
// else; a crash at any point loses nothing, and what was delivered twice has the same ids.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/options.h"
#include "core/framing.h"
#include "core/run_counters.h"
#include "correlate/judge_steps.h"
#include "ingest/kafka/kafka_source.h"
#include "patterns/aggregate/window_aggregator.h"
#include "patterns/mining/template_miner.h"
#include "patterns/rules/rule_set.h"
#include "pipeline/run_pipeline.h"
#include "pipeline/source_set.h"
#include "state/state_store.h"
#include "state/state_writer.h"

namespace loglode {

struct LiveOptions {
  ReadingOptions reading;
  std::string state;     // empty: nothing outlives the process
  std::string teller{};  // under this name the state keeps what was told
  bool read_only_state = false;
  bool originals = false;  // a sink writes lines as they arrived, masked
  std::chrono::milliseconds snapshot{1000};
  std::chrono::milliseconds judge_every{200};  // at most; a judgement that took long is followed by ten times as long without one
  std::chrono::seconds drain{20};              // how long sinks may take after a stop
  Duration kept = std::chrono::hours{6};       // a step judges the windows of so long; older ones than any step needs are forgotten
  Duration judged = std::chrono::hours{1};     // what is older is the baseline of what is not
  JudgeConfig::Frequent frequent{};
  std::vector<Mute> mutes{};
  MinerConfig mining{};
  Duration lateness = std::chrono::seconds{5};
  unsigned threads = 1;
};

/// What a judgement is handed over with. Good during the call.
struct LiveJudgement {
  const Judgement& judgement;
  const RuleCatalog& rules;
  Timestamp newest = kNoTime;            // time of the newest record
  bool last = false;                     // nothing comes after it
  bool known = false;                    // of what the state held before anything told from it: nobody is to be told
  const std::set<std::string>& lasting;  // ids of findings and incidents that stand, though no later judgement speaks of them
};

/// An event on its way to the sinks that take its kind.
struct LiveEvent {
  Event event;
  std::vector<std::size_t> only_to{};  // numbers of sinks; empty: all
};

/// Where it delivers to, and what of.
struct LiveSink {
  OpenedSink opened;
  RecordSelection gets{};  // of records
  DocumentKinds events{};  // the kinds of events
};

/// What can change while it runs.
struct LiveReload {
  LoadedRules rules;
  JudgeConfig::Frequent frequent{};
  std::vector<Mute> mutes{};
  std::vector<std::function<Result<std::unique_ptr<Stage>>()>> worker_stages{};  // made with these rules
};

class LiveRun {
 public:
  using MakeSinks = std::function<Result<std::vector<LiveSink>>(const RuleCatalog&)>;

  /// `stop`: read no more, finish what was read. `options` and `stop` must outlive it.
  LiveRun(const LiveOptions& options, const std::atomic<bool>& stop);
  ~LiveRun();

  /// Rules and formats: what can fail before anything is made. Errors: as LogRun::read.
  [[nodiscard]] Result<void> load();
  /// load(), where that was not called, and the state. Errors: the same.
  [[nodiscard]] Result<void> prepare();

  // After prepare(), before run().
  [[nodiscard]] const FramerFactory& framers() const noexcept { return *framers_; }
  [[nodiscard]] RunCounters& counters() noexcept { return counters_; }
  [[nodiscard]] const RuleCatalog& rules() const noexcept { return *loaded_.catalog; }
  [[nodiscard]] const LoadedRules& loaded_rules() const noexcept { return loaded_; }
  [[nodiscard]] std::vector<std::string> bookmarks() const;
  /// Where our state says a Kafka partition goes on: further than the group's position when that was committed from this state.
  [[nodiscard]] KnownPosition known_position() const;
  /// Written beside each committed offset: names the state that it was committed from.
  [[nodiscard]] std::string commit_metadata() const;
  [[nodiscard]] StreamId next_stream() noexcept { return StreamId{next_stream_.fetch_add(1)}; }
  [[nodiscard]] const std::string& notice() const noexcept { return notice_; }
  /// What publish() was given last by the run before this one; empty: nothing.
  [[nodiscard]] const std::string& told() const noexcept { return told_before_; }
  /// What is known of a shape's template, for sinks that write records; on the ordered thread.
  [[nodiscard]] const std::string& template_members_of(ShapeId shape);
  void add_source(std::string name, std::unique_ptr<Source> source) { sources_.push_back({std::move(name), std::move(source)}); }
  /// Called when it starts, and again after the rules were read anew.
  void set_sinks(MakeSinks make) { make_sinks_ = std::move(make); }
  /// A stage for each worker before everything that is learned, behind the parser.
  void add_worker_stage(std::function<Result<std::unique_ptr<Stage>>()> make) { worker_stages_.push_back(std::move(make)); }
  /// What rejected records and events become; without it nobody asks. Must outlive run(). `secure`: called before each snapshot.
  /// `hold`: true while so much waits to be secured that nothing more should be read.
  void set_verdicts(Verdicts& verdicts, EventVerdicts& of_events, std::function<Result<void>()> secure, std::function<bool()> hold = {}) {
    verdicts_ = &verdicts;
    event_verdicts_ = &of_events;
    secure_ = std::move(secure);
    hold_ = std::move(hold);
  }
  /// Called on the judging thread.
  void on_judgement(std::function<void(const LiveJudgement&)> listener) { listener_ = std::move(listener); }

  /// Until the sources end, or `stop`. Errors: a source's, a stage's; a sink's that had not succeeded by the end of the drain, or that is
  /// final (a failed fsync: only another run, from the last position, brings back what was written since); the state's.
  /// `before_sources_go`: called when all is done, before the sources are destroyed.
  [[nodiscard]] Result<PipelineTimes> run(const std::function<void()>& before_sources_go = {});

  // Any thread, during and after run().
  /// Queued for the sinks, in order; written between two batches. Waits while the queue is full. With a state, findings and incidents are
  /// written only when it knows of them, so that a later run can take back whatever a sink may have. `told`: what a later run is given
  /// as told(), so that it does not tell that again; asked at most once a second.
  void publish(std::vector<LiveEvent> events, const LiveJudgement& judged, const std::function<std::string()>& told);
  /// Takes effect between two batches, whole: what was read is finished with the old rules, what comes is read with the new ones.
  void reload(LiveReload with);
  [[nodiscard]] std::uint64_t templates() const noexcept { return templates_.load(); }
  /// Why the latest snapshot could not be taken; empty when it could.
  [[nodiscard]] std::string trouble() const;
  /// Why a sink has taken nothing for a while, so that nothing is read; empty when all do.
  [[nodiscard]] std::string refusal() const;
  [[nodiscard]] std::uint64_t snapshots() const noexcept { return snapshots_.load(); }
  [[nodiscard]] std::uint64_t snapshot_failures() const noexcept { return snapshot_failures_.load(); }
  /// Since the latest good snapshot; none: there was none.
  [[nodiscard]] std::optional<double> snapshot_age_s() const;
  [[nodiscard]] Timestamp newest() const noexcept { return newest_.load(); }
  [[nodiscard]] FlowGauges& flow() noexcept { return flow_; }
  [[nodiscard]] bool stopped() const noexcept { return stop_.load(); }

 private:
  struct Cut {
    std::vector<StreamPosition> positions;
    StateSnapshot snapshot;
  };
  struct Place {
    StreamInfo info;
    std::uint64_t end = 0;
  };

  Result<PipelineTimes> run_until_ended();
  Result<void> apply_reload();
  Result<void> write_events();
  Result<void> open_state();
  void restore_told(const StoredTold& told);
  void restore_windows(std::vector<WindowSummary> windows);
  Result<WorkerChain> make_chain();
  void note_delivered(const Batch& batch);
  Cut take_cut();
  Result<void> secure_cut(bool last, bool whole = false);
  Result<void> deliver_cut(Deadline until);
  Result<void> end_if_final(Result<void> delivered);
  void keep_snapshots();
  void keep_judging();
  enum class Occasion : std::uint8_t { begin, during, end };
  void judge_now(Occasion occasion);
  [[nodiscard]] JudgeConfig judge_config(const TemplateCatalog& catalog) const;
  void keep_base();
  void begin_judging();
  void note_time(const Batch& batch);
  void keep_told(bool even_if_same);
  [[nodiscard]] bool is_told_due() const;
  void cut_told(StateSnapshot& snapshot);
  Result<void> write_announced();
  Result<void> cut_once(bool last);
  void end_threads();

  const LiveOptions& options_;
  const std::atomic<bool>& stop_;
  RunCounters counters_;
  std::shared_ptr<const FramerFactory> framers_;
  LoadedRules loaded_;
  std::shared_ptr<const RuleSet> probes_;  // null unless a sink writes originals
  std::optional<TemplateMiner> miner_;
  std::optional<WindowAggregator> aggregator_;
  std::unique_ptr<class TemplateLabels> labels_;
  std::optional<StateContents> contents_;
  std::unique_ptr<StateWriter> writer_;
  TemplateMarks marks_;
  std::vector<TemplateId> ignored_;
  std::vector<JudgeConfig::WarmUp> warm_ups_;
  std::string notice_, told_before_;
  bool told_known_ = false, restored_ = false;  // the state says what was told; holds windows
  bool standing_known_ = false;                 // it says where steps go on
  // The judging thread's:
  std::chrono::steady_clock::time_point told_at_{}, thorough_due_{};
  std::string told_kept_;
  std::function<std::string()> told_of_;
  bool told_changed_ = false, told_wanted_ = false;
  std::vector<LiveEvent> unannounced_;  // events that no state knows of yet, in order
  JudgeSteps steps_;
  Timestamp base_kept_ = kNoTime;
  std::vector<SourceSet::Named> sources_;
  MakeSinks make_sinks_;
  std::vector<LiveSink> sinks_;  // replaced under turn_ and flush_mutex_
  std::mutex flush_mutex_;
  std::vector<std::function<Result<std::unique_ptr<Stage>>()>> worker_stages_;
  IgnoreVerdicts ignore_verdicts_;
  IgnoreEventVerdicts ignore_event_verdicts_;
  Verdicts* verdicts_ = &ignore_verdicts_;
  EventVerdicts* event_verdicts_ = &ignore_event_verdicts_;
  std::function<Result<void>()> secure_;
  std::function<bool()> hold_;
  std::function<void(const LiveJudgement&)> listener_;
  std::unique_ptr<SourceSet> source_;
  std::atomic<std::uint32_t> next_stream_{0};

  std::mutex turn_;  // guards miner_, aggregator_, places_, fresh_ between batches
  std::map<StreamId, Place> places_;
  bool fresh_ = false;                        // something was aggregated since the latest judgement
  std::mutex cut_mutex_;                      // held for a whole cut; guards pending_, uncommitted_, forgot_at_
  std::optional<StateSnapshot> pending_;      // taken, not yet durable
  std::optional<std::string> told_;           // for the next cut
  std::size_t announced_in_cut_ = 0;          // how many of announced_ the latest cut has
  bool pending_kept_ = false;                 // the state has documents that were announced
  Timestamp needed_from_ = Timestamp::min();  // windows before it are not needed by what the state stands on
  std::map<StreamId, std::uint64_t> uncommitted_;

  std::atomic<std::uint64_t> templates_{0}, snapshots_{0};
  std::atomic<std::uint64_t> snapshot_failures_{0};
  std::atomic<std::chrono::steady_clock::time_point> snapshot_at_{std::chrono::steady_clock::time_point{}};
  FlowGauges flow_;
  std::atomic<Timestamp> newest_{kNoTime};
  std::atomic<Timestamp> judged_newest_{kNoTime};  // time of the newest record that the latest judgement has seen
  Timestamp read_newest_ = kNoTime;                // of those that were aggregated; with the turn
  std::atomic<bool> judged_once_{false};
  std::atomic<bool> hurry_{false};       // nothing is read until a judgement was made
  std::atomic<bool> cut_wanted_{false};  // and a cut, so that windows can be given up
  std::atomic<Timestamp> forgotten_to_{Timestamp::min()};
  Timestamp forgot_at_ = Timestamp::min();  // windows before it were given up
  std::atomic<bool> give_up_{false}, pause_{false};
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable wake_;
  bool ending_ = false;
  std::deque<LiveEvent> outbox_;                      // to be written with the next cut
  std::size_t outbox_sink_ = 0;                       // those before it have the first of them; with the turn
  std::deque<LiveEvent> announced_;                   // to be written when the state knows of them
  std::optional<std::string> told_next_, base_next_;  // what will have been told with both; what stands
  Timestamp base_needs_from_ = Timestamp::min();
  std::optional<LiveReload> reload_;
  JudgeConfig::Frequent frequent_;
  std::vector<Mute> mutes_;
  std::string trouble_, refusal_;
  std::optional<Error> failed_;  // for good: the run ends with it
};

}  // namespace loglode
