// Words for severities, as logs write them. Pure: any thread.
#pragma once

#include <string_view>

#include "core/severity.h"

namespace loglode {

/// A severity word alone (`WARN`, `warning`, `Err`, `E`, `notice`, `SEVERE`, `CRITICAL`, `<3>` …), case ignored;
/// unspecified when it is none. Letters alone (I, W, E, F, D, V) count only with `single_letters`.
[[nodiscard]] Severity severity_from_word(std::string_view word, bool single_letters = false);
/// The same by syslog's scale, which nginx, Apache and the kernel keep to: `crit` lies below `alert` and `emerg`, and only the last
/// is FATAL.
[[nodiscard]] Severity severity_from_syslog_word(std::string_view word);
/// Whether the text of a field called `error` or `err` says that there is one: `none`, `success`, `0` and `no error` do not.
[[nodiscard]] bool tells_error(std::string_view text) noexcept;
/// Syslog severity 0-7; bunyan and pino numbers 10-60 (`level: 30`); OpenTelemetry 1-24 where a field is known to hold them.
[[nodiscard]] Severity severity_from_syslog(unsigned code) noexcept;
[[nodiscard]] Severity severity_from_bunyan(unsigned level) noexcept;

}  // namespace loglode
