// The configuration file of `loglode run`, read and checked: plain data with the defaults in place (docs/configuration.md).
// Each value remembers its line, so that what finds a fault later can still say file:line. Made by load_config; any thread may read it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/limits.h"
#include "core/mute.h"
#include "core/severity.h"
#include "core/sink.h"
#include "core/timestamp.h"

namespace loglode::config {

using Milliseconds = std::chrono::milliseconds;

template <class T>
struct Given {
  T value{};
  int line = 0;  // 0: the default, nobody wrote it
};

struct Text {
  std::string value;    // with ${…} replaced; a path is absolute or relative to the working directory, no longer to the file
  int line = 0;         // 0: nobody wrote it
  std::string shown;    // what may be printed of it: ${…} as it was written, and nothing of a secret
  bool hidden = false;  // `shown` is not all of it

  [[nodiscard]] bool empty() const noexcept { return value.empty(); }
};

using Options = std::map<std::string, Text>;  // for librdkafka, each checked on its own

// ---- sources ----

struct ServiceFrom {
  enum class Kind : std::uint8_t { automatic, topic, key, path, field, fixed };  // automatic: what the record says, else topic or path
  Kind kind = Kind::automatic;
  std::string name;  // of the field, or the service itself
  int line = 0;
};

struct TopicRule {  // differs for some topics of a source; the first whose patterns match holds
  std::vector<Text> topics;
  std::optional<Text> format;
  std::optional<ServiceFrom> service;
  int line = 0;
};

struct Condition {                                     // all that is given must hold
  Given<Severity> at_least{Severity::unspecified, 0};  // severity_at_least
  Given<Severity> below{Severity::unspecified, 0};     // severity_below, exclusive; a record without a severity is not below anything
  Text rule;                                           // rule id
  Text pattern;                                        // PCRE2, anywhere in the message
  Text service;                                        // a glob
};

struct Drop {
  Condition when;
};
struct Redact {
  Text pattern;  // PCRE2
};
struct Rename {
  Text from, to;
};
struct Sample {
  Given<std::uint64_t> keep_one_in;
  std::optional<Condition> when;  // none: every record
};
struct Route {
  Condition when;
  std::vector<Text> to;  // names of sinks
};
struct TransformConfig {
  std::variant<Drop, Redact, Rename, Sample, Route> what;
  int line = 0;
};

struct StartAt {
  enum class Kind : std::uint8_t { earliest, latest, time, beginning_once, start, end, state };  // the first four for kafka
  Kind kind = Kind::earliest;
  Timestamp time = kNoTime;
  int line = 0;
};

struct SourceConfig {
  enum class Type : std::uint8_t { kafka, file, standard_input };
  std::string name;
  int line = 0;
  Type type = Type::kafka;
  StartAt start;
  Text format{"auto", 0, "auto"};
  ServiceFrom service;
  Given<Milliseconds> lateness{std::chrono::seconds{60}, 0};
  Text zone;  // tz; empty: UTC
  std::vector<TransformConfig> transforms;
  // kafka
  std::vector<Text> brokers;
  std::vector<Text> topics;  // a leading ^ makes it a pattern
  Text group, instance;
  Options options;
  std::vector<TopicRule> per_topic;
  std::vector<Text> headers;  // kept with each record
  // file
  std::vector<Text> paths, exclude;  // globs
  std::vector<Text> rotated;         // globs
  std::vector<Text> roots;           // folders
};

// ---- sinks ----

enum class Compress : std::uint8_t { none, gzip, zstd };
enum class WhenFull : std::uint8_t { block, drop_newest, dead_letter };

struct RotateConfig {
  std::optional<Given<std::uint64_t>> bytes;  // size
  std::optional<Given<Milliseconds>> age;
  std::optional<Given<std::uint64_t>> keep;  // files besides the one being written; none: all
  Given<Compress> compress{Compress::none, 0};
};

struct SearchTls {
  enum class Verify : std::uint8_t { full, certificate, none };
  Text ca, certificate, key;  // PEM files
  Given<Verify> verify{Verify::full, 0};
};

enum class SearchRetentionBy : std::uint8_t { none, data_stream, ilm, ism, automatic };  // the first ones as LifecycleBy has them
enum class SearchProduct : std::uint8_t { any, elasticsearch, opensearch };

struct SearchConfig {  // of a sink of type elasticsearch
  std::vector<Text> urls;
  Given<SearchProduct> product{SearchProduct::any, 0};
  Text version;
  Text api_key, user, password, bearer;
  SearchTls tls;
  Text proxy;
  Text data_stream{"logs-loglode-default", 0, "logs-loglode-default"};
  Given<bool> is_otel{false, 0};  // shape: ecs | otel
  Text route_dataset, route_namespace;
  std::vector<Text> route_allow;
  Given<std::uint64_t> streams_max{100, 0};
  Text events_prefix{"loglode", 0, "loglode"};
  Given<bool> events_by_month{true, 0};  // events.period: month | none
  Given<std::uint64_t> shards{1, 0}, replicas{1, 0};
  Given<bool> is_logsdb{false, 0};                                                        // index_mode: standard | logsdb
  Given<Milliseconds> records_kept{Milliseconds{0}, 0}, events_kept{Milliseconds{0}, 0};  // 0: for ever
  Given<SearchRetentionBy> kept_by{SearchRetentionBy::automatic, 0};
  Given<std::uint64_t> bulk_bytes{5 * kMiB, 0}, in_flight_max{8, 0};
  Given<Milliseconds> bulk_age{std::chrono::seconds{1}, 0}, bulk_timeout{std::chrono::seconds{60}, 0};
  Given<bool> gzip{true, 0};
  Given<Milliseconds> retry_first{Milliseconds{500}, 0}, retry_max{std::chrono::seconds{60}, 0}, item_deadline{std::chrono::minutes{2}, 0};
  Text hash_key;  // of event.hash; empty: none is written
};

struct SinkConfig {
  enum class Type : std::uint8_t { file, kafka, elasticsearch };
  std::string name;
  int line = 0;
  Type type = Type::file;
  std::set<Document> what{Document::record};
  Given<WhenFull> when_full{WhenFull::block, 0};
  // file
  Text path;
  RotateConfig rotate;
  Given<bool> sync_with_snapshot{true, 0};  // sync: snapshot | never
  // kafka
  std::vector<Text> brokers;
  Text topic;
  Options options;
  SearchConfig search;

