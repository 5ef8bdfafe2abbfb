// What the words around a number say of it. Internal to parse/redact; any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "parse/redact/detectors.h"

namespace loglode::redaction {

/// The number that begins at `at` is an id, an offset, a size, a time: `order_id=…`, `offset: …`, `SpanID: …`.
[[nodiscard]] bool is_named_number(std::string_view text, std::size_t at) noexcept;
/// What the number that ends at `end` counts follows: `bytes`, `ms`, `rows`.
[[nodiscard]] bool is_counted(std::string_view text, std::size_t end) noexcept;

}  // namespace loglode::redaction
