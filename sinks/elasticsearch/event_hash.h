// `event.hash` of a document: a keyed hash of the raw bytes of its record, so that what is stored can be compared with the source and says
// nothing to who does not have the key. Pure functions.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace loglode {

using EventHash = std::array<unsigned char, 16>;

/// HMAC-SHA-256 (RFC 2104), cut to 128 bits.
[[nodiscard]] EventHash event_hash(std::string_view key, std::string_view raw);
/// As it is written: 32 hex digits.
[[nodiscard]] std::string to_hex(const EventHash& hash);
/// Nothing: the text is no such hash.
[[nodiscard]] std::optional<EventHash> read_event_hash(std::string_view text);

}  // namespace loglode
