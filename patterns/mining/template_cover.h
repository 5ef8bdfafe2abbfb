// Absorption: a message that has `#7#` or `LOCAL(0)` where its like has `10.1.1.1` is the same message. Stateless; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "patterns/mining/template_text.h"

namespace loglode {

/// For each form the index of the one whose template covers its text, itself when none does. A form covers another when both are the same
/// but for words (what stands between blanks) that hold a variable in the other and are nothing but a variable in it.
[[nodiscard]] std::vector<std::size_t> find_covers(std::span<const Form* const> forms);

}  // namespace loglode
