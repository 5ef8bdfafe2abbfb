#include "ingest/record_reader.h"

#include <catch2/catch.hpp>
#include <random>

#include "ingest/line_cutter.h"
#include "tests/unit/ingest/input_files_on_disk.h"

using namespace loglode;
using namespace loglode::test;
using loglode::ingest::Filled;
using loglode::ingest::MemoryReader;
using loglode::ingest::RecordReaderConfig;

namespace {

struct Read {
  std::vector<SlowRecord> records;
  std::uint64_t lines = 0, lines_in_records = 0, lines_cut = 0, record_lines = 0, bytes = 0;
  std::size_t largest_batch = 0;
};

Read read(const std::string& text, Framed how, const RecordReaderConfig& config, std::size_t step = SIZE_MAX) {
  Read result;
  RunCounters counters;
  MemoryReader bytes{text, step};
  const auto framer = make_framer(how);
  const auto reader = ingest::make_record_reader(config, bytes, *framer, counters);
  Batch batch;
  Filled filled = Filled::full;
  while (filled != Filled::end) {
    batch.clear();
    filled = reader->fill(batch, Deadline::max());
    for (const Record& record : batch.records) {
      result.records.push_back(as_slow(record));
      result.lines_in_records += record.line_count;
      // Views point into the batch and have padding behind them.
      const bool inside = record.raw.data() >= batch.bytes() && record.raw.data() + record.raw.size() <= batch.bytes() + batch.capacity();
      REQUIRE(inside);
    }
    result.largest_batch = std::max(result.largest_batch, batch.capacity());
  }
  result.lines = counters.lines;
  result.bytes = counters.bytes;
  result.lines_cut = counters.lines_cut;
  result.record_lines = counters.hits(Limit::record_lines);
  return result;
}

std::vector<std::string> raws(const Read& all) {
  std::vector<std::string> result;
  for (const SlowRecord& record : all.records) result.push_back(record.raw);
  return result;
}

/// Lines of all sizes out of an alphabet of what matters to the readers.
std::string random_text(std::mt19937_64& random) {
  static constexpr std::string_view kPieces[] = {
      "a",    "b",  "c", "a ", "b ", "c}", " ", "}", "\r", "\t", "long long text ", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x92\xa5",
      "\xff", "x=1"};
  const auto upto = [&](std::uint64_t limit) { return random() % limit; };
  std::string text;
  const std::uint64_t lines = upto(60);
  for (std::uint64_t line = 0; line < lines; ++line) {
    if (upto(20) == 0) text.append(upto(50), '\0');
    const std::uint64_t pieces = upto(10) == 0 ? upto(60) : upto(8);
    for (std::uint64_t piece = 0; piece < pieces; ++piece) text += kPieces[upto(std::size(kPieces))];
    if (upto(20) == 0) text.push_back('\0');
    text += upto(4) == 0 ? "\r\n" : "\n";
  }
  if (upto(2) == 0 && !text.empty()) text.resize(text.size() - upto(std::min<std::size_t>(text.size(), 10)));
  return text;
}

}  // namespace

TEST_CASE("records: lines, line ends, offsets and numbers are as written", "[ingest]") {
  const auto expect = [](const std::string& text, Framed how, const std::vector<SlowRecord>& records) {
    INFO(text);
    CHECK(read(text, how, {}).records == records);
  };
  expect("", Framed::lines, {});
  expect("a\nbb\n", Framed::lines, {{"a", 0, 1}, {"bb", 2, 2}});
  expect("a\nbb", Framed::lines, {{"a", 0, 1}, {"bb", 2, 2}});
  expect("a\r\nbb\r\n", Framed::lines, {{"a", 0, 1}, {"bb", 3, 2}});
  expect("a\r\r\n", Framed::lines, {{"a\r", 0, 1}});
  expect("a\n\n \t\nb\n", Framed::lines, {{"a", 0, 1}, {"\n \t", 2, 2, 2, false, false, true}, {"b", 6, 4}});
  expect("a\n b\n}\nc\n", Framed::indented, {{"a\n b\n}", 0, 1, 3}, {"c", 7, 4}});
  expect("a\r\n b\r\nc\r\n", Framed::indented, {{"a\n b", 0, 1, 2}, {"c", 7, 3}});
  expect(" a\n b\nc\n", Framed::indented, {{" a\n b", 0, 1, 2, false, true}, {"c", 6, 3}});
  expect("a1\nb1\na 2\nb 2\na3\n", Framed::letters, {{"a1\na 2", 0, 1, 2}, {"b1\nb 2", 3, 2, 2}, {"a3", 14, 5}});
}

