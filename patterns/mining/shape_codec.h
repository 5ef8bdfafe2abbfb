// Shapes as protocol buffers, with their values: what the state store keeps and what workers send each other.
// Field numbers are for ever: a number that is no longer used is not used again.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"
#include "patterns/mining/shape.h"

namespace loglode {

/// Deterministic: equal shapes give equal bytes. Any thread, while others observe.
[[nodiscard]] std::string encode(const Shape& shape);
/// Errors: invalid_argument when `bytes` are not a shape; nothing that they say is believed before it is checked.
[[nodiscard]] Result<std::shared_ptr<Shape>> decode_shape(std::string_view bytes, SampleBudget& budget);

}  // namespace loglode
