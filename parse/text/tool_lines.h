// Lines of programs that write no header: compilers, linkers, make, test runners, package managers, CI. Pure functions of the text.
#pragma once

#include <string_view>

#include "core/severity.h"

namespace loglode {

/// The severity that such a line states by its form: `main.c:12:5: error: …`, `x.cpp(3): error C2065: …`, `error[E0308]: …`,
/// `make: *** [all] Error 2`, `not ok 1 - …`, `BUILD FAILED`, `--- FAIL: TestX`, `npm ERR! …`; unspecified for everything else. A result
/// that is expected (`not ok 3 # SKIP`) and counts of nothing (`0 errors`) state none.
[[nodiscard]] Severity tool_severity(std::string_view line) noexcept;

}  // namespace loglode
