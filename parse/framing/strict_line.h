// Lines that begin a record by their own form, whatever stream they stand in and whatever was open before them. Pure functions of one line,
// asked while framing of lines that the stream's own formats do not know.
#pragma once

#include <string_view>

namespace loglode {

/// A JSON object on one line.
[[nodiscard]] bool is_whole_object(std::string_view line) noexcept;
/// The bytes of the first of several JSON objects that stand on one line with nothing between them (`{…}{…}`); 0 for all other lines.
[[nodiscard]] std::size_t first_object_bytes(std::string_view line) noexcept;
/// Dated within its first words (`shop: 2026/11/24 00:03:52 …`), a time of day, a JSON object, klog, a syslog priority, an access log's
/// date, logfmt or audit pairs. Text that goes on does not begin so: nothing that is indented does.
[[nodiscard]] bool is_strict_line(std::string_view line);
/// `ERROR: text`, `[WARN] text`, `FATAL text`, `level=error …`: a level that is set apart.
[[nodiscard]] bool begins_with_level(std::string_view line);
/// The same in capitals and behind whatever indentation, of WARN and above, with text behind it: `\tERROR: disk is gone`. A count of errors
/// is none.
[[nodiscard]] bool states_trouble(std::string_view line);
/// Whether a line that begins a record says that nothing is wrong: its level is INFO, DEBUG … and it speaks of no error, or it is a request
/// of an access log. What a runtime prints right below it is not its own.
[[nodiscard]] bool is_calm(std::string_view line);

/// What a shell, make, a CI runner or the kernel has to say when a program is over: `Killed`, `make: *** [all] Error 2`,
/// `Task aborted - …`. Written by somebody else than the lines before it, so it belongs to none of them.
[[nodiscard]] bool is_last_word(std::string_view line) noexcept;

}  // namespace loglode