TEST_CASE("records: NULs before a line are filler, NULs within it are kept", "[ingest]") {
  using namespace std::string_literals;
  const Read all = read("\0\0\0a\nb\0c\n\0\0\nd\n\0\0"s, Framed::lines, {});
  const std::vector<SlowRecord> expected = {
      {"a", 3, 1}, {"b\0c"s, 5, 2}, {"", 11, 3, 1, false, false, true}, {"d", 12, 4}, {"", 16, 5, 1, false, false, true}};
  CHECK(all.records == expected);
}

TEST_CASE("records: a blank line belongs to its record when the framer says so, and alone it is marked", "[ingest]") {
  class AllContinue final : public Framer {
    Framing next(std::string_view line) override { return {line.starts_with("x"), 0}; }
  } framer;
  RunCounters counters;
  MemoryReader bytes{"x\n\n y\nx\n"};
  Batch batch;
  const auto reader = ingest::make_record_reader({}, bytes, framer, counters);
  CHECK(reader->fill(batch, Deadline::max()) == Filled::end);
  REQUIRE(batch.records.size() == 2);
  CHECK(batch.records[0].raw == "x\n\n y");
  CHECK_FALSE(batch.records[0].has(RecordFlag::blank));

  SECTION("a blank record that goes on with text is blank no more") {
    const Read all = read("\n b\n", Framed::indented, {});
    REQUIRE(all.records.size() == 1);
    CHECK(all.records[0].raw == "\n b");
    CHECK_FALSE(all.records[0].blank);
  }
  SECTION("--format message keeps them as they are") {
    CHECK_FALSE(read("a\n\n", Framed::lines, {.rules = {.keep_blank_lines = true}}).records[1].blank);
  }
}

TEST_CASE("records: what lines cost beside their bytes bounds a batch, and a run of blank ones costs one record", "[ingest]") {
  struct Row {
    std::string line;
    Framed how;
  };
  for (const Row& row : {Row{"a\n", Framed::lines}, Row{"\n", Framed::lines}, Row{"a\n\n", Framed::lines}, Row{"\n", Framed::letters},
                         Row{"a1\n", Framed::letters}}) {
    std::string text;
    while (text.size() < 2 * kMiB) text += row.line;
    INFO(row.line << static_cast<int>(row.how));
    MemoryReader bytes{text};
    const auto framer = make_framer(row.how);
    RunCounters counters;
    const auto reader = ingest::make_record_reader({.batch_bytes = 64 * kKiB}, bytes, *framer, counters);
    std::uint64_t lines = 0;
    for (Filled filled = Filled::full; filled != Filled::end;) {
      Batch batch;
      filled = reader->fill(batch, Deadline::max());
      // Four times its bytes in records, and a small piece more; how short lines are is known after the first piece.
      if (lines > 0) CHECK(batch.records.size() * sizeof(Record) <= 4 * 64 * kKiB + (8 * kKiB + 1) * sizeof(Record));
      for (const Record& record : batch.records) lines += record.line_count;
      if (row.line == "\n" && row.how == Framed::lines) CHECK(batch.records.size() <= 64 * kKiB / kRecordLinesMax + 256);
    }
    CHECK(lines == static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')));
  }
}

TEST_CASE("records: lines over the limit are cut at a character, and what follows is read", "[ingest]") {
  const auto expect = [](const std::string& text, std::size_t limit, const std::vector<std::string>& texts, std::uint64_t cut) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{3}, SIZE_MAX}) {
      INFO(text << " step " << step);
      const Read all = read(text, Framed::lines, {.batch_bytes = 16, .line_bytes_max = limit}, step);
      CHECK(raws(all) == texts);
      CHECK(all.lines_cut == cut);
    }
  };
  expect("12345\nab\n", 5, {"12345", "ab"}, 0);
  expect("12345\r\nab\n", 5, {"12345", "ab"}, 0);
  expect("123456\nab\n", 5, {"12345", "ab"}, 1);
  expect("12345\r", 5, {"12345"}, 0);
  expect("12345\rx\nab", 5, {"12345", "ab"}, 1);
  expect("123456", 5, {"12345"}, 1);
  expect(std::string(1000, 'x') + "\nab\n", 5, {"xxxxx", "ab"}, 1);
  expect("1234\xc3\xa4\nab\n", 5, {"1234", "ab"}, 1);
  expect("12\xf0\x9f\x92\xa5\nab\n", 5, {"12", "ab"}, 1);
  expect("1\xf0\x9f\x92\xa5\nab\n", 5, {"1\xf0\x9f\x92\xa5", "ab"}, 0);
  expect("\x80\x80\x80\x80\x80\x80\x80\n", 5, {"\x80\x80\x80\x80\x80"}, 1);
}

