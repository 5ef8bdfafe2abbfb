// Dead letters as bytes: records and events that no sink took, each in a frame that says by itself whether it is whole.
//
//   magic "\xDELD\x01" (the last byte is the version) | length of the payload, u32 | CRC-32C of these eight bytes, u32
//   | CRC-32C of all before and the payload, u32 | payload: a protobuf message          (little endian)
//
// The header has a sum of its own so that a damaged payload is passed over exactly: what it holds is somebody's log, and bytes in it that
// look like a frame are not one. The magic is no valid UTF-8. Stateless but for the scanner, which belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/owned_file.h"
#include "core/batch.h"
#include "core/result.h"
#include "core/sink.h"
#include "core/timestamp.h"

namespace loglode {

struct DeadLetter {
  Timestamp time = kNoTime;  // when it was given up
  std::string reason;        // of the sink or the server that refused it
  std::string path, topic;   // where it came from: one of them
  std::int32_t partition = -1;
  std::uint64_t offset = 0;  // as Record::offset
  StreamIdentity identity;
  std::string record_id;  // of an event: its key
  std::string raw;        // as it was read, or masked; of an event its JSON
  std::string event;      // what it is: finding, incident, template, report; empty: a record
  bool masked = false;    // `raw` and `reason` are masked: it cannot be replayed
  friend bool operator==(const DeadLetter&, const DeadLetter&) = default;
};

inline constexpr std::size_t kFrameHeaderBytes = 16;
inline constexpr std::size_t kFramePayloadBytesMax = 16 * kMiB;
static_assert(kFramePayloadBytesMax > 2 * kRecordBytesMax);

[[nodiscard]] DeadLetter dead_letter_of(const Batch& batch, const Record& record, std::string_view reason, Timestamp now);
[[nodiscard]] DeadLetter dead_letter_of(const Event& event, std::string_view reason, Timestamp now);

[[nodiscard]] std::string frame_of(const DeadLetter& dead_letter);
/// Nothing: it is not a message of ours.
[[nodiscard]] std::optional<DeadLetter> dead_letter_of(std::string_view payload);

/// Bytes that can be looked at anywhere.
class FrameBytes {
 public:
  virtual ~FrameBytes() = default;
  /// Up to `size` bytes from `offset`, fewer at the end; good until the next call. Errors: it cannot be read (errno).
  virtual Result<std::string_view> view(std::uint64_t offset, std::size_t size) = 0;
};

/// Of an open file, read in blocks. `file` must outlive it.
class FileBytes final : public FrameBytes {
 public:
  FileBytes(const OwnedFile& file, std::string path) : file_{file}, path_{std::move(path)} {}
  Result<std::string_view> view(std::uint64_t offset, std::size_t size) override;

 private:
  const OwnedFile& file_;
  const std::string path_;
  std::vector<char> block_;
  std::uint64_t begin_ = 0;
  std::size_t filled_ = 0;
};

struct DamagedSpan {
  std::uint64_t begin = 0, end = 0;
  friend bool operator==(const DamagedSpan&, const DamagedSpan&) = default;
};

/// Frame after frame; damaged bytes are passed over up to the next good frame.
class FrameScanner {
 public:
  explicit FrameScanner(FrameBytes& bytes) : bytes_{bytes} {}
  /// The next dead letter, or nothing at the end. Errors: as FrameBytes::view.
  Result<std::optional<DeadLetter>> next();
  /// What was passed over before the dead letter that next() just gave, or before the end; empty (begin == end) when nothing was.
  [[nodiscard]] DamagedSpan passed() const noexcept { return passed_; }
  /// Where the last good frame ends.
  [[nodiscard]] std::uint64_t good_end() const noexcept { return good_end_; }

 private:
  enum class Look : std::uint8_t { good, skip, search, end };
  Result<Look> look(std::optional<DeadLetter>& found);
  Result<void> search();

  FrameBytes& bytes_;
  std::uint64_t at_ = 0, good_end_ = 0;
  std::uint64_t known_end_ = 0;  // where the bytes ended when a frame went over their end: no other one that does is read
  DamagedSpan passed_;
};

}  // namespace loglode
