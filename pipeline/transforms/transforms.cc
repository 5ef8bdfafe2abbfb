#include "pipeline/transforms/transforms.h"

#include <fnmatch.h>
#include <xxhash.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "pipeline/transforms/transform_plan.h"
#include "pipeline/transforms/user_pattern.h"

namespace loglode {

namespace {

bool continues_character(char c) noexcept { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// Patterns see bytes: what cuts a character is made to hold all of it, so that UTF-8 stays UTF-8.
void hold_characters(std::string_view text, std::size_t floor, PcreMatch& match) noexcept {
  for (int i = 0; i < 3 && match.begin > floor && continues_character(text[match.begin]); ++i) --match.begin;
  for (int i = 0; i < 3 && match.end < text.size() && continues_character(text[match.end]); ++i) ++match.end;
}

class Transforms final : public Stage {
 public:
  Transforms(std::shared_ptr<const TransformPlan> plan, RunCounters& counters) : plan_{std::move(plan)}, counters_{counters} {}

  Result<void> run(Batch& batch) override {
    if (batch.stream != stream_) begin_stream(batch.stream);
    if (steps_ == nullptr) return {};
    tally_ = {};
    batch_ = &batch;
    mask_message_fields(batch);
    for (Record& record : batch.records)
      if (!record.has(RecordFlag::blank) && !record.has(RecordFlag::excluded)) transform(record);
    if (tally_.filtered != 0) counters_.drop(DropReason::filtered, tally_.filtered);
    if (tally_.sampled != 0) counters_.drop(DropReason::sampled, tally_.sampled);
    if (tally_.masked != 0) counters_.secrets_masked += tally_.masked;
    if (tally_.gave_up != 0) counters_.hit(Limit::pattern_steps, tally_.gave_up);
    return {};
  }

 private:
  struct Tally {
    std::uint64_t filtered = 0, sampled = 0;  // lines
    std::uint64_t masked = 0, gave_up = 0;    // matches, searches
  };
  struct Masked {
    std::uint64_t matches = 0;
    bool hide_raw = false;  // gave up, or the line does not hold the field as it is
  };

  void begin_stream(const std::shared_ptr<const Stream>& stream) {
    stream_ = stream;
    steps_ = nullptr;
    if (stream == nullptr) return;
    if (const auto found = plan_->find(stream->info.source); found != plan_->end()) steps_ = &found->second;
  }

  /// By every redaction at first: they are the message's, not one record's.
  void mask_message_fields(Batch& batch) {
    if (batch.message_fields.empty()) return;
    for (const auto& step : *steps_)
      if (const auto* redact = std::get_if<RedactStep>(&step))
        for (MessageField& field : batch.message_fields) tally_.masked += mask(redact->pattern, field.value).matches;
    matched_.clear();
  }

  void transform(Record& record) {
    for (const auto& step : *steps_)
      if (!std::visit([&](const auto& each) { return apply(each, record); }, step)) return;
  }

  /// All of them: false when the record is dropped.
  bool apply(const DropStep& step, Record& record) {
    if (!holds(step.when, record)) return true;
    drop(record, tally_.filtered);
    return false;
  }

  bool apply(const RedactStep& step, Record& record) {
    const bool bare = record.raw.data() == record.message.data() && record.raw.size() == record.message.size();
    const std::string_view raw_before = record.raw;
    matched_.clear();
    Masked seen = mask_field(step.pattern, record.message, raw_before);
    for (std::uint32_t i = 0; i < record.attributes_count; ++i) {
      const Masked more = mask_field(step.pattern, batch_->attributes[record.attributes_begin + i].value, raw_before);
      seen.matches += more.matches;
      seen.hide_raw = seen.hide_raw || more.hide_raw;
    }
    if (bare) {
      record.raw = record.message;
    } else {
      in_fields_.swap(matched_);
      matched_.clear();
      const Masked raw = mask(step.pattern, record.raw);
      // Where the line spells it otherwise (escapes, anchors that a header moved), nothing of it is shown but the message.
      if (seen.hide_raw || raw.hide_raw || !covers(matched_, in_fields_)) record.raw = record.message;
      seen.matches = std::max(seen.matches, raw.matches);
    }
    if (!record.text.empty() && (seen.hide_raw || mask(step.pattern, record.text).hide_raw)) record.text = {};
    tally_.masked += seen.matches;
    if (seen.matches != 0) record.set(RecordFlag::masked);
    return true;
  }

  bool apply(const RenameStep& step, Record& record) {
    move_field(*batch_, record, step.from, step.to);
    return true;
  }

  bool apply(const SampleStep& step, Record& record) {
    if (step.when && !holds(*step.when, record)) return true;
    const StreamIdentity& identity = stream_->info.identity;
    const std::uint64_t words[] = {identity.high, identity.low, record.offset};
    if (XXH3_64bits_withSeed(words, sizeof words, step.seed) % step.keep_one_in != 0) {
      drop(record, tally_.sampled);
      return false;
    }
    // Behind another sample, of ours or of who wrote the log, it stands for their records too.
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    record.weight = static_cast<std::uint32_t>(std::min(kMost, std::uint64_t{record.weight} * step.keep_one_in));
    return true;
  }

  bool apply(const RouteStep& step, Record& record) {
    if (holds(step.when, record)) record.routes |= step.sinks;
    return true;
  }

  static void drop(Record& record, std::uint64_t& lines) {
    record.set(RecordFlag::excluded);
    record.shape = kNoShape;
    lines += record.line_count;
  }

  /// From cheap to dear.
  bool holds(const TransformCondition& when, const Record& record) {
    const bool leveled = record.severity != Severity::unspecified;
    if (when.at_least != Severity::unspecified && !(leveled && record.severity >= when.at_least)) return false;
    if (when.below != Severity::unspecified && !(leveled && record.severity < when.below)) return false;
    if (when.rule) {
      const auto hits = batch_->hits_of(record);
      if (std::none_of(hits.begin(), hits.end(), [&](const RuleHit& hit) { return hit.rule == *when.rule; })) return false;
    }
    if (!when.service.empty()) {
      text_.assign(record.service.empty() ? std::string_view{stream_->info.service} : record.service);
      if (fnmatch(when.service.c_str(), text_.c_str(), 0) != 0) return false;
    }
    if (!when.pattern) return true;
    const Searched found = matcher_.find(*when.pattern, record.message).outcome;
    if (found == Searched::gave_up) ++tally_.gave_up;
    return found == Searched::found;
  }

  /// Whether each text of `wanted` was found at least as often. Sorts both.
  static bool covers(std::vector<std::string_view>& found, std::vector<std::string_view>& wanted) {
    std::sort(found.begin(), found.end());
    std::sort(wanted.begin(), wanted.end());
    return std::includes(found.begin(), found.end(), wanted.begin(), wanted.end());
  }

  Masked mask_field(const PcrePattern& pattern, std::string_view& text, std::string_view raw) {
    const std::string_view before = text;
    Masked out = mask(pattern, text);
    // A backslash may begin an escape, behind which the same secret can stand once more and not match.
    if (out.matches != 0 && (raw.find('\\') != std::string_view::npos || raw.find(before) == std::string_view::npos)) out.hide_raw = true;
    return out;
  }

  /// Replaces `text` by a copy when something matches; what did goes to matched_.
  Masked mask(const PcrePattern& pattern, std::string_view& text) {
    Masked out;
    std::size_t copied = 0;
    text_.clear();
    for (;;) {
      PcreMatch match = matcher_.find_some(pattern, text, copied);
      if (match.outcome == Searched::not_found) break;
      if (match.outcome == Searched::gave_up) {
        ++tally_.gave_up;
        text = batch_->keep(kMaskedText);  // with the padding that scanners read over
        return {out.matches + 1, true};
      }
      hold_characters(text, copied, match);
      text_.append(text.substr(copied, match.begin - copied)).append(kMaskedText);
      copied = match.end;
      matched_.push_back(text.substr(match.begin, match.end - match.begin));
      ++out.matches;
    }
    if (out.matches == 0) return out;
    text_.append(text.substr(copied));
    text = batch_->keep(text_);
    return out;
  }

  const std::shared_ptr<const TransformPlan> plan_;
  RunCounters& counters_;
  std::shared_ptr<const Stream> stream_;  // held, so that no other can have its address
  const TransformSteps* steps_ = nullptr;
  UserMatcher matcher_;
  Batch* batch_ = nullptr;  // the one at hand
  Tally tally_;
  std::string text_;                                   // kept from record to record for its memory, as these two
  std::vector<std::string_view> matched_, in_fields_;  // by a redaction, of the record at hand
};

}  // namespace

Result<StageFactory> make_transforms(const std::vector<config::SourceConfig>& sources, const std::vector<config::SinkConfig>& sinks,
                                     const RuleCatalog& rules, RunCounters& counters) {
  auto planned = plan_transforms(sources, sinks, rules);
  if (!planned) return tl::unexpected<Error>(planned.error());
  return StageFactory{[plan = std::make_shared<const TransformPlan>(std::move(*planned)), &counters]() -> Result<std::unique_ptr<Stage>> {
    return std::make_unique<Transforms>(plan, counters);
  }};
}

bool need_attributes(const std::vector<config::SourceConfig>& sources) {
  for (const config::SourceConfig& source : sources)
    for (const config::TransformConfig& transform : source.transforms)
      if (const auto* rename = std::get_if<config::Rename>(&transform.what);
          rename != nullptr && NamedField::of(rename->from.value).field == Field::attribute)
        return true;
  return false;
}

}  // namespace loglode
