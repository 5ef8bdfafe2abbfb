// Words in messages for people: a slip of a known word, and how a word that came from outside is shown. Pure: any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace loglode {

/// The known word that `word` most likely is a slip of; empty when none is near.
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string_view> known);
/// ` (did you mean "x"?)` or nothing.
[[nodiscard]] std::string hint(std::string_view word, std::span<const std::string_view> known);
/// `word` for a message: in quotes, control characters shown as `?`, cut to 60 bytes.
[[nodiscard]] std::string in_quotes(std::string_view word);

}  // namespace loglode
