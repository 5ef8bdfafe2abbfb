#include "sinks/rejected_records.h"

#include <chrono>

namespace loglode {

namespace {

Timestamp wall_clock() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

/// About: names are short beside it.
std::size_t memory_of(const DeadLetter& dead_letter) {
  return sizeof dead_letter + 256 + dead_letter.raw.size() + dead_letter.reason.size();
}

}  // namespace

void RejectedRecords::settle(const Batch& batch, std::size_t record, Verdict verdict, std::string_view reason) noexcept {
  if (verdict == Verdict::rejected) keep(dead_letter_of(batch, batch.records[record], reason, wall_clock()));
}

void RejectedRecords::settle(const Event& event, Verdict verdict, std::string_view reason) noexcept {
  if (verdict == Verdict::rejected) keep(dead_letter_of(event, reason, wall_clock()));
}

void RejectedRecords::keep(DeadLetter dead_letter) noexcept {
  ++rejected_;
  const std::scoped_lock lock{mutex_};
  if (dead_letters_ != nullptr && waiting_.empty() && dead_letters_->append(dead_letter)) return;
  waiting_bytes_ += memory_of(dead_letter);
  waiting_.push_back(std::move(dead_letter));
}

Result<void> RejectedRecords::secure() {
  const std::scoped_lock lock{mutex_};
  for (; !waiting_.empty(); waiting_bytes_ -= memory_of(waiting_.front()), waiting_.pop_front()) {
    if (dead_letters_ == nullptr)
      return fail(std::make_error_code(std::errc::operation_not_permitted),
                  "a sink rejected " + (waiting_.front().event.empty() ? "record" : waiting_.front().event) + " " +
                      waiting_.front().record_id + " (" + waiting_.front().reason +
                      ") and no place for dead letters is configured: set dead_letters.path");
    if (auto kept = dead_letters_->append(waiting_.front()); !kept) return kept;
  }
  return dead_letters_ == nullptr ? Result<void>{} : dead_letters_->sync();
}

}  // namespace loglode
