// From the messages of one partition to records: one a message, or as many as its lines or its OTLP payload hold.
// Used by the thread that fills batches.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/framing.h"
#include "core/run_counters.h"
#include "ingest/kafka/kafka_source.h"
#include "ingest/kafka/otlp.h"
#include "ingest/kafka/partition.h"

namespace loglode::kafka {

struct MessageReaderConfig {
  KafkaPayload payload = KafkaPayload::automatic;
  KafkaService service{};
  std::size_t line_bytes_max = kLineBytesMax;
  std::vector<std::string> headers{};  // KafkaSourceConfig::headers
};

class MessageReader {
 public:
  /// `framers` and `counters` must outlive it. `info.modified` is filled from the first message.
  MessageReader(MessageReaderConfig config, StreamInfo info, const FramerFactory& framers, RunCounters& counters);

  /// Adds the records of `chunk` to the empty batch `out`, and says where its partition goes on.
  void read(const Chunk& chunk, Batch& out);

 private:
  void open(const Chunk& chunk);
  void read_message(const StagedMessage& message, const Chunk& chunk, Batch& out);
  void read_text(const StagedMessage& message, char* payload, Batch& out);
  bool read_otlp(const StagedMessage& message, std::string_view payload, Batch& out);
  void add_line(const StagedMessage& message, std::string_view line, bool first, Batch& out);
  static void extend(Record& record, std::string_view line);
  /// What the message says of all its records.
  void describe(const StagedMessage& message, std::string_view payload, std::size_t first_record, Batch& out);
  /// Its key, and the headers that are asked for.
  void keep_fields(const StagedMessage& message, const Chunk& chunk, Batch& out);
  [[nodiscard]] std::string_view service_of(const StagedMessage& message, std::string_view payload, Batch& out);

  const MessageReaderConfig config_;
  std::vector<std::string> header_fields_;          // the names under which config_.headers are written
  std::vector<std::string_view> kept_field_names_;  // the same, as the batch at hand keeps them
  StreamInfo info_;
  const FramerFactory& framers_;
  RunCounters& counters_;
  std::shared_ptr<const Stream> stream_;  // null until the first message that has a payload
  std::unique_ptr<Framer> framer_;
  OtlpReader otlp_;
  std::string path_, path_service_;  // the latest path that named a service
  std::uint64_t lines_ = 0, lines_cut_ = 0;
};

/// The string at `path` (`a.b`: a member `a.b`, or a member `b` of a member `a`) in the JSON object `text`, as it is written there; empty
/// when there is none. Looks no deeper than the path.
[[nodiscard]] std::string_view find_json_text(std::string_view text, std::string_view path) noexcept;

}  // namespace loglode::kafka
