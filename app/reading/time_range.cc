#include "app/reading/time_range.h"

#include "parse/time/timestamp_reader.h"

namespace loglode {

namespace {

Result<Timestamp> read_option(const char* name, const std::string& text, const TimeContext& context, Timestamp otherwise) {
  if (text.empty()) return otherwise;
  Timestamp time = kNoTime;
  if (read_timestamp_field(text, context, time)) return time;
  return fail(std::make_error_code(std::errc::invalid_argument),
              std::string{name} + " " + text + " is not a time; write for example 2026-11-23T12:00:00Z");
}

}  // namespace

Result<TimeRange> TimeRange::read(const std::string& since, const std::string& until, const std::string& zone) {
  TimeContext context;
  if (!zone.empty()) {
    auto rules = find_zone(zone);
    if (!rules) return tl::unexpected<Error>(rules.error());
    context.zone = *rules;
  }
  TimeRange range;
  auto first = read_option("--since", since, context, range.since);
  if (!first) return tl::unexpected<Error>(first.error());
  auto last = read_option("--until", until, context, range.until);
  if (!last) return tl::unexpected<Error>(last.error());
  return TimeRange{*first, *last};
}

Result<void> TimeRangeMarker::run(Batch& batch) {
  for (Record& record : batch.records)
    if (record.time != kNoTime && !range_.holds(record.time)) record.set(RecordFlag::excluded);
  return {};
}

Result<void> TimeRangeStage::run(Batch& batch) {
  bool& inside = inside_.try_emplace(batch.stream->info.id, true).first->second;
  for (Record& record : batch.records) {
    if (record.has(RecordFlag::blank)) continue;
    if (record.time != kNoTime) inside = range_.holds(record.time);
    if (inside) continue;
    record.set(RecordFlag::excluded);
    record.shape = kNoShape;
    counters_.drop(DropReason::out_of_range, record.line_count);
  }
  return {};
}

}  // namespace loglode
