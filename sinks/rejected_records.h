// Rejected records and events become dead letters. Verdicts come from any thread; secure() is called before each snapshot, so that no
// position moves past a record that is not kept.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <string>

#include "core/limits.h"
#include "core/sink.h"
#include "sinks/dead_letters.h"

namespace loglode {

class RejectedRecords final : public Verdicts, public EventVerdicts {
 public:
  /// `dead_letters`: null when there is no place for them; then a rejection ends the run with its reason.
  explicit RejectedRecords(DeadLetters* dead_letters) : dead_letters_{dead_letters} {}
  void settle(const Batch& batch, std::size_t record, Verdict verdict, std::string_view reason) noexcept override;
  void settle(const Event& event, Verdict verdict, std::string_view reason) noexcept override;
  /// All that was rejected before the call is on disk. Errors: the folder is full or fails (retryable when it may get better).
  [[nodiscard]] Result<void> secure();
  /// So much waits for the folder that nothing more should be read before it can be written to again.
  [[nodiscard]] bool full() const noexcept { return waiting_bytes_.load() > kWaitingBytesMax; }
  [[nodiscard]] std::uint64_t rejected() const noexcept { return rejected_.load(); }

 private:
  // Beside it comes what was read already: a few batches.
  static constexpr std::size_t kWaitingBytesMax = 4 * kMiB;

  void keep(DeadLetter dead_letter) noexcept;

  DeadLetters* dead_letters_;
  std::atomic<std::uint64_t> rejected_{0};
  std::atomic<std::size_t> waiting_bytes_{0};
  std::mutex mutex_;
  std::deque<DeadLetter> waiting_;  // the folder was full, or fails: their positions stay until they are kept
};

}  // namespace loglode
