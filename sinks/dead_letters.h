// The place of records that no sink takes: a folder of frames (sinks/dead_letter_frame.h), written and synced before the position moves
// past the record. Raw bytes are kept unmasked here, and only here, so that they can be replayed: folder 0700, files 0600, one writer.
// DeadLetters is owned by the pipeline; append() and sync() may be called from any thread. A DeadLetterReader belongs to one thread and may
// read beside a writer.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/owned_file.h"
#include "core/result.h"
#include "sinks/dead_letter_frame.h"
#include "sinks/mask_text.h"
#include "sinks/rotated_parts.h"

namespace loglode {

struct DeadLettersConfig {
  std::string path;                          // the folder; made when it is not there
  std::uint64_t size_max = 1024 * kMiB;      // of all that is in it
  MaskText mask;                             // not empty: what is kept is masked, and cannot be replayed
  Tell tell;                                 // may be empty
  std::uint64_t part_bytes_max = 64 * kMiB;  // or a quarter of size_max
};

class DeadLetters {
 public:
  /// The end of the last part is checked: what stands behind its last good frame (a crash in the middle of a write) is moved to a file
  /// `….torn` beside it and told.
  /// Errors: the folder cannot be used or written by others (permission_denied), another writer has it (device_or_resource_busy).
  static Result<std::unique_ptr<DeadLetters>> open(DeadLettersConfig config);

  /// Errors: retryable when the folder or the disk is full (nothing of it is kept then; room is made by removing parts that were
  /// replayed); not when it is too large to be ever taken.
  [[nodiscard]] Result<void> append(const DeadLetter& dead_letter);
  /// All that was appended before the call is on the disk. Errors: as RotatingFile::sync; final also when a part was removed by somebody
  /// before it was synced.
  [[nodiscard]] Result<void> sync();

  [[nodiscard]] std::uint64_t bytes() const;  // of all parts and of the ends that were cut off them (.torn)
  [[nodiscard]] std::uint64_t count() const;  // appended by this object

 private:
  struct Part {
    OwnedFile file;
    std::string path;
    std::uint64_t size = 0;
    bool unsynced = false;  // holds what no sync has seen; under mutex_
  };
  explicit DeadLetters(DeadLettersConfig config, OwnedFile lock);
  Result<void> open_last();
  Result<void> cut_torn_end(Part& part);
  Result<void> make_room(std::uint64_t size);
  Result<void> begin_part();

  DeadLettersConfig config_;
  OwnedFile lock_;
  mutable std::mutex mutex_;
  // Under mutex_:
  std::shared_ptr<Part> part_;  // null: the next append begins one
  std::vector<std::shared_ptr<Part>> unsynced_;
  std::uint64_t bytes_ = 0, count_ = 0, sequence_ = 0;
  bool torn_ = false, folder_changed_ = true;
  std::mutex sync_mutex_;
  std::optional<Error> sync_failed_;  // under sync_mutex_: stays
};

struct DamagedPart {
  std::string path;
  DamagedSpan span;
};

class DeadLetterReader {
 public:
  /// A folder of parts, in order, or one part. Errors: there is none (invalid_argument), it cannot be read (errno).
  static Result<DeadLetterReader> open(const std::string& path);
  /// The next dead letter, or nothing at the end. Damaged ones are passed over and counted. Errors: a part cannot be read; the next call
  /// goes on behind it.
  [[nodiscard]] Result<std::optional<DeadLetter>> next();
  [[nodiscard]] std::size_t damaged() const noexcept { return damaged_; }
  [[nodiscard]] const std::vector<DamagedPart>& damaged_parts() const noexcept { return damaged_parts_; }  // the first thousand

 private:
  struct OpenPart {
    OpenPart(OwnedFile opened, const std::string& path) : file{std::move(opened)}, bytes{file, path}, frames{bytes} {}
    OwnedFile file;
    FileBytes bytes;
    FrameScanner frames;
  };
  [[nodiscard]] bool is_being_written(const std::string& part) const;
  void note(const std::string& part, DamagedSpan span);

  std::vector<std::string> parts_;
  std::string lock_;  // empty: a single part
  std::size_t at_ = 0;
  std::unique_ptr<OpenPart> open_part_;
  std::size_t damaged_ = 0;
  std::vector<DamagedPart> damaged_parts_;
};

}  // namespace loglode
