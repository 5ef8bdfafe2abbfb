#include "correlate/cascade.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "correlate/statistics.h"

namespace loglode {

namespace {

constexpr std::size_t kNameBytesMin = 2;  // shorter names are found everywhere
constexpr std::size_t kEdgesMax = 64;

bool is_name_char(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

bool mentions(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const std::size_t after = at + name.size();
    const bool begins = at == 0 || !is_name_char(text[at - 1]);
    if (begins && (after == text.size() || !is_name_char(text[after]))) return true;
  }
  return false;
}

std::vector<AffectedService> affected_services(const Timeline& timeline, const Group& group) {
  std::map<std::uint32_t, AffectedService> by_service;
  const auto take = [&](const Anomaly* anomaly) {
    AffectedService& one = by_service[anomaly->service];
    one.service = anomaly->service;
    one.anomalies.push_back(anomaly);
  };
  for (const Anomaly* anomaly : group.openers) take(anomaly);
  for (const Anomaly* anomaly : group.joined)
    if (anomaly->level >= IncidentSeverity::warning) take(anomaly);
  std::vector<AffectedService> services;
  for (auto& [service, one] : by_service) {
    std::stable_sort(one.anomalies.begin(), one.anomalies.end(), [](const Anomaly* a, const Anomaly* b) { return a->onset < b->onset; });
    one.first = one.anomalies.front();
    // What a service did wrong counts before what it failed to say.
    for (const Anomaly* anomaly : one.anomalies)
      if (anomaly->opens) {
        one.first = anomaly;
        break;
      }
    one.onset = one.first->onset;
    services.push_back(std::move(one));
  }
  // A time stands for all that its clock cannot tell apart: of the same second, who has finer times may have been the first.
  const auto middle = [&](const AffectedService& one) { return plus(one.onset, timeline.resolutions[one.service] / 2); };
  std::stable_sort(services.begin(), services.end(),
                   [&](const AffectedService& a, const AffectedService& b) { return middle(a) < middle(b); });
  for (AffectedService& one : services)
    for (const AffectedService& other : services) {
      const std::string& name = timeline.services[other.service];
      if (other.service == one.service || name.size() < kNameBytesMin) continue;
      const bool named = std::any_of(one.anomalies.begin(), one.anomalies.end(), [&](const Anomaly* anomaly) {
        return mentions(anomaly->finding.template_text, name) ||
               std::any_of(anomaly->finding.evidence.begin(), anomaly->finding.evidence.end(),
                           [&](const Evidence& each) { return mentions(each.excerpt, name); });
      });
      if (named) one.names.push_back(other.service);
    }
  return services;
}

/// Lags between the first bad records of two services within one trace, for each ordered pair of services.
class TracePairs {
 public:
  TracePairs(const Timeline& timeline, const Group& group, const std::vector<AffectedService>& services) {
    for (const AffectedService& one : services) known_.insert(one.service);
    const std::vector<TraceMoment>& traces = timeline.traces;
    for (std::size_t from = 0; from < traces.size();) {
      std::size_t to = from;
      while (to < traces.size() && traces[to].trace == traces[from].trace) ++to;
      read(std::span{traces}.subspan(from, to - from), group);
      from = to;
    }
    for (auto& [pair, lags] : lags_) std::sort(lags.begin(), lags.end());
  }

  [[nodiscard]] std::uint64_t shared() const noexcept { return shared_; }
  /// Sorted, in seconds; empty when no trace shows the one before the other.
  [[nodiscard]] const std::vector<double>& lags(std::uint32_t from, std::uint32_t to) const {
    static const std::vector<double> kNoLags;
    const auto found = lags_.find({from, to});
    return found == lags_.end() ? kNoLags : found->second;
  }

 private:
  void read(std::span<const TraceMoment> steps, const Group& group) {
    if (steps.back().time < group.onset || steps.front().time > std::max(group.end, group.latest)) return;
    std::set<std::uint32_t> touched;
    std::map<std::uint32_t, Timestamp> bad;  // the first bad record of each service
    for (const TraceMoment& step : steps) {
      if (!known_.contains(step.service)) continue;
      touched.insert(step.service);
      if (step.severity != SeverityClass::quiet) bad.try_emplace(step.service, step.time);
    }
    shared_ += touched.size() >= 2 ? 1 : 0;
    for (const auto& [a, a_time] : bad)
      for (const auto& [b, b_time] : bad)
        if (a_time < b_time) lags_[{a, b}].push_back(seconds_between(a_time, b_time));
  }

  std::set<std::uint32_t> known_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<double>> lags_;
  std::uint64_t shared_ = 0;
};

CascadeEdge edge_between(const Timeline& timeline, const AffectedService& from, const AffectedService& to,
                         const std::vector<double>& lags) {
  CascadeEdge edge;
  edge.from = timeline.services[from.service];
  edge.to = timeline.services[to.service];
  edge.basis = lags.empty() ? EdgeBasis::order : EdgeBasis::trace;
  const double lag = seconds_between(from.onset, to.onset);
  edge.lag_s_p10 = lags.empty() ? lag : quantile(lags, 0.1);
  edge.lag_s_p50 = lags.empty() ? lag : quantile(lags, 0.5);
  edge.lag_s_p90 = lags.empty() ? lag : quantile(lags, 0.9);
  edge.pairs = lags.empty() ? 1 : lags.size();
  for (const AffectedService* one : {&from, &to})
    if (!one->first->finding.evidence.empty()) edge.evidence.push_back(one->first->finding.evidence.front());
  return edge;
}

}  // namespace

Cascade trace_cascade(const Timeline& timeline, const Group& group) {
  Cascade cascade;
  cascade.services = affected_services(timeline, group);
  const TracePairs pairs{timeline, group, cascade.services};
  cascade.shared_traces = pairs.shared();
  // Where clocks cannot tell, traces do.
  for (std::size_t i = 1; i < cascade.services.size(); ++i)
    for (std::size_t at = i; at > 0; --at) {
      AffectedService &before = cascade.services[at - 1], &after = cascade.services[at];
      if (timeline.surely_before(before.service, before.onset, after.service, after.onset)) break;
      if (pairs.lags(after.service, before.service).size() <= pairs.lags(before.service, after.service).size()) break;
      std::swap(before, after);
    }
  const std::vector<AffectedService>& services = cascade.services;
  for (std::size_t to = 1; to < services.size() && cascade.edges.size() < kEdgesMax; ++to) {
    // Traces show it; else what the service itself names; else whoever came just before.
    std::size_t best = to;
    for (std::size_t from = 0; from < services.size(); ++from) {
      if (from == to) continue;
      const std::size_t shown = pairs.lags(services[from].service, services[to].service).size();
      const std::size_t against = pairs.lags(services[to].service, services[from].service).size();
      if (shown <= against) continue;
      if (best == to || shown > pairs.lags(services[best].service, services[to].service).size()) best = from;
    }
    for (std::size_t from = 0; from < to && best == to; ++from) {
      const std::vector<std::uint32_t>& names = services[to].names;
      if (std::find(names.begin(), names.end(), services[from].service) != names.end()) best = from;
    }
    for (std::size_t from = to; from > 0 && best == to; --from)
      if (timeline.surely_before(services[from - 1].service, services[from - 1].onset, services[to].service, services[to].onset))
        best = from - 1;
    if (best == to) continue;  // at the same instant, as far as the clocks tell: nothing can be said
    cascade.edges.push_back(edge_between(timeline, services[best], services[to], pairs.lags(services[best].service, services[to].service)));
  }
  return cascade;
}

}  // namespace loglode
