#include "patterns/aggregate/clock_leads.h"

#include <utility>

namespace loglode {

namespace {

constexpr Duration kSameLead = std::chrono::seconds{60};  // lines wait in buffers before they are read
constexpr Duration kSteadyFor = std::chrono::seconds{10};
constexpr std::size_t kSteadyRecords = 10;
constexpr std::size_t kServicesTold = 1000;  // names may be invented

/// The two largest units: "8 h", "5 h 33 min", "7 s".
std::string lead_text(Duration lead) {
  const auto seconds = std::chrono::round<std::chrono::seconds>(lead).count();
  const auto two = [](std::int64_t large, const char* large_unit, std::int64_t small, const char* small_unit) {
    return std::to_string(large) + large_unit + (small == 0 ? "" : " " + std::to_string(small) + small_unit);
  };
  if (seconds < 60) return std::to_string(seconds) + " s";
  const std::int64_t minutes = (seconds + 30) / 60;
  if (minutes < 60) return std::to_string(minutes) + " min";
  return minutes < 24 * 60 ? two(minutes / 60, " h", minutes % 60, " min") : two(minutes / 1440, " d", minutes % 1440 / 60, " h");
}

}  // namespace

void ClockLeads::note_ahead(std::string_view service, std::string_view path, Duration lead, Timestamp read) {
  auto found = leads_.find(service);
  if (found == leads_.end()) {
    if (leads_.size() >= kServicesTold || told_.size() >= kServicesTold) return;
    found = leads_.emplace(service, Lead{}).first;
  }
  Lead& known = found->second;
  const Duration apart = lead > known.lead ? lead - known.lead : known.lead - lead;
  if (known.records == 0 || apart > kSameLead) known = {lead, read, 0, false, std::string{path}};
  ++known.records;
  if (known.steady || known.records < kSteadyRecords || read - known.since < kSteadyFor) return;
  known.steady = true;
  if (std::exchange(told_[found->first], true)) return;
  to_tell_.push_back(
      {known.path, found->first + " is " + lead_text(lead) +
                       " ahead of this machine's clock: its lines count as of when they were read; set its clock, or say its "
                       "zone where its times carry none"});
}

void ClockLeads::note_on_time(std::string_view service) {
  const auto found = leads_.find(service);
  if (found == leads_.end()) return;
  if (!found->second.steady && told_.try_emplace(found->first, false).second)
    to_tell_.push_back({found->second.path, "a line of " + found->first + " is dated " + lead_text(found->second.lead) +
                                                " ahead of this machine's clock: it counts as of when it was read, and so does each other "
                                                "one like it"});
  leads_.erase(found);
}

std::vector<ClockLeads::Told> ClockLeads::take_told() { return std::exchange(to_tell_, {}); }

}  // namespace loglode
