// The pipeline of a configuration file, put together and run until it is stopped: what `loglode run` is. Made, run once, thrown away.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/live/live_run.h"
#include "app/service/operations.h"
#include "app/service/source_framers.h"
#include "config/pipeline_config.h"
#include "incidents/event_documents.h"
#include "ingest/kafka/kafka_source.h"
#include "ops/service_log.h"
#include "sinks/json_event_texts.h"
#include "sinks/last_run_keeper.h"
#include "sinks/rejected_records.h"

namespace loglode {

// What a configuration says of judging, for LiveOptions and LiveReload.
[[nodiscard]] ReadingOptions rule_options(const config::PipelineConfig& config);
[[nodiscard]] JudgeConfig::Frequent frequent_of(const config::JudgingConfig& detect);
[[nodiscard]] std::vector<Mute> mutes_of(const config::JudgingConfig& detect);

class ServiceRun {
 public:
  /// Both must outlive it. `hangup`: set by SIGHUP, see reload().
  ServiceRun(config::PipelineConfig config, const std::atomic<bool>& stop, std::atomic<bool>& hangup);
  ~ServiceRun();

  /// Everything that can fail before data flows. Errors: rules, formats, options, folders, files (invalid_argument: configuration).
  [[nodiscard]] Result<void> prepare();
  /// Before prepare(): these sources are read from their beginning, once. Errors: one that is not of topics, or not there.
  [[nodiscard]] Result<void> reread(const std::vector<std::string>& sources);
  [[nodiscard]] Result<PipelineTimes> run();

 private:
  Result<void> refuse_unsound();
  Result<void> add_sources();
  Result<std::vector<EngineSink>> make_sinks(const RuleCatalog& rules);
  void monitor();
  void tell_problems();
  void keep_last(bool last);
  void tell_unmatched();
  void reload();
  void reload_from_file();

  config::PipelineConfig config_;
  const std::atomic<bool>& stop_;
  std::atomic<bool>& hangup_;
  LiveOptions options_;
  std::unique_ptr<DeadLetters> dead_letters_;
  std::unique_ptr<RejectedRecords> verdicts_;
  SourceFramers framers_{config_};
  std::atomic<std::uint64_t> dropped_by_sinks_{0};
  EventDocuments events_{json_event_texts()};  // judging thread
  std::vector<std::pair<std::string, KafkaSource*>> kafka_;
  std::vector<std::pair<std::string, const FileSource*>> files_;
  std::set<std::string> reread_;
  std::atomic<std::uint32_t> reloads_{0};  // SIGHUPs: sinks read their secrets again
  std::deque<SinkMeter> meters_;           // of config_.sinks, in their order
  ServiceLog log_;
  std::unique_ptr<LiveRun> live_;
  std::unique_ptr<Operations> operations_;
  std::unique_ptr<LastRunKeeper> keeper_;  // with a state: what was found, for `incidents` and `context`
  bool keeping_fails_ = false;
  std::string trouble_told_;
  std::set<std::string> unmatched_told_;
  std::uint64_t rejected_told_ = 0;
  bool waiting_told_ = false;
  bool refusal_told_ = false;
  std::atomic<bool> done_{false};
};

}  // namespace loglode
