// Keeps what a run that does not end has found, as `analyze` keeps its last run: so that `incidents`, `context` and `templates` can open an
// incident while it goes on, and after a restart. take() on the judging thread, write() on any other one.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/assessment.h"
#include "core/run_counters.h"
#include "sinks/last_run.h"

namespace loglode {

class LastRunKeeper {
 public:
  /// `folder`: the state's, or that of the user's last run. `go_on`: its incidents are the earlier ones of this run.
  LastRunKeeper(std::string folder, bool go_on, const RunCounters& counters);

  /// Incidents of an assessment, and the numbers that a person was told.
  using Numbers = std::vector<std::pair<const Incident*, std::uint64_t>>;
  /// What is to be written next, of an assessment in which something has changed; costs little more than a pointer.
  void take(std::shared_ptr<const Assessment> assessment, Numbers numbers);
  /// Writes what was taken since, no oftener than every few seconds unless it is the `last` time. Errors: as keep_last_run().
  [[nodiscard]] Result<void> write(bool last);

 private:
  struct Taken {
    std::shared_ptr<const Assessment> assessment;
    Numbers numbers;  // into the assessment
  };
  struct Kept {
    Json incident;
    std::vector<Json> findings;
  };
  [[nodiscard]] Judgement numbered(const Taken& taken);
  [[nodiscard]] EarlierIncidents earlier_than(const Judgement& judgement) const;

  const std::string folder_;
  const RunCounters& counters_;
  std::mutex mutex_;
  Taken taken_;  // guarded by mutex_
  std::map<std::uint64_t, Kept> kept_;
  std::chrono::steady_clock::time_point written_{};
};

}  // namespace loglode
