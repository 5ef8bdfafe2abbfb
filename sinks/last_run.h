// "The last run": what `analyze` leaves in the user's state folder, masked and bounded, so that `incidents`, `context` and `templates` work
// right after it. Written whole (a new folder, renamed over the old one), 0700/0600. One process at a time; the latest wins.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/finding.h"
#include "core/result.h"
#include "core/rule_info.h"
#include "core/run_stats.h"
#include "sinks/json_objects.h"

namespace loglode {

/// $XDG_STATE_HOME/loglode, or ~/.local/state/loglode. Errors: neither variable is set.
[[nodiscard]] Result<std::string> state_folder();

/// Of a run that does not end: what its judgement no longer has.
struct EarlierIncidents {
  std::vector<Json> incidents, findings;
};

/// Errors: the folder cannot be written; nothing of the earlier run is lost then.
[[nodiscard]] Result<void> keep_last_run(const std::string& state, const Judgement& judgement, const RunStats& stats,
                                         const RuleCatalog& rules, const EarlierIncidents& earlier = {});

class LastRun {
 public:
  /// Errors: no_such_file_or_directory where there is none; it cannot be read (says what to do).
  static Result<LastRun> open(const std::string& state);
  [[nodiscard]] const std::vector<Json>& incidents() const noexcept { return incidents_; }
  [[nodiscard]] const std::vector<Json>& findings() const noexcept { return findings_; }
  [[nodiscard]] const std::vector<Json>& templates() const noexcept { return templates_; }
  /// What is known of the errors that its findings name. Empty of a run of an older version.
  [[nodiscard]] const std::vector<Json>& rules() const noexcept { return rules_; }
  [[nodiscard]] const Json* finding(std::string_view id) const;
  /// What is known of the error that a rule names (name, meaning, check, safe_action); null when nothing is kept of it.
  [[nodiscard]] const Json* rule(std::string_view id) const;
  /// The evidence object (record_id, origin, time, excerpt) whose record id begins with `prefix`; null when none or several do.
  [[nodiscard]] const Json* evidence(std::string_view prefix) const;
  /// Where a file that was read in that run is found from any folder.
  [[nodiscard]] std::string path_now(const std::string& path) const;

 private:
  std::string working_folder_;
  std::vector<Json> incidents_, findings_, templates_, rules_;
};

}  // namespace loglode
