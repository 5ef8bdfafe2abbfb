// JSON that is not quite JSON: what printers of other languages, loggers in a hurry and cut lines leave. Stateless, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace loglode {

/// Writes the object that `text` means as JSON: NaN, Infinity, None, True, undefined and bare words as values; texts in single quotes; raw
/// control characters and unknown escapes in texts; commas too many; everything closed that a cut left open. nullopt when `text` does not
/// begin with an object, has no quoted key, nests more than 64 deep or goes on behind the object. Linear in the text's length.
[[nodiscard]] std::optional<std::string> repaired_json(std::string_view text);

}  // namespace loglode
