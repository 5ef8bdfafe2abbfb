#include "rca/known_errors/pack_reader.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/ascii.h"
#include "base/near_word.h"
#include "base/pcre.h"
#include "base/yaml_lines.h"
#include "config/section.h"
#include "core/limits.h"
#include "rca/known_errors/fixed_text.h"
#include "rca/known_errors/read_only_command.h"

namespace loglode::rca {
namespace {

using config::ConfigProblem;
using config::ConfigReading;
using config::Section;
using config::Text;

constexpr std::string_view kPackKeys[] = {"pack", "version", "product", "description", "services", "entries"};
constexpr std::string_view kEntryKeys[] = {"id",   "title", "match",  "meaning",    "check",   "action",
                                           "kind", "risk",  "verify", "references", "examples"};
constexpr std::string_view kMatchKeys[] = {"rules", "patterns", "services"};
constexpr std::string_view kOwnerKeys[] = {"owner", "runbook", "channel"};
constexpr std::size_t kFileBytesMax = 4 * kMiB;
constexpr std::size_t kFixedTextMin = 4;  // less would let nearly every message through to the search

std::optional<std::string> no_variables(const std::string&) { return std::nullopt; }

std::vector<std::string> values_of(const std::vector<Text>& texts) {
  std::vector<std::string> out;
  for (const Text& text : texts) out.push_back(text.value);
  return out;
}

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 && is_letter(id.front()) &&
         std::all_of(id.begin(), id.end(), [](char c) { return (is_letter(c) && c == to_lower(c)) || is_digit(c) || c == '-'; });
}

void read_risk(const Section& section, KnownError& out) {
  const Text given = section.text("risk", true);
  if (given.empty()) return;
  const std::size_t colon = std::min(given.value.find(": "), given.value.size());
  constexpr RiskLevel kLevels[] = {RiskLevel::low, RiskLevel::medium, RiskLevel::high};
  const auto level = std::find_if(std::begin(kLevels), std::end(kLevels),
                                  [&](RiskLevel each) { return name_of(each) == std::string_view{given.value}.substr(0, colon); });
  if (level == std::end(kLevels) || colon + 2 >= given.value.size())
    return section.problem(given.line, "bad risk: low, medium or high, and why: \"low: only reads a file again\"");
  out.risk = *level;
  out.risk_why = given.value.substr(colon + 2);
}

/// Each placeholder of a command has a known name.
void check_placeholders(const Section& section, const Text& command) {
  for (std::size_t begin = command.value.find('{'); begin != std::string::npos; begin = command.value.find('{', begin + 1)) {
    const std::size_t end = command.value.find('}', begin);
    if (end == std::string::npos) return;
    const std::string_view name = std::string_view{command.value}.substr(begin + 1, end - begin - 1);
    const bool is_word = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || c == '_'; });
    const auto known = placeholder_names();
    if (is_word && std::find(known.begin(), known.end(), name) == known.end())
      section.problem(command.line, fmt::format("unknown placeholder {}{}", in_quotes(name), hint(name, known)));
  }
}

void read_checks(const Section& section, KnownError& out) {
  for (const Text& command : section.texts("check", true)) {
    if (const std::string problem = command_problem(command.value); !problem.empty())
      section.problem(command.line, fmt::format("check {}: {}", in_quotes(command.value), problem));
    check_placeholders(section, command);
    out.checks.push_back(command.value);
  }
}

/// A pattern has to fit an example, and each example has to fit a pattern (where there are any): what is not tried does not work.
void check_patterns(const Section& section, const std::vector<Text>& patterns, const std::vector<Text>& examples) {
  PcreMatcher matcher;
  std::vector<bool> fits(examples.size(), patterns.empty());
  for (const Text& pattern : patterns) {
    const auto compiled = PcrePattern::compile(pattern.value, false);
    if (!compiled) {
      section.problem(pattern.line, fmt::format("bad pattern {}: {} (at {})", in_quotes(pattern.value), compiled.error().message,
                                                compiled.error().position));
      return;
    }
    if (fixed_text_of(pattern.value).longest.size() < kFixedTextMin)
      section.problem(pattern.line,
                      fmt::format("bad pattern {}: it needs {} characters in a row that are always the same, outside of ( ) and [ ]; "
                                  "write a choice as two patterns",
                                  in_quotes(pattern.value), kFixedTextMin));
    bool fits_any = false;
    for (std::size_t i = 0; i < examples.size(); ++i) {
      const bool found = matcher.search(*compiled, examples[i].value).outcome == Searched::found;
      fits[i] = fits[i] || found;
      fits_any = fits_any || found;
    }
    if (!fits_any) section.problem(pattern.line, fmt::format("pattern {} fits none of the entry's examples", in_quotes(pattern.value)));
  }
  for (std::size_t i = 0; i < examples.size(); ++i)
    if (!fits[i])
      section.problem(examples[i].line, fmt::format("example {} fits none of the entry's patterns", in_quotes(examples[i].value)));
}

