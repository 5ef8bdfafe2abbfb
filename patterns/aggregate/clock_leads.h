// Whose records are dated ahead of the clock of who reads them, and by how much: one line that lies, or a service whose clock or zone is
// wrong. Owned by one WindowAggregator, used by its thread only.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/timestamp.h"

namespace loglode {

class ClockLeads {
 public:
  /// A record of `service` is dated `lead` after `read`, when it was read.
  void note_ahead(std::string_view service, std::string_view path, Duration lead, Timestamp read);
  /// One of its records is not ahead.
  void note_on_time(std::string_view service);
  /// Whether a record that is not ahead needs to be noted: nearly never.
  [[nodiscard]] bool any() const noexcept { return !leads_.empty(); }

  struct Told {
    std::string path, what;
  };
  /// What has to be told, each service once for each way in which it is ahead: those that are ahead by the same for ten seconds and ten
  /// records, and single ones.
  [[nodiscard]] std::vector<Told> take_told();

 private:
  struct Lead {
    Duration lead{};
    Timestamp since = kNoTime;  // read
    std::size_t records = 0;
    bool steady = false;  // told
    std::string path;
  };
  std::map<std::string, Lead, std::less<>> leads_;
  std::map<std::string, bool, std::less<>> told_;  // whether as a steady lead
  std::vector<Told> to_tell_;
};

}  // namespace loglode
