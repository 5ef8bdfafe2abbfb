#include "patterns/mining/value_type.h"

#include <bit>

namespace loglode {

std::string_view name_of(ValueType type) noexcept {
  constexpr std::string_view kNames[] = {"number", "ip", "uuid", "hex", "path", "host", "url", "time", "size", "email", "word", "text"};
  return kNames[static_cast<unsigned>(type)];
}

ValueType common_type(ValueTypes types) noexcept {
  if (std::popcount(types) == 1) return static_cast<ValueType>(std::countr_zero(types));
  const auto only = [types](ValueTypes allowed) { return types != 0 && (types & ~allowed) == 0; };
  if (only(bit_of(ValueType::number) | bit_of(ValueType::hex))) return ValueType::hex;
  if (only(bit_of(ValueType::ip) | bit_of(ValueType::host))) return ValueType::host;
  if ((types & bit_of(ValueType::text)) != 0) return ValueType::text;
  return ValueType::word;
}

}  // namespace loglode
