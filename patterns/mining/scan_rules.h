// Which of the scanner's rules are applied: all of them. Only perf/ablation, which builds the miner a second time with LOGLODE_ABLATION,
// can switch some off to measure what each is worth; in the program this costs nothing.
#pragma once

#include "patterns/mining/value_type.h"

namespace loglode {

#ifdef LOGLODE_ABLATION
struct ScanRules {
  ValueTypes values_off = 0;  // types whose values are read as constants
  bool names_off = false;     // words that may be either are constants
};
inline ScanRules ablated_scan_rules{};  // set once, before anything is scanned

[[nodiscard]] inline bool is_applied(ValueType type) noexcept { return (ablated_scan_rules.values_off & bit_of(type)) == 0; }
[[nodiscard]] inline bool names_are_applied() noexcept { return !ablated_scan_rules.names_off; }
#else
[[nodiscard]] constexpr bool is_applied(ValueType) noexcept { return true; }
[[nodiscard]] constexpr bool names_are_applied() noexcept { return true; }
#endif

}  // namespace loglode
