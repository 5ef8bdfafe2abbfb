#include "parse/text/layout.h"
#include "format_table.h"

using namespace loglode;

namespace {

std::shared_ptr<const LayoutOptions> options(std::string_view time = {}) {
  auto made = std::make_shared<LayoutOptions>();
  if (!time.empty()) made->time = TimeLayout::compile(time).value();
  made->levels = {{"oops", Severity::error}, {"yay", Severity::info}};
  return made;
}

LayoutFormat own(std::string_view pattern, std::string_view time = {}) {
  std::vector<Layout> layouts;
  layouts.push_back(Layout::compile(pattern, options(time)).value());
  return {"own", std::move(layouts)};
}

void complains(std::string_view pattern, std::string_view about) {
  INFO(pattern.substr(0, 60));
  const Result<Layout> compiled = Layout::compile(pattern, options());
  REQUIRE_FALSE(compiled);
  CHECK(compiled.error().message.find(about) != std::string::npos);
}

}  // namespace

TEST_CASE("layout: a user's pattern names what it keeps", "[parse][layout]") {
  expect_record(own("{time} <{level}> {tenant}/{status:number} {host}: {message}", "%d.%m.%y %H:%M:%S"),
                "01.03.26 08:00:00 <oops> acme corp/502 web7: no answer",
                {"2026-03-01T08:00:00", Severity::error, "no answer", "", "web7", "", "", {{"tenant", "acme corp"}, {"status", "502"}}});
  expect_record(own("{time}|{level}|{service}|{trace_id}|{message}"), "2026-03-01 08:00:00|YAY|shop|0badcafe|paid | in full",
                {"2026-03-01T08:00:00", Severity::info, "paid | in full", "shop", "", "0badcafe", "", {}});
  expect_record(own("{level} {message} ({code}, {thread})"), "warn low (on) fuel (pump.x:7, main (1))",
                {"", Severity::warn, "low (on) fuel", "", "", "", "", {{"log.origin", "pump.x:7"}}});
  expect_record(own("{{{level}}} {message}"), "{error} braces", {"", Severity::error, "braces", "", "", "", "", {}});
  expect_record(own("{time} {level} {message}"), "2026-03-01 08:00:00 unheard-of text",
                {"2026-03-01T08:00:00", Severity::unspecified, "text", "", "", "", "", {}});
  expect_record(
      own("{time} {user:word} {amount:number}"), "2026-03-01 08:00:00 ann 12",
      {"2026-03-01T08:00:00", Severity::unspecified, "2026-03-01 08:00:00 ann 12", "", "", "", "", {{"user", "ann"}, {"amount", "12"}}});
}

TEST_CASE("layout: what does not fit is refused", "[parse][layout]") {
  expect_refused(own("{time} {status:number} {message}"), "2026-03-01 08:00:00 two text");
  expect_refused(own("{time} [{level}] {message}"), "2026-03-01 08:00:00 [error text");
  expect_refused(own("{time} {level} {message}", "%s"), "2026-03-01 08:00:00 error text");
  expect_refused(own("{level} {message} <{thread}>"), "error text (main)");
  expect_refused(own("{time} {user:word}"), "2026-03-01 08:00:00 ann and more");
  expect_refused(own("{time} {user:word}"), "");
}

TEST_CASE("layout: a pattern that nobody can read is refused with what to do", "[parse][layout]") {
  complains("", "no field");
  complains("no fields", "no field");
  complains("{time", "{ that no } closes");
  complains("time} {level}", "} that closes nothing");
  complains("{a}{b}", "nothing stands between {a} and {b}");
  complains("{level}{message}", "nothing stands between");
  complains("{message}{a}", "nothing stands between");
  complains("{a} {a}", "twice");
  complains("{message} {message}", "twice");
  complains("{a b}", "is no field");
  complains("{}", "is no field");
  complains("{a:date}", "behind the colon");
  complains(std::string(2000, 'x') + "{message}", "at most 1024");
  std::string many;
  for (int i = 0; i < 40; ++i) many += "{f" + std::to_string(i) + "},";
  complains(many, "at most 32");
}

TEST_CASE("layout: hostile patterns and lines take time in proportion to the line", "[parse][layout]") {
  std::string pattern;
  for (int i = 0; i < 30; ++i) pattern += "{f" + std::to_string(i) + "} - ";
  const LayoutFormat format = own(pattern + "{message}");
  std::string line;
  for (int i = 0; i < 100'000; ++i) line += "a -b";
  expect_refused(format, line);  // each field looks for its end once: no backtracking, or this would not come back
}
