// What the first bytes of a (decompressed) stream say it is: text and in which encoding, or something that is no log. Stateless.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace loglode::ingest {

enum class Encoding : std::uint8_t { bytes, utf8_with_bom, utf16_little, utf16_big, utf16_little_with_bom, utf16_big_with_bom };

struct Content {
  Encoding encoding = Encoding::bytes;  // `bytes`: UTF-8 or whatever else has ASCII in it; read as it is
  std::string refused;                  // not empty: no log; a sentence without the path: what it is and what to do
};

/// `head`: the first bytes, at least 512 unless the stream is shorter; runs of NULs at the very beginning taken off before
/// (leading_filler()). A few NULs, control bytes, Latin-1 or other bytes over 0x7f do not make a log binary.
[[nodiscard]] Content examine(std::string_view head);

/// Length of the run of NULs that `head` begins with when it is filler (a log preallocated, or truncated while its writer kept its
/// position), 0 when it is not: a single NUL may begin UTF-16.
[[nodiscard]] std::size_t leading_filler(std::string_view head) noexcept;

}  // namespace loglode::ingest
