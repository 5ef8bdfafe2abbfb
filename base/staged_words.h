// Texts whose own words say that what they tell is no fault of today: staged ones, and tries that are followed by another.
// Pure, any thread.
#pragma once

#include <string_view>

namespace loglode {

/// Whether the first line of `text` says that what it tells was expected, tested, simulated or not done: `expected error: …`,
/// `simulated failure: …`, `dry run: would …`, `test_full expects …`.
[[nodiscard]] bool says_it_is_staged(std::string_view text) noexcept;

/// Whether the first line of `text` says that it is not the last try: `attempt 1/3 failed`, `…, will retry`.
[[nodiscard]] bool says_it_tries_again(std::string_view text) noexcept;

}  // namespace loglode
