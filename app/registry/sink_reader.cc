#include <fmt/format.h>

#include <algorithm>

#include "app/registry/kafka_clients.h"
#include "app/registry/kafka_options.h"
#include "app/registry/type_readers.h"
#include "config/readers.h"
#include "base/near_word.h"
#include "base/yaml_lines.h"

namespace loglode::config {
namespace {

constexpr std::string_view kSinkKeys[] = {"type",  "what",    "path", "rotate",  "sync",        "brokers",
                                          "topic", "options", "urls", "api_key", "data_stream", "when_full"};
constexpr std::string_view kFileOnly[] = {"path", "rotate", "sync"};
constexpr std::string_view kKafkaOnly[] = {"brokers", "topic", "options"};
constexpr std::string_view kElasticOnly[] = {"urls", "api_key", "data_stream"};
constexpr std::string_view kRotateKeys[] = {"size", "age", "keep", "compress"};

using Type = SinkConfig::Type;
constexpr Word<Type> kTypes[] = {{"file", Type::file}, {"kafka", Type::kafka}, {"elasticsearch", Type::elasticsearch}};
constexpr Word<WhenFull> kWhenFull[] = {
    {"block", WhenFull::block}, {"drop_newest", WhenFull::drop_newest}, {"dead_letter", WhenFull::dead_letter}};
constexpr Word<Compress> kCompress[] = {{"none", Compress::none}, {"gzip", Compress::gzip}, {"zstd", Compress::zstd}};
constexpr Word<bool> kSync[] = {{"snapshot", true}, {"never", false}};
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

void read_rotate(const Section& sink, RotateConfig& out) {
  const auto section = sink.section("rotate", sink.what() + ".rotate", kRotateKeys);
  if (!section) return;
  Given<std::uint64_t> bytes, keep;
  Given<Milliseconds> age;
  section->size("size", bytes, {64 * kKiB, 1ull << 50});
  section->duration("age", age, {std::chrono::minutes{1}, hours(24 * 366)});
  section->count("keep", keep, {1, 1'000'000});
  section->choice("compress", kCompress, out.compress);
  if (bytes.line > 0) out.bytes = bytes;
  if (age.line > 0) out.age = age;
  if (keep.line > 0) out.keep = keep;
  if (section->is_mapping() && !section->has("size") && !section->has("age"))
    section->problem(section->line(), fmt::format("{} needs \"size\" or \"age\"", section->what()));
}

void read_by_type(const Section& section, SinkConfig& out) {
  if (out.type == Type::file) {
    out.path = section.path("path", true);
    read_rotate(section, out.rotate);
    section.choice("sync", kSync, out.sync_with_snapshot);
  } else if (out.type == Type::kafka) {
    out.brokers = section.texts("brokers", true);
    check_brokers(out.brokers, section.reading());
    out.topic = section.text("topic", true);
    if (!out.topic.empty() && !is_topic_name(out.topic.value))
      section.problem(out.topic.line, fmt::format("bad topic {}: letters, digits and . _ - only, at most 249", quoted(out.topic)));
    out.options = section.options("options");
    if (check_kafka_options(out.options, kafka::Role::sink, section.reading())) try_client(out, section.reading());
  } else {
    out.urls = section.texts("urls", true);
    out.api_key = section.text("api_key");
    out.data_stream = section.text("data_stream");
    section.problem(section.key_line("type"), fmt::format("{}: elasticsearch is not part of this version", section.what()));
  }
}

void refuse_foreign_keys(const Section& section, Type type) {
  const auto refuse = [&](std::span<const std::string_view> keys, Type owner, std::string_view name) {
    for (const std::string_view key : keys)
      if (type != owner && section.has(key)) section.problem(section.key_line(key), fmt::format("\"{}\" is for {} sinks only", key, name));
  };
  refuse(kFileOnly, Type::file, "file");
  refuse(kKafkaOnly, Type::kafka, "kafka");
  refuse(kElasticOnly, Type::elasticsearch, "elasticsearch");
}

SinkConfig read_sink(const std::string& name, int line, const YAML::Node& node, Reading& reading) {
  SinkConfig out;
  out.name = name;
  out.line = line;
  const Section section{node, line, fmt::format("sink {}", in_quotes(name)), kSinkKeys, reading};
  if (!node.IsMap()) return out;
  if (!section.has("type")) section.lacks("type");
  Given<Type> type;
  section.choice("type", kTypes, type);
  out.type = type.value;
  if (type.line > 0) {
    read_by_type(section, out);
    refuse_foreign_keys(section, out.type);
  }
  read_what(section, out);
  section.choice("when_full", kWhenFull, out.when_full);
  return out;
}

}  // namespace

std::vector<SinkConfig> read_sinks(const YAML::Node& node, int line, Reading& reading) {
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
    out.push_back(read_sink(name, at, entry.second, reading));
  }
  return out;
}

}  // namespace loglode::config
