// measure_rules LINES PACK…: what classifying costs beside a bare hs_scan, and what a start costs with and without the cache.
// LINES: a file of messages, one a line (make_mix.py --kind content). Build with -O2. Each number is the best of seven passes.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "patterns/rules/compiled_rules.h"
#include "patterns/rules/rule_scanner.h"

namespace {

using namespace loglode;

constexpr int kPasses = 7;

double best_ns(std::size_t items, const std::function<void()>& run) {
  double best = 1e18;
  for (int pass = 0; pass < kPasses; ++pass) {
    const auto begin = std::chrono::steady_clock::now();
    run();
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
    best = std::min(best, took.count() / static_cast<double>(items));
  }
  return best;
}

extern "C" int ignore_match(unsigned, unsigned long long, unsigned long long, unsigned, void* count) noexcept {
  ++*static_cast<std::uint64_t*>(count);
  return 0;
}

void measure_scans(const RuleSet& rules, const std::shared_ptr<const RuleSet>& owner, const std::vector<std::string>& lines,
                   Severity severity) {
  auto scratch = clone_scratch(rules.scratch);
  std::uint64_t matches = 0;
  const hs_database_t* database = rules.database_for(severity);
  const double bare = best_ns(lines.size(), [&] {
    for (const std::string& line : lines) {
      if (hs_scan(database, line.data(), static_cast<unsigned>(line.size()), 0, scratch->get(), &ignore_match, &matches) != HS_SUCCESS)
        std::abort();
    }
  });
  RunCounters counters;
  auto classifier = make_classifier(owner, counters);
  Batch batch;
  for (const std::string& line : lines) {
    Record record;
    record.raw = record.message = line;
    record.severity = severity;
    batch.records.push_back(record);
  }
  const double whole = best_ns(lines.size(), [&] {
    if (!(*classifier)->run(batch)) std::abort();
  });
  std::size_t db_bytes = 0;
  static_cast<void>(hs_database_size(database, &db_bytes));
  fmt::print(
      "{:<12} database {:>6} KiB  hs_scan {:6.1f} ns/line  classifier {:6.1f} ns/line  over it {:5.1f}  matches/line {:.3f}  hits/line "
      "{:.4f}\n",
      severity_name(severity), db_bytes / 1024, bare, whole, whole - bare,
      static_cast<double>(matches) / kPasses / static_cast<double>(lines.size()),
      static_cast<double>(batch.hits.size()) / static_cast<double>(lines.size()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: measure_rules LINES PACK...\n");
    return 2;
  }
  std::vector<std::string> lines;
  std::ifstream file{argv[1]};
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  RuleSetConfig config;
  config.packs.assign(argv + 2, argv + argc);
  if (const char* probes = std::getenv("LOGLODE_PROBES")) {  // a file of regular expressions, one a line
    std::ifstream in{probes};
    for (std::string probe; std::getline(in, probe);) config.probes.push_back(probe);
  }
  config.cache_folder = (std::filesystem::temp_directory_path() /
                         fmt::format("measure-rules-{}", std::chrono::steady_clock::now().time_since_epoch().count()))
                            .string();
  LoadedRules loaded;
  for (int start = 0; start < 3; ++start) {
    const auto begin = std::chrono::steady_clock::now();
    loaded = load_rules(config, false);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    for (const RuleProblem& problem : loaded.problems) fmt::print("{}\n", to_string(problem));
    if (loaded.rules == nullptr) return 1;
    fmt::print("start: {:.1f} ms, of it the database {:.1f} ms ({})\n", took.count(),
               std::chrono::duration<double, std::milli>(loaded.compile_time).count(), loaded.from_cache ? "from the cache" : "compiled");
  }
  std::filesystem::remove_all(config.cache_folder);
  fmt::print("{} rules, {} expressions, {} lines\n", loaded.catalog->size(), loaded.rules->expressions.size(), lines.size());
  for (const Severity severity : {Severity::unspecified, Severity::info}) measure_scans(*loaded.rules, loaded.rules, lines, severity);
  return 0;
}
