// A rule pack as it is written: YAML read into plain data, with every fault named by file and line. Compiling is elsewhere.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/limits.h"
#include "core/rule_info.h"
#include "patterns/rules/rule_set.h"

namespace loglode {

// A pack that needs more is a mistake or an attack; each bound is a problem named by file and line.
// 20,000 rules are twice what scanning is measured with (perf/micro/rules_scale.cc); a rule takes 200 to 800 bytes of YAML.
inline constexpr std::size_t kPackBytesMax = 16 * kMiB;
inline constexpr std::size_t kRulesMax = 20'000;  // over all packs
inline constexpr std::size_t kPatternsPerRuleMax = 64;
inline constexpr std::size_t kGlobBytesMax = 256;        // of a service's glob
inline constexpr std::size_t kExamplesPerRuleMax = 100;  // of each kind
inline constexpr std::size_t kProblemsMax = 1000;        // further ones are not listed: somebody passed the wrong file

struct TextAt {
  std::string text;
  int line = 0;
};

/// Which records a rule may hit. A record without a severity is never refused for its severity.
struct AppliesTo {
  std::vector<std::string> services;  // globs (`*`, `?`); empty: every service
  Severity at_least = Severity::trace;
  Severity below{25};       // exclusive; 25 is above every severity number
  bool opens = true;        // else its hits are only told (core/told_hit.h)
  bool tells_calm = false;  // a record that states less than `at_least`, but INFO, is told of

  [[nodiscard]] bool admits(std::string_view service, Severity severity) const noexcept;
  /// Whether a hit is told of where it is not admitted.
  [[nodiscard]] bool tells(std::string_view service, Severity severity) const noexcept;

 private:
  [[nodiscard]] bool is_of(std::string_view service) const noexcept;
};

/// `*` is any run of bytes, `?` any one byte, everything else itself.
[[nodiscard]] bool glob_matches(std::string_view glob, std::string_view text) noexcept;

struct Rule {
  RuleInfo info;
  std::vector<TextAt> patterns;  // any of them
  bool case_sensitive = false;
  AppliesTo applies_to;
  std::vector<TextAt> match, no_match;
  std::vector<std::string> references;
  std::string file;
  int line = 0;
  bool built_in = false;  // checked when the program was built
};

/// The rules of one pack, also those with faults (so that their patterns can be checked too); appends what is wrong to `problems`.
[[nodiscard]] std::vector<Rule> read_pack(const RulePackText& pack, std::vector<RuleProblem>& problems);

/// The files of `packs`, read; folders give their *.yaml and *.yml in order of name. Appends what cannot be read to `problems`.
[[nodiscard]] std::vector<RulePackText> read_pack_files(const std::vector<std::string>& packs, std::vector<RuleProblem>& problems);

}  // namespace loglode
