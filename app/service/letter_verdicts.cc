#include "app/service/letter_verdicts.h"

#include <chrono>

namespace loglode {

namespace {

/// About: names are short beside it.
std::size_t memory_of(const DeadLetter& letter) { return sizeof letter + 256 + letter.raw.size() + letter.reason.size(); }

}  // namespace

void LetterVerdicts::settle(const Batch& batch, std::size_t record, Verdict verdict, std::string_view reason) noexcept {
  if (verdict != Verdict::rejected) return;
  ++rejected_;
  const auto now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  DeadLetter letter = dead_letter_of(batch, batch.records[record], reason, now);
  const std::scoped_lock lock{mutex_};
  if (letters_ != nullptr && waiting_.empty() && letters_->append(letter)) return;
  waiting_bytes_ += memory_of(letter);
  waiting_.push_back(std::move(letter));
}

Result<void> LetterVerdicts::secure() {
  const std::scoped_lock lock{mutex_};
  for (; !waiting_.empty(); waiting_bytes_ -= memory_of(waiting_.front()), waiting_.pop_front()) {
    if (letters_ == nullptr)
      return fail(std::make_error_code(std::errc::operation_not_permitted),
                  "a sink rejected record " + waiting_.front().record_id + " (" + waiting_.front().reason +
                      ") and there is no place for dead letters: set dead_letters.path");
    if (auto kept = letters_->append(waiting_.front()); !kept) return kept;
  }
  return letters_ == nullptr ? Result<void>{} : letters_->sync();
}

}  // namespace loglode
