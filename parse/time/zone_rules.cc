#include "parse/time/zone_rules.h"

#include <date/tz.h>

#include <map>
#include <mutex>
#include <stdexcept>
#include <string>

#include "parse/time/timestamp_reader.h"

namespace loglode {
namespace {

constexpr std::int64_t kSecondsPerDay = 86400;

/// A stretch of local time with one offset; most lines of a log fall into the latest one.
struct OffsetStretch {
  const date::time_zone* zone = nullptr;
  std::int64_t local_begin = 0, local_end = 0;
  std::int32_t offset_seconds = 0;
};

OffsetStretch look_up(const date::time_zone* zone, std::int64_t local_seconds, bool later) {
  const auto info = zone->get_info(date::local_seconds{std::chrono::seconds{local_seconds}});
  if (later && info.result == date::local_info::ambiguous)
    return {nullptr, 0, 0, static_cast<std::int32_t>(info.second.offset.count())};  // of no stretch: not remembered
  const auto offset = info.first.offset.count();
  // A day is kept away from both ends, where local times are ambiguous or missing.
  return {zone, info.first.begin.time_since_epoch().count() + offset + kSecondsPerDay,
          info.first.end.time_since_epoch().count() + offset - kSecondsPerDay, static_cast<std::int32_t>(offset)};
}

const date::time_zone* locate(std::string_view name) {
  if (name == "local") return date::current_zone();
  return date::locate_zone(std::string{name});
}

}  // namespace

std::int32_t ZoneRules::offset_seconds(std::int64_t local_seconds, bool later) const {
  if (zone_ == nullptr) return 0;
  thread_local OffsetStretch latest;
  if (latest.zone == zone_ && local_seconds >= latest.local_begin && local_seconds < latest.local_end) return latest.offset_seconds;
  latest = look_up(zone_, local_seconds, later);
  return latest.offset_seconds;
}

Result<const ZoneRules*> find_zone(std::string_view name) {
  static const ZoneRules utc{nullptr};
  static std::mutex mutex;
  static auto* known = new std::map<std::string, ZoneRules, std::less<>>;  // leaked on purpose: answers live as long as the program
  if (name == "UTC" || name == "Z" || name == "GMT" || name == "Etc/UTC") return &utc;
  const std::lock_guard lock{mutex};
  if (const auto found = known->find(name); found != known->end()) return &found->second;
  try {
    return &known->emplace(std::string{name}, ZoneRules{locate(name)}).first->second;
  } catch (const std::runtime_error&) {
    return fail(std::make_error_code(std::errc::invalid_argument),
                "no time zone is called `" + std::string{name} + "`; give an IANA name such as Europe/Berlin, or `UTC` or `local`");
  }
}

}  // namespace loglode
