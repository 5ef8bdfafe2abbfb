// mine_lines FILE [OUT.csv]: each line a message; writes LineId,EventId,EventTemplate, or without OUT only the rate to standard error.
#include <chrono>
#include <cstdio>
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

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Batches of 8,192 lines through both stages; the rate of every 32,768 lines, and of a second pass in which every shape is known.
void measure(loglode::TemplateMiner& miner, const std::vector<std::string_view>& lines, std::vector<loglode::ShapeId>& shapes) {
  const auto scanner = miner.make_scanner();
  const auto learner = miner.make_learner();
  constexpr std::size_t kBatch = 8192;
  for (int pass = 0; pass < 2; ++pass) {
    double seconds_all = 0, seconds_part = 0;
    std::size_t part = 0;
    for (std::size_t at = 0; at < lines.size(); at += kBatch) {
      loglode::Batch batch;
      for (std::size_t i = at; i < std::min(at + kBatch, lines.size()); ++i) batch.records.emplace_back().message = lines[i];
      const auto start = std::chrono::steady_clock::now();
      if (!scanner->run(batch) || !learner->run(batch)) return;
      const double seconds = seconds_since(start);
      seconds_all += seconds;
      seconds_part += seconds;
      part += batch.records.size();
      if (pass == 0)
        for (const auto& record : batch.records) shapes.push_back(record.shape);
      if (part >= 32768) {
        std::fprintf(stderr, "%.2f ", static_cast<double>(part) / seconds_part / 1e6);
        part = 0;
        seconds_part = 0;
      }
    }
    std::fprintf(stderr, "\npass %d: %.3f M lines/s, %.0f ns a line\n", pass, static_cast<double>(lines.size()) / seconds_all / 1e6,
                 seconds_all * 1e9 / static_cast<double>(lines.size()));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fputs("usage: mine_lines FILE [OUT.csv]\n", stderr), 2;
  std::ifstream file{argv[1], std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
  const std::vector<std::string_view> lines = lines_of(bytes);
  loglode::RunCounters counters;
  loglode::TemplateMiner miner{{}, counters};
  std::vector<loglode::ShapeId> shapes;
  if (argc < 3)
    measure(miner, lines, shapes);
  else
    for (const std::string_view line : lines) shapes.push_back(miner.learn(line, loglode::Severity::unspecified));
  const auto start = std::chrono::steady_clock::now();
  const loglode::TemplateCatalog catalog = miner.settle();
  std::fprintf(stderr, "%zu lines, %zu templates, settled in %.1f ms\n", lines.size(), catalog.templates().size(),
               seconds_since(start) * 1e3);
  if (argc < 3) return 0;
  std::ofstream out{argv[2], std::ios::binary};
  out << "LineId,EventId,EventTemplate\n";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& info = catalog.of(shapes[i]);
    out << i + 1 << ',' << loglode::to_hex(info.id) << ',' << quoted(info.text) << '\n';
  }
  return out.good() ? 0 : 1;
}
