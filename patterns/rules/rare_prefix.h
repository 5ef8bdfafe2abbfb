// Many rules that end alike: "… timeout", "… refused". Hyperscan's literal matcher (Wang et al. 2019, FDR) finds candidates by the last
// eight bytes of a literal; hundreds of patterns with the same ones are then tried one after the other at each place that has them. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "patterns/rules/hyperscan.h"

namespace loglode {

inline constexpr std::size_t kManyExpressions = 1000;  // below, trying them all costs less than confirming hits
inline constexpr std::size_t kSharedEndsMax = 16;      // patterns that may end in the same eight bytes

/// Of the `count` first expressions, those that begin with literal text and end as too many others do: they are scanned for by the part of
/// that text whose end the fewest share (Expression::prefix), and confirmed by PCRE2. Only patterns that PCRE2 confirms in a few steps:
/// literals, groups of them, and one bounded gap.
void scan_for_rare_prefixes(std::vector<Expression>& expressions, std::size_t count);

}  // namespace loglode
