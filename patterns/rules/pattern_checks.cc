#include "patterns/rules/pattern_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "patterns/rules/pack_reader.h"
#include "patterns/rules/rule_scanner.h"

namespace loglode {
namespace {

// Bounds on what Hyperscan is asked to compile: it can take minutes over a pattern before it finds it too large.
constexpr std::size_t kPatternBytesMax = 2000;
constexpr std::size_t kCompiledBytesMax = 32 * kKiB;  // PCRE2 writes out repeated groups, so nested repeats show here
constexpr std::size_t kRepeatsMax = 2000;             // all upper bounds of {n,m} together

constexpr std::string_view kEmptyLines[] = {"a", "0", "-", ".", " ", "ok", "x=1", "done", "[]", "hello world"};
constexpr std::string_view kOrdinaryLines[] = {
    "GET /index.html HTTP/1.1 200 512 0.004",
    "user alice logged in from 192.0.2.10",
    "started worker 3 of 8",
    "listening on 0.0.0.0:8080",
    "configuration reloaded in 12 ms",
    "order 1234 shipped to customer 77",
    "cache hit for key user:42",
    "request completed status=200 duration=35ms",
    "checkpoint complete: wrote 93 buffers (0.6%); 0 WAL file(s) added",
    "Received block blk_3587508140051953248 of size 67108864 from /10.251.42.84",
    "session opened for user root by (uid=0)",
    "scheduled job backup finished, 0 errors",
};

bool is_wide(char c) noexcept { return static_cast<unsigned char>(c) >= 0x80; }

/// The position behind the `]` that ends the class that begins at `open`; what it holds outside ASCII sets `wide`.
std::size_t end_of_class(std::string_view pattern, std::size_t open, bool& wide) {
  std::size_t i = open + 1;
  if (i < pattern.size() && pattern[i] == '^') ++i;
  if (i < pattern.size() && pattern[i] == ']') ++i;
  for (; i < pattern.size() && pattern[i] != ']'; ++i) {
    wide = wide || is_wide(pattern[i]);
    if (pattern[i] == '\\') ++i;
    if (pattern.substr(i, 2) != "[:") continue;
    if (const std::size_t close = pattern.find(":]", i + 2); close != std::string_view::npos) i = close + 1;
  }
  return i + 1;
}

/// Patterns are bytes, so a class and a repeat take half a character when it is outside ASCII: what such a pattern says it does not mean.
std::optional<std::string> fault_of_wide_characters(std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size();) {
    if (pattern[i] == '[') {
      bool wide = false;
      i = end_of_class(pattern, i, wide);
      if (wide) return "patterns are read as bytes: a character class cannot hold a character outside ASCII; write (é|è) instead of [éè]";
      continue;
    }
    if (is_wide(pattern[i]) && i + 1 < pattern.size() && std::string_view{"*+?{"}.find(pattern[i + 1]) != std::string_view::npos) {
      return "patterns are read as bytes: a repeat takes the last byte of a character outside ASCII; write (é)+ instead of é+";
    }
    i += pattern[i] == '\\' ? 2 : 1;
  }
  return std::nullopt;
}

/// The upper bounds of all `{n}`, `{n,}` and `{n,m}`, added up.
std::size_t repeats_in(std::string_view pattern) {
  std::size_t sum = 0;
  for (std::size_t open = pattern.find('{'); open != std::string_view::npos; open = pattern.find('{', open + 1)) {
    const std::size_t close = pattern.find('}', open);
    if (close == std::string_view::npos) break;
    std::string_view bounds = pattern.substr(open + 1, close - open - 1);
    if (const std::size_t comma = bounds.find(','); comma != std::string_view::npos && comma + 1 < bounds.size())
      bounds.remove_prefix(comma + 1);
    std::size_t bound = 0;
    static_cast<void>(std::from_chars(bounds.data(), bounds.data() + bounds.size(), bound));
    sum += std::min(bound, kRepeatsMax + 1);
  }
  return sum;
}

std::string too_expensive(std::string_view why) { return fmt::format("the pattern is too expensive: {}", why); }

constexpr std::size_t kHostileBytes = 2 * kKiB;  // well past kHostileStepsMax, and short enough to be tried for every start
constexpr std::size_t kHostileExamplesMax = 4;
constexpr std::size_t kHostilePiecesMax = 40;  // of one example

std::string repeated(std::string_view text) {
  std::string out;
  while (!text.empty() && out.size() < kHostileBytes) out += text;
  out.resize(std::min(out.size(), kHostileBytes));
  return out;
}

/// The rule's own words over and over, but never all of one: what makes a backtracking matcher try everything.
std::vector<std::string> hostile_texts(const std::vector<TextAt>& examples) {
  std::vector<std::string> out;
  for (const std::string_view piece : {"a", "A", " ", "0", "\t", "a ", "aA0", "=", "/", ".", "\"", "(", "a.a/a=a:", "\n"}) {
    out.push_back(repeated(piece));
    out.push_back(repeated(piece).substr(0, 1000) + "!");
  }
  for (std::size_t i = 0; i < std::min(examples.size(), kHostileExamplesMax); ++i) {
    const std::string_view text = examples[i].text;
    const std::size_t step = text.size() / kHostilePiecesMax + 1;
    for (std::size_t size = 1; size < text.size(); size += step) out.push_back(repeated(text.substr(0, size)));
    out.push_back(repeated(text.substr(text.size() / 2)));
  }
  // PCRE2 does not even begin where a letter that every match has is missing: a whole example, on a line of its own, has them all.
  const std::string ending = examples.empty() ? std::string{} : "\n" + examples.front().text;
  for (std::string& text : out) text += ending;
  return out;
}

RuleProblem example_problem(const Rule& rule, const TextAt& example, std::string_view what) {
  return {rule.file, example.line, rule.info.id, fmt::format("{}: {}", what, in_quotes(example.text))};
}

}  // namespace

