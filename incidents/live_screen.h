// What `tail` shows: a line for each finding and incident that matters on standard output, changed in place where that is a terminal, and,
// on a terminal, one line at the bottom that says how it goes. Two threads may call it.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/terminal_lines.h"
#include "core/assessment.h"
#include "core/event_texts.h"
#include "incidents/incident_tracker.h"

namespace loglode {

class LiveScreen final : public Announcer {
 public:
  struct Style {
    bool ndjson = false;  // objects of cli.md instead of lines
    bool color = false;
    bool status = false;    // the line at the bottom
    bool in_place = false;  // standard output is a terminal: lines fit it, and change where they stand
    bool verbose = false;   // findings that notify nobody as well
    std::size_t columns = 120;
    std::string open_with, open_in;  // what an incident's number is put behind and before to open it; empty: nothing opens it
  };
  /// What the line at the bottom says of the run.
  struct Figures {
    std::uint64_t lines = 0, templates = 0;
    std::string trouble{};  // with checkpoints; empty: none
    std::string files{};    // how many are followed; empty: none are
  };
  /// Gets each assessment in which something has changed, with the numbers that were shown.
  using Keep = std::function<void(const std::shared_ptr<const Assessment>& assessment, const LiveChanges& changes)>;

  /// `texts`: for objects. Must outlive it.
  LiveScreen(Style style, const EventTexts& texts);

  /// Shows it; sinks get nothing.
  std::vector<OutgoingEvent> announce(const std::shared_ptr<const Assessment>& assessment) override;
  /// What was shown, for the screen of a later run.
  [[nodiscard]] Announced announced() const override;
  /// Before announce().
  void restore(const Announced& shown) { tracker_.restore(shown); }
  /// Before announce().
  void set_keeper(Keep keep) { keep_ = std::move(keep); }

  // Another thread:
  /// Redraws the line at the bottom; to be called a few times a second.
  void draw_status(const Figures& figures);
  /// Follows the terminal when somebody changes its size.
  void follow_size();
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
  struct Shown {
    std::string key, text;
  };
  void show(const std::shared_ptr<const Assessment>& assessment);
  [[nodiscard]] std::vector<Shown> news(const Judgement& judgement, const LiveChanges& changes, Timestamp newest) const;
  /// What stands on the terminal, as it is now.
  void refresh(const Judgement& judgement, const LiveChanges& changes);
  [[nodiscard]] std::string fit(const std::string& summary, std::string& place, std::size_t before, std::size_t behind) const;
  [[nodiscard]] std::string line_of(const LiveFinding& live) const;
  [[nodiscard]] std::string line_of(const LiveIncident& live, Timestamp newest, const Finding* headline) const;
  [[nodiscard]] std::string templates_of(const Judgement& judgement) const;
  void print(std::vector<Shown> lines);
  void write(const std::string& text);

  const Style style_;
  const EventTexts& texts_;
  IncidentTracker tracker_;
  Keep keep_;
  std::atomic<std::size_t> columns_;
  mutable std::mutex mutex_;
  TerminalLines lines_;  // guarded by mutex_, as those below
  ScreenSize size_;
  std::string status_, output_trouble_;
  std::atomic<bool> templates_wanted_{false};
  std::atomic<std::uint64_t> findings_{0}, incidents_open_{0};
  std::atomic<Timestamp> newest_{kNoTime};
  std::uint64_t lines_before_ = 0;
  std::chrono::steady_clock::time_point drawn_ = std::chrono::steady_clock::now(), line_read_ = drawn_;
  double rate_ = 0;
};

}  // namespace loglode
