// Room for services. Who writes a log may invent as many as he likes: they must not take the room of those of other streams, nor keep it
// for ever. So when there is no room, the stream that names most of them gives up those that it uses least; they share one service,
// `_other`. What is given up follows from the counts alone: neither threads nor the bounds of batches change it.
#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "patterns/aggregate/aggregator_state.h"

namespace loglode {

namespace {

/// Of one service, over all windows.
struct ServiceUse {
  std::uint64_t records = 0, of_owner = 0;
  std::uint32_t owner = kNone;  // the stream that names it most often
  Timestamp last = Timestamp::min();
};

}  // namespace

bool WindowAggregator::State::make_room_for_services() {
  std::vector<ServiceUse> uses(services.size());
  absl::flat_hash_map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> by_stream;  // of (service, stream)
  for_each_table([&](const WindowTable& each) {
    for (const AggregatedCell& cell : each.cells()) {
      ServiceUse& use = uses[cell.service];
      use.records += cell.count;
      use.last = std::max(use.last, cell.last);
      by_stream[{cell.service, each.frames()[cell.frame].stream}] += cell.count;
    }
  });
  const auto identity_of = [this](std::uint32_t stream) { return std::pair{streams[stream].identity.high, streams[stream].identity.low}; };
  for (const auto& [key, records] : by_stream) {
    ServiceUse& use = uses[key.first];
    if (records < use.of_owner || (records == use.of_owner && use.owner != kNone && identity_of(use.owner) < identity_of(key.second)))
      continue;
    use.of_owner = records;
    use.owner = key.second;
  }
  // What a path or a configuration names is nobody's invention.
  std::vector<bool> stays(services.size());
  for (const AggregatedStream& stream : streams)
    if (const auto named = service_index.find(stream.service_name); named != service_index.end()) stays[named->second] = true;
  if (const auto other = service_index.find(kOtherServices); other != service_index.end()) stays[other->second] = true;

  std::vector<std::vector<std::uint32_t>> owned(streams.size());
  for (const auto& [name, service] : service_index)
    if (!stays[service] && uses[service].owner != kNone) owned[uses[service].owner].push_back(service);
  std::uint32_t largest = 0;
  for (std::uint32_t stream = 1; stream < owned.size(); ++stream)
    if (std::pair{owned[stream].size(), identity_of(largest)} > std::pair{owned[largest].size(), identity_of(stream)}) largest = stream;
  if (owned.empty() || owned[largest].size() < 2) return false;

  std::vector<std::uint32_t>& given_up = owned[largest];
  std::sort(given_up.begin(), given_up.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(uses[a].records, uses[a].last, services[a]) < std::tie(uses[b].records, uses[b].last, services[b]);
  });
  given_up.resize(given_up.size() / 2);
  tell_too_many_services(streams[largest], true);
  give_up_services(given_up);
  return true;
}

void WindowAggregator::State::give_up_services(const std::vector<std::uint32_t>& given_up) {
  counters.hit(Limit::services, given_up.size());
  std::vector<bool> gone(services.size() + 1);
  for (const std::uint32_t service : given_up) {
    gone[service] = true;
    service_index.erase(services[service]);
    services[service].clear();
  }
  auto other = service_index.find(kOtherServices);
  if (other == service_index.end()) {
    other = service_index.emplace(kOtherServices, static_cast<std::uint32_t>(services.size())).first;
    services.emplace_back(kOtherServices);
  }
  const std::uint32_t into = other->second;
  ordinal_cells = 0;
  for_each_table([&](WindowTable& each) {
    each.join_services(gone, into);
    ordinal_cells += &each == &timed ? 0 : each.cell_count();
  });
  for (AggregatedStream& stream : streams) {
    for (KeptStep& step : stream.steps)
      if (gone[step.service]) step.service = into;
    auto firsts = std::exchange(stream.firsts, {});
    for (const auto& [key, first] : firsts) {
      const auto [place, is_new] = stream.firsts.try_emplace({gone[key.first] ? into : key.first, key.second}, first);
      if (!is_new) place->second = std::min(place->second, first);
    }
  }
  free_services.insert(free_services.end(), given_up.begin(), given_up.end());
  std::fill(recent_services.begin(), recent_services.end(), kNone);
  recount_excerpts();
  forget_places();
}

/// `alone`: it names more of them than any other.
void WindowAggregator::State::tell_too_many_services(const AggregatedStream& stream, bool alone) {
  if (std::exchange(told_services, true)) return;
  const std::string source = stream.source.empty() ? std::string{} : "source " + stream.source + ": ";
  const std::string who =
      alone ? stream.path + " names" : (source.empty() ? "the files, such as " : "its files, such as ") + stream.path + ", name";
  const std::string how = stream.source.empty() ? "--service NAME" : "`service: { from: fixed:NAME }`";
  counters.report({stream.path,
                   source + who + " so many services that there is no room for all (" + std::to_string(config.services_max) +
                       "): those that are seen least are summed up as \"_other\"; if these are no services, name it yourself with " + how,
                   false});
}

}  // namespace loglode
