// Text inside JSON strings: escapes, and what to do with bytes that are not UTF-8. Stateless, any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/batch.h"
#include "parse/json/json_structure.h"

namespace loglode {

/// Writes `escaped` (between the quotes of a JSON string) without its escapes to `out`, which has room for as many bytes, and sets
/// `size`. False for an escape that JSON does not have or a surrogate without its other half.
[[nodiscard]] bool unescape_json(std::string_view escaped, char* out, std::size_t& size) noexcept;

/// The text of a value: a string without its escapes (as it stands when they are malformed), else its raw JSON.
/// Lives as long as the batch's contents.
[[nodiscard]] std::string_view text_of(JsonValue value, Batch& batch);

/// A kept copy of `text` with U+FFFD for each maximal invalid part (as the Unicode standard recommends).
[[nodiscard]] std::string_view replace_invalid_utf8(std::string_view text, Batch& batch);

/// The bytes of a JSON array of numbers 0-255, as journald writes a MESSAGE that is not text. Empty when it is something else.
[[nodiscard]] std::string_view bytes_of_array(std::string_view array, Batch& batch);

}  // namespace loglode
