#include <fmt/format.h>

#include <algorithm>

#include "base/near_word.h"
#include "base/yaml_lines.h"
#include "config/readers.h"
#include "config/type_reading.h"

namespace loglode::config {
namespace {

constexpr Word<WhenFull> kWhenFull[] = {
    {"block", WhenFull::block}, {"drop_newest", WhenFull::drop_newest}, {"dead_letter", WhenFull::dead_letter}};
constexpr std::string_view kDocuments[] = {"records", "templates", "findings", "incidents", "reports"};  // in the order of Document
static_assert(std::size(kDocuments) == static_cast<std::size_t>(Document::kCount));

void read_what(const Section& section, SinkConfig& out) {
  if (!section.has("what")) return;
  out.what.clear();
  for (const Text& word : section.texts("what", true)) {
    const auto index = section.word_index("what", word, kDocuments);
    if (index && !out.what.insert(static_cast<Document>(*index)).second)
      section.problem(word.line, fmt::format("\"what\" has {} twice", quoted(word)));
  }
}

SinkConfig read_sink(const std::string& name, int line, const YAML::Node& node, ConfigReading& reading, const TypesToRead<SinkConfig>& of) {
  SinkConfig out;
  out.name = name;
  out.line = line;
  const Section section{node, line, fmt::format("sink {}", in_quotes(name)), of.keys.known(), reading};
  if (!node.IsMap()) return out;
  if (!section.has("type")) section.lacks("type");
  const std::size_t problems_before = reading.problems.size();
  const auto* const type = named_type(section, of.types);
  if (type != nullptr) {
    out.type = type->type;
    type->read(section, out);
    of.keys.refuse_foreign(section, type->name);
  }
  read_what(section, out);
  section.choice("when_full", kWhenFull, out.when_full);
  if (type != nullptr && reading.problems.size() == problems_before) type->check(out, reading);
  return out;
}

}  // namespace

std::vector<SinkConfig> read_sinks(const YAML::Node& node, int line, ConfigReading& reading, const TypesToRead<SinkConfig>& of) {
  std::vector<SinkConfig> out;
  if (!node.IsMap() || node.size() == 0) {
    reading.problem(line, "\"sinks\" must be a mapping of at least one name to a sink");
    return out;
  }
  for (const auto& entry : node) {
    const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : std::string{};
    const int at = line_of(entry.first);
    if (!check_name(name, at, "sink", reading)) continue;
    if (std::any_of(out.begin(), out.end(), [&](const SinkConfig& other) { return other.name == name; })) {
      reading.problem(at, fmt::format("sink {} is given twice", in_quotes(name)));
      continue;
    }
    out.push_back(read_sink(name, at, entry.second, reading, of));
  }
  return out;
}

}  // namespace loglode::config
