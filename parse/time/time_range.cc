#include "parse/time/time_range.h"

#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include "parse/time/timestamp_reader.h"

namespace loglode {

namespace {

/// `1h`, `90m`, `2d`: so long before now.
std::optional<Timestamp> read_ago(std::string_view text) {
  std::int64_t count = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit = text.substr(static_cast<std::size_t>(read.ptr - text.data()));
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kSeconds{
      {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86'400}, {"w", 604'800}}};
  constexpr std::int64_t kYears = 100LL * 366 * 86'400;
  for (const auto& [name, seconds] : kSeconds)
    if (read.ec == std::errc{} && unit == name && count >= 0 && count <= kYears / seconds)
      return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()) - std::chrono::seconds{count * seconds};
  return std::nullopt;
}

Result<Timestamp> read_option(const char* name, const std::string& text, const TimeContext& context, Timestamp otherwise) {
  if (text.empty()) return otherwise;
  if (const auto ago = read_ago(text)) return *ago;
  Timestamp time = kNoTime;
  if (read_timestamp_field(text, context, time)) return time;
  return fail(std::make_error_code(std::errc::invalid_argument),
              std::string{name} + " " + text + " is not a time; write for example 2026-11-23T12:00:00Z, or 1h for an hour ago");
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
  if (*first >= *last && !since.empty() && !until.empty())
    return fail(std::make_error_code(std::errc::invalid_argument),
                "--since " + since + " is not before --until " + until + ", so that no record is left: exchange them, or leave one out");
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
