#include "patterns/rules/rule_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <iterator>
#include <map>
#include <optional>
#include <tuple>

#include "core/assert.h"
#include "patterns/rules/cited_text.h"
#include "patterns/rules/compiled_rules.h"
#include "patterns/rules/database_cache.h"
#include "patterns/rules/database_image.h"
#include "patterns/rules/passed_text.h"
#include "patterns/rules/pattern_checks.h"
#include "patterns/rules/rare_prefix.h"
#include "patterns/rules/rule_codec.h"
#include "patterns/rules/rule_pack.h"
#include "patterns/rules/rule_scanner.h"

namespace loglode {
namespace {

constexpr std::string_view kProbesName = "probes";

class RuleErrorCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "rules"; }
  std::string message(int code) const override {
    return code == static_cast<int>(RuleErrc::out_of_memory) ? "out of memory" : "scan failed";
  }
};

/// Makes one RuleSet from packs; collects problems as it goes and so goes as far as it can.
class Loader {
 public:
  Loader(const RuleSetConfig& config, std::vector<RuleProblem> problems) : config_(config), problems_(std::move(problems)) {}

  LoadedRules load(const std::vector<RulePackText>& packs, bool with_examples) {
    read(packs);
    number_expressions(rules_, config_.probes, *compiled_);
    for (const Rule& rule : rules_) faulty_.push_back(rule.patterns.empty());
    compiled_->hits_per_line_max = config_.hits_per_line_max;
    const auto begin = std::chrono::steady_clock::now();
    compile();
    out_.compile_time = std::chrono::steady_clock::now() - begin;
    if (with_examples && ready_) note(check_examples(*compiled_, rules_, faulty_, problems_));
    return finish();
  }

 private:
  void read(const std::vector<RulePackText>& packs) {
    for (const RulePackText& pack : packs) {
      std::vector<Rule> read = pack.encoded ? decoded(pack) : read_pack(pack, problems_);
      std::move(read.begin(), read.end(), std::back_inserter(rules_));
    }
    keep_bounds();
    report_repeated_ids();
    // By id, so that what a RuleIndex means does not depend on the order of the packs.
    std::stable_sort(rules_.begin(), rules_.end(), [](const Rule& a, const Rule& b) { return a.info.id < b.info.id; });
  }

  static std::vector<Rule> decoded(const RulePackText& pack) {
    auto rules = decode_rules(pack.yaml);
    LOGLODE_ASSERT(rules.has_value());  // made by this program's own build
    for (Rule& rule : *rules) rule.built_in = true;
    return std::move(*rules);
  }

  void keep_bounds() {
    std::size_t kept = 0, patterns = 0;
    while (kept < rules_.size() && kept < kRulesMax && (patterns += rules_[kept].patterns.size()) <= config_.patterns_max) ++kept;
    if (kept == rules_.size()) return;
    problem(rules_[kept], rules_[kept].line,
            fmt::format("too many: at most {} rules and {} patterns in all packs together", kRulesMax, config_.patterns_max));
    rules_.erase(rules_.begin() + static_cast<std::ptrdiff_t>(kept), rules_.end());
  }

  void report_repeated_ids() {
    std::map<std::string_view, const Rule*> first;
    for (const Rule& rule : rules_) {
      if (rule.info.id.empty()) continue;
      const auto [earlier, is_new] = first.emplace(rule.info.id, &rule);
      if (!is_new) {
        problem(rule, rule.line,
                fmt::format("id \"{}\" is taken: the rule at {}:{} has it", rule.info.id, earlier->second->file, earlier->second->line));
      }
    }
  }

  void compile() {
    if (!note(hyperscan_runs_here())) return;
    const DatabaseCache cache{config_.cache_folder, *compiled_};
    if (problems_.empty() && (load_image(config_.images, *compiled_) || cache.load(*compiled_))) {
      out_.from_cache = true;
      if (note(make_ready(*compiled_))) ready_ = true;
      return;
    }
    std::vector<bool> sound = check_each();
    const bool refused = !problems_.empty();
    if (refused)
      leave_out_built_in(sound);
    else if (config_.before_compiling)
      config_.before_compiling();
    if (!(refused ? compile_without_faults(sound) : compile_all(sound))) return;
    if (!note(make_ready(*compiled_))) return;
    ready_ = true;
    check_breadth();
    check_confirmation();
    if (problems_.empty()) cache.store(*compiled_);
  }

  std::vector<bool> check_each() {
    std::vector<bool> sound;
    for (std::size_t i = 0; i < compiled_->expressions.size(); ++i) {
      const std::optional<std::string> fault = check_pattern(compiled_->expressions[i]);
      if (fault) problem_at(i, *fault);
      sound.push_back(!fault);
    }
    scan_for_rare_prefixes(compiled_->expressions, compiled_->rule_of.size());
    return sound;
  }

