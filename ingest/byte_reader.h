// Bytes of one input, pulled through a chain of readers: file, decompressor, text decoder. One owner, one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/pipeline_parts.h"

namespace loglode::ingest {

enum class ReadStatus : std::uint8_t {
  bytes,  // `size` bytes, at least one
  wait,   // none before the deadline, more may come
  end,    // none, and none will come; what went wrong, if anything, is in the chain's ReadNotes
};

struct ReadResult {
  ReadStatus status = ReadStatus::end;
  std::size_t size = 0;
};

/// What a reader has to say of its input: one sentence each, without the path.
struct ReadNote {
  std::string what;
  bool fatal = false;
};
using ReadNotes = std::vector<ReadNote>;

class ByteReader {
 public:
  virtual ~ByteReader() = default;
  /// At most `room` (at least 1) bytes to `to`; waits for the first of them no longer than `until`.
  virtual ReadResult read(char* to, std::size_t room, Deadline until) = 0;
  /// Passes over the NULs that come next, when they are so many that reading them would take long: how many they were. Only where filler
  /// may stand, or nothing is kept.
  virtual std::uint64_t skip_nuls() { return 0; }
  /// The input ends where it has been read to: what the chain holds is still given, then `end`, without a note about what is missing.
  virtual void stop() noexcept = 0;
};

/// Lets the beginning of a stream be looked at before it is read.
class PeekReader final : public ByteReader {
 public:
  explicit PeekReader(std::unique_ptr<ByteReader> from) : from_{std::move(from)} {}

  ReadResult read(char* to, std::size_t room, Deadline until) override;
  void stop() noexcept override { from_->stop(); }
  /// Reads ahead until `bytes` bytes or `newlines` newlines are held. `bytes`: so it is; `wait`: not before `until`; `end`: the stream is
  /// shorter.
  ReadStatus hold(std::size_t bytes, std::size_t newlines, Deadline until);
  /// What has been read ahead; good until the next call of another member.
  [[nodiscard]] std::string_view held() const noexcept { return std::string_view{held_}.substr(begin_); }
  /// Takes the first `bytes` of held() away, unread.
  void drop(std::size_t bytes) noexcept;

 private:
  std::unique_ptr<ByteReader> from_;
  std::string held_;
  std::size_t begin_ = 0, newlines_ = 0;
};

/// Text in memory, for tests and fuzzing; `step` bytes at most in one read.
class MemoryReader final : public ByteReader {
 public:
  explicit MemoryReader(std::string bytes, std::size_t step = SIZE_MAX) : bytes_{std::move(bytes)}, step_{step} {}
  ReadResult read(char* to, std::size_t room, Deadline until) override;
  void stop() noexcept override { next_ = bytes_.size(); }

 private:
  std::string bytes_;
  std::size_t step_, next_ = 0;
};

}  // namespace loglode::ingest
