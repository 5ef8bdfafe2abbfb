// What several types of sources and sinks are read with. Stateless.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "config/section.h"

namespace loglode::config {

/// `service: { from: … }`; none where nobody wrote it, or wrote it wrong.
[[nodiscard]] std::optional<ServiceFrom> read_service(const Section& owner, SourceConfig::Type type);
void check_format(const Text& format, ConfigReading& reading);

/// The entry of the type that the key `type` names; null, with a problem noted, when there is no such type.
template <class Type>
[[nodiscard]] const Type* named_type(const Section& section, std::span<const Type* const> types) {
  std::vector<std::string_view> names;
  for (const Type* const type : types) names.push_back(type->name);
  const auto index = section.word_index("type", section.text("type"), names);
  return index ? types[*index] : nullptr;
}

}  // namespace loglode::config