  /// They have no problems: where the user's rules are refused, compiling the others would only keep him waiting.
  void leave_out_built_in(std::vector<bool>& sound) const {
    for (std::size_t i = 0; i < sound.size(); ++i)
      if (compiled_->is_probe(i) || rules_[compiled_->rule_of[i]].built_in) sound[i] = false;
  }

  /// All databases, of the sound expressions; one that turns out not to be is reported and left out.
  bool compile_all(std::vector<bool>& sound) {
    // Beside each other, which is all there is to do when no expression is at fault.
    const auto beside = [&](LookedForIn where) {
      return std::async(std::launch::async, [this, &sound, where] { return compile_expressions(*compiled_, sound, where); });
    };
    auto blocks = beside(LookedForIn::block), blind = beside(LookedForIn::blind_block);
    CompiledDatabase all = compile_expressions(*compiled_, sound, LookedForIn::text);
    CompiledDatabase of_blocks = blocks.get(), of_blind = blind.get();
    if (!all.message.empty()) return compile_without_faults(sound);
    compiled_->all = std::move(all.database);
    // Null where they cannot be had: then every text is scanned alone, or with its digits.
    compiled_->blocks = std::move(of_blocks.database);
    compiled_->blind = std::move(of_blind.database);
    return true;
  }

  bool compile_without_faults(std::vector<bool>& wanted) {
    while (true) {
      CompiledDatabase made = compile_expressions(*compiled_, wanted, LookedForIn::text);
      if (made.message.empty()) {
        compiled_->all = std::move(made.database);
        return true;
      }
      if (made.at) {
        refuse(*made.at, made.message, wanted);
      } else if (!refuse_each_alone(wanted)) {
        problems_.push_back({"rules", 0, {}, fmt::format("Hyperscan cannot compile the rules together: {}", made.message)});
        return false;
      }
    }
  }

  /// Hyperscan does not say whose fault it is that it ran into its limits: whoever fails alone. False when nobody does.
  bool refuse_each_alone(std::vector<bool>& wanted) {
    bool refused = false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (!wanted[i]) continue;
      std::vector<bool> alone(wanted.size());
      alone[i] = true;
      const CompiledDatabase made = compile_expressions(*compiled_, alone, LookedForIn::text);
      if (made.message.empty()) continue;
      refuse(i, made.message, wanted);
      refused = true;
    }
    return refused;
  }

  void refuse(std::size_t expression, std::string_view message, std::vector<bool>& wanted) {
    problem_at(expression, fmt::format("the pattern is too expensive: Hyperscan refuses it: {}", message));
    wanted[expression] = false;
    compiled_->expressions[expression].prefilter = false;  // nothing to confirm
  }

  void check_breadth() {
    const auto broad = find_broad_rules(*compiled_);
    if (!broad) return static_cast<void>(note(tl::unexpected(broad.error())));
    for (const BroadRule& found : *broad) {
      const Rule& rule = rules_[found.rule];
      faulty_[found.rule] = true;
      problem(rule, rule.patterns.front().line, fmt::format("the pattern matches nearly everything, also \"{}\"", found.line));
    }
  }

  void check_confirmation() {
    const auto loose = find_loose_prefilters(*compiled_);
    if (!loose) return static_cast<void>(note(tl::unexpected(loose.error())));
    for (const std::size_t i : *loose) {
      problem_at(i,
                 "the pattern is too expensive: only PCRE2 can tell whether it matches, and would have to look at nearly every line; "
                 "give it some literal text outside of look-arounds");
    }
    for (std::size_t i = 0; i < compiled_->rule_of.size(); ++i) {
      if (!compiled_->exact[i] || !is_slow_on_hostile_text(*compiled_->exact[i], rules_[compiled_->rule_of[i]].match)) continue;
      problem_at(
          i, fmt::format(
                 "the pattern is too expensive: PCRE2, which must confirm it, takes over {} steps from one start on text made to annoy it; "
                 "bound its repeats (.{{0,100}} instead of .*), or do without look-around, backreferences and atomic groups",
                 kHostileStepsMax));
    }
  }

  void problem(const Rule& rule, int line, std::string message) {
    problems_.push_back({rule.file, line, rule.info.id, std::move(message)});
  }

  void problem_at(std::size_t expression, std::string message) {
    if (compiled_->is_probe(expression)) {
      const auto probe = static_cast<int>(expression - compiled_->rule_of.size()) + 1;
      problems_.push_back({std::string(kProbesName), probe, {}, std::move(message)});
      return;
    }
    const std::uint32_t rule = compiled_->rule_of[expression];
    faulty_[rule] = true;
    std::size_t pattern = 0;
    while (pattern < expression && compiled_->rule_of[expression - pattern - 1] == rule) ++pattern;
    problem(rules_[rule], rules_[rule].patterns[pattern].line, std::move(message));
  }

  bool note(const Result<void>& done) {
    if (!done) problems_.push_back({"rules", 0, {}, done.error().message});
    return done.has_value();
  }

  LoadedRules finish() {
    const auto place = [](const RuleProblem& problem) { return std::tie(problem.file, problem.line, problem.rule, problem.message); };
    std::stable_sort(problems_.begin(), problems_.end(), [&](const RuleProblem& a, const RuleProblem& b) { return place(a) < place(b); });
    out_.problems = std::move(problems_);
    if (!out_.problems.empty()) return std::move(out_);
    RuleCatalog catalog;
    for (Rule& rule : rules_) catalog.push_back(std::move(rule.info));
    out_.catalog = std::make_shared<const RuleCatalog>(std::move(catalog));
    out_.rules = std::move(compiled_);
    return std::move(out_);
  }

  const RuleSetConfig& config_;
  std::vector<RuleProblem> problems_;
  std::vector<Rule> rules_;
  std::vector<bool> faulty_;  // by rule: it has no pattern or one with a problem, so what its examples do is no news
  std::shared_ptr<RuleSet> compiled_ = std::make_shared<RuleSet>();
  bool ready_ = false;
  LoadedRules out_;
};

