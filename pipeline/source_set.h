// Several sources as one, each on a thread of its own, so that one that waits holds up no other. Batches wait in a short queue. Sources
// that hold a backlog together are read side by side (core/stream_progress.h). Owned by the pipeline.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/pipeline_parts.h"
#include "core/stream_progress.h"

namespace loglode {

class SourceSet final : public Source {
 public:
  struct Named {
    std::string name;
    std::unique_ptr<Source> source;
  };
  /// `waiting_max`: batches that wait at most; together with the pipeline's own they bound the memory.
  explicit SourceSet(std::vector<Named> sources, std::size_t waiting_max = 3);
  ~SourceSet() override;

  Result<Fill> fill(Batch& out, Deadline until) override;
  void stop() noexcept override;
  Result<void> commit(std::span<const StreamPosition> positions) override;
  [[nodiscard]] std::string bookmark(StreamId stream, std::uint64_t offset) const override;
  [[nodiscard]] bool wants_commit() const noexcept override;
  /// For the end of the pipeline, which tells it what was delivered. Any thread.
  [[nodiscard]] StreamProgress& progress() noexcept { return progress_; }
  /// Which source a stream came from; null when none did. Any thread.
  [[nodiscard]] const std::string* name_of(StreamId stream) const;

 private:
  void pump(std::size_t number);
  [[nodiscard]] bool has_turn(const Source& source, const std::optional<StreamId>& unread,
                              std::chrono::steady_clock::time_point waits_since);
  [[nodiscard]] const Named* source_of(StreamId stream) const;
  Batch take_spare();

  StreamProgress progress_;
  std::vector<Named> sources_;
  std::vector<char> keeps_pace_;  // of sources_: whether it tells by itself what is unread
  const std::size_t waiting_max_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::deque<Batch> waiting_;
  std::vector<Batch> spare_;
  std::map<StreamId, std::size_t> owners_;
  std::optional<Error> error_;
  std::size_t running_ = 0;
  bool stopping_ = false, abandoned_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace loglode
