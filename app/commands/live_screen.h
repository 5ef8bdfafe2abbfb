// What `tail` shows: a line for each event that matters on standard output, and, on a terminal, one line at the bottom that says how it
// goes. Two threads may call it.
#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "app/live/live_run.h"
#include "core/assessment.h"
#include "core/run_counters.h"
#include "incidents/incident_tracker.h"

namespace loglode {

class LiveScreen final : public Announcer {
 public:
  struct Style {
    bool ndjson = false;  // objects of cli.md instead of lines
    bool color = false;
    bool status = false;   // the line at the bottom
    bool verbose = false;  // findings that notify nobody as well
    std::size_t columns = 120;
  };
  explicit LiveScreen(Style style) : style_{style} {}

  /// Shows it; sinks get nothing.
  std::vector<OutgoingEvent> announce(const std::shared_ptr<const Assessment>& assessment) override;
  /// What was shown, for the screen of a later run.
  [[nodiscard]] Announced announced() const override;
  /// Before announce().
  void restore(const Announced& shown) { tracker_.restore(shown); }
  /// Draws the line at the bottom anew; to be called a few times a second.
  void draw_status(const LiveRun& run);
  void clear_status();
  void say(const std::string& sentence);  // on standard error
  /// The latest judgement's templates, for SIGUSR1.
  void request_templates() noexcept { templates_wanted_ = true; }
  [[nodiscard]] std::uint64_t findings() const noexcept { return findings_; }
  /// Nobody reads standard output any more, or it cannot be written.
  [[nodiscard]] bool lost_output() const;
  /// Why it cannot be written; empty when it can, and when its reader has left, which is no fault.
  [[nodiscard]] std::string output_trouble() const;

 private:
  void show(const Assessment& judged);
  [[nodiscard]] std::string line_of(const LiveFinding& live) const;
  [[nodiscard]] std::string line_of(const LiveIncident& live, Timestamp newest) const;
  void print(const std::string& text);

  const Style style_;
  IncidentTracker tracker_;
  mutable std::mutex mutex_;
  std::string status_, output_trouble_;
  std::atomic<bool> templates_wanted_{false};
  std::atomic<std::uint64_t> findings_{0}, incidents_open_{0};
  std::uint64_t lines_before_ = 0;
  std::chrono::steady_clock::time_point drawn_ = std::chrono::steady_clock::now();
  double rate_ = 0;
};

}  // namespace loglode
