#include "patterns/rules/rule_pack.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>

#include "patterns/rules/pack_reader.h"

namespace loglode {
namespace {

constexpr std::string_view kPackVersion = "1";  // of the format, docs/rules.md
// `check` takes a file that shows nothing of what it is for a pack.
constexpr std::string_view kWhatFilesHave =
    R"(a configuration of `run` has "sources" and "sinks", a rule pack "pack", "version" and "rules")";
constexpr std::string_view kPackKeys[] = {"pack", "version", "rules", "description"};
constexpr std::string_view kRuleKeys[] = {"id",       "name",    "category", "severity",    "pattern",    "case_sensitive", "applies_to",
                                          "examples", "meaning", "check",    "safe_action", "references", "opens"};
constexpr std::string_view kAppliesToKeys[] = {"services", "severity_at_least", "severity_below"};
constexpr std::string_view kExampleKeys[] = {"match", "no_match"};
constexpr std::string_view kCategories[] = {"error", "performance", "security", "business"};
constexpr std::string_view kSeverities[] = {"trace", "debug", "info", "warn", "error", "fatal"};
constexpr std::array kSeverityValues = {Severity::trace, Severity::debug, Severity::info, Severity::warn, Severity::error, Severity::fatal};
constexpr std::size_t kIdBytesMax = 64;

bool is_kebab_case(std::string_view id) {
  const auto is_word_byte = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  bool after_dash = true;
  for (const char c : id) {
    if (c == '-' ? after_dash : !is_word_byte(c)) return false;
    after_dash = c == '-';
  }
  return !after_dash && id.size() <= kIdBytesMax && id.front() >= 'a' && id.front() <= 'z';
}

/// The position of the text under `key` in `words`; a problem when it is none of them.
std::optional<std::size_t> read_word(MappingReader& map, std::string_view key, std::span<const std::string_view> words, bool required) {
  if (!required && !map.has(key)) return std::nullopt;
  const std::string text = map.required_text(key);
  if (text.empty()) return std::nullopt;
  const auto found = std::find(words.begin(), words.end(), text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  map.problem(map.line_at(key), fmt::format("bad {} {}: one of {}{}", key, in_quotes(text), fmt::join(words, ", "), hint(text, words)));
  return std::nullopt;
}

AppliesTo read_applies_to(const YAML::Node* node, RuleCategory category, ProblemList& problems, const std::string& rule) {
  AppliesTo out;
  // What INFO lines say of timeouts and failures is mostly a setting or a retry that worked.
  if (category == RuleCategory::error) {
    out.at_least = Severity::warn;
    out.tells_calm = true;
  }
  if (node == nullptr) return out;
  MappingReader map{*node, "applies_to", kAppliesToKeys, problems, rule};
  for (TextAt& glob : map.texts("services", kExamplesPerRuleMax, false)) {
    if (glob.text.size() > kGlobBytesMax) map.problem(glob.line, fmt::format("the glob is too long: over {} bytes", kGlobBytesMax));
    out.services.push_back(std::move(glob.text));
  }
  if (const auto word = read_word(map, "severity_at_least", kSeverities, false)) {
    out.at_least = kSeverityValues[*word];
    out.tells_calm = false;
  }
  if (const auto word = read_word(map, "severity_below", kSeverities, false)) {
    out.below = kSeverityValues[*word];
    if (out.below <= out.at_least)
      map.problem(map.line_at("severity_below"), "severity_below must be above severity_at_least, or no severity is left");
  }
  return out;
}

void read_examples(const YAML::Node& node, Rule& rule, ProblemList& problems) {
  MappingReader map{node, "examples", kExampleKeys, problems, rule.info.id};
  if (!node.IsMap()) return;
  rule.match = map.texts("match", kExamplesPerRuleMax, true);
  rule.no_match = map.texts("no_match", kExamplesPerRuleMax, true);
}

Rule read_rule(const YAML::Node& node, ProblemList& problems) {
  Rule rule;
  rule.file = problems.file();
  rule.line = line_of(node);
  const YAML::Node id = node.IsMap() ? node["id"] : YAML::Node{};
  rule.info.id = id.IsDefined() && id.IsScalar() ? id.Scalar() : std::string{};
  MappingReader map{node, "rule", kRuleKeys, problems, rule.info.id};
  if (!node.IsMap()) return rule;

  const std::string id_text = map.required_text("id");
  if (!id_text.empty() && !is_kebab_case(id_text)) {
    map.problem(map.line_at("id"),
                fmt::format("bad id {}: lower-case words and digits joined by single dashes, a letter first, at most {} bytes",
                            in_quotes(id_text), kIdBytesMax));
  }
  rule.info.name = map.required_text("name");
  if (const auto word = read_word(map, "category", kCategories, true)) rule.info.category = static_cast<RuleCategory>(*word);
  if (const auto word = read_word(map, "severity", kSeverities, true)) rule.info.severity = kSeverityValues[*word];
  rule.patterns = map.texts("pattern", kPatternsPerRuleMax, true);
  rule.case_sensitive = map.optional_flag("case_sensitive", false);
  rule.applies_to = read_applies_to(map.find("applies_to"), rule.info.category, problems, rule.info.id);
  rule.applies_to.opens = map.optional_flag("opens", true);
  if (const YAML::Node* examples = map.find("examples")) {
    read_examples(*examples, rule, problems);
  } else {
    map.problem(map.line(), "rule lacks \"examples\"");
  }
  rule.info.meaning = map.required_text("meaning");
  rule.info.check = map.optional_text("check");
  rule.info.safe_action = map.optional_text("safe_action");
  for (TextAt& reference : map.texts("references", kExamplesPerRuleMax, false)) rule.references.push_back(std::move(reference.text));
  return rule;
}

std::vector<Rule> read_rules(const YAML::Node& root, ProblemList& problems) {
  std::vector<Rule> out;
  if (!root.IsMap()) {
    problems.add(line_of(root), {}, fmt::format("must be a mapping: {}", kWhatFilesHave));
    return out;
  }
  MappingReader map{root, "pack", kPackKeys, problems};
  static_cast<void>(map.required_text("pack"));
  const std::string version = map.required_text("version");
  if (!version.empty() && version != kPackVersion) {
    map.problem(map.line_at("version"),
                fmt::format("bad version {}: this program reads packs of version {}", in_quotes(version), kPackVersion));
  }
  static_cast<void>(map.optional_text("description"));
  const YAML::Node* rules = map.find("rules");
  if (rules == nullptr || !rules->IsSequence()) {
    map.problem(map.line_at("rules"), rules == nullptr ? "pack lacks \"rules\"" : "\"rules\" must be a list");
    return out;
  }
  if (rules->size() > kRulesMax) map.problem(line_of(*rules), fmt::format("{} rules, at most {} are read", rules->size(), kRulesMax));
  for (std::size_t i = 0; i < std::min(rules->size(), kRulesMax); ++i) out.push_back(read_rule((*rules)[i], problems));
  return out;
}

bool is_pack_name(const std::filesystem::path& path) { return path.extension() == ".yaml" || path.extension() == ".yml"; }

void read_pack_file(const std::string& path, std::vector<RulePackText>& out, std::vector<RuleProblem>& problems) {
  std::ifstream file{path, std::ios::binary};
  std::string text(kPackBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad()) {
    problems.push_back({path, 0, {}, "cannot be read; does it exist and may this user read it?"});
    return;
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  out.push_back({path, std::move(text)});
}

std::vector<std::string> files_in(const std::string& folder, std::vector<RuleProblem>& problems) {
  std::vector<std::string> out;
  std::error_code error;
  for (std::filesystem::directory_iterator entry{folder, error}, end; !error && entry != end; entry.increment(error)) {
    if (is_pack_name(entry->path())) out.push_back(entry->path().string());
  }
  if (error) problems.push_back({folder, 0, {}, fmt::format("the folder cannot be read: {}", error.message())});
  if (!error && out.empty()) problems.push_back({folder, 0, {}, "no rule pack (*.yaml, *.yml) is in this folder"});
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

bool glob_matches(std::string_view glob, std::string_view text) noexcept {
  std::size_t g = 0, t = 0, star = std::string_view::npos, retry = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      retry = t;
    } else if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
      ++g;
      ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', g) == std::string_view::npos;
}

bool AppliesTo::admits(std::string_view service, Severity severity) const noexcept {
  return opens && (severity == Severity::unspecified || (severity >= at_least && severity < below)) && is_of(service);
}

bool AppliesTo::tells(std::string_view service, Severity severity) const noexcept {
  if (opens && !tells_calm) return false;
  const Severity from = tells_calm ? std::min(at_least, Severity::info) : at_least;
  return (severity == Severity::unspecified || (severity >= from && severity < below)) && is_of(service);
}

bool AppliesTo::is_of(std::string_view service) const noexcept {
  return services.empty() ||
         std::any_of(services.begin(), services.end(), [&](const std::string& glob) { return glob_matches(glob, service); });
}

std::vector<Rule> read_pack(const RulePackText& pack, std::vector<RuleProblem>& problems) {
  ProblemList list{pack.name, problems};
  if (pack.yaml.size() > kPackBytesMax) {
    list.add(0, {}, fmt::format("too large: over {} bytes", kPackBytesMax));
    return {};
  }
  if (const std::string_view encoding = encoding_problem(pack.yaml); !encoding.empty()) {
    list.add(0, {}, fmt::format("not YAML: {}", encoding));
    return {};
  }
  try {
    if (const int line = line_of_second_document(pack.yaml); line > 0)
      list.add(line, {}, "a second YAML document (after ---): a file holds one pack");
    const YAML::Node root = YAML::Load(pack.yaml);
    if (!root.IsNull() && !(root.IsMap() && root.size() == 0)) return read_rules(root, list);
    list.add(0, {}, fmt::format("empty: {}", kWhatFilesHave));
    return {};
  } catch (const YAML::Exception& error) {  // yaml-cpp speaks in exceptions; they end here
    list.add(std::max(0, error.mark.line + 1), {}, fmt::format("not YAML: {}", error.msg));
    return {};
  }
}

std::vector<RulePackText> read_pack_files(const std::vector<std::string>& packs, std::vector<RuleProblem>& problems) {
  std::vector<RulePackText> out;
  for (const std::string& pack : packs) {
    std::error_code error;
    if (std::filesystem::is_directory(pack, error)) {
      for (const std::string& file : files_in(pack, problems)) read_pack_file(file, out, problems);
    } else {
      read_pack_file(pack, out, problems);
    }
  }
  return out;
}

}  // namespace loglode
