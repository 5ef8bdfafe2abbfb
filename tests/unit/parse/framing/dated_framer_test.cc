// Years, orders of day and month, and dates are decided in the order of the lines: through the factory, as sources use it.
#include "parse/framing/dated_framer.h"

#include "tests/unit/parse/framing/framed.h"

using namespace loglode;
using framed::factory;
using framed::lines_of;

namespace {

using Lines = std::vector<std::string_view>;

StreamInfo modified_at(std::string_view text, std::string remembered = {}) {
  StreamInfo info;
  REQUIRE(read_timestamp(text, {}, info.modified) == text.size());
  info.remembered = std::move(remembered);
  return info;
}

/// The dates that the framer says the records are near to; `-` for those that need no help.
std::vector<std::string> dates(Framer& framer, std::span<const std::string_view> lines) {
  std::vector<std::string> result;
  for (const std::string_view line : lines) {
    const Framing framing = framer.next(line);
    if (framing.starts_record) result.push_back(framing.near == kNoTime ? "-" : to_rfc3339(framing.near).substr(0, 10));
  }
  return result;
}

std::vector<std::string> dates_of(std::string_view modified, const Lines& lines, const ParseConfig& config = {}) {
  return dates(*factory(config)->open(modified_at(modified), lines).framer, lines);
}

using Dates = std::vector<std::string>;

}  // namespace

TEST_CASE("dated framer: streams whose stamps say everything get no help") {
  CHECK(dates_of("2026-11-28 12:00:00", {"2026-11-24T10:00:00Z a", "2026-11-24T10:00:01Z b"}) == Dates(2, "-"));
  CHECK(dates_of("2026-11-28 12:00:00", {"no time", "at all"}) == Dates(2, "-"));
  ParseConfig message;
  message.format = "message";
  CHECK(dates_of("2026-11-28 12:00:00", {"Nov 24 10:00:00 web1 app[7]: a"}, message) == Dates(1, "-"));
}

TEST_CASE("dated framer: years, orders of day and month, and days of a clock, in any format") {
  CHECK(dates_of("2026-03-10 00:00:00", {"Nov  5 10:00:00 web1 app[7]: a", "Mar  5 10:00:00 web1 app[7]: b"}) ==
        Dates{"2025-11-05", "2026-03-05"});
  CHECK(dates_of("2026-11-28 12:00:00", {"I0405 10:00:00.123456       1 a.go:1] tick", "E0406 10:00:00.123456       1 a.go:1] tock"}) ==
        Dates{"2026-04-05", "2026-04-06"});
  CHECK(dates_of("2026-11-28 12:00:00", {"{\"time\":\"09/11/2026 08:00:00\",\"msg\":\"a\"}",
                                         "{\"time\":\"13/11/2026 08:00:00\",\"msg\":\"b\"}"}) == Dates{"2026-11-09", "2026-11-13"});
  CHECK(dates_of("2026-11-28 00:10:00", {"23:59:58.100 INFO a", "23:59:59.100 INFO b", "00:00:01.100 INFO c"}) ==
        Dates{"2026-11-27", "2026-11-27", "2026-11-28"});
}

TEST_CASE("dated framer: writers whose lines alternate have their own years") {
  const Lines lines{"[pod/a-0/c] Nov 20 10:00:00 x", "[pod/b-0/c] Jan  3 10:00:00 x", "[pod/a-0/c] Jan  4 10:00:00 x",
                    "[pod/b-0/c] Jan  5 10:00:00 x"};
  CHECK(dates_of("2026-01-06 00:00:00", lines) == Dates{"2025-11-20", "2026-01-03", "2026-01-04", "2026-01-05"});
}

TEST_CASE("dated framer: one that goes on from another's memory reads the rest as that one does") {
  const std::string text =
      "Nov 30 10:00:00 h a[1]: x\nDec 30 10:00:00 h a[1]: x\nJan  2 10:00:00 h a[1]: x\nApr  2 10:00:00 h a[1]: x\nApr  1 10:00:00 h a[1]: "
      "x\n"
      "Jul 20 10:00:00 h a[1]: x\nNov  1 10:00:00 h a[1]: x\nJan  1 10:00:00 h a[1]: x\n";
  const std::vector<std::string_view> lines = lines_of(text);
  // Opened when it had two lines; the others came later.
  const std::span prefix = std::span{lines}.first(2);
  const StreamInfo info = modified_at("2024-12-30 10:00:00");
  const Dates whole = dates(*factory()->open(info, prefix).framer, lines);
  CHECK(whole == Dates{"2024-11-30", "2024-12-30", "2025-01-02", "2025-04-02", "2025-04-01", "2025-07-20", "2025-11-01", "2026-01-01"});
  for (std::size_t cut = 1; cut < lines.size(); ++cut) {
    INFO(cut);
    const FramedStream first = factory()->open(info, prefix);
    static_cast<void>(dates(*first.framer, std::span{lines}.first(cut)));
    // The record that was open is read again.
    const FramedStream second = factory()->open(modified_at("2024-12-30 10:00:00", first.framer->memory()), prefix);
    CHECK(dates(*second.framer, std::span{lines}.subspan(cut - 1)) ==
          Dates(whole.begin() + static_cast<std::ptrdiff_t>(cut) - 1, whole.end()));
  }
  CHECK_FALSE(factory()->open(modified_at("2024-12-30 10:00:00", "not a memory"), prefix).framer == nullptr);
}

TEST_CASE("dated framer: a change of the order of day and month is told once") {
  const Lines lines{"11/24/2026 10:00:00 INFO a", "11/05/2026 10:00:00 INFO b", "25/11/2026 10:00:00 INFO c", "26/11/2026 10:00:00 INFO d"};
  const FramedStream stream = factory()->open(modified_at("2026-11-28 12:00:00"), std::span{lines}.first(2));
  std::vector<bool> changed;
  for (const std::string_view line : lines) changed.push_back(stream.framer->next(line).order_changed);
  CHECK(changed == std::vector<bool>{false, false, true, false});
}