KnownError read_entry(const YAML::Node& node, const std::string& product, const std::vector<std::string>& services,
                      ConfigReading& reading) {
  const Section section{node, line_of(node), "an entry", kEntryKeys, reading};
  KnownError out;
  if (!section.is_mapping()) return out;
  out.product = product;
  out.file = reading.file;
  out.line = section.line();
  const Text id = section.text("id", true);
  if (!id.empty() && !is_id(id.value))
    section.problem(id.line, fmt::format("bad id {}: small letters, digits and dashes, beginning with a letter", in_quotes(id.value)));
  out.id = id.value;
  out.title = section.text("title", true).value;
  out.match.services = services;
  std::vector<Text> patterns;
  if (const auto match = section.section("match", "match", kMatchKeys)) {
    out.match.rules = values_of(match->texts("rules"));
    patterns = match->texts("patterns");
    out.match.patterns = values_of(patterns);
    if (match->has("services")) out.match.services = values_of(match->texts("services"));
    if (match->is_mapping() && out.match.rules.empty() && patterns.empty())
      section.problem(match->line(), "match needs \"rules\" or \"patterns\"");
  } else if (!section.has("match")) {
    section.lacks("match");
  }
  const std::vector<Text> examples = section.texts("examples", true);
  out.examples = values_of(examples);
  check_patterns(section, patterns, examples);
  out.meaning = section.text("meaning", true).value;
  read_checks(section, out);
  out.action = section.text("action", true).value;
  if (!section.has("kind")) section.lacks("kind");
  constexpr config::Word<ActionKind> kKinds[] = {
      {"observe", ActionKind::observe}, {"mitigate", ActionKind::mitigate}, {"fix", ActionKind::fix}};
  config::Given<ActionKind> kind;
  section.choice("kind", kKinds, kind);
  out.action_kind = kind.value;
  read_risk(section, out);
  out.verify = section.text("verify", true).value;
  out.references = values_of(section.texts("references"));
  return out;
}

std::vector<KnownError> read_pack(const YAML::Node& root, ConfigReading& reading) {
  std::vector<KnownError> out;
  const Section section{root, 1, "a pack of known errors", kPackKeys, reading};
  if (!section.is_mapping()) return out;
  static_cast<void>(section.text("pack", true));
  static_cast<void>(section.text("description"));
  const Text version = section.text("version", true);
  if (!version.empty() && version.value != "1") section.problem(version.line, "bad version: this program reads version 1");
  const std::string product = section.text("product", true).value;
  const std::vector<std::string> services = values_of(section.texts("services"));
  const YAML::Node* entries = section.find("entries");
  if (entries == nullptr) {
    section.lacks("entries");
    return out;
  }
  if (!entries->IsSequence()) {
    section.problem(section.key_line("entries"), "\"entries\" is a list: each begins with \"- \"");
    return out;
  }
  for (const YAML::Node& node : *entries) {
    KnownError error = read_entry(node, product, services, reading);
    if (std::any_of(out.begin(), out.end(), [&](const KnownError& other) { return !error.id.empty() && other.id == error.id; }))
      reading.problem(error.line, fmt::format("a second entry {} in this pack", in_quotes(error.id)));
    out.push_back(std::move(error));
  }
  return out;
}