TEST_CASE("records: a multi-line record is closed at its limits and goes on detached", "[ingest]") {
  const Read all = read("a\n b\n c\n d\ne\n", Framed::indented, {.rules = {.lines_max = 2}});
  const std::vector<SlowRecord> expected = {{"a\n b", 0, 1, 2}, {" c\n d", 5, 3, 2, false, true}, {"e", 11, 5}};
  CHECK(all.records == expected);
  CHECK(all.record_lines == 1);
  CHECK(raws(read("aaaa\n bbb\n c\n", Framed::indented, {.rules = {.bytes_max = 9}})) == std::vector<std::string>{"aaaa\n bbb", " c"});
  CHECK(raws(read("aaaa\na bb\na c\n", Framed::letters, {.rules = {.bytes_max = 9}})) == std::vector<std::string>{"aaaa\na bb", "a c"});
}

TEST_CASE("records: a line of 64 MiB takes no more memory than its limit", "[ingest]") {
  std::string text(64 * kMiB, 'x');
  text += "\nlast\n";
  const Read all = read(text, Framed::lines, {});
  CHECK(raws(all) == std::vector<std::string>{std::string(kLineBytesMax, 'x'), "last"});
  CHECK(all.lines_cut == 1);
  CHECK(all.bytes == text.size());
  CHECK(all.largest_batch < 2 * kBatchBytesMax);
}

TEST_CASE("records: what follows of a line that was cut is read in large pieces, wherever the line begins", "[ingest]") {
  class CountingReader final : public ingest::ByteReader {
   public:
    explicit CountingReader(std::string text) : text_{std::move(text)} {}
    ingest::ReadResult read(char* to, std::size_t room, Deadline until) override { return ++reads, text_.read(to, room, until); }
    void stop() noexcept override { text_.stop(); }
    std::size_t reads = 0;

   private:
    MemoryReader text_;
  };
  for (const std::size_t lines_before : {0U, 1U, 600U, 20'000U, 60'000U}) {
    std::string text;
    for (std::size_t line = 0; line < lines_before; ++line) text += "order " + std::to_string(line) + " was placed\n";
    text += std::string(16 * kMiB, 'x') + "\nlast\n";
    CountingReader bytes{text};
    RunCounters counters;
    const auto framer = make_framer(Framed::lines);
    const auto reader = ingest::make_record_reader({}, bytes, *framer, counters);
    Batch batch;
    do batch.clear();
    while (reader->fill(batch, Deadline::max()) != Filled::end);
    INFO(lines_before << " lines before the long one, " << text.size() << " bytes");
    CHECK(counters.bytes == text.size());
    CHECK(bytes.reads < 2 * text.size() / (64 * kKiB));
  }
}

