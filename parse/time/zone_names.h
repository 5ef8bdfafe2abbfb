// What stamps call their zones: abbreviations (`CET`) and names of the tz database (`Europe/Berlin`). Stateless, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace loglode {

class ZoneRules;

enum class ZoneNaming : std::uint8_t {
  none,       // no zone's name
  offset,     // one offset, all over the world
  ambiguous,  // several zones have this name (IST: India, Ireland, Israel)
  rules,      // a zone of the tz database
};

struct ZoneName {
  ZoneNaming naming = ZoneNaming::none;
  std::size_t length = 0;
  std::int32_t offset_seconds = 0;   // ZoneNaming::offset
  const ZoneRules* rules = nullptr;  // ZoneNaming::rules
};

/// The zone's name at the very beginning of `text`, which must begin with a letter; a word that is none is nearly always the message.
[[nodiscard]] ZoneName zone_name_at(std::string_view text);

}  // namespace loglode