/// Loads `yaml` and hands its root to `read`; whatever is no YAML is a problem.
template <class Read>
void read_yaml(const std::string& yaml, const std::string& file, std::vector<ConfigProblem>& problems, Read read) {
  static const config::Environment kNoVariables = no_variables;
  ConfigReading reading{file, {}, kNoVariables};
  if (const std::string_view encoding = encoding_problem(yaml); !encoding.empty()) {
    problems.push_back({file, 0, fmt::format("not YAML: {}", encoding)});
    return;
  }
  try {
    if (const int line = line_of_second_document(yaml); line > 0)
      reading.problem(line, "a second YAML document (after ---): a file holds one");
    read(YAML::Load(yaml), reading);
  } catch (const YAML::Exception& error) {  // yaml-cpp speaks in exceptions; they end here
    reading.problem(std::max(0, error.mark.line + 1), fmt::format("not YAML: {}", error.msg));
  }
  std::stable_sort(reading.problems.begin(), reading.problems.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
  problems.insert(problems.end(), reading.problems.begin(), reading.problems.end());
}

std::optional<std::string> read_file(const std::string& path, std::vector<ConfigProblem>& problems) {
  std::ifstream file{path, std::ios::binary};
  std::string text(kFileBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad()) {
    problems.push_back({path, 0, "cannot be read: is it there, and may this user read it?"});
    return std::nullopt;
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kFileBytesMax) {
    problems.push_back({path, 0, fmt::format("too large: over {} bytes", kFileBytesMax)});
    return std::nullopt;
  }
  return text;
}

/// A file, or the *.yaml of a folder by name.
std::vector<std::string> files_of(const std::string& path, std::vector<ConfigProblem>& problems) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return {path};
  std::vector<std::string> out;
  for (auto each = std::filesystem::directory_iterator{path, error}; !error && each != std::filesystem::directory_iterator{};
       each.increment(error))
    if (each->path().extension() == ".yaml" || each->path().extension() == ".yml") out.push_back(each->path().string());
  if (error) problems.push_back({path, 0, fmt::format("cannot be read: {}", error.message())});
  std::sort(out.begin(), out.end());
  if (!error && out.empty()) problems.push_back({path, 0, "a folder without a *.yaml file"});
  return out;
}

void check_rules(const std::vector<KnownError>& errors, const std::set<std::string>& known, std::vector<ConfigProblem>& problems) {
  const std::vector<std::string_view> ids{known.begin(), known.end()};
  for (const KnownError& error : errors)
    for (const std::string& rule : error.match.rules)
      if (!known.contains(rule))
        problems.push_back(
            {error.file, error.line, fmt::format("entry {}: unknown rule {}{}", in_quotes(error.id), in_quotes(rule), hint(rule, ids))});
}

}  // namespace

std::vector<KnownError> read_known_errors(const std::string& yaml, const std::string& file, std::vector<ConfigProblem>& problems) {
  std::vector<KnownError> out;
  read_yaml(yaml, file, problems, [&](const YAML::Node& root, ConfigReading& reading) { out = read_pack(root, reading); });
  return out;
}

std::vector<OwnedServices> read_owners(const std::string& yaml, const std::string& file, std::vector<ConfigProblem>& problems) {
  std::vector<OwnedServices> out;
  read_yaml(yaml, file, problems, [&](const YAML::Node& root, ConfigReading& reading) {
    if (!root.IsMap())
      return reading.problem(1, "a file of owners has globs of services, each with owner, runbook, channel: 'pay-*': {owner: payments}");
    for (const auto& each : root) {
      const int line = line_of(each.first);
      if (!each.first.IsScalar() || each.first.Scalar().empty()) {
        reading.problem(line, "a glob of services must be a text");
        continue;
      }
      const std::string& glob = each.first.Scalar();
      if (std::any_of(out.begin(), out.end(), [&](const OwnedServices& other) { return other.services == glob; }))
        reading.problem(line, fmt::format("services {} are given twice", in_quotes(glob)));
      const Section section{each.second, line, "an owner", kOwnerKeys, reading};
      const Text runbook = section.text("runbook");
      if (!runbook.empty() && !runbook.value.starts_with("https://") && !runbook.value.starts_with("http://"))
        section.problem(runbook.line, "bad runbook: an address that begins with https:// or http://");
      out.push_back({glob, {section.text("owner", true).value, runbook.value, section.text("channel").value}});
    }
  });
  return out;
}

LoadedKnownErrors load_known_errors(std::vector<KnownError> builtin, const std::vector<std::string>& packs, const std::string& owners,
                                    const std::set<std::string>* rules) {
  LoadedKnownErrors out;
  for (const std::string& pack : packs) {
    for (const std::string& path : files_of(pack, out.problems)) {
      const auto text = read_file(path, out.problems);
      if (!text) continue;
      std::vector<KnownError> own = read_known_errors(*text, path, out.problems);
      if (rules != nullptr) check_rules(own, *rules, out.problems);
      std::move(own.begin(), own.end(), std::back_inserter(builtin));
    }
  }
  std::vector<OwnedServices> owned;
  if (!owners.empty())
    if (const auto text = read_file(owners, out.problems)) owned = read_owners(*text, owners, out.problems);
  out.known = std::make_shared<const KnownErrors>(std::move(builtin), std::move(owned));
  return out;
}

bool is_known_error_pack(std::string_view yaml) {
  return (yaml.starts_with("pack:") || yaml.find("\npack:") != std::string_view::npos) &&
         (yaml.starts_with("entries:") || yaml.find("\nentries:") != std::string_view::npos);
}

}  // namespace loglode::rca
