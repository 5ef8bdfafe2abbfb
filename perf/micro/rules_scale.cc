// How much slower a scan gets when there are many rules: 10,000 synthetic ones against 250 of the same kind, and both against the built-in
// database, over the same lines, in turns (machines are shared and noisy). Rules and lines are made here from a fixed seed.
// usage: loglode_rules_scale [RULES] [ROUNDS]        one JSON object on standard output
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "app/reading/builtin_rules.h"
#include "patterns/rules/compiled_rules.h"
#include "patterns/rules/rule_scanner.h"

namespace loglode {
namespace {

constexpr int kFewRules = 250;
constexpr int kLines = 20'000;
constexpr std::string_view kWords[] = {"connection", "timeout",  "refused",   "replica",  "partition", "certificate",
                                       "expired",    "quota",    "exceeded",  "checksum", "mismatch",  "shutdown",
                                       "leader",     "election", "snapshot",  "corrupt",  "overflow",  "rejected",
                                       "throttled",  "segment",  "heartbeat", "missing",  "denied",    "unreachable"};

/// A word that no dictionary has, so that each rule brings literal text of its own, as products do with their names and codes.
std::string made_up_word(std::mt19937_64& random) {
  constexpr std::string_view kConsonants = "bcdfghklmnprstvz", kVowels = "aeiou";
  std::string out;
  for (int i = 0; i < 3; ++i) {
    out += kConsonants[random() % kConsonants.size()];
    out += kVowels[random() % kVowels.size()];
    out += kConsonants[random() % kConsonants.size()];
  }
  return out;
}

/// Of four rules two are plain text, one has alternatives and one a bounded gap: about what the built-in packs hold.
std::string make_pack(int rules) {
  std::mt19937_64 random{20240301};
  const auto word = [&] { return kWords[random() % std::size(kWords)]; };
  std::string out = "pack: synthetic\nversion: 1\nrules:\n";
  for (int i = 0; i < rules; ++i) {
    const std::string own = made_up_word(random), kind = std::string(word()), what = std::string(word());
    const std::string gap = i % 4 == 3 ? "[^\\n]{0,40} " : "";
    const std::string end = i % 4 == 2 ? fmt::format("({}|failed)", what) : what;
    out += fmt::format(
        "  - {{id: r-{0}, name: r, category: error, severity: error, meaning: m, pattern: '{1} {2}: {3}{4}', examples: {{match: '{1} {2}: "
        "{5}', no_match: '{2} {5}'}}}}\n",
        i, own, kind, gap, end, i % 4 == 3 ? " " + what : what);
  }
  return out;
}

std::vector<std::string> make_lines() {
  std::mt19937_64 random{7};
  std::vector<std::string> out;
  for (int i = 0; i < kLines; ++i) {
    const auto value = static_cast<unsigned>(random() % 100'000);
    switch (i % 4) {
      case 0:
        out.push_back(fmt::format("GET /api/cart/{} HTTP/1.1 status=200 bytes={} duration={}ms", value, value * 7, value % 900));
        break;
      case 1:
        out.push_back(
            fmt::format("session {:016x} opened for user{} from 10.1.{}.{}:{}", random(), value % 40, value % 256, value % 200, value));
        break;
      case 2:
        out.push_back(fmt::format("consumed message offset={} partition={} topic=orders lag={}", value, value % 12, value % 50));
        break;
      default:
        out.push_back(fmt::format("{} {} of {} checked, {} {} left", kWords[random() % std::size(kWords)],
                                  kWords[random() % std::size(kWords)], made_up_word(random), value % 90,
                                  kWords[random() % std::size(kWords)]));
        break;
    }
  }
  return out;
}

struct Measured {
  std::string name;
  LoadedRules loaded;
  double check_s = 0, best_ns = 1e18;
};

/// Checked with all examples, as `loglode check` does; no cache.
Measured load(std::string name, int rules) {
  Measured out{std::move(name), {}};
  const auto begin = std::chrono::steady_clock::now();
  out.loaded = load_rules_from_text({{out.name, make_pack(rules)}}, RuleSetConfig{}, true);
  out.check_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  for (const RuleProblem& problem : out.loaded.problems) fmt::print(stderr, "{}\n", to_string(problem));
  return out;
}

bool scan_once(Measured& measured, const std::vector<std::string>& lines) {
  auto scanner = RuleScanner::make(*measured.loaded.rules);
  if (!scanner) return false;
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string& line : lines) {
    scanner->forget();
    if (!scanner->scan(measured.loaded.rules->all.get(), line)) return false;
  }
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
  measured.best_ns = std::min(measured.best_ns, took.count() / static_cast<double>(lines.size()));
  return true;
}

int measure(int rules, int rounds) {
  std::vector<Measured> all;
  all.push_back(load("few", kFewRules));
  all.push_back(load("many", rules));
  Measured builtin{"builtin", {}};
  if (auto loaded = load_rules_for(ReadingOptions{})) builtin.loaded = std::move(*loaded);
  all.push_back(std::move(builtin));
  const std::vector<std::string> lines = make_lines();
  for (const Measured& each : all) {
    if (each.loaded.rules == nullptr) return 1;
  }
  for (int round = 0; round < rounds; ++round) {
    for (Measured& each : all) {
      if (!scan_once(each, lines)) return 1;
    }
  }
  std::size_t bytes = 0;
  static_cast<void>(hs_database_size(all[1].loaded.rules->all.get(), &bytes));
  fmt::print(
      "{{\"rules\":{},\"check_s\":{:.2f},\"compile_s\":{:.2f},\"database_kib\":{},\"ns_per_line\":{:.1f},\"ns_per_line_{}_rules\":{:.1f},"
      "\"ns_per_line_builtin\":{:.1f},\"speed_share_of_{}_rules\":{:.3f},\"speed_share_of_builtin\":{:.3f}}}\n",
      rules, all[1].check_s, std::chrono::duration<double>(all[1].loaded.compile_time).count(), bytes / 1024, all[1].best_ns, kFewRules,
      all[0].best_ns, all[2].best_ns, kFewRules, all[0].best_ns / all[1].best_ns, all[2].best_ns / all[1].best_ns);
  return 0;
}

}  // namespace
}  // namespace loglode

int main(int argc, char** argv) {
  const int rules = argc > 1 ? std::atoi(argv[1]) : 10'000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 15;
  if (rules < 1 || rounds < 1) {
    fmt::print(stderr, "usage: loglode_rules_scale [RULES] [ROUNDS]\n");
    return 2;
  }
  return loglode::measure(rules, rounds);
}
