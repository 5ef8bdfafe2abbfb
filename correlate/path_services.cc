#include "correlate/path_services.h"

#include <algorithm>
#include <set>

namespace loglode {

namespace {

struct Known {
  bool by_path = true;  // nothing else names it
  std::set<TemplateId> templates;
};

std::map<std::string, Known> services_of(std::span<const WindowSummary* const> windows, const TemplateCatalog& catalog) {
  std::map<std::string, Known> services;
  for (const WindowSummary* window : windows) {
    for (const std::string& name : window->services) {
      Known& known = services[name];
      known.by_path = known.by_path && name == window->path_service;
    }
    for (const Cell& cell : window->cells) services[window->services[cell.service]].templates.insert(catalog.of(cell.shape).id);
  }
  return services;
}

/// Shared templates as a share of those of the smaller one.
double overlap(const Known& one, const Known& other) {
  const std::size_t smaller = std::min(one.templates.size(), other.templates.size());
  const auto shared =
      std::count_if(one.templates.begin(), one.templates.end(), [&](TemplateId id) { return other.templates.contains(id); });
  return smaller == 0 ? 0 : static_cast<double>(shared) / static_cast<double>(smaller);
}

}  // namespace

std::map<std::string, std::string> join_path_services(std::span<const WindowSummary* const> learned,
                                                      std::span<const WindowSummary* const> judged, const TemplateCatalog& catalog) {
  constexpr double kOverlapMin = .5;
  const std::map<std::string, Known> before = services_of(learned, catalog), now = services_of(judged, catalog);
  std::map<std::string, std::string> called;
  for (const auto& [name, known] : before) {
    if (!known.by_path || now.contains(name)) continue;
    double best = 0;
    for (const auto& [candidate, one] : now) {
      if (!one.by_path || before.contains(candidate)) continue;
      const double share = overlap(known, one);
      if (share < kOverlapMin || share <= best) continue;
      best = share;
      called[name] = candidate;
    }
  }
  return called;
}

}  // namespace loglode