/// Where a rule hits: the leftmost match of the first of its patterns that matches, looked for again with PCRE2.
RuleMatch locate(const RuleSet& rules, std::uint32_t rule, std::string_view text, PcreMatcher& matcher) {
  const auto first = std::lower_bound(rules.rule_of.begin(), rules.rule_of.end(), rule) - rules.rule_of.begin();
  for (auto i = static_cast<std::size_t>(first); i < rules.rule_of.size() && rules.rule_of[i] == rule; ++i) {
    const auto pattern = PcrePattern::compile(rules.expressions[i].pattern, rules.expressions[i].case_sensitive);
    if (!pattern) continue;
    const PcreMatch match = matcher.search(*pattern, text);
    if (match.outcome == Searched::found) return {RuleIndex{rule}, match.begin, match.end};
  }
  return {RuleIndex{rule}, 0, text.size()};  // it hits, but further in than PCRE2 is let to look
}

}  // namespace

std::error_code make_error_code(RuleErrc code) noexcept {
  static const RuleErrorCategory kCategory;
  return {static_cast<int>(code), kCategory};
}

std::string to_string(const RuleProblem& problem) {
  const std::string place = problem.line > 0 ? fmt::format("{}:{}", problem.file, problem.line) : problem.file;
  return problem.rule.empty() ? fmt::format("{}: {}", place, problem.message)
                              : fmt::format("{}: {}: {}", place, problem.rule, problem.message);
}

LoadedRules load_rules(const RuleSetConfig& config, bool check_examples) { return load_rules_from_text({}, config, check_examples); }

LoadedRules load_rules_from_text(std::vector<RulePackText> packs, const RuleSetConfig& config, bool check_examples) {
  std::vector<RuleProblem> problems;
  for (RulePackText& file : read_pack_files(config.packs, problems)) packs.push_back(std::move(file));
  return Loader{config, std::move(problems)}.load(packs, check_examples);
}

Result<std::vector<RuleMatch>> match_rules(const RuleSet& rules, std::string_view message, std::string_view service, Severity severity) {
  auto scanner = RuleScanner::make(rules);
  if (!scanner) return tl::unexpected(scanner.error());
  const auto hit = rules_in(*scanner, rules, message);
  if (!hit) return tl::unexpected(hit.error());
  std::optional<std::vector<std::uint32_t>> said;  // of what the message does not only cite
  if (std::string text; severity < Severity::error && without_cited(message, cites_in_quotes(severity), text)) {
    auto found = rules_in(*scanner, rules, text);
    if (!found) return tl::unexpected(found.error());
    said = std::move(*found);
  }
  std::vector<RuleMatch> out;
  PcreMatcher matcher;
  for (const std::uint32_t rule : *hit) {
    if (said && rules.tells_errors[rule] && !std::binary_search(said->begin(), said->end(), rule)) continue;
    if (rules.admits(rule, service, severity, tells_that_it_passed(message))) out.push_back(locate(rules, rule, message, matcher));
  }
  return out;
}

}  // namespace loglode
