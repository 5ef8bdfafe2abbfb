#include "app/service/letter_verdicts.h"

#include <chrono>

namespace loglode {

namespace {

Timestamp wall_clock() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

/// About: names are short beside it.
std::size_t memory_of(const DeadLetter& letter) { return sizeof letter + 256 + letter.raw.size() + letter.reason.size(); }

}  // namespace

void LetterVerdicts::settle(const Batch& batch, std::size_t record, Verdict verdict, std::string_view reason) noexcept {
  if (verdict == Verdict::rejected) keep(dead_letter_of(batch, batch.records[record], reason, wall_clock()));
}

void LetterVerdicts::settle(const Event& event, Verdict verdict, std::string_view reason) noexcept {
  if (verdict == Verdict::rejected) keep(dead_letter_of(event, reason, wall_clock()));
}

void LetterVerdicts::keep(DeadLetter letter) noexcept {
  ++rejected_;
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
                  "a sink rejected " + (waiting_.front().event.empty() ? "record" : waiting_.front().event) + " " +
                      waiting_.front().record_id + " (" + waiting_.front().reason +
                      ") and there is no place for dead letters: set dead_letters.path");
    if (auto kept = letters_->append(waiting_.front()); !kept) return kept;
  }
  return letters_ == nullptr ? Result<void>{} : letters_->sync();
}

}  // namespace loglode
