// Severity numbers of the OpenTelemetry log data model (SeverityNumber, 1-24; 0 is unspecified).
#pragma once

#include <cstdint>
#include <string_view>

namespace loglode {

enum class Severity : std::uint8_t {
  unspecified = 0,
  trace = 1,
  debug = 5,
  info = 9,
  info2 = 10,
  warn = 13,
  error = 17,
  error2 = 18,
  error3 = 19,
  fatal = 21
};

/// What never shares a template or a count: lines below WARN (or without a severity), WARN, ERROR and above.
enum class SeverityClass : std::uint8_t { quiet = 0, warning = 1, error = 2 };

[[nodiscard]] constexpr SeverityClass severity_class(Severity severity) noexcept {
  if (severity >= Severity::error) return SeverityClass::error;
  return severity >= Severity::warn ? SeverityClass::warning : SeverityClass::quiet;
}

/// `unspecified trace debug info warn error fatal`, the range the number falls in, lower case.
[[nodiscard]] constexpr std::string_view severity_name(Severity severity) noexcept {
  constexpr std::string_view kNames[] = {"trace", "debug", "info", "warn", "error", "fatal"};
  const auto number = static_cast<unsigned>(severity);
  return number == 0 ? std::string_view{"unspecified"} : kNames[(number > 24 ? 23 : number - 1) / 4];
}

}  // namespace loglode
