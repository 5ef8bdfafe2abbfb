#include "app/reading_notes.h"

#include <fmt/format.h>

namespace loglode {

Result<void> ReadingNotes::run(Batch& batch) {
  if (batch.stream == nullptr) return {};
  Note& note = notes_[batch.stream->info.id];
  note.stream = batch.stream;
  for (const Record& record : batch.records) {
    if (record.has(RecordFlag::blank)) continue;
    ++note.records;
    note.misfits += record.has(RecordFlag::fallback) ? 1 : 0;
    note.timeless += record.time == kNoTime || record.has(RecordFlag::time_inherited) ? 1 : 0;
  }
  return {};
}

std::vector<std::string> ReadingNotes::lines() const {
  std::vector<std::string> lines;
  for (const auto& [id, note] : notes_) {
    std::string& out =
        lines.emplace_back(fmt::format("{}: read as {}; {} records", note.stream->info.path, note.stream->plan->how_read(), note.records));
    if (note.misfits != 0) out += fmt::format(", {} did not fit the format", note.misfits);
    if (note.timeless != 0) out += fmt::format(", {} without a time", note.timeless);
  }
  return lines;
}

}  // namespace loglode
