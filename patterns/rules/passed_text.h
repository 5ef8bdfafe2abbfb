// Lines that say that what they are about went well, whatever it was: "Check failure of open() with EACCES [OK]".
// Pure, any thread.
#pragma once

#include <string_view>

namespace loglode {

/// Whether one line begins or ends as test programs and boots mark what passed ("… [OK]", "ok 3 - …", "… ... PASSED"). No rule of category
/// error hits such a record, unless it says itself that it is WARN or worse. A text of several lines never tells it.
[[nodiscard]] bool tells_that_it_passed(std::string_view text) noexcept;

}  // namespace loglode
