// The readers of ingest/ against splitting by hand: any bytes, any limits, any sizes of reads and batches.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/assert.h"
#include "ingest/record_reader.h"
#include "tests/unit/ingest/slow_splitter.h"
#include "tests/unit/ingest/test_framers.h"

namespace {

using namespace loglode;

bool same(const Record& fast, const test::SlowRecord& slow) {
  return fast.raw == slow.raw && fast.offset == slow.offset && fast.line == slow.line && fast.line_count == slow.line_count &&
         fast.has(RecordFlag::cut) == slow.cut && fast.has(RecordFlag::detached) == slow.detached &&
         fast.has(RecordFlag::blank) == slow.blank;
}

void compare(const std::string& text, test::Framed how, const ingest::RecordReaderConfig& config, std::size_t step) {
  const auto expected =
      test::slow_records(text, *test::make_framer(how), config.line_bytes_max, config.rules.lines_max, config.rules.bytes_max);
  RunCounters counters;
  ingest::MemoryReader bytes{text, step};
  const auto framer = test::make_framer(how);
  const auto reader = ingest::make_record_reader(config, bytes, *framer, counters);
  std::size_t next = 0;
  std::uint64_t lines = 0;
  for (auto filled = ingest::Filled::full; filled != ingest::Filled::end;) {
    Batch batch;
    filled = reader->fill(batch, Deadline::max());
    for (const Record& record : batch.records) {
      LOGLODE_ASSERT(next < expected.size() && same(record, expected[next]));
      ++next;
      lines += record.line_count;
    }
  }
  LOGLODE_ASSERT(next == expected.size());
  LOGLODE_ASSERT(lines == counters.lines && text.size() == counters.bytes);
}

}  // namespace

/// The first four bytes choose framer, limits and sizes; the rest is the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 4) return 0;
  const std::string text{reinterpret_cast<const char*>(bytes) + 4, size - 4};
  const std::size_t line_bytes_max = 1U + bytes[1];
  const ingest::RecordReaderConfig config{
      .batch_bytes = std::size_t{1} << bytes[0] / 16U,
      .line_bytes_max = line_bytes_max,
      .rules = {.lines_max = 1U + bytes[2] % 16U, .bytes_max = line_bytes_max + bytes[2]},
      .text_offset = 0,
      .after_filler = false,
  };
  compare(text, static_cast<test::Framed>(bytes[0] % 3U), config, 1U + bytes[3]);
  return 0;
}
