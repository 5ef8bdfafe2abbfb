// Every bound of the program in one place, with the arithmetic that binds them. Defaults; configuration may lower or raise them.
#pragma once

#include <cstddef>

namespace loglode {

inline constexpr std::size_t kKiB = 1024;
inline constexpr std::size_t kMiB = 1024 * kKiB;

inline constexpr std::size_t kLineBytesMax = 1 * kMiB;                      // longer lines are cut, marked and counted
inline constexpr std::size_t kBatchBytesTarget = 1 * kMiB;                  // a batch is closed at the first record end past this
inline constexpr std::size_t kRecordLinesMax = 1000;                        // a multi-line record is closed after so many lines
inline constexpr std::size_t kRecordBytesMax = kLineBytesMax + 256 * kKiB;  // or so many bytes: one cut line and a good trace
inline constexpr std::size_t kBatchBytesMax = kBatchBytesTarget + kRecordBytesMax;
inline constexpr std::size_t kBatchPadding = 64;        // readable bytes after the last one (SIMDJSON_PADDING is 32 or 64)
inline constexpr std::size_t kPrefixBytes = 64 * kKiB;  // what a stream's format is chosen from
inline constexpr std::size_t kPrefixLines = 200;
static_assert(kRecordBytesMax > kLineBytesMax && kPrefixBytes < kBatchBytesTarget);

inline constexpr std::size_t kExcerptBytesMax = 300;  // masked excerpt of a record kept as evidence
inline constexpr std::size_t kServicesMax = 4000;     // past it the least used of the stream that names most share the service `_other`
inline constexpr std::size_t kShapesMax = 100'000;    // masked shapes kept by the miner; past it the least used are forgotten
inline constexpr std::size_t kShapesPerServiceMax = 80'000;  // the same for those that one service showed first
inline constexpr std::size_t kShapesWithValuesMax = 20'000;  // shapes whose values are sampled; further ones only have types
inline constexpr std::size_t kWindowsMax = 4096;             // past this, or past kCellsMax, windows widen (core/window_summary.h)
inline constexpr std::size_t kFineWindowsMax =
    512;  // the same for windows under 10 s, which only short inputs need (20 of them are judged)
inline constexpr std::size_t kFineCellsMax = 40'000;
inline constexpr std::size_t kCellsMax = 200'000;            // about 100 B each with hashing overhead, twice while they are judged: 40 MB
inline constexpr std::size_t kExcerptsBytesMax = 16 * kMiB;  // all excerpts together
inline constexpr std::size_t kTraceStepsMax = 65'536;        // sampled trace steps: of some ten thousand traces; 40 B each: 3 MB

}  // namespace loglode
