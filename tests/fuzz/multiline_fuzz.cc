// Any lines: the framer gives each one answer, the same the second time, and whatever it joins the parser reads.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/assert.h"
#include "parse/parser.h"

namespace {

using namespace loglode;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    lines.push_back(text.substr(0, text.find('\n')));
    text.remove_prefix(lines.back().size() + (lines.back().size() < text.size() ? 1 : 0));
  }
  return lines;
}

std::vector<Framing> frame(Framer& framer, const std::vector<std::string_view>& lines) {
  std::vector<Framing> framings;
  for (const std::string_view line : lines) framings.push_back(framer.next(line));
  return framings;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const std::vector<std::string_view> lines = lines_of(text);
  static const std::shared_ptr<const FramerFactory> factory = *make_framer_factory({});
  const FramedStream first = factory->open(StreamInfo{}, lines), second = factory->open(StreamInfo{}, lines);
  const std::vector<Framing> framings = frame(*first.framer, lines), again = frame(*second.framer, lines);
  for (std::size_t i = 0; i < lines.size(); ++i)
    LOGLODE_ASSERT(framings[i].starts_record == again[i].starts_record && framings[i].substream == again[i].substream);

  auto stream = std::make_shared<Stream>();
  stream->plan = first.plan;
  Batch batch;
  batch.stream = stream;
  std::string raw;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!raw.empty()) raw += '\n';
    raw += lines[i];
    if (i + 1 < lines.size() && !framings[i + 1].starts_record) continue;
    Record record;
    record.raw = batch.keep(raw);
    batch.records.push_back(record);
    raw.clear();
  }
  RunCounters counters;
  LOGLODE_ASSERT(make_parser(counters)->run(batch));
  for (const Record& record : batch.records)
    LOGLODE_ASSERT(!record.message.empty() || record.has(RecordFlag::blank) ||
                   record.raw.find_first_not_of(" \t\r\n") == std::string_view::npos);
  return 0;
}
