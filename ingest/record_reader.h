// From the text of one stream to batches of whole records. Owned by the source, one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "core/framing.h"
#include "core/run_counters.h"
#include "ingest/byte_reader.h"
#include "ingest/record_rules.h"

namespace loglode::ingest {

// Of an input that is read as it is written: a record is held back so long for lines that continue it. Programs pause between the lines of
// a trace (a full pipe, a slow disk, a garbage collection), and a trace in pieces is of use to nobody.
inline constexpr std::chrono::milliseconds kRecordPatience{400}, kTracePatience{2000};

enum class Filled : std::uint8_t {
  full,  // the batch has its size
  wait,  // the deadline passed: the batch holds what is complete, maybe nothing
  end,   // the stream is at its end, the batch holds the last of it, maybe nothing
};

class RecordReader {
 public:
  virtual ~RecordReader() = default;
  /// Appends records to an empty `out` until it holds batch_bytes, or so many records that they cost much more, and sets its end. Not to be
  /// called again after `end`.
  virtual Filled fill(Batch& out, Deadline until) = 0;
  /// Appends to an empty `out` what is held back although its lines are complete, because nothing came for a while: lines that continue
  /// it later are records of their own (detached). With `rest_too` also a line that has no end yet, marked as cut; what follows of it
  /// later is a line of its own.
  virtual void release(Batch& out, bool rest_too) = 0;
  /// Whether what is held back is amid a stack trace: it is worth waiting for the rest.
  [[nodiscard]] virtual bool in_trace() const noexcept = 0;
  /// Physical lines so far.
  [[nodiscard]] virtual std::uint64_t lines() const noexcept = 0;
  /// Batches are to hold so much from now on.
  virtual void set_batch_bytes(std::size_t bytes) = 0;
};

struct RecordReaderConfig {
  std::size_t batch_bytes = kBatchBytesTarget;
  std::size_t line_bytes_max = kLineBytesMax;
  RecordRules rules{};
  std::uint64_t text_offset = 0;   // of the first byte of `text` in the stream
  bool after_filler = false;       // filler came before it, see LineCutter
  std::uint64_t lines_before = 0;  // of the stream, before text_offset
};

/// `text`, `framer` and `counters` must outlive the reader. A framer that says it is interleaved gets the reader that puts the lines of
/// each substream together; other framers get the reader that fills the batch directly and copies only the lines a batch ends in.
/// A run of blank lines is one record (but where lines are told apart by substream).
/// The records are the same for every batch_bytes and every deadline. `raw`: the lines joined by '\n' (a CR before it is gone).
[[nodiscard]] std::unique_ptr<RecordReader> make_record_reader(const RecordReaderConfig& config, ByteReader& text, Framer& framer,
                                                               RunCounters& counters);

}  // namespace loglode::ingest
