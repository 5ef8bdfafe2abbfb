// One worker's scan: which expressions of a RuleSet match a text. The only place that calls hs_scan.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "patterns/rules/compiled_rules.h"

namespace loglode {

extern "C" inline int loglode_on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void* found) noexcept;

/// Owned and used by one thread; `rules` must outlive it.
class RuleScanner {
 public:
  [[nodiscard]] static Result<RuleScanner> make(const RuleSet& rules);

  /// Adds the expressions of `database` that match `text` to found(), unconfirmed and each at most once a call.
  /// False when Hyperscan fails, see error_code().
  [[nodiscard]] bool scan(const hs_database_t* database, std::string_view text) noexcept {
    if (database == nullptr || text.empty()) return true;
    const auto size = static_cast<unsigned>(std::min<std::size_t>(text.size(), std::numeric_limits<unsigned>::max()));
    const hs_error_t code = hs_scan(database, text.data(), size, 0, scratch_.get(), &loglode_on_match, this);
    if (code == HS_SUCCESS) return true;
    last_error_ = code;
    return false;
  }
  /// Of the latest scan that failed.
  [[nodiscard]] hs_error_t error_code() const noexcept { return last_error_; }

  [[nodiscard]] std::span<const unsigned> found() const noexcept { return {found_.data(), found_count_}; }
  [[nodiscard]] bool found_any() const noexcept { return found_count_ != 0; }
  void forget() noexcept { found_count_ = 0; }

  /// Whether an expression that was found in `text` really matches it: prefilters are looser than what they stand for.
  /// A text that takes PCRE2 over its limits does not match.
  [[nodiscard]] bool confirmed(unsigned expression, std::string_view text) noexcept {
    const auto& exact = rules_->exact[expression];
    return !exact || pcre_.search(*exact, text).outcome == Searched::found;
  }

  void add(unsigned id) noexcept {
    if (found_count_ < found_.size()) found_[found_count_++] = id;
  }

 private:
  RuleScanner(const RuleSet& rules, Scratch scratch) : rules_(&rules), scratch_(std::move(scratch)), found_(rules.expressions.size()) {}

  const RuleSet* rules_;
  Scratch scratch_;
  PcreMatcher pcre_;
  std::vector<unsigned> found_;  // room for every expression once, which is all that one scan can report
  std::size_t found_count_ = 0;
  hs_error_t last_error_ = HS_SUCCESS;
};

extern "C" inline int loglode_on_match(unsigned id, unsigned long long, unsigned long long, unsigned, void* found) noexcept {
  static_cast<RuleScanner*>(found)->add(id);
  return 0;
}

/// Rules with an expression that matches `text`, ascending, whatever they apply to.
[[nodiscard]] Result<std::vector<std::uint32_t>> rules_in(RuleScanner& scanner, const RuleSet& rules, std::string_view text);

}  // namespace loglode
