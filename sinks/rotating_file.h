// An append-only file of lines that rotates by size and age and survives crashes: what stands in it ends with a newline, always. Owned by a
// sink; append() is called by one thread, sync() by another at the same time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/owned_file.h"
#include "core/result.h"
#include "core/timestamp.h"
#include "sinks/rotated_parts.h"

namespace loglode {

struct RotatingFileConfig {
  std::string path;
  RotateConfig rotate;
  mode_t mode = 0640;
  bool durable = true;  // sync() makes bytes durable; else it only looks whether the file is still there and not too old
  Tell tell;            // may be empty
  std::function<Timestamp()> now = [] { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); };
};

class RotatingFile {
 public:
  /// Appends to what is there, one writer at a time. A last line without its newline (a crash in the middle of a write) is cut off; lines
  /// are ours, so they begin with `{`: anything else is not cut but refused. Pipes and devices are written to as they are; a FIFO that
  /// nobody reads from is waited for, by append(). A symbolic link is refused (but below /dev): whoever may write to the folder could
  /// have any file written to.
  /// Errors: it cannot be opened or locked (errno), it is not ours, or a link (invalid_argument).
  static constexpr std::chrono::milliseconds kFifoPatience{200};
  static Result<std::unique_ptr<RotatingFile>> open(RotatingFileConfig config);

  /// All of `lines` or nothing. `lines` ends with a newline. A FIFO whose reader is slow is given the rest later, before anything else.
  /// Errors: retryable when the disk is full or broken: nothing of it stands in the file; also when nobody reads from a FIFO. Never waits
  /// longer than kFifoPatience for it, so that a stop is obeyed.
  [[nodiscard]] Result<void> append(std::string_view lines);
  /// What append() took before the call is on the disk, whatever it was renamed to since. A file that somebody moved or removed is made
  /// again here; what stood in a removed one is gone with it.
  /// Errors: retryable when a file cannot be made; final after a failed fsync (base/owned_file.h).
  [[nodiscard]] Result<void> sync();
  /// Waits for the compressions that are due.
  void finish_parts();

  [[nodiscard]] std::uint64_t bytes() const;
  [[nodiscard]] std::uint64_t bytes_cut() const;  // of unfinished lines

 private:
  struct Part {
    OwnedFile file;
    std::string path;  // as it was called when it was written
  };
  explicit RotatingFile(RotatingFileConfig config);
  Result<void> open_part();
  Result<void> open_fifo();
  Result<void> append_to_fifo(std::string_view lines);
  Result<void> write_rest();
  Result<void> mend();
  Result<void> rotate();
  [[nodiscard]] bool is_due(std::size_t more);
  [[nodiscard]] bool is_in_place() const;
  void rotate_when_due(std::size_t more);
  void tell(const std::string& what) const;

  RotatingFileConfig config_;
  bool regular_ = true;  // fixed at open: pipes and devices are not
  bool fifo_ = false;    // the same
  mutable std::mutex mutex_;
  // Under mutex_:
  std::shared_ptr<Part> part_;                   // null: a FIFO that nobody reads from
  std::vector<std::shared_ptr<Part>> unsynced_;  // written to before part_
  std::uint64_t size_ = 0, bytes_cut_ = 0, folder_changes_ = 0;
  Timestamp born_ = kNoTime, rotate_again_ = kNoTime;
  bool torn_ = false, told_ = false;
  std::string rest_;            // of a FIFO: what it did not take yet, from the beginning of a line
  std::size_t rest_begin_ = 0;  // what of it was taken

  std::mutex sync_mutex_;
  std::uint64_t folder_synced_ = 0;   // under sync_mutex_
  std::optional<Error> sync_failed_;  // under sync_mutex_: stays
  std::optional<PartKeeper> keeper_;  // last: its thread ends first
};

}  // namespace loglode
