// What was written to a sink that answers later (a broker, a search server) and has no verdict yet: how many bytes of it there are, and
// when the last one of a write() is known. Thread-safe. Owned by its sink.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "core/sink.h"

namespace loglode {

/// One write() of a batch or an event. Holds the batch until its last verdict.
struct OpenWrite {
  /// One document of it: a place in the sink's own lists can hold a copy.
  struct Mark {
    OpenWrite* of = nullptr;
    std::size_t record = 0;  // of the batch
    std::size_t bytes = 0;   // that it takes of the sink's queue
  };
  std::shared_ptr<const Batch> batch;  // none: an event
  Verdicts* to = nullptr;
  Event event;
  EventVerdicts* event_to = nullptr;
  std::vector<Mark> marks;
  std::size_t left = 0;
  std::size_t pinned = 0;  // bytes that its batch keeps until then, whatever was selected of it
  std::uint64_t ticket = 0;
};

[[nodiscard]] std::unique_ptr<OpenWrite> open_write_of(std::shared_ptr<const Batch> batch, Verdicts& to);
[[nodiscard]] std::unique_ptr<OpenWrite> open_write_of(const Event& event, EventVerdicts& to);

class OpenWrites {
 public:
  explicit OpenWrites(std::size_t bytes_max) : bytes_max_{bytes_max}, room_{bytes_max} {}

  /// Its marks are complete. The write is gone once each of them is settled, which may be before this returns to a second thread.
  OpenWrite& open(std::unique_ptr<OpenWrite> write);
  /// The verdict of one document, once. `mark` is not touched behind it.
  void settle(const OpenWrite::Mark& mark, Verdict verdict, std::string_view reason = {});

  /// Waits until there is room for all of `bytes`: half a batch is never taken. What is larger than the whole room goes when that is
  /// empty.
  [[nodiscard]] bool wait_for_room(std::size_t bytes, std::chrono::milliseconds wait);
  /// What is opened from now on has this ticket or a later one.
  [[nodiscard]] std::uint64_t next_ticket() const;
  /// Waits until every write before `ticket` is settled, no longer than `until`.
  [[nodiscard]] bool wait_for_settled(std::uint64_t ticket, Deadline until);
  /// Whether a flush ended in time. A checkpoint needs verdicts of all that was written before it: where a server is so slow that they
  /// do not come in time, although some do, there is half as much room from now on (1 MiB at least), else a quarter more. Else no
  /// position would ever move.
  void note_flush(bool in_time);
  /// Writes that are not settled.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t bytes_max() const noexcept { return bytes_max_; }

 private:
  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::condition_variable settled_;
  std::map<std::uint64_t, std::unique_ptr<OpenWrite>> open_;  // guarded by mutex_, like those below
  std::uint64_t next_ticket_ = 0;
  std::size_t bytes_ = 0, room_;
  std::uint64_t settled_documents_ = 0, settled_at_flush_ = 0;
};

}  // namespace loglode
