// A receipt as people and programs read it. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sinks/elasticsearch/receipt.h"
#include "sinks/json_objects.h"

namespace loglode {

/// Whose receipt it is.
struct ReceiptOrigin {
  std::string source;  // its name in the configuration
  std::string path;    // of a file
  std::string topic;   // of a Kafka partition
  std::int32_t partition = -1;
};

/// All of it, at the end.
struct ReceiptTotals {
  std::string sink, index, server;
  ReceiptCounts counts;
  std::uint64_t streams = 0;
  bool is_complete = true;         // all that was asked for was read
  std::vector<std::string> notes;  // sentences
};

// NDJSON: `loglode.receipt/1`.
[[nodiscard]] Json range_json(const ReceiptOrigin& origin, const ReceiptRange& range);
[[nodiscard]] Json stream_json(const ReceiptOrigin& origin, const ReceiptCounts& counts);
[[nodiscard]] Json totals_json(const ReceiptTotals& totals);

// For a person; each ends with a newline.
[[nodiscard]] std::string range_text(const ReceiptRange& range);
[[nodiscard]] std::string stream_text(const ReceiptOrigin& origin, const ReceiptCounts& counts);
[[nodiscard]] std::string totals_text(const ReceiptTotals& totals);

}  // namespace loglode
