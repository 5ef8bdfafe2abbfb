// A rotated file becomes a compressed one: streamed, written under a temporary name, made durable, renamed. A crash at any moment leaves
// the plain file, the whole compressed one, or both.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/result.h"

namespace loglode {

enum class Compression : std::uint8_t { none, gzip, zstd };
/// "", ".gz", ".zst".
[[nodiscard]] std::string_view suffix_of(Compression compression) noexcept;
/// What the temporary name ends with.
inline constexpr std::string_view kUnfinishedSuffix = ".tmp";

/// Writes `path` + suffix and removes `path`; the new file has its permissions and its time. Nothing changes when it is stopped or fails.
/// Errors: the disk is full, it cannot be read (errno); std::errc::operation_canceled when it was stopped.
[[nodiscard]] Result<void> compress_file(const std::string& path, Compression compression, std::stop_token stop);

}  // namespace loglode
