#include <fmt/format.h>
#include <regex.h>

#include <algorithm>
#include <array>

#include "app/registry/kafka_clients.h"
#include "app/registry/kafka_options.h"
#include "config/quantities.h"
#include "app/registry/type_readers.h"
#include "config/readers.h"
#include "parse/framing/framer_factory.h"
#include "parse/time/timestamp_reader.h"
#include "base/near_word.h"
#include "base/yaml_lines.h"

namespace loglode::config {
namespace {

constexpr std::string_view kSourceKeys[] = {"type",    "brokers", "topics", "group",   "instance", "options", "per_topic", "paths",
                                            "exclude", "start",   "format", "service", "lateness", "tz",      "transforms"};
constexpr std::string_view kKafkaOnly[] = {"brokers", "topics", "group", "instance", "options", "per_topic"};
constexpr std::string_view kFileOnly[] = {"paths", "exclude"};
constexpr std::string_view kTopicRuleKeys[] = {"topics", "format", "service"};
constexpr std::string_view kServiceKeys[] = {"from"};
constexpr std::string_view kServiceWords[] = {"topic", "key", "path", "field:NAME", "fixed:NAME"};
constexpr std::size_t kTopicBytesMax = 249;  // Kafka's own limit

constexpr Word<SourceConfig::Type> kTypes[] = {
    {"kafka", SourceConfig::Type::kafka}, {"file", SourceConfig::Type::file}, {"stdin", SourceConfig::Type::standard_input}};

/// What librdkafka would say of a subscription by pattern: POSIX extended regular expressions.
std::string fault_of_topic_pattern(const std::string& pattern) {
  regex_t compiled;
  const int code = regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_NOSUB);
  if (code == 0) {
    regfree(&compiled);
    return {};
  }
  std::array<char, 200> why{};
  regerror(code, &compiled, why.data(), why.size());
  return why.data();
}

void check_topics(const std::vector<Text>& topics, Reading& reading) {
  for (const Text& topic : topics) {
    if (topic.value.starts_with('^')) {
      if (const std::string fault = fault_of_topic_pattern(topic.value); !fault.empty())
        reading.problem(topic.line, fmt::format("bad topic pattern {}: {}", quoted(topic), fault));
    } else if (!is_topic_name(topic.value)) {
      reading.problem(topic.line, fmt::format("bad topic {}: letters, digits and . _ - only, at most {}; a pattern begins with ^",
                                              quoted(topic), kTopicBytesMax));
    }
  }
}

void check_format(const Text& format, Reading& reading) {
  if (format.line == 0) return;
  const std::vector<std::string> known = known_formats();
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
    owner.problem(from.line, fmt::format("service from {}: {} has none", word, owner.what()));
    return std::nullopt;
  }
  static_cast<void>(section->word_index("from", from, kServiceWords));
  return std::nullopt;
}

std::vector<TopicRule> read_per_topic(const Section& source) {
  std::vector<TopicRule> out;
  const YAML::Node* node = source.find("per_topic");
  if (node == nullptr) return out;
  if (!node->IsSequence()) {
    source.problem(source.key_line("per_topic"), "\"per_topic\" must be a list");
    return out;
  }
  for (const auto& item : *node) {
    const Section section{item, line_of(item), "per_topic", kTopicRuleKeys, source.reading()};
    if (!item.IsMap()) continue;
    TopicRule rule;
    rule.line = section.line();
    rule.topics = section.texts("topics", true);
    check_topics(rule.topics, source.reading());
    if (Text format = section.text("format"); !format.empty()) {
      check_format(format, source.reading());
      rule.format = std::move(format);
    }
    rule.service = read_service(section, SourceConfig::Type::kafka);
    if (!section.has("format") && !section.has("service")) section.problem(rule.line, "per_topic needs \"format\" or \"service\"");
    out.push_back(std::move(rule));
  }
  return out;
}

constexpr StartAt::Kind kKafkaStarts[] = {StartAt::Kind::earliest, StartAt::Kind::latest};
constexpr StartAt::Kind kFileStarts[] = {StartAt::Kind::start, StartAt::Kind::end, StartAt::Kind::state};
constexpr std::string_view kFileWords[] = {"start", "end", "state"};

StartAt read_start(const Section& section, SourceConfig::Type type) {
  const bool kafka = type == SourceConfig::Type::kafka;
  StartAt out;
  if (!kafka) out.kind = StartAt::Kind::state;
  const Text text = section.text("start");
  if (text.empty()) return out;
  if (kafka && !text.value.empty() && text.value.front() >= '0' && text.value.front() <= '9') {
    out.kind = StartAt::Kind::time;
    out.line = text.line;
    if (!read_timestamp_field(text.value, {}, out.time))
      section.problem(text.line, fmt::format("bad start {}: not a time; write for example 2026-11-23T12:00:00Z", quoted(text)));
    return out;
  }
  if (kafka) {
    constexpr std::string_view kWords[] = {"earliest", "latest", "a time like 2026-11-23T12:00:00Z"};
    if (const auto index = section.word_index("start", text, kWords); index && *index < std::size(kKafkaStarts))
      return {kKafkaStarts[*index], kNoTime, text.line};
  } else if (const auto index = section.word_index("start", text, kFileWords)) {
    return {kFileStarts[*index], kNoTime, text.line};
  }
  return out;
}

