// The messages between the thread that talks to the brokers and the thread that fills batches, bounded by bytes.
// Each partition gathers its own chunk, so that partitions whose messages alternate do not make tiny batches. Those that hold a backlog
// together are handed out side by side in event time (core/stream_progress.h).
#pragma once

#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "core/pipeline_parts.h"
#include "core/stream_progress.h"
#include "ingest/kafka/partition.h"

namespace loglode::kafka {

struct StagingConfig {
  std::size_t bytes_max = 16 * kMiB;
  std::size_t batch_bytes = kBatchBytesTarget;
  std::chrono::milliseconds linger{100};         // how long a chunk that is not full waits for more
  std::chrono::milliseconds first_linger{1000};  // the same for a partition's first one: its format is chosen from it
  std::chrono::milliseconds patience{10'000};    // so long others wait for partitions to be assigned, and for one to give more
};

enum class Added : std::uint8_t {
  staged,
  repeat,   // came before, within this assignment
  refused,  // stopped, or the partition is closed
};

struct Taken {
  std::shared_ptr<Partition> partition;
  Chunk chunk;
};

class StagingQueue {
 public:
  explicit StagingQueue(StagingConfig config) : config_{config} {}

  /// Partitions are taken in turns with all that `progress` knows of; it must outlive this. Before take(). `source`: whose they are.
  void keep_pace(StreamProgress& progress, const Source& source);

  // The thread that talks to the brokers.
  void open(std::shared_ptr<Partition> partition);
  /// Nothing more comes in or goes out; what is staged is forgotten.
  void close(Partition& partition);
  /// Its acknowledgements are passed over from now on; bookmark() still knows it.
  void forget(const Partition& partition);
  Added add(Partition& partition, const Message& message);
  /// There is nothing before `offset` that is still to come: the end was reached, or what was there is deleted.
  void move_past(Partition& partition, std::int64_t offset);
  /// There is nothing behind `offset` yet.
  void note_end(Partition& partition, std::int64_t offset);
  /// Waits until there is room again, no longer than `until`.
  [[nodiscard]] bool wait_for_room(Deadline until);
  [[nodiscard]] bool full() const;

  // The thread that fills batches.
  /// Gives the chunk that has waited longest. A chunk is ready when it is full or has waited long enough, and its partition is not far
  /// ahead of slower streams. Waits for a ready chunk until `until`. While the queue is full, a chunk that is ahead is given too.
  [[nodiscard]] std::optional<Taken> take(Deadline until);
  void stop();
  [[nodiscard]] bool stopped() const;
  /// Stopped, and nothing is staged.
  [[nodiscard]] bool drained() const;
  /// What waits in take() looks again: an error has come.
  void wake();

  // Any thread.
  void acknowledge(std::span<const StreamPosition> positions);
  /// Source::bookmark().
  [[nodiscard]] std::string bookmark(StreamId stream, std::uint64_t offset) const;
  [[nodiscard]] std::size_t staged_bytes() const;
  /// With the mutex held, as members of partitions are guarded by it.
  template <class Do>
  auto locked(Do&& act) const {
    const std::scoped_lock lock{mutex_};
    return act();
  }
  /// Those open, by stream.
  [[nodiscard]] std::vector<std::shared_ptr<Partition>> partitions() const;

 private:
  [[nodiscard]] bool is_full(const Chunk& chunk) const;
  Chunk& chunk_for(Partition& partition, std::size_t bytes);
  void tell_ready(const Partition& partition, const Chunk& chunk);
  [[nodiscard]] Clock::time_point due(const Partition& partition) const;
  [[nodiscard]] Partition* most_due(Clock::time_point& when) const;
  [[nodiscard]] Partition* least_ahead() const;
  [[nodiscard]] bool has_unread(const Partition& partition, Clock::time_point now) const;
  bool set_turns(Clock::time_point now);
  Taken take_from(Partition& partition);

  const StagingConfig config_;
  mutable std::mutex mutex_;  // guards all below, and the partitions
  std::condition_variable filled_, emptied_;
  std::map<StreamId, std::shared_ptr<Partition>> open_;
  std::map<StreamId, Partition> given_back_;  // what bookmark() wants of them: the state is cut a moment later
  std::size_t staged_ = 0;
  bool stopped_ = false, woken_ = false;
  StreamProgress* progress_ = nullptr;
  const void* source_ = nullptr;
  bool any_opened_ = false;
  Clock::time_point began_{}, room_since_{};  // the first take(); when it was full last
};

}  // namespace loglode::kafka
