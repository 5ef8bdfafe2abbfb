#include "core/finding.h"

#include <array>

namespace loglode {

namespace {
template <std::size_t N, class E>
std::string_view nth(const std::array<std::string_view, N>& names, E value) noexcept {
  return names[static_cast<std::size_t>(value)];
}
}  // namespace

std::string_view name_of(FindingKind kind) noexcept {
  static constexpr std::array<std::string_view, 17> kNames{"new_error", "new_warning", "returned",    "frequent", "rate_up",   "rate_down",
                                                           "silent",    "value_shift", "meaning",     "session",  "security",  "business",
                                                           "renamed",   "deploy",      "source_lost", "storm",    "error_seen"};
  return nth(kNames, kind);
}
std::string_view name_of(FindingCategory category) noexcept {
  static constexpr std::array<std::string_view, 5> kNames{"error", "performance", "security", "business", "change"};
  return nth(kNames, category);
}
std::string_view name_of(Notify notify) noexcept {
  static constexpr std::array<std::string_view, 4> kNames{"page", "ticket", "digest", "none"};
  return nth(kNames, notify);
}
std::string_view name_of(IncidentSeverity severity) noexcept {
  static constexpr std::array<std::string_view, 4> kNames{"info", "warning", "error", "critical"};
  return nth(kNames, severity);
}
std::string_view name_of(IncidentState state) noexcept {
  static constexpr std::array<std::string_view, 2> kNames{"open", "closed"};
  return nth(kNames, state);
}
std::string_view name_of(EdgeBasis basis) noexcept {
  static constexpr std::array<std::string_view, 3> kNames{"trace", "tested", "order"};
  return nth(kNames, basis);
}

Evidence evidence_of(const Example& example) {
  const auto& [window, cell] = example;
  Evidence evidence;
  evidence.origin = Origin{window->stream, window->path, cell->first_offset, cell->first_line, cell->first_line_count};
  evidence.record_id = record_id(window->stream, cell->first_offset);
  evidence.time = window->ordinal ? kNoTime : cell->first;
  evidence.excerpt = cell->excerpt;
  return evidence;
}

}  // namespace loglode
