// Chooses the file to read next: among the followed files with unread bytes, the file that is furthest behind in event time, so that a
// backlog in many files is read as it happened. Owned by the FollowSource, used by its thread.
#pragma once

#include <vector>

#include "core/pipeline_parts.h"
#include "core/stream_progress.h"
#include "ingest/follow/open_files.h"

namespace loglode::ingest {

class UnreadFiles {
 public:
  using Clock = std::chrono::steady_clock;

  /// Together with all that `progress` knows of; it must outlive this. `source`: whose files they are.
  void keep_pace(StreamProgress& progress, const Source& source) noexcept {
    progress_ = &progress;
    source_ = &source;
  }

  /// Looks which of `open` hold something: a system call for each. `kept_only`: of those whose bookmarks are in the state.
  void find(const OpenFiles& open, bool kept_only);
  /// find() should be called again.
  [[nodiscard]] bool is_due() const { return files_.empty() || Clock::now() >= due_; }
  void look_again() noexcept { due_ = {}; }
  [[nodiscard]] bool contains(const FollowedFile& file) const;
  /// Null: there is none, or all of them wait for streams that are further behind.
  [[nodiscard]] FollowedFile* choose(const OpenFiles& open);
  [[nodiscard]] bool all_wait() const noexcept { return all_wait_; }
  /// Nothing is to be taken in any more, although stop() has not come through yet.
  [[nodiscard]] bool stopping() const noexcept { return progress_->stopped(); }
  /// Until another may have its turn.
  void wait(Clock::time_point until) { progress_->wait_for_delivery(until); }
  /// To its end, as it is now.
  void was_read(const FollowedFile& file) { std::erase(files_, &file); }
  /// `bytes` of it were read, and gave a record or none. Among files that are equally far behind turns go round by bytes; a file that never
  /// gave anything is waited for no longer than a few turns.
  void was_served(FollowedFile& file, std::uint64_t bytes, bool gave_records);
  /// It is followed no more. What was read of it last may not be on its way yet: it counts until the next choose().
  void forget(const FollowedFile& file);

 private:
  void begin_round(const OpenFiles& open);

  StreamProgress alone_;
  StreamProgress* progress_ = &alone_;
  const void* source_ = this;
  std::vector<FollowedFile*> files_;
  std::vector<FollowedFile*> round_;  // of files_: to be chosen next, the last first
  std::vector<StreamId> gone_;
  std::uint64_t turns_ = 0;
  Clock::time_point due_{};
  bool all_wait_ = false, kept_only_ = false;
};

}  // namespace loglode::ingest
