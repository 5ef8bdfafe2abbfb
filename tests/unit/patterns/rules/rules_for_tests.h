// Packs written in a few words, and records classified without a pipeline: what the tests of the rule engine share.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/run_counters.h"
#include "core/told_hit.h"
#include "patterns/rules/rule_set.h"

namespace loglode {

/// A rule as YAML (flow style, one line); `more` is put among its keys and wins over nothing: give each key once.
inline std::string rule_text(std::string_view id, std::string_view pattern, std::string_view example,
                             std::string_view more = "category: error") {
  const auto quoted = [](std::string_view text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
    return out + "'";
  };
  return "  - {id: " + std::string(id) + ", name: a name, severity: error, meaning: a meaning, pattern: " + quoted(pattern) +
         ", examples: {match: " + quoted(example) + ", no_match: nothing of the kind}, " + std::string(more) + "}\n";
}

inline std::string pack_text(std::string_view rules) { return "pack: test\nversion: 1\nrules:\n" + std::string(rules); }

inline LoadedRules load_text(std::string yaml, RuleSetConfig config = {}, bool check_examples = true) {
  return load_rules_from_text({{"test.yaml", std::move(yaml)}}, config, check_examples);
}

/// Rules that must be without a problem.
inline LoadedRules sound_rules(std::string_view rules, RuleSetConfig config = {}) {
  LoadedRules loaded = load_text(pack_text(rules), std::move(config));
  for (const RuleProblem& problem : loaded.problems) UNSCOPED_INFO(to_string(problem));
  REQUIRE(loaded.problems.empty());
  REQUIRE(loaded.rules != nullptr);
  REQUIRE(loaded.catalog != nullptr);
  return loaded;
}

inline Record record_of(std::string_view message, Severity severity = Severity::unspecified, std::string_view service = {}) {
  Record record;
  record.raw = record.message = message;
  record.severity = severity;
  record.service = service;
  return record;
}

/// One worker's classifier and a batch for it; the ids of the rules that hit, joined by blanks, with a ? behind one that is only told.
class Classified {
 public:
  explicit Classified(const LoadedRules& loaded) : catalog_(loaded.catalog) {
    auto made = make_classifier(loaded.rules, counters_);
    REQUIRE(made.has_value());
    classifier_ = std::move(*made);
  }

  std::string operator()(Record record) {
    batch_.records = {record};
    REQUIRE(classifier_->run(batch_).has_value());
    return hits_of(batch_.records.front());
  }
  std::string operator()(std::string_view message) { return (*this)(record_of(message)); }

  std::string hits_of(const Record& record, bool with_told = true) const {
    std::string out;
    for (const RuleHit hit : batch_.hits_of(record)) {
      if (!with_told && is_told_hit(hit.rule, catalog_->size())) continue;
      if (!out.empty()) out += ' ';
      out += (*catalog_)[static_cast<std::size_t>(hit.rule) % catalog_->size()].id;
      if (is_told_hit(hit.rule, catalog_->size())) out += kToldSign;
    }
    return out;
  }

  Batch& batch() { return batch_; }
  Stage& stage() { return *classifier_; }
  RunCounters& counters() { return counters_; }

 private:
  std::shared_ptr<const RuleCatalog> catalog_;
  RunCounters counters_;
  std::unique_ptr<Stage> classifier_;
  Batch batch_;
};

}  // namespace loglode
