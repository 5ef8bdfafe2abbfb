// Yesterday's monday.log and today's tuesday.log: services that nothing but the path names, and that log the same, are one service. Pure.
#pragma once

#include <map>
#include <span>
#include <string>

#include "core/template_catalog.h"
#include "core/window_summary.h"

namespace loglode {

/// What services of `learned` are to be called: for each that its path alone names and that is not among `judged`, the one of `judged` that
/// its path alone names too, is not among `learned`, and shares the most templates with it, at least half of those of the smaller one.
[[nodiscard]] std::map<std::string, std::string> join_path_services(std::span<const WindowSummary* const> learned,
                                                                    std::span<const WindowSummary* const> judged,
                                                                    const TemplateCatalog& catalog);

}  // namespace loglode
