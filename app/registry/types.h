// The registry: every type of source and sink that a configuration can name, each one entry. `check`, `check --connect`, `run`, the tables
// of docs/configuration.md and `help config` all come from these entries, so that they cannot disagree. A new type is a file of its own
// beside this one, a line in types.cc, and whatever room it needs.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/key_tables.h"
#include "config/section.h"
#include "config/type_reading.h"
#include "core/framing.h"
#include "core/run_counters.h"
#include "core/sink.h"
#include "core/sink_answers.h"
#include "ingest/follow/follow_source.h"
#include "ingest/kafka/kafka_source.h"
#include "sinks/elasticsearch/search_config.h"
#include "sinks/elasticsearch/search_templates.h"
#include "sinks/record_json.h"

namespace loglode::config {

/// What `check --connect` finds out. Used by one thread.
class ConnectTrial {
 public:
  ConnectTrial(std::string file, Milliseconds timeout) : file_{std::move(file)}, timeout_{timeout} {}
  void problem(int line, std::string message) { problems.push_back({file_, line, std::move(message)}); }
  void found(std::string line) { lines.push_back(std::move(line)); }

  /// Writable, or so near to a writable folder that it can be made.
  void try_file(const Text& path, const std::string& what) { try_writing(path, false, what); }
  void try_folder(const Text& path, const std::string& what) { try_writing(path, true, what); }
  /// All topics of a Kafka cluster; none, and a problem, when it does not answer.
  std::optional<std::vector<std::string>> topics_of(const std::vector<Text>& brokers, const Options& options, const std::string& what);

  [[nodiscard]] Milliseconds timeout() const noexcept { return timeout_; }  // of one attempt

  std::vector<std::string> lines;
  std::vector<ConfigProblem> problems;

 private:
  void try_writing(const Text& path, bool folder, const std::string& what);

  const std::string file_;
  const Milliseconds timeout_;
};

/// What a run gives to a source that it makes. Everything outlives the source.
struct SourceMaking {
  std::string config_file;  // for errors
  std::size_t line_bytes_max = 0;
  std::size_t batch_bytes = kBatchBytesTarget;
  std::size_t queue_bytes_max = 0;  // of what a source may keep waiting
  RunCounters& counters;
  std::function<Result<const FramerFactory*>(const SourceConfig& source, const std::string& format)> framers;
  std::function<StreamId()> next_stream;
  std::function<std::vector<std::string>()> bookmarks;  // of the state
  KnownPosition known_position;
  std::string commit_metadata;
  const std::set<std::string>& reread;                            // sources that are read from the beginning, whatever positions say
  std::function<void(const std::string&)> say;                    // what is no fault; any thread
  std::vector<std::pair<std::string, KafkaSource*>>& kafka;       // each Kafka source that is made is added: its figures are asked for
  std::vector<std::pair<std::string, const FileSource*>>& files;  // the same of each source of files
  bool again = false;  // for `verify`: what was read is read once more from its beginning, nothing is kept of it
};

struct SourceType : TypeReading<SourceConfig> {
  using Reading = TypeReading<SourceConfig>;
  void (*connect)(const SourceConfig& source, ConnectTrial& trial);
  Result<std::unique_ptr<Source>> (*make)(const SourceConfig& source, const SourceMaking& with);
};

/// What a run gives to a sink that it makes. Everything outlives the sink.
struct SinkMaking {
  std::string config_file;
  const RuleCatalog& rules;
  TemplateMembers members;
  std::function<void(const std::string&)> tell;
  SinkAnswers& answers;                                 // of this sink
  const std::atomic<std::uint32_t>* reloads = nullptr;  // counts SIGHUPs
};

struct SinkType : TypeReading<SinkConfig> {
  using Reading = TypeReading<SinkConfig>;
  void (*connect)(const SinkConfig& sink, ConnectTrial& trial);
  Result<OpenedSink> (*make)(const SinkConfig& sink, const SinkMaking& with);
};

// The entries, each in its file.
[[nodiscard]] const SourceType& kafka_source_type();
[[nodiscard]] const SourceType& file_source_type();
[[nodiscard]] const SourceType& stdin_source_type();
[[nodiscard]] const SinkType& file_sink_type();
[[nodiscard]] const SinkType& kafka_sink_type();
[[nodiscard]] const SinkType& elasticsearch_sink_type();

/// What a sink of type elasticsearch is told.
[[nodiscard]] SearchSinkConfig search_sink_config_of(const SinkConfig& sink);
/// By what its templates are made in this cluster. Errors: no node answers.
[[nodiscard]] Result<TemplateChoices> template_choices_of(const SinkConfig& sink, const SearchSinkConfig& search,
                                                          const SearchCluster& cluster);

// The registry.
[[nodiscard]] std::span<const SourceType* const> source_types();
[[nodiscard]] std::span<const SinkType* const> sink_types();
[[nodiscard]] const SourceType& type_of(const SourceConfig& source);
[[nodiscard]] const SinkType& type_of(const SinkConfig& sink);
/// Keys that every source and every sink has.
[[nodiscard]] std::span<const KeyRow> keys_of_all_sources();
[[nodiscard]] std::span<const KeyRow> keys_of_all_sinks();

/// All keys, and which types they are of.
[[nodiscard]] const KeyTables& source_keys();
[[nodiscard]] const KeyTables& sink_keys();

/// The tables of docs/configuration.md, and the same for a terminal (`help config`).
[[nodiscard]] std::string source_key_table();
[[nodiscard]] std::string sink_key_table();
[[nodiscard]] std::string config_help();

}  // namespace loglode::config
