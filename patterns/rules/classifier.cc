// The classifier stage. Most records hit nothing: what each of those costs over a bare hs_scan is what this file is arranged for.
#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <tuple>
#include <utility>

#include "core/assert.h"
#include "core/told_hit.h"
#include "patterns/rules/block_sieve.h"
#include "patterns/rules/cited_text.h"
#include "patterns/rules/compiled_rules.h"
#include "patterns/rules/passed_text.h"
#include "patterns/rules/rule_scanner.h"
#include "patterns/rules/rule_set.h"

namespace loglode {
namespace {

/// Where structured logs put the error itself (ECS, OpenTelemetry, zap, logrus, bunyan, pino), while the message says only "request
/// failed".
bool holds_error(std::string_view key) noexcept {
  if (key.size() < 3 || key.front() != 'e') return false;
  constexpr std::string_view kKeys[] = {
      "err",         "error",     "error.message", "error.stack_trace", "error.type",           "exception",
      "err.message", "err.stack", "error.stack",   "exception.message", "exception.stacktrace", "exception.type"};
  return std::find(std::begin(kKeys), std::end(kKeys), key) != std::end(kKeys);
}

/// What a multi-line record has after its first line, when the message does not hold it.
std::string_view continuation_of(const Record& record) noexcept {
  if (record.message.find('\n') != std::string_view::npos) return {};
  const std::size_t newline = record.raw.find('\n');
  return newline == std::string_view::npos ? std::string_view{} : record.raw.substr(newline + 1);
}

class Classifier final : public Stage {
 public:
  Classifier(std::shared_ptr<const RuleSet> rules, RuleScanner scanner, RunCounters& counters)
      : rules_(std::move(rules)), sieve_(*rules_), scanner_(std::move(scanner)), counters_(counters) {}

  Result<void> run(Batch& batch) override {
    batch.hits.clear();
    sieve_.sift(batch, scanner_);
    bool scanned = true;
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      Record& record = batch.records[i];
      record.hits_begin = static_cast<std::uint32_t>(batch.hits.size());
      record.hits_count = 0;
      if (record.has(RecordFlag::blank)) continue;
      if (const auto found = sieve_.found_in(i); !found)
        scanned &= scan(record.message);
      else if (!found->empty())
        take(*found, record.message);
      if (!hits_.empty() && record.severity < Severity::error) drop_cited(record);
      if (record.line_count > 1 || record.attributes_count != 0) scanned &= scan_rest(batch, record);
      if (hit_any_) settle(batch, record);
    }
    return scanned ? Result<void>{} : hs_checked(scanner_.error_code(), "scanning a record for rules");
  }

 private:
  bool scan_rest(const Batch& batch, const Record& record) {
    bool scanned = true;
    for (const Attribute& attribute : batch.attributes_of(record)) {
      if (holds_error(attribute.key)) scanned &= scan(attribute.value);
    }
    // What stands below the first line is searched for every rule, whatever that line says it is: an INFO record may hold a crash.
    if (record.line_count > 1) {
      below_ = true;
      scanned &= scan(continuation_of(record));
      below_ = false;
    }
    return scanned;
  }

  /// An error that the message only cites is none of the program that writes it; one that stands where people write is doubtful.
  void drop_cited(const Record& record) {
    const auto tells_error = [&](const Hit& hit) { return rules_->tells_errors[hit.rule]; };
    const bool quotes = cites_in_quotes(record.severity);
    if (std::none_of(hits_.begin(), hits_.end(), tells_error)) return;
    if (without_cited(record.message, quotes, said_)) {
      const std::vector<Hit> all = std::exchange(hits_, {});
      if (!scan(said_)) {
        hits_ = all;
        return;
      }
      for (const Hit& hit : all)
        if (!rules_->tells_errors[hit.rule]) hits_.push_back(hit);
    }
    if (std::none_of(hits_.begin(), hits_.end(), tells_error) || !without_doubtful(record.message, quotes, said_)) return;
    std::vector<Hit> all = std::exchange(hits_, {});
    if (scan(said_))
      for (Hit& hit : all)
        hit.doubtful = tells_error(hit) && std::none_of(hits_.begin(), hits_.end(), [&](const Hit& sure) { return sure.rule == hit.rule; });
    hits_ = std::move(all);
  }

  bool scan(std::string_view text) {
    const bool scanned = scanner_.scan(rules_->all.get(), text);
    if (scanner_.found_any()) {
      take(scanner_.found(), text);
      scanner_.forget();
    }
    return scanned;
  }

  /// Turns what was found in `text` into rules and probes, while the text to confirm it in is at hand.
  void take(std::span<const unsigned> found, std::string_view text) {
    for (const unsigned expression : found) {
      if (rules_->is_probe(expression)) {
        probe_hit_ = hit_any_ = true;
      } else if (scanner_.confirmed(expression, text)) {
        hits_.push_back({rules_->rule_of[expression], below_, false});
        hit_any_ = true;
      }
    }
  }

  void settle(Batch& batch, Record& record) {
    if (probe_hit_) record.set(RecordFlag::may_hold_secret);
    std::sort(hits_.begin(), hits_.end(), [](const Hit& a, const Hit& b) {
      return std::tuple{a.rule, !a.below, a.doubtful} < std::tuple{b.rule, !b.below, b.doubtful};
    });
    const std::string_view service = service_of(batch, record);
    const bool passed = record.line_count == 1 && tells_that_it_passed(record.message);
    std::uint64_t over = 0;
    std::uint32_t latest = kNoRule;
    for (const auto [rule, below, doubtful] : hits_) {
      if (rule == latest) continue;
      const Severity severity = below ? Severity::unspecified : record.severity;
      const bool admitted = rules_->admits(rule, service, severity, passed), counts = admitted && !doubtful;
      if (!admitted && (!rules_->tells(rule, service, severity, passed) || (doubtful && !rules_->applies_to[rule].opens))) continue;
      latest = rule;
      if (record.hits_count == rules_->hits_per_line_max) {
        ++over;
      } else {
        batch.hits.push_back({counts ? RuleIndex{rule} : told_hit_of(rule, rules_->applies_to.size())});
        ++record.hits_count;
      }
    }
    if (over != 0) counters_.hit(Limit::hits_per_line, over);
    hits_.clear();
    hit_any_ = probe_hit_ = false;
  }

  static std::string_view service_of(const Batch& batch, const Record& record) {
    if (!record.service.empty() || !batch.stream) return record.service;
    return batch.stream->info.service;
  }

  std::shared_ptr<const RuleSet> rules_;
  BlockSieve sieve_;
  RuleScanner scanner_;
  RunCounters& counters_;
  struct Hit {
    std::uint32_t rule;
    bool below;     // in the lines below the first: those do not share its severity
    bool doubtful;  // where people write: it is only told
  };
  static constexpr std::uint32_t kNoRule = UINT32_MAX;

  std::vector<Hit> hits_;  // of the record at hand, in any order, before applies_to
  std::string said_;       // a message without what it cites
  bool hit_any_ = false, probe_hit_ = false, below_ = false;
};

}  // namespace

Result<std::unique_ptr<Stage>> make_classifier(std::shared_ptr<const RuleSet> rules, RunCounters& counters) {
  LOGLODE_ASSERT(rules != nullptr);
  auto scanner = RuleScanner::make(*rules);
  if (!scanner) return tl::unexpected(scanner.error());
  return std::unique_ptr<Stage>{std::make_unique<Classifier>(std::move(rules), std::move(*scanner), counters)};
}

}  // namespace loglode
