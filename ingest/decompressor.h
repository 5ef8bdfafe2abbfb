// gzip, Zstandard, bzip2 and xz streams, found by their first bytes and never by their names, decoded as they are read.
#pragma once

#include <string_view>

#include "core/run_counters.h"
#include "ingest/byte_reader.h"
#include "ingest/input_source.h"

namespace loglode::ingest {

enum class Compression : std::uint8_t { none, gzip, zstd, bzip2, xz };

inline constexpr std::size_t kCompressionMagicBytes = 6;
/// What a stream that begins with `first` (kCompressionMagicBytes, or all there is) is compressed with.
[[nodiscard]] Compression compression_of(std::string_view first) noexcept;

/// Decodes all members (frames) of `from`. What comes before damage is handed out; the damage, an end in the middle, bytes after the
/// last member and a limit that was hit become notes. `notes` and `counters` must outlive the reader.
[[nodiscard]] std::unique_ptr<ByteReader> make_decompressor(Compression compression, std::unique_ptr<ByteReader> from,
                                                            const DecompressionLimits& limits, ReadNotes& notes, RunCounters& counters);

}  // namespace loglode::ingest
