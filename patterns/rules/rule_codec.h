// Rules as bytes, so that the built-in packs, which were checked when the program was built, need no YAML when it starts. Not a format for
// others: it is read by the program that it was built into.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "patterns/rules/rule_pack.h"

namespace loglode {

[[nodiscard]] std::string encode_rules(const std::vector<Rule>& rules);
/// Errors: invalid_argument when `bytes` are not what encode_rules() gave.
[[nodiscard]] Result<std::vector<Rule>> decode_rules(std::string_view bytes);

}  // namespace loglode
