#include "correlate/judge_steps.h"

#include <xxhash.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "correlate/standing.h"
#include "correlate/timeline.h"

namespace loglode {

namespace {

constexpr Duration kStep = std::chrono::seconds{320};  // five minutes, as windows of up to 320 s divide it
constexpr int kFirstShare = 4;                         // of what is judged: a baseline is at least so large a part of it

using Signatures = std::map<Timestamp, std::uint64_t>;

/// What a judgement reads of the windows that begin at the same time, as a number; whatever their order.
Signatures signatures_of(const std::vector<WindowSummary>& windows, const TemplateCatalog& catalog) {
  Signatures signatures;
  std::vector<std::uint64_t> words;
  for (const WindowSummary& window : windows) {
    if (window.ordinal) continue;
    words.assign({window.stream.high, window.stream.low, static_cast<std::uint64_t>(window.width.count()), window.reaches, window.records,
                  window.cells.size(), window.rule_cells.size(), window.trace_steps.size()});
    for (const Cell& cell : window.cells) {
      const TemplateId id = catalog.of(cell.shape).id;
      words.insert(words.end(), {id.high, id.low, cell.count});
    }
    signatures[window.start] += XXH3_64bits(words.data(), words.size() * sizeof words.front());
  }
  return signatures;
}

Duration step_of(const std::vector<WindowSummary>& windows) {
  Duration step = kStep;
  for (const WindowSummary& window : windows)
    if (!window.ordinal) step = std::max(step, window.width);
  return step;
}

/// The boundary that ends the step of `time`.
Timestamp boundary_after(Timestamp time, Duration step) { return plus(window_start(time, step), step); }

}  // namespace

/// What one look works on.
struct JudgeSteps::Moment {
  const std::vector<WindowSummary>& windows;
  const TemplateCatalog& catalog;
  const RuleCatalog& rules;
  const StepConfig& steps;
  const Signatures& signatures;
  JudgeConfig config;

