// What the words around a number say of it. Internal to parse/redact; any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "parse/redact/detectors.h"

namespace loglode::redaction {

/// The word right before a number that begins at `at`, with `_` and `-` in it; signs and quotes between them passed over.
[[nodiscard]] std::string_view name_of_number(std::string_view text, std::size_t at) noexcept;
/// The number that begins at `at` is an id, an offset, a size, a time: `order_id=…`, `offset: …`, `SpanID: …`.
[[nodiscard]] bool is_named_number(std::string_view text, std::size_t at) noexcept;
/// The same, or the number of a thing: `build 4…`, `trace: 4…`, "order number is 4…".
[[nodiscard]] bool is_numbered_thing(std::string_view text, std::size_t at) noexcept;
/// What the number that ends at `end` counts follows: `bytes`, `ms`, `rows`.
[[nodiscard]] bool is_counted(std::string_view text, std::size_t end) noexcept;

}  // namespace loglode::redaction