std::optional<std::string> check_pattern(Expression& expression) {
  if (expression.pattern.size() > kPatternBytesMax) return too_expensive(fmt::format("over {} bytes long", kPatternBytesMax));
  if (expression.pattern.find('\0') != std::string::npos) return "the pattern holds a NUL byte; write \\x00";
  if (auto fault = fault_of_wide_characters(expression.pattern)) return fault;
  const auto exact = PcrePattern::compile(expression.pattern, expression.case_sensitive);
  if (!exact) return fmt::format("the pattern does not compile: {} at byte {}", exact.error().message, exact.error().position);
  if (exact->compiled_bytes() > kCompiledBytesMax || repeats_in(expression.pattern) > kRepeatsMax) {
    return too_expensive("its repeats multiply; use smaller bounds");
  }
  if (PcreMatcher{}.search(*exact, {}).outcome == Searched::found) return "the pattern matches the empty text, and so every line";
  const Expressed expressed = can_express(expression);
  if (expressed.how == Expressible::not_at_all) return fmt::format("the pattern is beyond Hyperscan: {}", expressed.message);
  expression.prefilter = expressed.how == Expressible::as_prefilter;
  return std::nullopt;
}

Result<std::vector<BroadRule>> find_broad_rules(const RuleSet& rules) {
  auto scanner = RuleScanner::make(rules);
  if (!scanner) return tl::unexpected(scanner.error());
  std::vector<BroadRule> out;
  std::vector<std::size_t> ordinary_hits(rules.applies_to.size());
  const auto count = [&](std::string_view line, bool says_nothing) -> Result<void> {
    const auto hit = rules_in(*scanner, rules, line);
    if (!hit) return tl::unexpected(hit.error());
    for (const std::uint32_t rule : *hit) {
      const bool broad = says_nothing || ++ordinary_hits[rule] * 2 > std::size(kOrdinaryLines);
      const bool told = std::any_of(out.begin(), out.end(), [&](const BroadRule& other) { return other.rule == rule; });
      if (broad && !told) out.push_back({rule, std::string(line)});
    }
    return {};
  };
  for (const std::string_view line : kEmptyLines) {
    if (auto done = count(line, true); !done) return tl::unexpected(done.error());
  }
  for (const std::string_view line : kOrdinaryLines) {
    if (auto done = count(line, false); !done) return tl::unexpected(done.error());
  }
  return out;
}

Result<std::vector<std::size_t>> find_loose_prefilters(const RuleSet& rules) {
  auto scanner = RuleScanner::make(rules);
  if (!scanner) return tl::unexpected(scanner.error());
  std::vector<std::size_t> looks(rules.rule_of.size());
  const std::size_t looks_max = std::size(kOrdinaryLines) / 3;
  const auto count = [&](std::string_view line, std::size_t weight) {
    scanner->forget();
    if (!scanner->scan(rules.all.get(), line)) return false;
    for (const unsigned expression : scanner->found()) {
      if (!rules.is_probe(expression) && rules.exact[expression]) looks[expression] += weight;
    }
    return true;
  };
  bool scanned = true;
  for (const std::string_view line : kEmptyLines) scanned &= count(line, looks_max + 1);
  for (const std::string_view line : kOrdinaryLines) scanned &= count(line, 1);
  if (!scanned) return tl::unexpected(hs_checked(scanner->error_code(), "trying the prefilters").error());
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    if (looks[i] > looks_max) out.push_back(i);
  }
  return out;
}

bool is_slow_on_hostile_text(const PcrePattern& pattern, const std::vector<TextAt>& examples) {
  PcreMatcher matcher{kHostileStepsMax};
  const std::vector<std::string> texts = hostile_texts(examples);
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& text) { return matcher.search_counting_steps(pattern, text).outcome == Searched::gave_up; });
}

Result<void> check_examples(const RuleSet& compiled, const std::vector<Rule>& rules, const std::vector<bool>& passed_over,
                            std::vector<RuleProblem>& problems) {
  auto scanner = RuleScanner::make(compiled);
  if (!scanner) return tl::unexpected(scanner.error());
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    if (passed_over[i]) continue;
    const Rule& rule = rules[i];
    const auto check = [&](const TextAt& example, bool should_hit, std::string_view what) -> Result<void> {
      const auto hit = rules_in(*scanner, compiled, example.text);
      if (!hit) return tl::unexpected(hit.error());
      if (std::binary_search(hit->begin(), hit->end(), i) != should_hit) problems.push_back(example_problem(rule, example, what));
      return {};
    };
    for (const TextAt& example : rule.match) {
      if (auto done = check(example, true, "the pattern does not match this example of a match"); !done) return done;
    }
    for (const TextAt& example : rule.no_match) {
      if (auto done = check(example, false, "the pattern matches this example of no match"); !done) return done;
    }
  }
  return {};
}

}  // namespace loglode
