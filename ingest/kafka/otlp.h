// OTLP log exports (ExportLogsServiceRequest as protocol buffers or as JSON) as JSON lines that parse/ knows how to read: one a log record.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "ingest/kafka/kafka_source.h"
#include "ingest/kafka/otlp_json.h"

namespace loglode::kafka {

struct OtlpRecord {
  std::string_view json;  // good until the call returns
  bool cut = false;       // the body or the attributes were over the limit
};

/// Whether `bytes` are such a request all the way, with one log record at least: known fields of the right types. Text is not.
[[nodiscard]] bool is_otlp_proto(std::string_view bytes) noexcept;
/// Whether `text` is a JSON object whose first member is `resourceLogs`.
[[nodiscard]] bool is_otlp_json(std::string_view text) noexcept;

class OtlpReader {
 public:
  using OnRecord = std::function<void(const OtlpRecord&)>;

  /// `record_bytes_max`: bounds what becomes of one record.
  explicit OtlpReader(std::size_t record_bytes_max);
  ~OtlpReader();
  OtlpReader(OtlpReader&&) noexcept;
  OtlpReader& operator=(OtlpReader&&) noexcept;

  /// Calls `on_record` for each log record, in order. False, with no call, when `payload` is not what `kind` says (of `automatic`: neither
  /// of the two): then it is text.
  bool read(KafkaPayload kind, std::string_view payload, const OnRecord& on_record);

 private:
  struct JsonParser;
  bool read_json(std::string_view payload, const OnRecord& on_record);

  OtlpJson line_;
  std::unique_ptr<JsonParser> parser_;  // made when it is needed
};

}  // namespace loglode::kafka
