// `type: kafka` of a source.
#include <fmt/format.h>
#include <regex.h>

#include <algorithm>
#include <array>
#include <memory>

#include "app/registry/kafka_clients.h"
#include "app/registry/type_readers.h"
#include "app/registry/types.h"
#include "base/free_with.h"
#include "base/near_word.h"
#include "base/yaml_lines.h"
#include "config/readers.h"
#include "kafka/config_options.h"
#include "parse/framing/framer_factory.h"
#include "parse/time/timestamp_reader.h"

namespace loglode::config {
namespace {

constexpr std::string_view kTopicRuleKeys[] = {"topics", "format", "service"};
constexpr KeyRow kKeys[] = {
    {"start",
     "`earliest`, `latest`, or a time, for partitions without a committed position; `from-beginning-once`: with one too, until it was "
     "begun",
     "`earliest`"},
    {"brokers topics group", "`host:port`; names, or patterns (POSIX extended) with a leading `^`; the consumer group", "required"},
    {"instance", "static membership when not empty", "empty"},
    {"per_topic", "list of `{ topics, format, service }`; the first that matches holds", "none"},
    {"headers", "of messages, kept with each record as `kafka.headers.NAME`; at most 16 names", "none"},
    {"options", "for librdkafka, below", "none"},
};

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

void check_topics(const std::vector<Text>& topics, ConfigReading& reading) {
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
      check_format(format, known_formats(), source.reading());
      rule.format = std::move(format);
    }
    rule.service = read_service(section, SourceConfig::Type::kafka);
    if (!section.has("format") && !section.has("service")) section.problem(rule.line, "per_topic needs \"format\" or \"service\"");
    out.push_back(std::move(rule));
  }
  return out;
}

std::vector<Text> read_headers(const Section& source) {
  std::vector<Text> headers = source.texts("headers");
  const auto fault_of = [](std::string_view name) -> std::string_view {
    if (name.size() > kKafkaHeaderNameBytesMax) return "a name has at most 128 bytes";
    const bool shown = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f; });
    return shown ? "" : "printable ASCII without blanks only";
  };
  for (auto name = headers.begin(); name != headers.end(); ++name) {
    if (const std::string_view fault = fault_of(name->value); !fault.empty())
      source.problem(name->line, fmt::format("bad header {}: {}", quoted(*name), fault));
    if (std::any_of(headers.begin(), name, [&](const Text& before) { return before.value == name->value; }))
      source.problem(name->line, fmt::format("header {} is named twice", quoted(*name)));
  }
  if (headers.size() > kKafkaHeadersMax)
    source.problem(source.key_line("headers"), fmt::format("{} headers, at most {} are kept", headers.size(), kKafkaHeadersMax));
  return headers;
}

StartAt read_start(const Section& section) {
  StartAt out;
  const Text text = section.text("start");
  if (text.empty()) return out;
  if (text.value.front() >= '0' && text.value.front() <= '9') {
    out.kind = StartAt::Kind::time;
    out.line = text.line;
    if (!read_timestamp_field(text.value, {}, out.time))
      section.problem(text.line, fmt::format("bad start {}: not a time; write for example 2026-11-23T12:00:00Z", quoted(text)));
    return out;
  }
  constexpr StartAt::Kind kStarts[] = {StartAt::Kind::earliest, StartAt::Kind::latest, StartAt::Kind::beginning_once};
  constexpr std::string_view kWords[] = {"earliest", "latest", "from-beginning-once", "a time like 2026-11-23T12:00:00Z"};
  if (const auto index = section.word_index("start", text, kWords); index && *index < std::size(kStarts))
    return {kStarts[*index], kNoTime, text.line};
  return out;
}

void read(const Section& section, SourceConfig& out) {
  out.brokers = section.texts("brokers", true);
  check_brokers(out.brokers, section.reading());
  out.topics = section.texts("topics", true);
  check_topics(out.topics, section.reading());
  out.group = section.text("group", true);
  out.instance = section.text_or_nothing("instance");
  out.options = section.options("options");
  check_kafka_options(out.options, kafka::Role::source, section.reading());
  out.per_topic = read_per_topic(section);
  out.start = read_start(section);
  out.headers = read_headers(section);
}

void check(const SourceConfig& source, ConfigReading& reading) { try_client(source, reading); }

