// What a kernel says when it is at its end or can no longer be trusted: it has no level for that in its text. Pure functions of the text.
#pragma once

#include <string_view>

#include "core/severity.h"

namespace loglode {

/// FATAL for `Kernel panic - not syncing: …`, `Oops: 0002 [#1]`, `BUG: unable to handle …`, `kernel BUG at …`, `watchdog: BUG: soft lockup
/// …` and their like at the beginning of `message`; unspecified for everything else (`BUG-17: fixed`, `Oops! try again`).
[[nodiscard]] Severity kernel_fault_severity(std::string_view message) noexcept;

}  // namespace loglode
