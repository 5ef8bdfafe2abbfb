// The packs that come with the program, through the real engine, and Hyperscan against PCRE2 over everything they have as examples.
#include <filesystem>
#include <random>

#include "patterns/rules/compiled_rules.h"
#include "patterns/rules/passed_text.h"
#include "patterns/rules/rule_pack.h"
#include "patterns/rules/rule_scanner.h"
#include "tests/unit/patterns/rules/loaded_builtin_packs.h"
#include "tests/unit/patterns/rules/rules_for_tests.h"

namespace loglode {
namespace {

/// The built-in rules in the engine's order; empty (with a line that says so) when there are none in the tree.
std::vector<Rule> builtin_rules() {
  std::vector<RuleProblem> problems;
  std::vector<Rule> out;
  for (const RulePackText& pack : read_pack_files(test::builtin_packs_config().packs, problems)) {
    for (Rule& rule : read_pack(pack, problems)) out.push_back(std::move(rule));
  }
  if (out.empty()) WARN("skipped: no rule pack in configs/rules");
  std::stable_sort(out.begin(), out.end(), [](const Rule& a, const Rule& b) { return a.info.id < b.info.id; });
  return out;
}

TEST_CASE("built-in packs: they have no problems and each example does what it says", "[rules]") {
  const std::vector<Rule> rules = builtin_rules();
  if (rules.empty()) return;
  const LoadedRules& loaded = test::loaded_builtin_packs();
  for (const RuleProblem& problem : loaded.problems) FAIL_CHECK(to_string(problem));
  REQUIRE(loaded.rules != nullptr);
  REQUIRE(loaded.catalog->size() == rules.size());
  Classified hits{loaded};
  const auto hit_by = [&](const Rule& rule, const TextAt& example, Severity severity = Severity::error) {
    const std::string ids = " " + hits(record_of(example.text, severity, rule.applies_to.services.empty() ? "" : "any")) + " ";
    return ids.find(" " + rule.info.id + " ") != std::string::npos;
  };
  for (const Rule& rule : rules) {
    INFO(rule.file << ":" << rule.line << ": " << rule.info.id);
    if (!rule.applies_to.services.empty() || rule.applies_to.below <= Severity::error) continue;
    for (const TextAt& example : rule.match) {
      CHECK(hit_by(rule, example));
      // What a line cites is no error of its own (cited_text.h); no example of an error is only cited.
      for (const Severity severity : {Severity::unspecified, Severity::info, Severity::warn}) {
        INFO(example.text << " as " << severity_name(severity));
        if (rule.info.category == RuleCategory::error && rule.applies_to.admits("", severity) && !tells_that_it_passed(example.text))
          CHECK(hit_by(rule, example, severity));
      }
    }
    for (const TextAt& example : rule.no_match) CHECK_FALSE(hit_by(rule, example));
  }
}

/// All expressions by PCRE2 alone.
class SlowMatcher {
 public:
  explicit SlowMatcher(const RuleSet& rules) {
    for (std::size_t i = 0; i < rules.rule_of.size(); ++i) {
      auto pattern = PcrePattern::compile(rules.expressions[i].pattern, rules.expressions[i].case_sensitive);
      REQUIRE(pattern.has_value());
      patterns_.push_back({rules.rule_of[i], std::move(*pattern)});
    }
  }
  std::vector<std::uint32_t> operator()(std::string_view text) {
    std::vector<std::uint32_t> out;
    for (const auto& [rule, pattern] : patterns_) {
      if ((out.empty() || out.back() != rule) && matcher_.search(pattern, text).outcome == Searched::found) out.push_back(rule);
    }
    return out;
  }

 private:
  std::vector<std::pair<std::uint32_t, PcrePattern>> patterns_;
  PcreMatcher matcher_{1'000'000};
};

std::string mutated(std::string text, std::string_view other, std::mt19937_64& random) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % std::max<std::size_t>(n, 1)); };
  for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
    const std::size_t at = below(text.size() + 1);
    switch (below(7)) {
      case 0:
        text.erase(std::min(at, text.size()), 1 + below(3));
        break;
      case 1:
        text.insert(at, 1, static_cast<char>(below(256)));
        break;
      case 2:
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ 0x20);
        break;
      case 3:
        text.insert(at, other.substr(below(other.size() + 1), below(30)));
        break;
      case 4:
        text.insert(at, below(2) != 0 ? "\n" : " ");
        break;
      case 5:
        text.insert(at, text.substr(below(text.size() + 1), below(20)));
        break;
      default:
        text = text.substr(0, at) + std::string(other.substr(std::min(at, other.size())));
        break;
    }
  }
  return text;
}