void read_kafka(const Section& section, SourceConfig& out) {
  out.brokers = section.texts("brokers", true);
  check_brokers(out.brokers, section.reading());
  out.topics = section.texts("topics", true);
  check_topics(out.topics, section.reading());
  out.group = section.text("group", true);
  out.instance = section.text_or_nothing("instance");
  out.options = section.options("options");
  if (check_kafka_options(out.options, kafka::Role::source, section.reading())) try_client(out, section.reading());
  out.per_topic = read_per_topic(section);
}

void refuse_foreign_keys(const Section& section, std::span<const std::string_view> keys, std::string_view owner) {
  for (const std::string_view key : keys)
    if (section.has(key)) section.problem(section.key_line(key), fmt::format("\"{}\" is for {} sources only", key, owner));
}

SourceConfig read_source(const std::string& name, int line, const YAML::Node& node, Reading& reading) {
  SourceConfig out;
  out.name = name;
  out.line = line;
  const Section section{node, line, fmt::format("source {}", in_quotes(name)), kSourceKeys, reading};
  if (!node.IsMap()) return out;
  if (!section.has("type")) section.lacks("type");
  Given<SourceConfig::Type> type;
  section.choice("type", kTypes, type);
  out.type = type.value;
  if (type.line > 0) {  // without a type there is no telling what belongs
    if (out.type == SourceConfig::Type::kafka) read_kafka(section, out);
    if (out.type == SourceConfig::Type::file) {
      out.paths = section.paths("paths", true);
      out.exclude = section.texts("exclude");
    }
    if (out.type != SourceConfig::Type::kafka) refuse_foreign_keys(section, kKafkaOnly, "kafka");
    if (out.type != SourceConfig::Type::file) refuse_foreign_keys(section, kFileOnly, "file");
    if (out.type != SourceConfig::Type::standard_input) {
      out.start = read_start(section, out.type);
    } else if (section.has("start")) {
      section.problem(section.key_line("start"), "\"start\" is not for standard input, which has one");
    }
    out.service = read_service(section, out.type).value_or(ServiceFrom{});
  }
  if (Text format = section.text("format"); !format.empty()) out.format = std::move(format);
  check_format(out.format, reading);
  section.duration("lateness", out.lateness, {Milliseconds{0}, hours(24 * 7)});
  out.zone = section.text("tz");
  if (!out.zone.empty() && !find_zone(out.zone.value))
    section.problem(out.zone.line, fmt::format("unknown tz {}: write a name like Europe/Berlin, or UTC", quoted(out.zone)));
  out.transforms = read_transforms(section);
  return out;
}

bool is_port(std::string_view text) {
  const auto port = read_count(text);
  return port && *port > 0 && *port < 65'536;
}

}  // namespace

bool is_topic_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= kTopicBytesMax && name != "." && name != ".." && std::all_of(name.begin(), name.end(), fits);
}

bool check_name(const std::string& name, int line, std::string_view what, Reading& reading) {
  constexpr std::size_t kNameBytesMax = 64;
  if (is_topic_name(name) && name.size() <= kNameBytesMax) return true;
  reading.problem(line,
                  fmt::format("bad name of a {} {}: letters, digits and . _ - only, at most {}", what, in_quotes(name), kNameBytesMax));
  return false;
}

void check_brokers(const std::vector<Text>& brokers, Reading& reading) {
  for (const Text& broker : brokers) {
    std::string_view rest = broker.value;
    while (!rest.empty()) {  // librdkafka takes several at once, with commas
      std::string_view one = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), one.size() + 1));
      if (const auto scheme = one.find("://"); scheme != std::string_view::npos) one.remove_prefix(scheme + 3);
      const auto bracket = one.starts_with('[') ? one.find(']') : 0;
      const auto colon = bracket == std::string_view::npos ? std::string_view::npos : one.find(':', bracket);
      const bool bad_port = colon != std::string_view::npos && !is_port(one.substr(colon + 1));
      if (one.substr(0, colon).empty() || bracket == std::string_view::npos || bad_port ||
          one.find_first_of(" \t/") != std::string_view::npos)
        reading.problem(broker.line, fmt::format("bad broker {}: write host:port", quoted(broker)));
      else if (colon == std::string_view::npos)
        reading.problem(broker.line, fmt::format("bad broker {}: it has no port: write host:port, as host:9092", quoted(broker)));
    }
  }
}

std::vector<SourceConfig> read_sources(const YAML::Node& node, int line, Reading& reading) {
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
    out.push_back(read_source(name, at, entry.second, reading));
  }
  return out;
}

}  // namespace loglode::config
