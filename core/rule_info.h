// What the rest of the program may know of a rule; how it matches is patterns/' own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/severity.h"

namespace loglode {

enum class RuleCategory : std::uint8_t { error, performance, security, business };
[[nodiscard]] constexpr std::string_view name_of(RuleCategory category) noexcept {
  constexpr std::string_view kNames[] = {"error", "performance", "security", "business"};
  return kNames[static_cast<std::size_t>(category)];
}

struct RuleInfo {
  std::string id;    // rule.id: kebab-case, unique over all packs
  std::string name;  // rule.name: a few words; what a report calls this type of error
  RuleCategory category = RuleCategory::error;
  Severity severity = Severity::error;  // how bad a hit is when the record does not say worse
  std::string meaning;                  // what it means, for a person who did not write the service
  std::string check;                    // a read-only command or place to look; may be empty
  std::string safe_action{};            // what can be done without making it worse; may be empty
};

/// Indexed by RuleIndex. Immutable once made.
using RuleCatalog = std::vector<RuleInfo>;

}  // namespace loglode
