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
extern "C" inline int loglode_on_end(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void* ends) noexcept;

/// Where, in a block, a match of an expression ends.
struct MatchEnd {
  std::uint32_t at = 0, expression = 0;
};

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
  /// Where matches of `database` end in `text`, in any order; false when there are more than `most` of them, or the scan fails.
  [[nodiscard]] bool find_ends(const hs_database_t* database, std::string_view text, std::size_t most, std::vector<MatchEnd>& ends) {
    ends.clear();
    ends.reserve(most);
    if (text.empty()) return true;
    return hs_scan(database, text.data(), static_cast<unsigned>(text.size()), 0, scratch_.get(), &loglode_on_end, &ends) == HS_SUCCESS;
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

extern "C" inline int loglode_on_end(unsigned id, unsigned long long, unsigned long long to, unsigned, void* ends) noexcept {
  auto& found = *static_cast<std::vector<MatchEnd>*>(ends);
  if (found.size() == found.capacity()) return 1;  // stops the scan
  found.push_back({static_cast<std::uint32_t>(to), id});
  return 0;
}

/// Rules with an expression that matches `text`, ascending, whatever they apply to.
[[nodiscard]] Result<std::vector<std::uint32_t>> rules_in(RuleScanner& scanner, const RuleSet& rules, std::string_view text);

}  // namespace loglode
