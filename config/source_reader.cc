#include <fmt/format.h>

#include <algorithm>

#include "base/near_word.h"
#include "base/yaml_lines.h"
#include "config/quantities.h"
#include "config/readers.h"
#include "config/type_reading.h"

namespace loglode::config {
namespace {

constexpr std::string_view kServiceKeys[] = {"from"};
constexpr std::string_view kServiceWords[] = {"topic", "key", "path", "field:NAME", "fixed:NAME"};

}  // namespace

void check_format(const Text& format, const std::vector<std::string>& known, ConfigReading& reading) {
  if (format.line == 0) return;
  if (std::find(known.begin(), known.end(), format.value) != known.end()) return;
  const std::vector<std::string_view> names{known.begin(), known.end()};
  const std::string near = !format.hidden ? hint(format.value, names) : std::string{};
  reading.problem(format.line, fmt::format("unknown format {}{}", quoted(format), near));
}

std::optional<ServiceFrom> read_service(const Section& owner, SourceConfig::Type type) {
  const auto section = owner.section("service", owner.what() + ".service", kServiceKeys);
  if (!section) return std::nullopt;
  const Text from = section->text("from", true);
  if (from.empty()) return std::nullopt;
  using Kind = ServiceFrom::Kind;
  const auto named = [&](std::string_view prefix) { return from.value.starts_with(prefix) && from.value.size() > prefix.size(); };
  if (named("field:")) return ServiceFrom{Kind::field, from.value.substr(6), from.line};
  if (named("fixed:")) return ServiceFrom{Kind::fixed, from.value.substr(6), from.line};
  const bool kafka = type == SourceConfig::Type::kafka;
  if (kafka && from.value == "topic") return ServiceFrom{Kind::topic, {}, from.line};
  if (kafka && from.value == "key") return ServiceFrom{Kind::key, {}, from.line};
  if (type == SourceConfig::Type::file && from.value == "path") return ServiceFrom{Kind::path, {}, from.line};
  for (const std::string_view word : {"topic", "key", "path"}) {
    if (from.value != word) continue;
    owner.problem(from.line, fmt::format("service from {}: {} has no {}", word, owner.what(), word));
    return std::nullopt;
  }
  static_cast<void>(section->word_index("from", from, kServiceWords));
  return std::nullopt;
}

namespace {

SourceConfig read_source(const std::string& name, int line, const YAML::Node& node, ConfigReading& reading,
                         const TypesToRead<SourceConfig>& of, const KnownWords& known) {
  SourceConfig out;
  out.name = name;
  out.line = line;
  const Section section{node, line, fmt::format("source {}", in_quotes(name)), of.keys.known(), reading};
  if (!node.IsMap()) return out;
  if (!section.has("type")) section.lacks("type");
  const std::size_t problems_before = reading.problems.size();
  const auto* const type = named_type(section, of.types);
  if (type != nullptr) {  // without a type there is no telling what belongs
    out.type = type->type;
    type->read(section, out);
    of.keys.refuse_foreign(section, type->name);
    out.service = read_service(section, out.type).value_or(ServiceFrom{});
  }
  if (Text format = section.text("format"); !format.empty()) out.format = std::move(format);
  check_format(out.format, known.formats(), reading);
  section.duration("lateness", out.lateness, {Milliseconds{0}, hours(24 * 7)});
  out.zone = section.text("tz");
  if (!out.zone.empty() && !known.is_zone(out.zone.value))
    section.problem(out.zone.line, fmt::format("unknown tz {}: write a name like Europe/Berlin, or UTC", quoted(out.zone)));
  out.transforms = read_transforms(section);
  if (type != nullptr && reading.problems.size() == problems_before) type->check(out, reading);
  return out;
}

}  // namespace

bool check_name(const std::string& name, int line, std::string_view what, ConfigReading& reading) {
  constexpr std::size_t kNameBytesMax = 64;
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  const bool is_folder = name == "." || name == "..";
  if (!name.empty() && name.size() <= kNameBytesMax && !is_folder && std::all_of(name.begin(), name.end(), fits)) return true;
  reading.problem(line,
                  fmt::format("bad name of a {} {}: letters, digits and . _ - only, at most {}", what, in_quotes(name), kNameBytesMax));
  return false;
}

std::vector<SourceConfig> read_sources(const YAML::Node& node, int line, ConfigReading& reading, const TypesToRead<SourceConfig>& of,
                                       const KnownWords& known) {
  std::vector<SourceConfig> out;
  if (!node.IsMap() || node.size() == 0) {
    reading.problem(line, "\"sources\" must be a mapping of at least one name to a source");
    return out;
  }
  for (const auto& entry : node) {
    const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : std::string{};
    const int at = line_of(entry.first);
    if (!check_name(name, at, "source", reading)) continue;
    if (std::any_of(out.begin(), out.end(), [&](const SourceConfig& other) { return other.name == name; })) {
      reading.problem(at, fmt::format("source {} is given twice", in_quotes(name)));
      continue;
    }
    out.push_back(read_source(name, at, entry.second, reading, of, known));
  }
  return out;
}

}  // namespace loglode::config