  [[nodiscard]] bool wants(Document document) const { return what.count(document) > 0; }
};

// ---- the rest ----

struct FlowConfig {
  Given<unsigned> threads{0, 0};  // 0: as many as the process may use
  Given<std::uint64_t> memory_bytes{256 * kMiB, 0};
  Given<std::uint64_t> line_bytes_max{kLineBytesMax, 0};
};

struct RulePacks {
  bool builtin = true;
  std::vector<Text> packs;  // files and folders
};

struct KnownErrorsConfig {
  bool builtin = true;
  std::vector<Text> packs;  // files and folders
  Text owners;              // a file; empty: none
};

struct MuteConfig {
  Mute mute;
  Text rule;         // Mute::rule, with where it stands
  std::string file;  // that it was read from, as it may be shown
  int line = 0;
};

struct JudgingConfig {
  Given<Milliseconds> bucket{std::chrono::seconds{10}, 0};  // the only one there is
  Given<std::uint64_t> frequent_count{10, 0};
  Given<Milliseconds> frequent_window{std::chrono::seconds{60}, 0};
  Given<std::uint64_t> pages_per_day_max{10, 0};
  std::vector<Text> mutes;        // files
  std::vector<MuteConfig> muted;  // what is in them (read_mutes)
};

struct DeadLetterConfig {
  Text path;  // dead-letters in the state folder when nobody wrote it; empty: there is none
  Given<std::uint64_t> bytes_max{1024 * kMiB, 0};
  Given<bool> mask{false, 0};  // mask_dead_letters: nothing can be replayed then
};

struct RcaPrices {  // in the user's currency, for a million tokens
  double input = 0, cached_input = 0, output = 0;
};

struct RcaConfig {
  enum class Provider : std::uint8_t { none, anthropic, openai, openai_compatible };
  enum class Hosts : std::uint8_t { pseudonym, plain, none };
  enum class Language : std::uint8_t { english, chinese };
  Given<Provider> provider{Provider::none, 0};
  Text url, model;
  Text key;  // from the environment or a file
  Text api_version, effort;
  Given<std::uint64_t> input_tokens_max{6000, 0}, output_tokens_max{8000, 0};
  Text tokens_field{"max_tokens", 0, "max_tokens"};
  Given<Milliseconds> timeout{std::chrono::seconds{600}, 0};
  Given<Severity> severity_least{Severity::error, 0};  // when.severity
  std::set<std::string> notify{"page", "ticket"};      // when.notify
  Given<std::uint64_t> calls_per_hour{20, 0};
  std::optional<Given<double>> cost_per_day;
  std::optional<RcaPrices> prices;
  Given<Milliseconds> cache{std::chrono::hours{6}, 0};
  Given<std::uint64_t> queue_max{50, 0};
  Given<bool> raw_examples{false, 0};
  Given<Hosts> send_hosts{Hosts::pseudonym, 0};
  std::vector<Text> excluded_services;  // globs
  std::vector<Text> context_command;    // program and arguments; empty: none
  Given<Milliseconds> context_timeout{std::chrono::seconds{5}, 0};
  Given<std::uint64_t> context_bytes_max{64 * kKiB, 0};
  Text audit_path;  // ai-audit.ndjson in the state folder when nobody wrote it; empty: there is none
  Given<bool> audit_bodies{false, 0};
  Given<Milliseconds> audit_kept{std::chrono::hours{24 * 90}, 0};
  Given<Language> language{Language::english, 0};
};

struct HttpConfig {
  bool on = true;
  std::string host = "127.0.0.1";  // an address without brackets
  std::uint16_t port = 9600;       // 0: any
  int line = 0;
  Text token;
};

struct LogConfig {
  enum class Level : std::uint8_t { trace, debug, info, warn, error };
  enum class Format : std::uint8_t { text, json };
  Given<Level> level{Level::info, 0};
  Given<Format> format{Format::text, 0};
};

struct PipelineConfig {
  std::string file;
  Text state;  // empty: nothing outlives the process
  Given<Milliseconds> snapshot{std::chrono::seconds{1}, 0};
  std::vector<SourceConfig> sources;  // in the order of the file
  FlowConfig pipeline;
  RulePacks rules;
  std::vector<Text> formats;  // files of the user's own formats
  Given<std::uint64_t> templates_max{kShapesMax, 0};
  JudgingConfig detect;
  std::vector<SinkConfig> sinks;
  DeadLetterConfig dead_letters;
  KnownErrorsConfig known_errors;
  RcaConfig rca;
  HttpConfig http;
  LogConfig log;
  std::string sources_text, sinks_text;  // as written: what a reload compares
};

}  // namespace loglode::config
