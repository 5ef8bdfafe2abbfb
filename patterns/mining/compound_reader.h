// Values that reach over marks or blanks: URLs, times and dates, IPv6 and MAC addresses, host:port, drive paths. Stateless; any thread.
#pragma once

#include <cstddef>

#include "patterns/mining/value_type.h"

namespace loglode {

struct Compound {
  std::size_t end = 0;  // behind its last byte; 0: there is none
  ValueType type = ValueType::word;
};

// All take the whole message, in which at least 64 blanks follow `size`, and the word [begin, end).

/// The word is followed by a colon and no blank: a URL, a drive path, a time, an address, a host with its port?
[[nodiscard]] Compound read_colon_compound(const char* text, std::size_t size, std::size_t begin, std::size_t end) noexcept;
/// An IPv6 address that begins with `::` at `begin`.
[[nodiscard]] Compound read_double_colon(const char* text, std::size_t size, std::size_t begin) noexcept;
/// `Fri Jun 17 07:07:00 PDT 2005`, `Jan  5 12:00:00`, `Tue, 05 Mar 2024 10:00:00`: the word is three letters long.
[[nodiscard]] Compound read_calendar(const char* text, std::size_t size, std::size_t begin, std::size_t end) noexcept;
/// `2024-03-01 10:41:42.940`: the word begins with a digit, a blank follows.
[[nodiscard]] Compound read_date_and_time(const char* text, std::size_t size, std::size_t begin, std::size_t end) noexcept;
/// A path or URL with a query, which may hold marks; with the protocol of a request line behind it.
[[nodiscard]] std::size_t end_of_locator(const char* text, std::size_t size, std::size_t begin, std::size_t end) noexcept;

}  // namespace loglode
