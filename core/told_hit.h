// Hits that are told of and judge nothing: a record that states less than its rule asks for, or a rule that opens no incident. Of these
// only `error_seen` is made. In a batch their indexes lie behind the catalogue's, in a summary a sign stands behind the rule's id: so
// whoever counts, labels or asks for a rule does not meet them by mistake.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/batch.h"

namespace loglode {

inline constexpr char kToldSign = '?';  // no rule's id holds it

[[nodiscard]] constexpr RuleIndex told_hit_of(std::uint32_t rule, std::size_t rules) noexcept {
  return RuleIndex{static_cast<std::uint32_t>(rules) + rule};
}
[[nodiscard]] constexpr bool is_told_hit(RuleIndex hit, std::size_t rules) noexcept { return static_cast<std::size_t>(hit) >= rules; }

[[nodiscard]] constexpr bool names_told_hit(std::string_view name) noexcept { return name.ends_with(kToldSign); }
/// The id of the rule, whichever hits the name stands for.
[[nodiscard]] constexpr std::string_view rule_id_of(std::string_view name) noexcept {
  return names_told_hit(name) ? name.substr(0, name.size() - 1) : name;
}

}  // namespace loglode
