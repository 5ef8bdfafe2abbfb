// Records of streams that alternate line by line in one file (containers, stdout and stderr), put together again.
//
// Records are held back until they are complete and leave in the order of their first lines. A record is complete when its
// substream starts the next one, when kHeldLinesMax physical lines have followed its latest, at the end, or when everything held back is
// over kHeldBytesMax (the oldest goes first; counted as Limit::record_lines). All of this is decided by the lines alone, so the records
// are the same whatever the sizes of reads and batches.
#pragma once

#include <deque>
#include <string>
#include <unordered_map>

#include "core/framing.h"
#include "core/run_counters.h"
#include "ingest/record_rules.h"

namespace loglode::ingest {

inline constexpr std::size_t kHeldLinesMax = 1000;
inline constexpr std::size_t kHeldBytesMax = 4 * kRecordBytesMax;

class Demultiplexer {
 public:
  Demultiplexer(const RecordRules& rules, RunCounters& counters) : rules_{rules}, counters_{counters} {}

  void add(const PhysicalLine& line, Framing framing);
  /// No line will follow: everything held back is complete.
  void finish();

  [[nodiscard]] bool has_complete() const noexcept { return complete_ > 0; }
  /// The oldest complete record (without `raw`) and its lines, joined by '\n'; until pop().
  [[nodiscard]] const Record& record() const noexcept { return held_.front().record; }
  [[nodiscard]] std::string_view text() const noexcept { return held_.front().text; }
  void pop();
  /// Whether anything is held back, complete or not, and where the oldest of it begins.
  [[nodiscard]] bool holds_any() const noexcept { return !held_.empty(); }
  [[nodiscard]] std::uint64_t oldest_offset() const noexcept { return held_.front().record.offset; }

 private:
  struct Held {
    Record record;
    std::string text;
    std::uint32_t substream = 0;
    std::uint64_t latest_line = 0;
    bool closed = false;
    [[nodiscard]] std::size_t bytes() const noexcept { return sizeof(Held) + text.size(); }
  };

  void start(const PhysicalLine& line, const Framing& framing);
  [[nodiscard]] Held* open_record(std::uint32_t substream);
  void close(Held& held);
  void release(std::uint64_t line);

  RecordRules rules_;
  RunCounters& counters_;
  std::deque<Held> held_;  // in order of their first lines; the first `complete_` of them may leave
  std::size_t complete_ = 0;
  std::size_t waiting_bytes_ = 0;  // of the records in held_ that may not leave yet
  std::uint64_t popped_ = 0;
  std::unordered_map<std::uint32_t, std::uint64_t> open_;  // substream -> number of its open record, counted from the stream's begin
};

}  // namespace loglode::ingest
