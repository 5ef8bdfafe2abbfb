#include "sinks/last_run_keeper.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string_view>
#include <utility>

namespace loglode {

namespace {

constexpr std::size_t kIncidentsKept = 200;
constexpr std::chrono::seconds kBetween{5};

std::uint64_t number_of(const Json& incident) {
  const auto id = incident.find("incident_id");
  return id == incident.end() || !id->is_string() ? 0 : std::strtoull(id->get_ref<const std::string&>().c_str(), nullptr, 10);
}

}  // namespace

LastRunKeeper::LastRunKeeper(std::string folder, bool go_on, const RunCounters& counters)
    : folder_{std::move(folder)}, counters_{counters} {
  if (!go_on) return;
  const auto before = LastRun::open(folder_);
  if (!before) return;  // none yet
  for (const Json& incident : before->incidents()) {
    const std::uint64_t number = number_of(incident);
    if (number == 0) continue;
    Kept& kept = kept_[number];
    kept.incident = incident;
    for (const Json& id : incident["findings"])
      if (const Json* finding = before->finding(id.get_ref<const std::string&>())) kept.findings.push_back(*finding);
  }
}

void LastRunKeeper::take(std::shared_ptr<const Assessment> assessment, Numbers numbers) {
  const std::scoped_lock lock{mutex_};
  taken_ = {std::move(assessment), std::move(numbers)};
}

/// The judgement with the numbers that a person was told; what it has of incidents is remembered for when it has them no more.
Judgement LastRunKeeper::numbered(const Taken& taken) {
  Judgement judgement = taken.assessment->judgement;
  const Incident* first = taken.assessment->judgement.incidents.data();
  for (const auto& [incident, number] : taken.numbers) {
    Incident& told = judgement.incidents[static_cast<std::size_t>(incident - first)];
    told.lasting_id = told.incident_id;
    told.incident_id = std::to_string(number);
  }
  std::map<std::string_view, const Finding*> findings;
  for (const Finding& finding : judgement.findings) findings.emplace(finding.finding_id, &finding);
  for (const auto& [incident, number] : taken.numbers) {
    Kept kept;
    kept.incident = to_json(judgement.incidents[static_cast<std::size_t>(incident - first)]);
    for (const std::string& id : incident->findings)
      if (const auto found = findings.find(id); found != findings.end()) kept.findings.push_back(to_json(*found->second));
    kept_[number] = std::move(kept);
  }
  while (kept_.size() > kIncidentsKept) kept_.erase(kept_.begin());
  return judgement;
}

EarlierIncidents LastRunKeeper::earlier_than(const Judgement& judgement) const {
  std::set<std::string_view> incidents, findings;
  for (const Incident& incident : judgement.incidents) incidents.insert(incident.incident_id);
  for (const Finding& finding : judgement.findings) findings.insert(finding.finding_id);
  EarlierIncidents earlier;
  for (const auto& [number, kept] : kept_) {
    if (incidents.contains(kept.incident["incident_id"].get_ref<const std::string&>())) continue;
    earlier.incidents.push_back(kept.incident);
    for (const Json& finding : kept.findings)
      if (!findings.contains(finding["finding_id"].get_ref<const std::string&>())) earlier.findings.push_back(finding);
  }
  return earlier;
}

Result<void> LastRunKeeper::write(bool last) {
  const auto now = std::chrono::steady_clock::now();
  if (!last && written_ != std::chrono::steady_clock::time_point{} && now - written_ < kBetween) return {};
  Taken taken;
  {
    const std::scoped_lock lock{mutex_};
    taken = std::exchange(taken_, {});
  }
  if (taken.assessment == nullptr) return {};
  written_ = now;
  const Judgement judgement = numbered(taken);
  return keep_last_run(folder_, judgement, read_counters(counters_), *taken.assessment->input.rules, earlier_than(judgement));
}

}  // namespace loglode
