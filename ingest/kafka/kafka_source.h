// Messages of Kafka topics as batches of records, one partition a batch, positions kept in the consumer group.
// Owned by the pipeline. A thread of its own talks to the brokers, so a pipeline that stands still does not lose its partitions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/framing.h"
#include "core/limits.h"
#include "core/pipeline_parts.h"
#include "core/run_counters.h"

namespace loglode {

/// What a message's payload is. `automatic` looks at each payload; text is one record a message (of JSON and of lines alike) unless the
/// framer says that lines of it start records of their own.
enum class KafkaPayload : std::uint8_t { automatic, text, otlp_proto, otlp_json };

/// Where a partition without any position is read from.
enum class KafkaStart : std::uint8_t {
  earliest,
  latest,
  time,
  beginning_once,  // with a position too: from the beginning, until that was begun
};

/// What names the service of a record that does not name it itself. A header `service.name` comes before it.
struct KafkaService {
  enum class From : std::uint8_t {
    topic,
    key,    // the message's
    path,   // of the log file in the payload (`log.file.path`, Vector's `file`)
    field,  // `name` in a JSON payload, dotted or nested
    fixed,  // `name`
  };
  From from = From::topic;
  std::string name{};
};

inline constexpr std::size_t kKafkaHeadersMax = 16;  // that a source may name
inline constexpr std::size_t kKafkaHeaderNameBytesMax = 128;
inline constexpr std::size_t kKafkaFieldBytesMax = 1024;  // of a key or a header's value; the rest is cut off

/// For the topics that it names; what it leaves out is as in KafkaSourceConfig. The first one that fits counts.
struct KafkaTopicOverride {
  std::string topic{};  // a leading ^ makes it a pattern (POSIX extended)
  std::optional<KafkaPayload> payload{};
  std::optional<KafkaService> service{};
  const FramerFactory* framers = nullptr;  // must outlive the source
};

/// Where our own state says a partition goes on, given the group's position and what was written beside it. Both are Batch::end.
/// Called by the source's own thread.
using KnownPosition =
    std::function<std::optional<std::uint64_t>(const StreamIdentity&, std::optional<std::uint64_t> committed, std::string_view metadata)>;

struct KafkaSourceConfig {
  std::string name{};                 // of the source, for messages to a person
  std::string brokers{};              // host:port,host:port
  std::string brokers_shown{};        // what a person may see of that; empty: all
  std::vector<std::string> topics{};  // a leading ^ makes one a pattern
  std::string group{};
  std::string instance{};  // static membership when not empty
  KafkaStart start = KafkaStart::earliest;
  Timestamp start_time = kNoTime;           // of KafkaStart::time
  std::function<StreamId()> next_stream{};  // a new id for each partition of each assignment; called by the source's own thread
  KafkaPayload payload = KafkaPayload::automatic;
  KafkaService service{};
  std::vector<KafkaTopicOverride> overrides{};
  std::vector<std::string> headers{};            // kept with each record; of those with one name the last
  std::size_t queue_bytes_max = 16 * kMiB;       // librdkafka's prefetch
  std::size_t staged_bytes_max = 16 * kMiB;      // taken from it and not yet handed out; past it the partitions are paused
  std::map<std::string, std::string> options{};  // further ones of librdkafka; those that would break a promise are refused
  std::size_t batch_bytes = kBatchBytesTarget;
  std::size_t line_bytes_max = kLineBytesMax;  // of a payload, or of a record in an OTLP payload; longer ones are cut
  bool reread = false;                         // what each partition holds is read from its beginning, once in the source's life
  std::vector<std::string> bookmarks{};        // of the state, those of other sources too
  KnownPosition known_position{};
  std::string commit_metadata{};                   // written beside each committed offset
  std::function<std::string(std::string)> hide{};  // takes what nobody shall see out of a sentence of librdkafka
  std::function<void(const std::string&)> say{};   // what is no fault and a person may want to know; called by the source's own thread
};

struct KafkaLag {
  std::string topic;
  std::int32_t partition = -1;
  std::int64_t position = -1;        // the offset behind the last message that was handed out
  std::int64_t high_watermark = -1;  // -1 while it is not known
  std::int64_t committed = -1;       // -1 while there is none
};

struct KafkaStatistics {
  std::vector<KafkaLag> partitions;  // those assigned now
  std::uint64_t messages = 0, bytes = 0, tombstones = 0;
  std::uint64_t rebalances = 0, commits = 0, commit_failures = 0;
  std::uint64_t unreadable = 0;       // offsets passed over since their batch was damaged
  std::uint64_t expired = 0;          // offsets that were gone before they were read
  std::uint64_t repeats_dropped = 0;  // messages that came a second time within an assignment
  std::uint64_t stalls = 0;           // partitions that had more and gave none, so that all were reassigned
  std::size_t staged_bytes = 0;
  bool paused = false, brokers_down = false;
};

class KafkaSource : public Source {
 public:
  /// Any thread, at any time.
  [[nodiscard]] virtual KafkaStatistics statistics() const = 0;
};

/// - Offsets are (message offset << kKafkaOffsetShift) | place in the message; a stream is one partition during one assignment, `t[3]`.
/// - Partitions that are taken away: nothing more is handed out, wants_commit() says so until commit() has reached what was handed out (no
///   longer than half of session.timeout.ms), the position is committed, then they are given back. commit() itself never waits for a
///   broker; what could not be committed is tried again.
/// - A batch that is damaged on the broker's disk is asked for a few times, then passed over, told with its offsets and counted; batches
///   around it arrive whole.
/// - Brokers that are away, messages deleted before they were read, topics that do not exist: reported to `counters`, never fatal.
/// - The destructor leaves the group; it waits for that no longer than ten seconds.
/// Errors of making: invalid_argument (an option is unknown, refused or malformed). Errors of fill: the group has fenced this instance out.
/// `framers` and `counters` must outlive the source.
[[nodiscard]] Result<std::unique_ptr<KafkaSource>> make_kafka_source(KafkaSourceConfig config, const FramerFactory& framers,
                                                                     RunCounters& counters);

/// Whether it could be made, told without a broker. Errors: as of making; librdkafka's sentence may hold a value.
[[nodiscard]] Result<void> try_kafka_source(const KafkaSourceConfig& config);

}  // namespace loglode
