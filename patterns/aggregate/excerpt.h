// What is kept of a message as evidence. Pure functions of the text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace loglode {

/// The longest prefix of `text` of at most `bytes_max` bytes that does not end inside a UTF-8 sequence.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) noexcept;

/// The first line of `message` and, when it goes on with a stack trace, the line that names the cause (the last "Caused by", else the
/// last line that names an exception). At most kExcerptBytesMax bytes.
[[nodiscard]] std::string make_excerpt(std::string_view message);

}  // namespace loglode
