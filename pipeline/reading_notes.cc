#include "pipeline/reading_notes.h"

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
    note.dates_assumed += record.has(RecordFlag::date_assumed) ? 1 : 0;
    note.zones_assumed += record.has(RecordFlag::zone_assumed) ? 1 : 0;
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
    if (note.dates_assumed != 0) out += fmt::format(", {} state a time of day alone", note.dates_assumed);
    if (note.zones_assumed != 0) out += fmt::format(", {} name a zone that several have", note.zones_assumed);
    if (note.timeless != 0) out += fmt::format(", {} without a time", note.timeless);
  }
  return lines;
}

}  // namespace loglode
