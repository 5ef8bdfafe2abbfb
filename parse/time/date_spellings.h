// The spellings of date and time that begin with a digit or with a name. Each function reads at the very beginning of `text` and
// returns how many characters it took, 0 when it is not one; values may still be out of range (resolve() decides).
#pragma once

#include <cstddef>
#include <string_view>

#include "parse/time/civil_time.h"

namespace loglode {

/// 2023-11-23T10:11:12 with T, t, _ or blank, also with / or . in the date, to the second: the spelling of nearly every log, so this
/// one is straight-line code.
/// Returns 19 (fraction and offset not yet read) or 0.
[[nodiscard]] std::size_t read_iso_seconds(std::string_view text, CivilTime& civil) noexcept;

/// 04/Dec/2005:04:47:44, in every access log. Returns 20 (fraction and offset not yet read) or 0.
[[nodiscard]] std::size_t read_clf_seconds(std::string_view text, CivilTime& civil) noexcept;

/// Jun 14 15:16:01, syslog's own spelling, also straight. Returns 15, or 0 when it is not exactly that (a fraction or a year follows).
[[nodiscard]] std::size_t read_syslog_seconds(std::string_view text, CivilTime& civil) noexcept;

[[nodiscard]] std::size_t read_digits_first(std::string_view text, CivilTime& civil);
[[nodiscard]] std::size_t read_name_first(std::string_view text, CivilTime& civil);

}  // namespace loglode
