// Text with hardly a time in it is judged by the order of its lines, all other text as before.
#include "correlate/line_order.h"

#include <catch2/catch.hpp>

#include "scene.h"

namespace loglode {

namespace {

/// Lines of one stream, all counted in the window of the one time it shows: `dated` of them have a time of their own.
WindowSummary text_of(std::uint64_t lines, std::uint64_t dated, std::uint64_t error_line, const std::string& path = "build.out") {
  WindowSummary window;
  window.stream = StreamIdentity{std::hash<std::string>{}(path)&0xFFFF, 1};
  window.path = path;
  window.width = first_width();
  window.start = window_start(at_second(0), window.width);
  window.reaches = lines * 20;
  window.records = lines;
  window.without_time = lines - dated;
  window.services = {"build"};
  window.rules = {"http-5xx"};
  const Timestamp time = at_second(0);
  window.cells = {Cell{0, ShapeId{1}, Severity::info, lines - 3, time, time, 0, 1, 1, "object compiled"},
                  Cell{0, ShapeId{2}, Severity::error, 3, time, time, (error_line - 1) * 20, error_line, 1, "link failed"}};
  window.rule_cells = {RuleCell{0, 0, ShapeId{2}, 3, time, time}};
  normalise(window);
  return window;
}

Judgement judge_text(std::vector<WindowSummary>& windows) {
  static const TemplateCatalog catalog{{TemplateInfo{TemplateId{1}, "object compiled", SeverityClass::quiet, {}, {}},
                                        TemplateInfo{TemplateId{2}, "link failed", SeverityClass::error, {}, {}}},
                                       {{ShapeId{1}, 0}, {ShapeId{2}, 1}}};
  static const RuleCatalog rules = Scene::rules();
  order_by_lines_where_times_are_few(windows);
  return judge(windows, catalog, rules, {});
}

}  // namespace

TEST_CASE("line order: an error late in undated text is new, whatever single lines have a time", "[correlate]") {
  for (const std::uint64_t dated : {1U, 5U, 19U}) {
    INFO(dated << " with a time");
    std::vector<WindowSummary> windows{text_of(1000, dated, 700)};
    const Judgement judgement = judge_text(windows);
    CHECK(judgement.scope.ordinal);
    REQUIRE(judgement.incidents.size() == 1);
    CHECK(judgement.incidents[0].opened_at == kNoTime);
    CHECK(judgement.incidents[0].summary.find("\"link failed\" never seen before, 3 times from line 700") != std::string::npos);
    const std::string note = "only " + std::to_string(dated) + " of 1,000 records have a time: judged by the order of its lines";
    CHECK(std::count(judgement.scope.notes.begin(), judgement.scope.notes.end(), note) == 1);
  }
  std::vector<WindowSummary> large{text_of(4000, 39, 2800)};  // however many they are, where there are a hundred lines to each
  CHECK(judge_text(large).incidents.size() == 1);
  CHECK(large[0].ordinal);
  std::vector<WindowSummary> early{text_of(1000, 1, 30)};
  CHECK(judge_text(early).incidents.empty());  // in the first part
}

TEST_CASE("line order: text with times enough, or with none, stays as it is", "[correlate]") {
  for (const auto& [lines, dated] : {std::pair{1000U, 20U}, {1000U, 1000U}, {50U, 5U}, {8U, 1U}}) {
    INFO(dated << " of " << lines);
    std::vector<WindowSummary> windows{text_of(lines, dated, 6)};
    const std::string before = encode(windows[0]);
    order_by_lines_where_times_are_few(windows);
    REQUIRE(windows.size() == 1);
    CHECK(encode(windows[0]) == before);
  }
}

TEST_CASE("line order: nothing is lost, and the order of the windows does not matter", "[correlate]") {
  WindowSummary first = text_of(2000, 2, 1200), second = first, dated = text_of(500, 500, 300, "app.log");
  second.start = window_start(at_second(40), second.width);
  second.cells[0].first_line = 900;
  second.cells[1].first_line = 1900;
  std::vector<WindowSummary> one{first, dated, second}, other{second, first, dated};
  order_by_lines_where_times_are_few(one);
  order_by_lines_where_times_are_few(other);
  REQUIRE(one.size() == other.size());
  std::uint64_t records = 0, hits = 0, with_time = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    CHECK(encode(one[i]) == encode(other[i]));
    records += one[i].records;
    with_time += one[i].records - one[i].without_time;
    for (const RuleCell& hit : one[i].rule_cells) hits += hit.count;
    CHECK(one[i].ordinal == (one[i].path == "build.out"));
  }
  CHECK(records == 4500);
  CHECK(hits == 9);
  CHECK(with_time == 504);
}

}  // namespace loglode
