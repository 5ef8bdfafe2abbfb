#include "config/mutes_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/near_word.h"
#include "base/yaml_lines.h"
#include "config/section.h"

namespace loglode::config {
namespace {

constexpr std::string_view kMuteKeys[] = {"kind", "service", "template", "rule", "text", "reason", "until"};
constexpr std::size_t kFileBytesMax = kMiB;
constexpr std::size_t kMutesMax = 1000;  // each is held against each finding of each judgement

struct When {
  Timestamp now;
  bool (*read_time)(std::string_view text, Timestamp& out);
};

std::vector<std::string_view> kinds() {
  std::vector<std::string_view> names;
  for (std::uint8_t kind = 0; kind <= static_cast<std::uint8_t>(FindingKind::error_seen); ++kind)
    if (static_cast<FindingKind>(kind) != FindingKind::storm) names.push_back(name_of(static_cast<FindingKind>(kind)));
  return names;
}

/// `name`: one of kinds().
FindingKind kind_named(std::string_view name) {
  std::uint8_t kind = 0;
  while (name_of(static_cast<FindingKind>(kind)) != name) ++kind;
  return static_cast<FindingKind>(kind);
}

void read_kind(const Section& section, MuteConfig& out) {
  const Text given = section.text("kind");
  if (given.empty()) return;
  const std::vector<std::string_view> names = kinds();
  const auto found = std::find(names.begin(), names.end(), given.value);
  if (found != names.end())
    out.mute.kind = kind_named(*found);
  else if (given.value == name_of(FindingKind::storm))
    section.problem(given.line, "bad kind \"storm\": a storm is many findings at once; mute those");
  else
    section.problem(given.line,
                    fmt::format("bad kind {}: no kind of finding{}", quoted(given), given.hidden ? "" : hint(given.value, names)));
}

void read_template(const Section& section, MuteConfig& out) {
  const Text given = section.text("template");
  if (given.empty()) return;
  std::uint64_t id = 0;
  const char* const end = given.value.data() + given.value.size();
  const auto read = std::from_chars(given.value.data(), end, id, 16);
  if (given.value.size() != 16 || read.ec != std::errc{} || read.ptr != end || id == 0)
    section.problem(given.line, fmt::format("bad template {}: the 16 hex digits of a template's id", quoted(given)));
  else
    out.mute.template_id = TemplateId{id, 0};  // as it is shown; the judge's side looks up which one that is
}

/// RFC 3339 only: a time without a zone would end at another hour on another machine.
bool is_rfc3339(std::string_view text) {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't')) return false;
  if (text.back() == 'Z' || text.back() == 'z') return true;
  const std::string_view zone = text.substr(text.size() - 6);
  return (zone[0] == '+' || zone[0] == '-') && zone[3] == ':';
}

void read_until(const Section& section, const When& when, MuteConfig& out) {
  const Text given = section.text("until", true);
  if (given.empty()) return;
  if (!is_rfc3339(given.value) || !when.read_time(given.value, out.mute.until)) {
    section.problem(given.line, fmt::format("bad until {}: a time with its zone, like 2026-12-01T06:00:00Z", quoted(given)));
    return;
  }
  if (out.mute.until <= when.now)
    section.reading().warn(given.line,
                           "this mute has ended: nothing that happens now is muted by it; take it out, or give it another \"until\"");
}

MuteConfig read_mute(const YAML::Node& node, const When& when, ConfigReading& reading) {
  const Section section{node, line_of(node), "a mute", kMuteKeys, reading};
  MuteConfig out;
  out.file = reading.file;
  out.line = section.line();
  read_kind(section, out);
  read_template(section, out);
  out.mute.service = section.text("service").value;
  out.rule = section.text("rule");
  out.mute.rule = out.rule.value;
  out.mute.text = section.text("text").value;
  out.mute.reason = section.text("reason", true).value;
  read_until(section, when, out);
  const bool says_what =
      std::any_of(std::begin(kMuteKeys), std::end(kMuteKeys) - 2, [&](std::string_view key) { return section.has(key); });
  if (section.is_mapping() && !says_what)
    section.problem(out.line, "a mute needs one of kind, service, template, rule, text: everything cannot be muted");
  return out;
}

void read_list(const std::string& yaml, const When& when, ConfigReading& reading, std::vector<MuteConfig>& out) {
  try {
    if (const int line = line_of_second_document(yaml); line > 0)
      reading.problem(line, "a second YAML document (after ---): a file holds one list of mutes");
    const YAML::Node root = YAML::Load(yaml);
    if (root.IsNull()) return;
    if (!root.IsSequence()) return reading.problem(line_of(root), "a file of mutes is a list: each begins with \"- \"");
    for (const auto& node : root) {
      if (out.size() == kMutesMax) return reading.problem(line_of(node), fmt::format("more than {} mutes in all", kMutesMax));
      out.push_back(read_mute(node, when, reading));
    }
  } catch (const YAML::Exception& error) {  // yaml-cpp speaks in exceptions; they end here
    reading.problem(std::max(0, error.mark.line + 1), fmt::format("not YAML: {}", error.msg));
  }
}

}  // namespace

void read_mutes(LoadedConfig& loaded, const Environment& environment, bool (*read_time)(std::string_view text, Timestamp& out)) {
  JudgingConfig& detect = loaded.config.detect;
  const When when{std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()), read_time};
  for (const Text& path : detect.mutes) {
    std::ifstream file{path.value, std::ios::binary};
    std::string text(kFileBytesMax + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.is_open() || file.bad() || std::filesystem::is_directory(path.value)) {
      loaded.problems.push_back(
          {loaded.config.file, path.line, fmt::format("mutes {} cannot be read: is it there, and may this user read it?", quoted(path))});
      continue;
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    ConfigReading reading{path.shown, std::filesystem::path{path.value}.parent_path().string(), environment};
    if (text.size() > kFileBytesMax)
      reading.problem(0, fmt::format("too large: over {} bytes", kFileBytesMax));
    else
      read_list(text, when, reading, detect.muted);
    std::move(reading.problems.begin(), reading.problems.end(), std::back_inserter(loaded.problems));
    std::move(reading.warnings.begin(), reading.warnings.end(), std::back_inserter(loaded.warnings));
  }
}

}  // namespace loglode::config
