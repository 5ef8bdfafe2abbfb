// Any first lines: a format is always found, and the same one however often it is asked.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/assert.h"
#include "parse/framing/framer_factory.h"
#include "parse/framing/reading_plan.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace loglode;
  std::string_view text{reinterpret_cast<const char*>(bytes), size};
  std::vector<std::string_view> lines;
  while (!text.empty() && lines.size() < 200) {
    lines.push_back(text.substr(0, text.find('\n')));
    text.remove_prefix(lines.back().size() + (lines.back().size() < text.size() ? 1 : 0));
  }
  static const std::shared_ptr<const FramerFactory> plain = *make_framer_factory({});
  static const std::shared_ptr<const FramerFactory> table = [] {
    ParseConfig columns;
    columns.columns = {"service", "line"};
    columns.delimiter = "\\t";
    columns.keep_attributes = true;
    return *make_framer_factory(columns);
  }();
  for (const auto& factory : {plain, table}) {
    const FramedStream first = factory->open(StreamInfo{}, lines), second = factory->open(StreamInfo{}, lines);
    const auto& plan = dynamic_cast<const ReadingPlan&>(*first.plan);
    LOGLODE_ASSERT(!plan.format.empty() && plan.format == dynamic_cast<const ReadingPlan&>(*second.plan).format);
  }
  return 0;
}
