// The severity that a message itself states, for records whose format gave none. Pure functions of the text.
#pragma once

#include <string_view>

#include "core/severity.h"

namespace loglode {

/// What the first word of a message states (`ERROR: …`, `[warn] …`, `error - …`); unspecified when it is not set off from the text.
[[nodiscard]] Severity leading_severity(std::string_view message);

/// FATAL for what a kernel says at its end, or what a pair says (`level=error`, `at=error`, `"severity":"warn"`) within the first 256 bytes
/// of a message, or else the form of a compiler's, a build's, a test's or an access log's line.
[[nodiscard]] Severity severity_within(std::string_view message);

/// The leading severity, or else what a header in front of the message says (`54 [main] INFO …`, `app.orders[ERROR] …`), or what stands
/// within it.
[[nodiscard]] Severity stated_severity(std::string_view message);

}  // namespace loglode