void check_same(const LoadedRules& loaded, const std::vector<std::string>& texts, int rounds) {
  auto scanner = RuleScanner::make(*loaded.rules);
  REQUIRE(scanner.has_value());
  SlowMatcher slow{*loaded.rules};
  const auto same = [&](std::string_view text) {
    const auto fast = rules_in(*scanner, *loaded.rules, text);
    REQUIRE(fast.has_value());
    const auto expected = slow(text);
    if (*fast == expected) return;
    std::string ids;
    for (const std::uint32_t rule : *fast) ids += " +" + (*loaded.catalog)[rule].id;
    for (const std::uint32_t rule : expected) ids += " -" + (*loaded.catalog)[rule].id;
    FAIL_CHECK("Hyperscan (+) and PCRE2 (-) differ:" << ids << " in: " << text);
  };
  for (const std::string& text : texts) same(text);
  std::mt19937_64 random{20240301};
  for (int round = 0; round < rounds; ++round) {
    for (const std::string& text : texts) same(mutated(text, texts[random() % texts.size()], random));
  }
}

TEST_CASE("built-in packs: Hyperscan finds what PCRE2 finds, in all examples and in thousands of variations", "[rules]") {
  const std::vector<Rule> rules = builtin_rules();
  if (rules.empty()) return;
  const LoadedRules& loaded = test::loaded_builtin_packs();
  REQUIRE(loaded.rules != nullptr);
  std::vector<std::string> texts;
  for (const Rule& rule : rules) {
    for (const TextAt& example : rule.match) texts.push_back(example.text);
    for (const TextAt& example : rule.no_match) texts.push_back(example.text);
  }
  check_same(loaded, texts, 2);
}

TEST_CASE("patterns: what a pattern may be written with means the same to Hyperscan and to PCRE2", "[rules]") {
  const LoadedRules loaded = sound_rules(
      rule_text("space", R"(x\sy)", "x y") + rule_text("not-space", R"(x\Sz)", "x-z") + rule_text("word", R"(\bword\b)", "a word") +
      rule_text("no-boundary", R"(\Bord\b)", "word") + rule_text("end", "done!$", "done!") +
      rule_text("end-of-text", R"(ready\z)", "ready") + rule_text("end-or-newline", R"(steady\Z)", "steady") +
      rule_text("each-line", "(?m)^go$", "go") + rule_text("classes", "q[[:alpha:]][[:^digit:]]9", "qaa9") +
      rule_text("negated", "k[^a-z]k", "k k") + rule_text("hex", R"(\x41\x{42}\t?\e?C)", "abc") +
      rule_text("free", "(?x) f r e e", "free") + rule_text("mixed-case", "(?-i)MiXed", "MiXed") +
      rule_text("octal-dot", R"(v\.\d{1,3}\.)", "v.1.") + rule_text("lazy", "la.{0,9}?zy", "la-zy") +
      rule_text("possessive", "po++ss", "pooss") + rule_text("umlaut", "für", "für") + rule_text("quoted", R"(\Qa.b\E)", "a.b"));
  check_same(loaded,
             {"x y",
              "x\ty",
              "x\x0by",
              "x\x0cy",
              "x\xa0y",
              "x\x85y",
              "x-z",
              "x\nz",
              "word",
              "wor\xc3\xa9",
              "\xe9word",
              "_word",
              "done!",
              "done!\n",
              "done!\n\n",
              "done!\r\n",
              "ready",
              "ready\n",
              "steady",
              "steady\n",
              "steady\n\n",
              "stop\ngo\nthen",
              "go\r\n",
              "qaa9",
              "qa\n9",
              "q\xe9 9",
              "k\nk",
              "k\xe9k",
              "kKk",
              "abc",
              "ab\t\x1b"
              "c",
              "free",
              "MiXed",
              "mixed",
              "v.1.",
              "la\nzy",
              "la123zy",
              "pooss",
              "für",
              "FÜR",
              "f\xfcr",
              "a.b",
              "axb",
              std::string("x\0y", 3)},
             200);
}

}  // namespace
}  // namespace loglode
