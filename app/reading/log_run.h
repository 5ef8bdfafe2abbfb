// Reading all inputs of a command to their end, through the engine: what `analyze` and `learn` share.
// Made, used once, thrown away; by one thread.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <vector>

#include "app/reading/finite_analysis.h"
#include "app/reading/options.h"
#include "core/assessment.h"
#include "core/run_stats.h"
#include "ingest/input_source.h"
#include "pipeline/engine/engine.h"
#include "pipeline/reading_notes.h"
#include "sinks/assignments.h"

namespace loglode {

class LogRun {
 public:
  enum class Purpose : std::uint8_t { analyze, learn };  // the latter judges nothing
  /// Both must outlive it. `stop` ends reading early: what was read counts.
  LogRun(const AnalyzeOptions& options, Purpose purpose, const std::atomic<bool>& stop)
      : options_{options}, purpose_{purpose}, stop_{stop}, analysis_{options, purpose == Purpose::analyze, counters_} {}

  /// Checks all that can be checked without data, opens --state, reads to the end, keeps what was learned, assesses, and writes
  /// --assignments. Errors: wrong formats, columns, zones, rules or inputs (invalid_argument: nothing was started); the state folder; a
  /// full disk.
  [[nodiscard]] Result<void> run();

  // After run():
  [[nodiscard]] const std::shared_ptr<const Assessment>& assessment() const noexcept { return report_.assessment; }
  /// What became of the checkpoints in --state.
  [[nodiscard]] const StateWritten& written() const noexcept { return written_; }
  [[nodiscard]] RunStats stats() const;
  [[nodiscard]] const StateSession* state() const noexcept { return analysis_.state(); }

 private:
  /// What there is to tell of a run that ends is the report of its one assessment.
  struct Report final : public Announcer {
    std::vector<OutgoingEvent> announce(const std::shared_ptr<const Assessment>& last) override {
      assessment = last;
      return {};
    }
    [[nodiscard]] Announced announced() const override { return {}; }
    std::shared_ptr<const Assessment> assessment;
  };

  Result<void> prepare();
  Result<std::vector<EngineSink>> make_sinks();
  Result<void> read_and_assess();
  [[nodiscard]] double elapsed() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

  const AnalyzeOptions& options_;
  const Purpose purpose_;
  const std::atomic<bool>& stop_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  const unsigned threads_ = options_.threads == 0 ? usable_cores() : options_.threads;
  RunCounters counters_;
  FiniteAnalysis analysis_;
  std::vector<InputFile> inputs_;
  ReadingNotes reading_notes_;  // with --verbose
  Report report_;
  PipelineTimes times_;
  double judging_ = 0;  // seconds
  StateWritten written_;
  std::unique_ptr<Source> source_;    // before the engine, which is told to read it
  AssignmentSpool* spool_ = nullptr;  // among the engine's sinks, with --assignments
  std::unique_ptr<Engine> engine_;
};

}  // namespace loglode
