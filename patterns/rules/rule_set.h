// The rule engine: rule packs (YAML, docs/rules.md) compiled into one Hyperscan database that all workers share.
// RuleSet is immutable and belongs to whoever holds a pointer to it; the memory that a scan writes to belongs to one worker's classifier.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/batch.h"
#include "core/pipeline_parts.h"
#include "core/result.h"
#include "core/rule_info.h"
#include "core/run_counters.h"

namespace loglode {

struct RuleProblem {
  std::string file;
  int line = 0;  // from 1; 0: about the whole file
  std::string rule, message;
};
/// `file:line: message`, as compilers print it.
[[nodiscard]] std::string to_string(const RuleProblem& problem);

inline constexpr std::size_t kPatternsMax = 40'000;

struct RuleSetConfig {
  std::vector<std::string> packs;            // files or folders (their *.yaml and *.yml); the built-in ones are given by app/ as text
  std::vector<std::string> probes;           // regular expressions of the redactor: a hit sets RecordFlag::may_hold_secret, nothing else
  std::string cache_folder;                  // for the compiled database; empty: none is kept
  std::size_t hits_per_line_max = 64;        // further hits are counted (Limit::hits_per_line), not stored
  std::size_t patterns_max = kPatternsMax;   // over all packs; rules beyond are a problem
  std::vector<std::string_view> images{};    // of make_rule_image(), best first: what a build put into the program; trusted, unlike a file
  std::function<void()> before_compiling{};  // called where neither cache nor image serve, so that somebody can say what takes seconds
};

class RuleSet;

struct LoadedRules {
  std::shared_ptr<const RuleSet> rules;        // null when there are problems
  std::shared_ptr<const RuleCatalog> catalog;  // in order of rule id; null when there are problems
  std::vector<RuleProblem> problems;           // all of them, by file and line: what `loglode check` prints
  std::chrono::nanoseconds compile_time{};     // spent on the database: compiling and checking it, or reading it from the cache
  bool from_cache = false;                     // or from an image: nothing was compiled
};

/// What an image may ask of a CPU beside what Hyperscan needs anyway. On others than x86 there is but the baseline.
enum class CpuTier : std::uint8_t { baseline, avx2, avx512 };
/// The databases of `rules` as any CPU of that tier may load them, compressed; the same bytes wherever it is made. `rules`: compiled, not
/// loaded from a cache. Errors: scan_failed, out_of_memory.
[[nodiscard]] Result<std::string> make_rule_image(const RuleSet& rules, CpuTier tier);

/// Reads, checks (each rule's examples included when `check_examples`) and compiles. Never throws for what a pack says.
/// A cache that cannot be read or written is not a problem: the database is compiled again.
[[nodiscard]] LoadedRules load_rules(const RuleSetConfig& config, bool check_examples);

struct RulePackText {
  std::string name;  // what problems call the file
  std::string yaml;
  bool encoded = false;  // `yaml` is what encode_rules() made of packs that were read before
};
/// The same with packs that are already in memory (built into the program, tests) before those that config.packs names.
[[nodiscard]] LoadedRules load_rules_from_text(std::vector<RulePackText> packs, const RuleSetConfig& config, bool check_examples);

/// A stage for one worker (owns its scratch): fills Batch::hits and Record::hits_* from each record's message, from what a
/// multi-line record has after its first line, and from the attributes that hold an error (error.message, error.stack_trace …);
/// honours applies_to, and sets may_hold_secret. `counters` must outlive it.
/// Errors: RuleErrc::out_of_memory.
[[nodiscard]] Result<std::unique_ptr<Stage>> make_classifier(std::shared_ptr<const RuleSet> rules, RunCounters& counters);

/// The rules that hit one text, in order of RuleIndex, with where the leftmost match is: for `explain` and tests.
struct RuleMatch {
  RuleIndex rule{};
  std::size_t begin = 0, end = 0;
};
[[nodiscard]] Result<std::vector<RuleMatch>> match_rules(const RuleSet& rules, std::string_view message, std::string_view service,
                                                         Severity severity);

/// Whether any of a set's expressions, probes among them, may match a text. One thread's.
class TextProbe {
 public:
  /// Errors: RuleErrc::out_of_memory.
  [[nodiscard]] static Result<TextProbe> make(std::shared_ptr<const RuleSet> rules);
  TextProbe(TextProbe&&) noexcept;
  ~TextProbe();
  /// True too where a text could not be scanned.
  [[nodiscard]] bool may_hit(std::string_view text);

 private:
  struct Inside;
  explicit TextProbe(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

enum class RuleErrc { out_of_memory = 1, scan_failed };
[[nodiscard]] std::error_code make_error_code(RuleErrc code) noexcept;

}  // namespace loglode

template <>
struct std::is_error_code_enum<loglode::RuleErrc> : std::true_type {};
