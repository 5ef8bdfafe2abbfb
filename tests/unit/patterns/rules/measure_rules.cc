// What rules cost and what they hit, for those who write them. LINES: a file of messages, one a line. Each time is the best of seven
// passes. measure_rules LINES PACK…: what classifying costs beside a bare hs_scan, and what a start costs with and without the cache.
// measure_rules --each LINES PACK…: each pattern compiled and scanned alone, the dearest first. A pattern that Hyperscan finds by a literal
//   costs next to nothing; one that it cannot anchor runs over every byte, alone as well as among the others.
// measure_rules --without LINES PACK…: for each rule, how many percent faster hs_scan is when it is left out. Takes minutes.
// measure_rules --hits LINES PACK…: how many lines each rule hits, with the first of them (severity not known: the widest that it can hit).
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
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
  const hs_database_t* database = rules.all.get();
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

struct Cost {
  std::string rule, pattern;
  double ns_per_line = 0, compile_ms = 0;
};

void measure_each(const LoadedRules& loaded, const std::vector<std::string>& lines) {
  const RuleSet& rules = *loaded.rules;
  std::vector<Cost> costs;
  double sum = 0;
  for (std::size_t i = 0; i < rules.rule_of.size(); ++i) {
    const Expression* expression = &rules.expressions[i];
    const unsigned id = 0;
    const auto begin = std::chrono::steady_clock::now();
    const CompiledDatabase made = compile_database({&expression, 1}, {&id, 1}, LookedForIn::text);
    const std::chrono::duration<double, std::milli> compiled = std::chrono::steady_clock::now() - begin;
    if (!made.database) continue;
    Scratch scratch;
    if (!fit_scratch(scratch, made.database.get())) std::abort();
    std::uint64_t matches = 0;
    const double ns = best_ns(lines.size(), [&] {
      for (const std::string& line : lines) {
        static_cast<void>(
            hs_scan(made.database.get(), line.data(), static_cast<unsigned>(line.size()), 0, scratch.get(), &ignore_match, &matches));
      }
    });
    sum += ns;
    costs.push_back({(*loaded.catalog)[rules.rule_of[i]].id, expression->pattern, ns, compiled.count()});
  }
  std::sort(costs.begin(), costs.end(), [](const Cost& a, const Cost& b) { return a.ns_per_line > b.ns_per_line; });
  for (const Cost& cost : costs) {
    fmt::print("{:8.1f} ns/line  {:7.1f} ms to compile  {:<36} {}\n", cost.ns_per_line, cost.compile_ms, cost.rule,
               cost.pattern.substr(0, 120));
  }
  fmt::print("{:8.1f} ns/line in all, each alone\n", sum);
}

/// The databases of all rules and of all but one, scanned in turns: machines are shared and noisy.
void measure_without(const LoadedRules& loaded, const std::vector<std::string>& lines) {
  const RuleSet& rules = *loaded.rules;
  std::vector<std::pair<double, std::string>> shares;
  for (std::uint32_t rule = 0; rule < loaded.catalog->size(); ++rule) {
    std::vector<bool> wanted(rules.expressions.size(), true);
    for (std::size_t i = 0; i < rules.rule_of.size(); ++i) wanted[i] = rules.rule_of[i] != rule;
    const CompiledDatabase made = compile_expressions(rules, wanted, LookedForIn::text);
    auto scratch = clone_scratch(rules.scratch);
    if (!scratch || !fit_scratch(*scratch, made.database.get())) std::abort();
    std::uint64_t matches = 0;
    const auto pass = [&](const hs_database_t* database) {
      const auto begin = std::chrono::steady_clock::now();
      for (const std::string& line : lines) {
        if (hs_scan(database, line.data(), static_cast<unsigned>(line.size()), 0, scratch->get(), &ignore_match, &matches) != HS_SUCCESS)
          std::abort();
      }
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    double with = 1e9, without = 1e9;
    for (int turn = 0; turn < 3 * kPasses; ++turn) {
      with = std::min(with, pass(rules.all.get()));
      without = std::min(without, pass(made.database.get()));
    }
    shares.emplace_back(100 * (with - without) / with, (*loaded.catalog)[rule].id);
  }
  std::sort(shares.begin(), shares.end(), std::greater<>{});
  for (const auto& [percent, id] : shares) fmt::print("{:6.1f} %  {}\n", percent, id);
}

void count_hits(const LoadedRules& loaded, const std::vector<std::string>& lines) {
  RunCounters counters;
  auto classifier = make_classifier(loaded.rules, counters);
  std::map<std::uint32_t, std::pair<std::size_t, std::string_view>> hits;
  Batch batch;
  for (const std::string& line : lines) {
    Record record;
    record.raw = record.message = line;
    batch.records = {record};
    if (!(*classifier)->run(batch)) std::abort();
    for (const RuleHit hit : batch.hits) {
      auto& [count, first] = hits[static_cast<std::uint32_t>(static_cast<std::size_t>(hit.rule) % loaded.catalog->size())];
      if (count++ == 0) first = line;
    }
  }
  for (const auto& [rule, hit] : hits) {
    const RuleInfo& info = (*loaded.catalog)[rule];
    fmt::print("{:>7}  {:<11} {:<34} {}\n", hit.first, name_of(info.category), info.id, hit.second.substr(0, 160));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  const bool each = what == "--each", without = what == "--without", hits = what == "--hits";
  if (each || without || hits) {
    ++argv;
    --argc;
  }
  if (argc < 3) {
    fmt::print(stderr, "usage: measure_rules [--each | --without | --hits] LINES PACK...\n");
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
  if (each || without || hits) {
    config.cache_folder.clear();
    loaded = load_rules(config, false);
    for (const RuleProblem& problem : loaded.problems) fmt::print("{}\n", to_string(problem));
    if (loaded.rules == nullptr) return 1;
    each ? measure_each(loaded, lines) : without ? measure_without(loaded, lines) : count_hits(loaded, lines);
    return 0;
  }
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
