// What a judgement changed, as documents for sinks: findings and incidents as they open, grow and close, templates as they become known.
// Used by the judging thread.
#pragma once

#include <map>
#include <vector>

#include "app/live/live_book.h"
#include "app/live/live_run.h"

namespace loglode {

class EventDocuments {
 public:
  /// In the order in which they are to be written.
  [[nodiscard]] std::vector<LiveDocument> of(const LiveJudgement& judged);
  [[nodiscard]] const LiveBook& book() const noexcept { return book_; }

 private:
  LiveBook book_;
  std::map<TemplateId, std::uint64_t> templates_;  // count when it was last told
};

}  // namespace loglode
