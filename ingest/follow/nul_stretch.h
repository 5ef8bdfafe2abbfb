// Stretches of NULs in a file that is followed: holes (a log that was truncated while its writer kept its position), room that an appender
// has prepared (memory-mapped logs), sparse files that are no logs at all. Owned by a LiveReader, used by its thread.
#pragma once

#include <cstdint>
#include <optional>

namespace loglode::ingest {

class NulStretch {
 public:
  enum class Goes : std::uint8_t {
    on,       // data follows at `data`
    to_end,   // there is nothing but NULs up to the end of the file, as it is now
    unknown,  // so far it goes on; the next call looks further
  };
  struct Found {
    Goes goes = Goes::to_end;
    std::uint64_t data = 0;
  };
  /// Where data follows on the NULs that stand at `position` of a file of `size` bytes. Holes cost nothing; of NULs that are stored one
  /// call reads at most kBytesRead. What was seen of a stretch is not read again, but its first bytes: a writer goes on there, or behind
  /// the end.
  [[nodiscard]] Found look(int descriptor, std::uint64_t position, std::uint64_t size);

  static constexpr std::uint64_t kBytesRead = std::uint64_t{4} << 20;

 private:
  std::uint64_t begin_ = 0, seen_ = 0;  // [begin_, seen_) are NULs
};

}  // namespace loglode::ingest
