// The severity that a message itself states, for records whose format gave none. Pure functions of the text.
#pragma once

#include <string_view>

#include "core/severity.h"

namespace loglode {

/// What the first word of a message states (`ERROR: …`, `[warn] …`, `error - …`); unspecified when it is not set off from the text.
[[nodiscard]] Severity leading_severity(std::string_view message);

/// That, or else what a header in front of the message says (`54 [main] INFO …`, `app.orders[ERROR] …`), a pair (`level=error`, `at=error`,
/// `"severity":"warn"`) within its first 256 bytes, or the form of a compiler's, a build's or a test's line.
[[nodiscard]] Severity stated_severity(std::string_view message);

}  // namespace loglode
