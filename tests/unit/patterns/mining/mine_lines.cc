// mine_lines FILE [OUT.csv]: each line a message; writes LineId,EventId,EventTemplate, or without OUT only the rate (of CPU time) to
// standard error.
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "patterns/mining/template_miner.h"

namespace {

std::string quoted(std::string_view text) {
  std::string out{"\""};
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out += '"';
}

std::vector<std::string_view> lines_of(std::string_view bytes) {
  std::vector<std::string_view> lines;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    lines.push_back(bytes.substr(0, end));
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  }
  return lines;
}

/// User and system time of this process: on a shared machine the wall clock measures the others.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Reads up to `lines.size()` lines and returns how many; the strings are used again, so memory is the miner's and not the file's.
std::size_t read_lines(std::istream& file, std::vector<std::string>& lines) {
  std::size_t count = 0;
  while (count < lines.size() && std::getline(file, lines[count])) ++count;
  return count;
}

struct Measured {
  std::size_t lines = 0;
  double seconds = 0;
  void add(std::size_t more, double took) { lines += more, seconds += took; }
  double million_per_second() const { return static_cast<double>(lines) / seconds / 1e6; }
};

/// One pass over the file in batches of 8,192 lines through both stages; prints the rate of every 32,768 lines and of all.
/// Reading is not counted. Returns how many lines there were, 0 also when a stage failed.
std::size_t measure_pass(int pass, const char* path, loglode::Stage& scanner, loglode::Stage& learner) {
  std::ifstream file{path, std::ios::binary};
  std::vector<std::string> lines(8192);
  Measured all, part;
  while (const std::size_t count = read_lines(file, lines)) {
    loglode::Batch batch;
    for (std::size_t i = 0; i < count; ++i) batch.records.emplace_back().message = lines[i];
    const double start = cpu_seconds();
    if (!scanner.run(batch) || !learner.run(batch)) return 0;
    const double took = cpu_seconds() - start;
    all.add(count, took);
    part.add(count, took);
    if (part.lines < 32768) continue;
    std::fprintf(stderr, "%.3f ", part.million_per_second());
    part = {};
  }
  if (all.lines == 0) return 0;
  std::fprintf(stderr, "\npass %d: %.3f M lines/s, %.0f ns a line\n", pass, all.million_per_second(), 1e3 / all.million_per_second());
  return all.lines;
}

/// In the second pass every shape is known.
std::size_t measure(loglode::TemplateMiner& miner, const char* path) {
  const auto scanner = miner.make_scanner();
  const auto learner = miner.make_learner();
  const std::size_t lines = measure_pass(0, path, *scanner, *learner);
  return measure_pass(1, path, *scanner, *learner) == lines ? lines : 0;
}

std::vector<loglode::ShapeId> learn(loglode::TemplateMiner& miner, const char* path) {
  std::ifstream file{path, std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
  std::vector<loglode::ShapeId> shapes;
  for (const std::string_view line : lines_of(bytes)) shapes.push_back(miner.learn(line, loglode::Severity::unspecified));
  return shapes;
}

bool write_assignments(const char* path, const loglode::TemplateCatalog& catalog, const std::vector<loglode::ShapeId>& shapes) {
  std::ofstream out{path, std::ios::binary};
  out << "LineId,EventId,EventTemplate\n";
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const auto& info = catalog.of(shapes[i]);
    out << i + 1 << ',' << loglode::to_hex(info.id) << ',' << quoted(info.text) << '\n';
  }
  return out.flush().good();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fputs("usage: mine_lines FILE [OUT.csv]\n", stderr), 2;
  loglode::RunCounters counters;
  loglode::TemplateMiner miner{{}, counters};
  const std::vector<loglode::ShapeId> shapes = argc < 3 ? std::vector<loglode::ShapeId>{} : learn(miner, argv[1]);
  const std::size_t lines = argc < 3 ? measure(miner, argv[1]) : shapes.size();
  if (lines == 0) return std::fprintf(stderr, "%s: no lines were mined\n", argv[1]), 1;
  const double start = cpu_seconds();
  const loglode::TemplateCatalog catalog = miner.derive_templates();
  std::fprintf(stderr, "%zu lines, %zu templates, settled in %.1f ms\n", lines, catalog.templates().size(), (cpu_seconds() - start) * 1e3);
  return argc < 3 || write_assignments(argv[2], catalog, shapes) ? 0 : 1;
}
