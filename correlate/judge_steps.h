// The judgement of what goes on: a fold over steps of event time. At each boundary of a step that all streams have passed, the judge looks
// at the windows up to there and no further, and what it says is joined to what stands. So what stands follows from the records alone:
// whether they were lived through or read in one go, and however often somebody looked or it was started again.
//
// A step can be taken again for an hour: records that come late and templates that are known better revise what was said. What happens
// after the latest boundary is judged at each look, provisionally, under the ids that it keeps when its step is taken.
// Used by one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/finding_identity.h"
#include "correlate/judge.h"

namespace loglode {

/// What stands after a step: what was found and is not older than what can be found again.
struct Standing {
  struct OfFinding {
    std::shared_ptr<const Finding> finding;
    Timestamp end = kNoTime;  // until when it was seen to go on; what the finding says may be of before
    bool settled = false;     // it was over once: no later step takes it back
  };
  struct OfIncident {
    std::shared_ptr<const Incident> incident;
    std::vector<std::string> subjects;  // of its findings, sorted
    Timestamp last = kNoTime;
    bool settled = false;
  };
  Timestamp at = kNoTime;  // the boundary; kNoTime: no step was taken yet
  std::vector<OfFinding> findings;
  std::vector<OfIncident> incidents;
};

struct StepConfig {
  Duration judged = std::chrono::hours{1};      // what is older is the baseline of what is not
  Duration kept = std::chrono::hours{6};        // windows older than this tell nothing any more
  Duration revised = std::chrono::hours{1};     // so long a step is taken again when its windows change
  Duration lateness = std::chrono::seconds{5};  // a boundary is passed when the watermark is so much newer
};

class JudgeSteps {
 public:
  explicit JudgeSteps(StepConfig config) : config_{config} { steps_.push_back(std::make_shared<const Standing>()); }

  /// Goes on from what base() was: steps up to there are not taken again.
  void begin_at(Standing base);
  /// Goes on without what was before the boundary that the newest of these records have passed.
  void begin_after(const std::vector<WindowSummary>& windows);

  /// Takes the steps that `windows` have passed and those that they change, and judges what comes after: what stands, and what is seen
  /// now; also what stood after one of these steps and is spoken of no more. `thorough`: false leaves steps that change as they are until
  /// the next boundary is passed. `config`: but for its span. The judgement points into `windows` and `catalog`.
  /// `watermark`: everything before it was read of every stream; boundaries are passed by it, and while it is more than a step behind the
  /// newest record, what came after it is not judged. kNoTime: that is not known, no boundary is passed.
  [[nodiscard]] Judgement look(const std::vector<WindowSummary>& windows, const TemplateCatalog& catalog, const RuleCatalog& rules,
                               JudgeConfig config, bool thorough, Timestamp watermark = Timestamp::max());

  /// The latest standing that no record can change any more: from here and the windows from needs_from() on everything follows.
  [[nodiscard]] const Standing& base() const noexcept { return *steps_.front(); }
  /// Windows that begin before it are not needed any more; Timestamp::min() while all are.
  [[nodiscard]] Timestamp needs_from() const noexcept;
  /// Ids of the findings and incidents of the latest look that no later one takes back: when it speaks of them no more, they stand.
  [[nodiscard]] const std::set<std::string>& lasting() const noexcept { return lasting_; }
  [[nodiscard]] std::uint64_t steps_taken() const noexcept { return taken_; }

 private:
  struct Moment;
  [[nodiscard]] Timestamp first_change(const std::map<Timestamp, std::uint64_t>& signatures) const;
  [[nodiscard]] Timestamp forgotten_before(Timestamp boundary) const noexcept;
  void note_lasting(const Standing& left);
  [[nodiscard]] Standing take_steps(const Moment& moment, const std::vector<Timestamp>& boundaries);

  StepConfig config_;
  std::deque<std::shared_ptr<const Standing>> steps_;  // the base first
  std::map<Timestamp, std::uint64_t> signatures_;      // of what was in the windows when steps were taken, by their beginning
  std::set<std::string> lasting_;
  std::uint64_t taken_ = 0;
};

}  // namespace loglode
