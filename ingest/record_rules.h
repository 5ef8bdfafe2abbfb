// Which lines make one record, as far as ingest decides it: limits, blank lines, what a record starts with.
#pragma once

#include "core/batch.h"
#include "core/framing.h"
#include "core/limits.h"
#include "ingest/line_cutter.h"

namespace loglode::ingest {

struct RecordRules {
  std::size_t lines_max = kRecordLinesMax;
  std::size_t bytes_max = kRecordBytesMax;
  bool keep_blank_lines = false;
};

[[nodiscard]] inline bool is_blank(std::string_view text) noexcept {
  for (const char byte : text) {
    if (byte != ' ' && (byte < '\t' || byte > '\r')) return false;
  }
  return true;
}

/// A record of `line` alone; `raw` is left to who owns the bytes.
inline void start_record(Record& record, const PhysicalLine& line, const RecordRules& rules) noexcept {
  record.offset = line.offset;
  record.line = line.number;
  if (line.cut) [[unlikely]]
    record.set(RecordFlag::cut);
  if (is_blank(line.text) && !rules.keep_blank_lines) [[unlikely]]
    record.set(RecordFlag::blank);
}

/// What the framer found out about the record's time goes with it to the parser.
inline void note_time(Record& record, const Framing& framing) noexcept {
  if (framing.near == kNoTime) [[likely]]
    return;
  record.time = framing.near;
  record.set(RecordFlag::near_time);
}

[[nodiscard]] inline bool fits(const Record& record, std::size_t record_bytes, const PhysicalLine& line,
                               const RecordRules& rules) noexcept {
  return record.line_count < rules.lines_max && record_bytes + 1 + line.text.size() <= rules.bytes_max;
}

/// Whether `line`, with which a record would begin, is one more of a run of blank lines: the run is one record, or millions of them cost
/// memory and steps for nothing.
[[nodiscard]] inline bool joins_blanks(const Record& record, const PhysicalLine& line, const RecordRules& rules) noexcept {
  return record.has(RecordFlag::blank) && is_blank(line.text) && fits(record, record.raw.size(), line, rules);
}

/// Counts `line` to the record that it continues.
inline void continue_record(Record& record, const PhysicalLine& line) noexcept {
  ++record.line_count;
  if (line.cut) record.set(RecordFlag::cut);
  if (record.has(RecordFlag::blank) && !is_blank(line.text)) {
    record.flags = static_cast<std::uint16_t>(record.flags & ~static_cast<unsigned>(RecordFlag::blank));
  }
}

}  // namespace loglode::ingest