  /// The judgement of what happened before `until`, as it was then, joined to what stands.
  /// `forgotten_before`: as go_on().
  [[nodiscard]] std::pair<Judgement, Standing> judge_until(Timestamp until, bool timed_only, Timestamp at, const Standing& before,
                                                           Timestamp forgotten_before) const {
    JudgeConfig then = config;
    then.span = {plus(at, -steps.kept), Timestamp::min(), until, timed_only};
    const auto first = signatures.lower_bound(then.span.from);
    const Timestamp judged_from = plus(at, -steps.judged);
    // Too little to judge by is none: then the first part of all serves.
    if (first != signatures.end() && plus(first->first, steps.judged / kFirstShare) <= judged_from) then.span.judged_from = judged_from;
    Judgement judgement = judge(windows, catalog, rules, then);
    Standing standing = go_on(before, judgement, catalog, at, then.span.judged_from, forgotten_before);
    return {std::move(judgement), std::move(standing)};
  }
};

void JudgeSteps::begin_at(Standing base) {
  steps_.assign(1, std::make_shared<const Standing>(std::move(base)));
  signatures_.clear();
}

void JudgeSteps::begin_after(const std::vector<WindowSummary>& windows) {
  Standing nothing;
  if (const Timestamp newest = newest_record(windows); newest != kNoTime) nothing.at = window_start(newest, step_of(windows));
  begin_at(std::move(nothing));
}

Timestamp JudgeSteps::needs_from() const noexcept { return base().at == kNoTime ? Timestamp::min() : plus(base().at, -config_.kept); }

/// What ended before is over, and was before what is still revised: nobody needs to know it again.
Timestamp JudgeSteps::forgotten_before(Timestamp boundary) const noexcept {
  return boundary == kNoTime ? Timestamp::min() : plus(boundary, -(std::max(config_.judged, config_.revised) + 2 * kSameSpan));
}

void JudgeSteps::note_lasting(const Standing& left) {
  lasting_.clear();
  for (const Standing::OfFinding& one : base().findings)
    if (one.settled) lasting_.insert(one.finding->finding_id);
  for (const Standing::OfIncident& one : base().incidents)
    if (one.settled) lasting_.insert(one.incident->incident_id);
  for (const Standing::OfFinding& one : left.findings) lasting_.insert(one.finding->finding_id);
  for (const Standing::OfIncident& one : left.incidents) lasting_.insert(one.incident->incident_id);
}

/// Where the windows before the latest boundary begin to be others than when it was passed.
Timestamp JudgeSteps::first_change(const Signatures& now) const {
  const Timestamp from = needs_from(), until = steps_.back()->at;
  auto before = signatures_.lower_bound(from);
  auto after = now.lower_bound(from);
  const auto ends = [&](const auto& at, const Signatures& of) { return at == of.end() || at->first >= until; };
  while (!ends(before, signatures_) || !ends(after, now)) {
    if (ends(before, signatures_)) return after->first;
    if (ends(after, now)) return before->first;
    if (*before != *after) return std::min(before->first, after->first);
    ++before, ++after;
  }
  return Timestamp::max();
}

/// Gives what ended so long before a boundary that it stands no longer after it.
Standing JudgeSteps::take_steps(const Moment& moment, const std::vector<Timestamp>& boundaries) {
  Standing left;
  for (const Timestamp boundary : boundaries) {
    const Timestamp limit = forgotten_before(boundary);
    const Standing& before = *steps_.back();
    for (const Standing::OfFinding& one : before.findings)
      if (one.end < limit) left.findings.push_back(one);
    for (const Standing::OfIncident& one : before.incidents)
      if (one.last < limit) left.incidents.push_back({ended(one.incident, one.last), one.subjects, one.last, true});
    steps_.push_back(std::make_shared<const Standing>(moment.judge_until(boundary, true, boundary, before, limit).second));
    ++taken_;
    // What is older than what is revised becomes the base.
    while (steps_.size() > 1 && steps_[1]->at <= plus(steps_.back()->at, -config_.revised)) steps_.pop_front();
  }
  return left;
}

Judgement JudgeSteps::look(const std::vector<WindowSummary>& windows, const TemplateCatalog& catalog, const RuleCatalog& rules,
                           JudgeConfig config, bool thorough, Timestamp watermark) {
  const Signatures signatures = signatures_of(windows, catalog);
  const Moment moment{windows, catalog, rules, config_, signatures, std::move(config)};
  const Timestamp newest = newest_record(windows);
  if (newest == kNoTime) {
    Judgement judgement = moment.judge_until(Timestamp::max(), false, Timestamp::max(), *steps_.back(), kNoTime).first;
    note_lasting({});
    show_standing(*steps_.back(), judgement);
    return judgement;
  }
  const Timestamp change = base().at == steps_.back()->at ? Timestamp::max() : first_change(signatures);
  std::size_t same = steps_.size();
  while (same > 1 && steps_[same - 1]->at > change) --same;
  const Duration step = step_of(windows);
  const Timestamp passed = plus(std::min(newest, watermark), -config_.lateness);
  std::vector<Timestamp> boundaries;
  const Timestamp from = steps_[same - 1]->at;
  for (auto each = from == kNoTime ? signatures.begin() : signatures.lower_bound(from); each != signatures.end(); ++each) {
    const Timestamp boundary = boundary_after(each->first, step);
    if (boundary <= passed && boundary > from && (boundaries.empty() || boundaries.back() < boundary)) boundaries.push_back(boundary);
  }
  Standing left;
  const bool any_new = boundaries.size() > steps_.size() - same;
  if (any_new || (thorough && same < steps_.size())) {
    steps_.resize(same);
    left = take_steps(moment, boundaries);
    signatures_ = signatures;
  }
  // What some streams say is not held against others that are not read up to there.
  const bool behind = watermark != kNoTime && plus(watermark, step) < newest;
  const Timestamp until = behind ? std::max(watermark, steps_.back()->at) : Timestamp::max();
  auto [judgement, standing] =
      moment.judge_until(until, false, std::min(until, newest), *steps_.back(), forgotten_before(steps_.back()->at));
  note_lasting(left);
  for (Standing::OfFinding& one : left.findings) standing.findings.push_back(std::move(one));
  for (Standing::OfIncident& one : left.incidents) standing.incidents.push_back(std::move(one));
  show_standing(standing, judgement);
  return std::move(judgement);
}

}  // namespace loglode
