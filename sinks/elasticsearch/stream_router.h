// Which data stream a record goes to: one for all, or one by what its fields say, so that tenants and services keep apart. Owned by one
// sink, used by one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/batch.h"
#include "core/sink_answers.h"

namespace loglode {

/// How documents of records are laid out: by the Elastic Common Schema, or as Elastic's own templates have logs of OpenTelemetry, in data
/// streams whose dataset is `otel` or ends with `.otel`.
enum class SearchShape : std::uint8_t { ecs, otel };

struct SearchRoute {
  std::string dataset{}, tenant{};   // `field:NAME`, `fixed:NAME`; empty: as the data stream for all has it. tenant: the stream's namespace
  std::vector<std::string> allow{};  // globs of datasets; none: all
  std::size_t streams_max = 100;
};

class StreamRouter {
 public:
  struct Stream {
    std::string action;   // of a bulk, all but the id
    std::string members;  // `data_stream.…` of a document, a comma before each
  };

  /// `data_stream`: `logs-DATASET-NAMESPACE`, where everything goes that is not routed.
  StreamRouter(std::string_view data_stream, SearchRoute route, SinkAnswers& answers, SearchShape shape = SearchShape::ecs);

  /// Good until the router ends. A record whose dataset is not allowed, and one that would make a stream too many, goes where what is not
  /// routed goes, and is counted.
  [[nodiscard]] const Stream& stream_of(const Batch& batch, const Record& record);

 private:
  const SearchRoute route_;
  SinkAnswers& answers_;
  const SearchShape shape_;
  std::string dataset_, namespace_;  // of the stream for all
  Stream for_all_;
  std::map<std::string, Stream, std::less<>> streams_;  // by `DATASET-NAMESPACE`
};

}  // namespace loglode
