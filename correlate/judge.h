// Judgement: window summaries in, findings and incidents out. Pure: the same summaries give the same judgement, byte for byte.
#pragma once

#include <string>
#include <vector>

#include "core/finding.h"
#include "core/mute.h"
#include "core/rule_info.h"
#include "core/template_catalog.h"
#include "core/window_summary.h"

namespace loglode {

struct JudgeConfig {
  Duration bucket = std::chrono::seconds{10};
  struct Frequent {
    std::uint64_t count = 10;
    Duration window = std::chrono::seconds{60};
  } frequent;                                         // more than `count` of a type within `window`
  Duration incident_gap = std::chrono::seconds{120};  // findings of one service this far apart are one incident
  Duration incident_span_max = std::chrono::minutes{15};
  double q_max = 0.05;  // Benjamini-Hochberg, per evaluation
  std::vector<TemplateId>
      ignored{};         // sorted: templates that a person marked as known; no finding is about them, and the scope says how many would be
  bool growing = false;  // more is to come, and this is judged again and again: docs/detection.md, "While it grows"
  std::vector<Mute> mutes{};  // findings that these are about are Judgement::muted, and part of no incident
  Timestamp now = kNoTime;    // for mutes of findings that have no time
  /// Services of which something is not known that they said before `since`: until they are known again, what they say is not new.
  struct WarmUp {
    std::string service;
    Timestamp since = kNoTime;
  };
  std::vector<WarmUp> warm_ups{};
  /// Which of the windows are judged, by where they begin; of those that end by `judged_from`, as what they are judged by.
  struct Span {
    Timestamp from = Timestamp::min(), judged_from = Timestamp::min(), until = Timestamp::max();
    bool timed_only = false;  // those of streams without times are left out
  };
  Span span{};
};

/// `windows`: of SummaryStore::windows(), baseline ones among them. `catalog` must outlive the judgement.
[[nodiscard]] Judgement judge(const std::vector<WindowSummary>& windows, const TemplateCatalog& catalog, const RuleCatalog& rules,
                              const JudgeConfig& config);

}  // namespace loglode
