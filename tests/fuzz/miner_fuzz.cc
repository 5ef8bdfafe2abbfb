// Any bytes as lines: the fast scanner and miner agree with the slow ones, settling ends, every line matches its template, order does not
// matter.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "core/assert.h"
#include "patterns/mining/template_miner.h"
#include "tests/unit/patterns/mining/reference_miner.h"

namespace {

using namespace loglode;

std::vector<std::string_view> lines_of(std::string_view bytes) {
  std::vector<std::string_view> lines;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    lines.push_back(bytes.substr(0, end));
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  }
  return lines;
}

/// The first byte of a line chooses its severity.
Severity severity_of(std::string_view line) { return line.empty() || line.front() % 3 == 0 ? Severity::info : Severity::error; }

/// The slow miner takes its time: it is given the first of the lines, and the beginnings of long ones.
void check_templates(const std::vector<std::string_view>& lines) {
  constexpr std::size_t kLinesMax = 64, kLineBytesMax = 256;
  RunCounters counters;
  TemplateMiner fast{{}, counters};
  reference::Miner slow;
  for (std::size_t i = 0; i < lines.size() && i < kLinesMax; ++i) {
    const std::string_view line = lines[i].substr(0, kLineBytesMax);
    const ShapeId shape = fast.learn(line, severity_of(line));
    LOGLODE_ASSERT(slow.learn(line, static_cast<int>(severity_class(severity_of(line))), shape));
  }
  const TemplateCatalog catalog = fast.derive_templates();
  for (const auto& [shape, expected] : slow.derive_templates()) {
    const TemplateInfo& mined = catalog.of(shape);
    LOGLODE_ASSERT(mined.text == expected.text && shape_of(mined.id) == expected.id);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::vector<std::string_view> lines = lines_of({reinterpret_cast<const char*>(bytes), size});
  static MessageScanner scanner;
  RunCounters counters;
  TemplateMiner forward{{.shapes_max = 1000}, counters}, backward{{.shapes_max = 1000}, counters};
  std::vector<std::pair<std::string_view, ShapeId>> learned;
  for (const std::string_view line : lines) {
    LOGLODE_ASSERT(reference::tokens_of(line) == reference::scanned_tokens(scanner, line));
    learned.emplace_back(line, forward.learn(line, severity_of(line)));
  }
  for (std::size_t i = lines.size(); i-- > 0;) static_cast<void>(backward.learn(lines[i], severity_of(lines[i])));
  const TemplateCatalog catalog = forward.derive_templates(), reversed = backward.derive_templates();
  for (const auto& [line, shape] : learned) {
    LOGLODE_ASSERT(reference::matches(catalog.of(shape).text, reference::normalised(line)));
    if (counters.hits(Limit::shapes) != 0) continue;
    LOGLODE_ASSERT(catalog.of(shape).id == reversed.of(shape).id && catalog.of(shape).text == reversed.of(shape).text);
  }
  check_templates(lines);
  return 0;
}
