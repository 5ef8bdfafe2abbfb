// What must be decided in source order, on the source's thread: the format of a stream, and where its records begin.
// Implemented by parse/, called by ingest/, wired by app/.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/batch.h"

namespace loglode {

struct Framing {
  bool starts_record = true;    // false: the line continues the latest record of its substream
  std::uint32_t substream = 0;  // which of the streams interleaved in one file (stdout/stderr, containers); 0 when there is one
  Timestamp near = kNoTime;     // of a record whose stamp leaves something open (year, order of day and month, date): what it is nearest to
  std::size_t record_bytes = 0;  // of a line that holds several records: the first one's; the rest is framed as a line. 0: all of it
  bool order_changed = false;    // its date contradicts the order of day and month that the stream had until here
};

/// Per-stream state machine over physical lines. Owned by the source, used by its thread only. Its answers depend on
/// the lines seen so far and nothing else (never on batch bounds).
class Framer {
 public:
  virtual ~Framer() = default;
  /// Called once for each physical line, in order (line end removed; over-long lines cut).
  virtual Framing next(std::string_view line) = 0;
  /// True when lines of several substreams may alternate, so that a continuation need not follow its record directly.
  /// The source then holds records back until they are complete. Constant for a stream.
  [[nodiscard]] virtual bool interleaved() const noexcept { return false; }
  /// Of the latest line that named columns: the source puts it into each batch, because the line may lie in one long gone.
  [[nodiscard]] virtual std::shared_ptr<const ColumnHeader> columns() const { return nullptr; }
  /// Whether the latest line is one of a stack trace, so that more of it is likely to follow soon.
  [[nodiscard]] virtual bool in_trace() const noexcept { return false; }
  /// What another framer of this stream must know that is to go on behind the latest line (StreamInfo::remembered): few bytes, or none.
  /// A framer that knows it reads the latest record's lines as this one did.
  [[nodiscard]] virtual std::string memory() const { return {}; }
};

struct FramedStream {
  std::unique_ptr<Framer> framer;
  std::shared_ptr<const StreamPlan> plan;
};

/// Chooses how a stream is read. Thread-safe.
class FramerFactory {
 public:
  virtual ~FramerFactory() = default;
  /// `prefix`: the stream's first lines (at most kPrefixLines, kPrefixBytes; fewer when the stream is shorter), not yet framed.
  [[nodiscard]] virtual FramedStream open(const StreamInfo& info, std::span<const std::string_view> prefix) const = 0;
};

}  // namespace loglode
