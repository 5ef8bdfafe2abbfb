// Any lines: unwrapping never leaves the line, and whatever is put into a wrapping comes out of it again, through several of them too.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/assert.h"
#include "parse/framing/wrapping.h"
#include "parse/framing/wrapping_detector.h"

namespace {

using namespace loglode;

constexpr std::array kAll = {Wrapping::docker,  Wrapping::cri,    Wrapping::compose,     Wrapping::kubectl, Wrapping::stern,
                             Wrapping::stamped, Wrapping::syslog, Wrapping::syslog_5424, Wrapping::json};

const ParseContext kAnyYear{TimeContext{Timestamp{}, nullptr}, false};  // as unwrap() has it

/// Wrappings that carry any line without changing a byte of it.
std::string wrapped(std::string_view line, Wrapping wrapping) {
  const std::string_view before = wrapping == Wrapping::cri       ? "2026-11-24T00:00:00.000000000Z stdout F "
                                  : wrapping == Wrapping::stamped ? "2026-11-24T00:00:00.000000000Z "
                                                                  : "[pod/app-7d9f8b6c5d-x2x4z/app] ";
  return std::string{before}.append(line);
}

void read_all(std::string_view line) {
  Unwrapper unwrapper;
  for (const Wrapping outer : kAll) {
    for (const Wrapping inner : kAll) {
      const Layer layers[] = {{outer, true, nullptr}, {inner, true, nullptr}};
      WrappedLine out;
      Batch batch;
      Record record;
      WrapperSays says;
      const bool fits = unwrapper.unwrap(line, layers, out);
      if (fits) LOGLODE_ASSERT(out.inner.size() <= 3 * line.size());  // U+FFFD for a byte
      LOGLODE_ASSERT(!fits || unwrapper.describe(line, layers, out, {record, batch, kAnyYear, says}));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view text{reinterpret_cast<const char*>(bytes), size};
  std::vector<std::string_view> lines;
  while (!text.empty() && lines.size() < 50) {
    lines.push_back(text.substr(0, text.find('\n')));
    text.remove_prefix(lines.back().size() + (lines.back().size() < text.size() ? 1 : 0));
  }
  Unwrapper unwrapper;
  for (const std::string_view line : lines) {
    if (lines.size() < 5) read_all(line);
    for (const Wrapping outer : {Wrapping::cri, Wrapping::stamped, Wrapping::kubectl}) {
      for (const Wrapping inner : {Wrapping::cri, Wrapping::stamped, Wrapping::kubectl}) {
        const std::string twice = wrapped(wrapped(line, inner), outer);
        const Layer layers[] = {{outer, false, nullptr}, {inner, false, nullptr}};
        WrappedLine out;
        LOGLODE_ASSERT(unwrapper.unwrap(twice, layers, out) && out.inner == line && out.writer != 0);
      }
    }
  }
  LOGLODE_ASSERT(detect_wrappings(lines, 0, ParseContext{}).size() <= kWrappingsMax);
  return 0;
}