TEST_CASE("records: substreams that alternate are put together, whoever waits longest", "[ingest]") {
  SECTION("1000 further lines close a record, one less does not") {
    const auto records_of_a = [](std::size_t between) {
      std::string text = "a1\n";
      for (std::size_t i = 0; i < between; ++i) text += "b\n";
      const Read all = read(text + "a 2\n", Framed::letters, {});
      return all.records.front().line_count == 2 ? 1 : all.records.back().detached ? 2 : 0;
    };
    CHECK(records_of_a(998) == 1);
    CHECK(records_of_a(999) == 1);
    CHECK(records_of_a(1000) == 2);
  }
  SECTION("they leave in the order of their first lines") {
    const Read all = read("a1\nb1\nb2\nb3\na 2\n", Framed::letters, {});
    CHECK(raws(all) == std::vector<std::string>{"a1\na 2", "b1", "b2", "b3"});
  }
  SECTION("what is held back is bounded in bytes") {
    std::string text = "a1\n";
    for (int i = 0; i < 20; ++i) text += "b" + std::string(500'000, 'x') + "\n";
    const Read all = read(text + "a 2\n", Framed::letters, {});
    CHECK(all.records.size() == 22);
    CHECK(all.records.back().detached);
    CHECK(all.record_lines == 1);
  }
}

TEST_CASE("records: the same for every batch size and read size, and the same as split by hand", "[ingest]") {
  std::mt19937_64 random{20261123};
  for (int round = 0; round < 300; ++round) {
    const std::string text = random_text(random);
    for (const Framed how : {Framed::lines, Framed::indented, Framed::letters}) {
      for (const std::size_t line_max : {std::size_t{1}, std::size_t{7}, std::size_t{40}, kLineBytesMax}) {
        const ingest::RecordRules rules{.lines_max = 5, .bytes_max = std::max<std::size_t>(line_max, 30)};
        const auto expected = slow_records(text, *make_framer(how), line_max, rules.lines_max, rules.bytes_max);
        for (const std::size_t batch_bytes : {std::size_t{1}, std::size_t{64}, std::size_t{257}, std::size_t{1} << 20U}) {
          const std::size_t step = round % 3 == 0 ? SIZE_MAX : 1 + random() % 90;
          const Read all = read(text, how, {batch_bytes, line_max, rules, 0, false}, step);
          INFO("round " << round << " framed " << static_cast<int>(how) << " line " << line_max << " batch " << batch_bytes << " step "
                        << step);
          REQUIRE(all.records == expected);
          REQUIRE(all.lines == all.lines_in_records);
          REQUIRE(all.bytes == text.size());
        }
      }
    }
  }
}

TEST_CASE("records: a deadline that passes gives what is complete and loses nothing", "[ingest]") {
  class Hesitant final : public ingest::ByteReader {
   public:
    ingest::ReadResult read(char* to, std::size_t room, Deadline until) override {
      return ++calls_ % 2 == 0 ? ingest::ReadResult{ingest::ReadStatus::wait, 0} : text_.read(to, room, until);
    }
    void stop() noexcept override { text_.stop(); }

   private:
    MemoryReader text_{"a1\nb1\n b2\nc", 2};
    int calls_ = 0;
  } bytes;
  RunCounters counters;
  IndentFramer framer;
  const auto reader = ingest::make_record_reader({}, bytes, framer, counters);
  std::vector<std::string> texts;
  Filled filled = Filled::full;
  int waits = 0;
  while (filled != Filled::end) {
    Batch batch;
    filled = reader->fill(batch, Deadline::clock::now());
    waits += filled == Filled::wait;
    for (const Record& record : batch.records) texts.emplace_back(record.raw);
  }
  CHECK(texts == std::vector<std::string>{"a1", "b1\n b2", "c"});
  CHECK(waits > 3);
}

TEST_CASE("record reader: a line of several records, and what continues the last of them", "[ingest]") {
  class Threes final : public Framer {
   public:
    Framing next(std::string_view line) override {
      Framing framing{!line.starts_with(' '), 0};
      framing.record_bytes = framing.starts_record && line.size() > 3 ? 3 : 0;
      return framing;
    }
  } framer;
  for (std::size_t batch_bytes : {std::size_t{1}, std::size_t{5}, std::size_t{1000}}) {
    RunCounters counters;
    MemoryReader bytes{"abcdefgh\n x\nijk\n\nlmnopq", 4};
    RecordReaderConfig config;
    config.batch_bytes = batch_bytes;
    const auto reader = ingest::make_record_reader(config, bytes, framer, counters);
    std::vector<std::pair<std::string, std::uint64_t>> records;
    Batch batch;
    for (Filled filled = Filled::full; filled != Filled::end;) {
      batch.clear();
      filled = reader->fill(batch, Deadline::max());
      for (const Record& record : batch.records) records.emplace_back(record.raw, record.offset);
    }
    CHECK(records == std::vector<std::pair<std::string, std::uint64_t>>{
                         {"abc", 0}, {"def", 3}, {"gh\n x", 6}, {"ijk", 12}, {"", 16}, {"lmn", 17}, {"opq", 20}});
    CHECK(counters.lines == 5);
  }
}
