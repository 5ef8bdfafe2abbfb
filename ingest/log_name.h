// What a log's file name is made of: `app-2026-11-23.log.2.gz` is the log `app.log`, the part of that day, rotated twice. Stateless.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace loglode::ingest {

struct LogName {
  std::string log;                       // the name of which this is a part: no date, rotation number or compression
  std::string date;                      // digits of year, month, day, and time as far as given, or of a TAI64N time; empty: none
  std::optional<std::uint64_t> index;    // counts up within a date: `app.2026-11-23.0.log`
  std::optional<std::uint64_t> rotated;  // counts up with age: `app.log.1`
  bool old = false;                      // `app.log.old`
};

[[nodiscard]] LogName parse_log_name(std::string_view name);

/// `log` without `.log`, `.txt` and the like, and without numbers at its end: `web-1.log` -> `web`.
[[nodiscard]] std::string_view stem_of(std::string_view log) noexcept;

/// Parts of one log from the oldest to the newest: dated ones by date, numbered ones from the highest, `.old`, the one being written.
[[nodiscard]] bool is_older(const LogName& left, const LogName& right);

/// Like <, but numbers count as numbers: `part-2` before `part-10`. A strict order on all strings.
[[nodiscard]] bool natural_less(std::string_view left, std::string_view right) noexcept;

/// Whether a file found in a folder is something else than a log by its name (`truth.yaml`, `README.md`, `nginx.conf`, `app.pid`): source
/// code, configuration, documents, locks. A compression suffix does not change that. Files that a person names are never asked.
[[nodiscard]] bool is_no_log_by_name(std::string_view path) noexcept;

}  // namespace loglode::ingest
