// Where a followed file was left, in a form that finds it again: under another name, as a copy, compressed. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/batch.h"

namespace loglode::ingest {

inline constexpr std::size_t kFingerprintBytes = 1024;

/// The first bytes of a file, hashed: names its content whatever the file is called. XXH3, 128 bits.
struct Fingerprint {
  std::uint64_t bytes = 0;  // that were hashed: kFingerprintBytes, or all there were
  std::uint64_t high = 0, low = 0;
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};
[[nodiscard]] Fingerprint fingerprint_of(std::string_view first_bytes);
/// Whether a file that begins with `first_bytes` has this fingerprint; one of nothing fits nothing.
[[nodiscard]] bool fits(const Fingerprint& fingerprint, std::string_view first_bytes);

/// Hashes of what stands further on in a file, so that logs which begin alike (a banner, a header) are told apart. XXH3, 64 bits.
struct ContentPrints {
  static constexpr std::size_t kBytes = 256;     // hashed each time
  static constexpr std::size_t kBlocksMax = 56;  // files end before the last of them
  std::vector<std::uint64_t> blocks{};           // of the bytes before end_of_block(0), (1) …, as far as the file was read
  std::uint64_t end = 0;                         // of the bytes before the bookmark's offset; 0: not known
  std::uint64_t seen_to = 0, seen = 0;           // of the bytes before seen_to, which stood there when the bookmark was announced
  /// Each 256 bytes up to 4 KiB, where headers end, then 8 KiB, 16 KiB, 32 KiB …
  [[nodiscard]] static constexpr std::uint64_t end_of_block(std::size_t number) noexcept {
    constexpr std::size_t kClose = 12;  // blocks that follow one another
    return number < kClose ? kFingerprintBytes + (number + 1) * kBytes : std::uint64_t{4096} << (number - kClose + 1);
  }
  friend bool operator==(const ContentPrints&, const ContentPrints&) = default;
};
/// `bytes`: what stands before a place in a file, at most ContentPrints::kBytes. Never 0.
[[nodiscard]] std::uint64_t print_of(std::string_view bytes);

struct Bookmark {
  StreamIdentity identity;
  std::string path;
  std::string real_path{};  // where that path led to when the file was opened; empty: it was no link, or an older version has kept it
  std::uint64_t device = 0, inode = 0, generation = 0;
  Fingerprint fingerprint;
  std::uint64_t offset = 0;
  Timestamp reference = kNoTime;  // when it had been modified as it was first opened: StreamInfo::modified ever since
  std::string remembered;         // Framer::memory() at the offset
  std::int64_t seen_at = 0;       // seconds since the epoch by the wall clock: when the source had last read all that it knew of
  bool finished = false;          // it was rotated away and read to its end
  bool deleted = false;           // and had no name then: its inode may be another file's
  ContentPrints prints{};         // what was read besides the fingerprint; none in bookmarks of older versions
  std::vector<Bookmark> empty{};  // of the source's own: the paths, device and inode of files that held no whole line yet
  std::string source{};           // name of the source that read it, in the configuration of `run`; empty elsewhere, and in older states
};

/// Protocol-buffer wire format. Decoding gives nothing for what is none.
[[nodiscard]] std::string encode(const Bookmark& bookmark);
[[nodiscard]] std::optional<Bookmark> decode_bookmark(std::string_view bytes);

}  // namespace loglode::ingest
