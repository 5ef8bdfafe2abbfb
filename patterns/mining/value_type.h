// What a variable of a message can be. Types are kept as sets of bits, so that what was seen joins in any order.
#pragma once

#include <cstdint>
#include <string_view>

namespace loglode {

enum class ValueType : std::uint8_t { number, ip, uuid, hex, path, host, url, time, size, email, word, text };

using ValueTypes = std::uint16_t;  // one bit for each ValueType seen at a position

[[nodiscard]] constexpr ValueTypes bit_of(ValueType type) noexcept { return static_cast<ValueTypes>(1U << static_cast<unsigned>(type)); }

/// `number ip uuid hex path host url time size email word text`, as TemplateParameter::type has it.
[[nodiscard]] std::string_view name_of(ValueType type) noexcept;

/// The one type that says the most about all values in the set: itself when there is one, `hex` for numbers and hex, else word or text.
[[nodiscard]] ValueType common_type(ValueTypes types) noexcept;

}  // namespace loglode
