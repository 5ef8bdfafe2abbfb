// CRC-32C (Castagnoli), as iSCSI and ext4 have it. Table-driven, eight bytes a step. Stateless, any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace loglode {

/// The sum of `bytes`, going on from the sum of what stands before them.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0) noexcept;

}  // namespace loglode
