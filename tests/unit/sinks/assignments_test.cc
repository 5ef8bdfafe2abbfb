#include "sinks/assignments.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/every_record.h"

using namespace loglode;

namespace {

struct Line {
  std::uint64_t line;
  std::uint32_t count;
  std::uint64_t shape;
};

const TemplateCatalog kCatalog{{TemplateInfo{TemplateId{1}, "a <*>", SeverityClass::quiet, {}, {}},
                                TemplateInfo{TemplateId{2}, "say \"x\", y", SeverityClass::quiet, {}, {}}},
                               {{ShapeId{10}, 0}, {ShapeId{20}, 1}}};

std::string rows_of(const std::vector<std::pair<std::uint32_t, std::vector<Line>>>& batches, const std::vector<StreamId>& order,
                    const TemplateCatalog& catalog = kCatalog, bool csv_safe = false) {
  auto spool = AssignmentSpool::open();
  REQUIRE(spool.has_value());
  IgnoreVerdicts verdicts;
  for (const auto& [stream, lines] : batches) {
    auto batch = std::make_shared<Batch>();
    Stream origin;
    origin.info.id = StreamId{stream};
    batch->stream = std::make_shared<const Stream>(origin);
    for (const Line& line : lines) {
      Record record;
      record.line = line.line;
      record.line_count = line.count;
      record.shape = ShapeId{line.shape};
      batch->records.push_back(record);
    }
    REQUIRE((*spool)->write(batch, every_record(*batch), verdicts).has_value());
  }
  const std::string path = (std::filesystem::temp_directory_path() / ("loglode-rows-" + std::to_string(::getpid()))).string();
  REQUIRE((*spool)->write_rows(path, order, catalog, csv_safe).has_value());
  std::ifstream in{path};
  std::stringstream text;
  text << in.rdbuf();
  std::remove(path.c_str());
  return text.str();
}

constexpr auto kA = "0000000000000001,a <*>\n";
constexpr auto kB = "0000000000000002,\"say \"\"x\"\", y\"\n";
const std::string kHead = "LineId,EventId,EventTemplate\n";

}  // namespace

TEST_CASE("assignments: one row for each physical line, in the order in which the inputs were given", "[sinks]") {
  CHECK(rows_of({{0, {{1, 1, 10}, {2, 1, 20}}}, {1, {{1, 1, 20}}}}, {StreamId{1}, StreamId{0}}) ==
        kHead + "1," + kB + "2," + kA + "3," + kB);
}

TEST_CASE("assignments: the lines of a record repeat the row of its first line", "[sinks]") {
  CHECK(rows_of({{0, {{1, 3, 10}, {4, 1, 20}}}}, {StreamId{0}}) == kHead + "1," + kA + "2," + kA + "3," + kA + "4," + kB);
}

TEST_CASE("assignments: a blank line has empty columns", "[sinks]") {
  CHECK(rows_of({{0, {{1, 1, 10}, {2, 1, 0}, {3, 1, 20}}}}, {StreamId{0}}) == kHead + "1," + kA + "2,,\n" + "3," + kB);
}

TEST_CASE("assignments: records of interleaved streams come when complete, rows in order of lines", "[sinks]") {
  // Lines 1 and 4 are one record, 2 and 3 others that were complete earlier.
  CHECK(rows_of({{0, {{2, 1, 20}, {3, 1, 20}, {1, 2, 10}}}}, {StreamId{0}}) == kHead + "1," + kA + "2," + kB + "3," + kB + "4," + kA);
}

TEST_CASE("assignments: what a spreadsheet takes for a formula is text where that is asked for, and exact else", "[sinks]") {
  struct Row {
    std::string text, exact, safe;
  };
  for (const Row& row : {Row{"=1+1", "=1+1", "'=1+1"}, Row{"+a", "+a", "'+a"}, Row{"-a, b", "\"-a, b\"", "\"'-a, b\""},
                         Row{"@a", "@a", "'@a"}, Row{"a=b", "a=b", "a=b"}, Row{"", "", ""}}) {
    INFO(row.text);
    const TemplateCatalog catalog{{TemplateInfo{TemplateId{1}, row.text, SeverityClass::quiet, {}, {}}}, {{ShapeId{10}, 0}}};
    const std::vector<std::pair<std::uint32_t, std::vector<Line>>> one{{0, {{1, 1, 10}}}};
    CHECK(rows_of(one, {StreamId{0}}, catalog, false) == kHead + "1,0000000000000001," + row.exact + "\n");
    CHECK(rows_of(one, {StreamId{0}}, catalog, true) == kHead + "1,0000000000000001," + row.safe + "\n");
  }
}
