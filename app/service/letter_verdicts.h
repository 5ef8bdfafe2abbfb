// Rejected records become dead letters. Verdicts come from any thread; secure() is called before each snapshot, so that no position moves
// past a record that is not kept.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <string>

#include "core/pipeline_parts.h"
#include "sinks/dead_letters.h"

namespace loglode {

class LetterVerdicts final : public Verdicts {
 public:
  /// `letters`: null when there is no place for them; then a rejection ends the run with its reason.
  explicit LetterVerdicts(DeadLetters* letters) : letters_{letters} {}
  void settle(const Batch& batch, std::size_t record, Verdict verdict, std::string_view reason) noexcept override;
  /// All that was rejected before the call is on disk. Errors: the folder is full or fails (retryable when it may get better).
  [[nodiscard]] Result<void> secure();
  [[nodiscard]] std::uint64_t rejected() const noexcept { return rejected_.load(); }

 private:
  DeadLetters* letters_;
  std::atomic<std::uint64_t> rejected_{0};
  std::mutex mutex_;
  std::deque<DeadLetter> waiting_;  // the folder was full: as many as there are, since their positions stay until they are kept
};

}  // namespace loglode
