#include "ingest/follow/lost_rests.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace loglode::ingest {

namespace {

constexpr std::int64_t kLatelyRead = 60;  // seconds: a state keeps the bookmarks of all files that ever were

/// No copy of it is followed, and none was found to hold nothing more.
bool is_as_left(const KnownFiles& known, const Bookmark& mark) {
  return std::any_of(known.marks().begin(), known.marks().end(),
                     [&](const Bookmark& other) { return other.identity == mark.identity && other.offset == mark.offset; });
}

}  // namespace

void LostRests::suspect(const Bookmark& mark, std::uint64_t size) {
  const std::uint64_t known = std::max(size, mark.prints.seen_to);
  if (known > mark.offset) suspected_.push_back({mark, known - mark.offset, true, Clock::now()});
}

void LostRests::look_through(const KnownFiles& known, const std::string& source) {
  for (const Bookmark& mark : known.marks()) {
    if (mark.finished || mark.prints.seen_to <= mark.offset || mark.seen_at + kLatelyRead < known.seen_until()) continue;
    if (!mark.source.empty() && mark.source != source) continue;
    if (!is_still_there(mark)) suspected_.push_back({mark, mark.prints.seen_to - mark.offset, false, Clock::now()});
  }
}

void LostRests::tell(const KnownFiles& known, RunCounters& counters, bool all) {
  const auto now = Clock::now();
  std::erase_if(suspected_, [&](const Rest& rest) {
    if (!all && now - rest.since < kCopiesTurnUp) return false;
    if (!is_as_left(known, rest.mark)) return true;
    bytes_ += rest.bytes;
    counters.report({rest.mark.path,
                     fmt::format("{} {} when at least {} bytes at its end had not been read, and no copy of them was found: they are lost",
                                 rest.mark.path, rest.truncated ? "was truncated" : "was deleted or replaced", rest.bytes),
                     false});
    return true;
  });
}

}  // namespace loglode::ingest