std::size_t count_matches(const std::string& pattern, const std::vector<std::string>& topics) {
  regex_t compiled;
  if (regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_NOSUB) != 0) return 0;
  const std::unique_ptr<regex_t, FreeWith<&regfree>> owner{&compiled};
  return static_cast<std::size_t>(std::count_if(topics.begin(), topics.end(), [&](const std::string& topic) {
    return !topic.starts_with("__") && regexec(&compiled, topic.c_str(), 0, nullptr, 0) == 0;  // Kafka's own are not read by pattern
  }));
}

void connect(const SourceConfig& source, ConnectTrial& trial) {
  const std::string what = fmt::format("source {}", in_quotes(source.name));
  const auto topics = trial.topics_of(source.brokers, source.options, what);
  if (!topics) return;
  for (const Text& topic : source.topics) {
    if (topic.value.starts_with('^')) {
      const auto count = count_matches(topic.value, *topics);
      if (count == 0) trial.problem(topic.line, fmt::format("{}: no topic matches {} yet", what, quoted(topic)));
      if (count > 0) trial.found(fmt::format("{}: {} topic{} match {}", what, count, count == 1 ? "" : "s", quoted(topic)));
    } else if (std::find(topics->begin(), topics->end(), topic.value) == topics->end()) {
      trial.problem(topic.line, fmt::format("{}: there is no topic {}", what, quoted(topic)));
    } else {
      trial.found(fmt::format("{}: topic {} is there", what, quoted(topic)));
    }
  }
}

KafkaService service_of(const ServiceFrom& from) {
  using Kind = ServiceFrom::Kind;
  switch (from.kind) {
    case Kind::key:
      return {KafkaService::From::key, {}};
    case Kind::path:
      return {KafkaService::From::path, {}};
    case Kind::field:
      return {KafkaService::From::field, from.name};
    case Kind::fixed:
      return {KafkaService::From::fixed, from.name};
    case Kind::automatic:
    case Kind::topic:
      break;
  }
  return {};
}

KafkaPayload payload_of(const std::string& format) {
  if (format == "otlp_proto") return KafkaPayload::otlp_proto;
  if (format == "otlp_json") return KafkaPayload::otlp_json;
  return format == "auto" ? KafkaPayload::automatic : KafkaPayload::text;
}

Result<std::unique_ptr<Source>> make(const SourceConfig& source, const SourceMaking& with) {
  auto framers = with.framers(source, source.format.value);
  if (!framers) return tl::unexpected<Error>(framers.error());
  KafkaSourceConfig kafka = client_of(source);
  switch (source.start.kind) {
    case StartAt::Kind::latest:
      kafka.start = KafkaStart::latest;
      break;
    case StartAt::Kind::beginning_once:
      kafka.start = KafkaStart::beginning_once;
      break;
    case StartAt::Kind::time:
      kafka.start = KafkaStart::time;
      kafka.start_time = source.start.time;
      break;
    default:
      break;
  }
  kafka.next_stream = with.next_stream;
  kafka.payload = payload_of(source.format.value);
  kafka.service = service_of(source.service);
  kafka.headers = values_of(source.headers);
  for (const TopicRule& rule : source.per_topic) {
    for (const Text& topic : rule.topics) {
      KafkaTopicOverride one;
      one.topic = topic.value;
      if (rule.format) {
        auto theirs = with.framers(source, rule.format->value);
        if (!theirs) return tl::unexpected<Error>(theirs.error());
        one.framers = *theirs;
        one.payload = payload_of(rule.format->value);
      }
      if (rule.service) one.service = service_of(*rule.service);
      kafka.overrides.push_back(std::move(one));
    }
  }
  kafka.queue_bytes_max = kafka.staged_bytes_max = with.queue_bytes_max;
  kafka.line_bytes_max = with.line_bytes_max;
  kafka.batch_bytes = with.batch_bytes;
  kafka.reread = with.reread.contains(source.name);
  kafka.bookmarks = with.bookmarks();
  kafka.known_position = with.known_position;
  kafka.commit_metadata = with.commit_metadata;
  kafka.say = with.say;
  auto made = make_kafka_source(std::move(kafka), **framers, with.counters);
  if (!made)
    return fail(made.error().code, fmt::format("{}:{}: source {}: {}", with.config_file, source.line, source.name, made.error().message));
  with.kafka.emplace_back(source.name, made->get());
  return std::move(*made);
}

}  // namespace

const SourceType& kafka_source_type() {
  static constexpr SourceType kType{{"kafka", SourceConfig::Type::kafka, kKeys, read, check}, connect, make};
  return kType;
}

}  // namespace loglode::config
