// One line of a table: what a named format makes of a text.
#pragma once

#include "format_fixture.h"

namespace loglode {

inline void expect(std::string_view format, std::string_view text, const Expected& expected) {
  expect_record(format_named(format), text, expected);
}

inline void refuse(std::string_view format, std::string_view text) { expect_refused(format_named(format), text); }

}  // namespace loglode
