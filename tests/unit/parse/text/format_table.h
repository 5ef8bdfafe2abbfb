// One line of a table: what a named format makes of a text.
#pragma once

#include "format_fixture.h"

namespace loglode {

/// As expected; what is different is said with the check that fails.
inline bool reads(std::string_view format, std::string_view text, const Expected& expected) {
  return reads(format_named(format), text, expected);
}

inline bool is_refused(std::string_view format, std::string_view text) { return is_refused(format_named(format), text); }

}  // namespace loglode
