// Prints how fast `analyze` is as a share of the floor (bare_loop.h), both measured in turns in this process, pinned to one core.
// usage: loglode_floor FILE.ndjson [ROUNDS]          one JSON object on standard output
#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "app/commands/analyze.h"
#include "app/reading/builtin_rules.h"
#include "patterns/rules/compiled_rules.h"
#include "perf/floor/bare_loop.h"

namespace loglode {
namespace {

constexpr std::size_t kPadding = 64;

struct Rates {
  std::vector<double> values;  // lines per second, a round each
  [[nodiscard]] double median() const {
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
  }
  [[nodiscard]] std::string json() const {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    return fmt::format("{{\"min\":{:.0f},\"median\":{:.0f},\"max\":{:.0f}}}", *least, median(), *most);
  }
};

void pin_to_one_core() {
  cpu_set_t usable, one;
  CPU_ZERO(&one);
  if (sched_getaffinity(0, sizeof usable, &usable) != 0) return;
  for (std::size_t core = 0; core < CPU_SETSIZE; ++core) {
    if (!CPU_ISSET(core, &usable)) continue;
    CPU_SET(core, &one);
    static_cast<void>(sched_setaffinity(0, sizeof one, &one));
    return;
  }
}

int measure(const std::string& path, int rounds) {
  pin_to_one_core();
  std::ifstream in{path, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  const std::size_t size = text.size();
  text.append(kPadding, '\0');
  auto loaded = load_rules_for(ReadingOptions{});
  if (!loaded || size == 0) {
    fmt::print(stderr, "cannot read {} or the rules\n", path);
    return 1;
  }
  AnalyzeOptions options;
  options.inputs = {path};
  options.threads = 1;
  const std::atomic<bool> never{false};
  Rates json, rules, tokens, floor, program, share;
  for (int round = 0; round < rounds; ++round) {
    const BareTimes bare = run_bare_loop(text, size, loaded->rules->all.get(), loaded->rules->scratch.get());
    const auto start = std::chrono::steady_clock::now();
    auto analysis = analyze(options, never);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (!analysis || analysis->stats.lines != bare.lines) {
      fmt::print(stderr, "analyze failed or read other lines\n");
      return 1;
    }
    const auto lines = static_cast<double>(bare.lines);
    json.values.push_back(lines / bare.json);
    rules.values.push_back(lines / bare.rules);
    tokens.values.push_back(lines / bare.tokens);
    floor.values.push_back(lines / bare.together);
    program.values.push_back(lines / seconds);
    share.values.push_back(100 * bare.together / seconds);
  }
  fmt::print(
      "{{\"file\":\"{}\",\"rounds\":{},\"rules\":{},\"lines_per_s\":{{\"simdjson_five_fields\":{},\"hs_scan\":{},"
      "\"tokenise_hash\":{},\"floor\":{},\"analyze\":{}}},\"percent_of_floor\":{}}}\n",
      path.substr(path.rfind('/') + 1), rounds, loaded->catalog->size(), json.json(), rules.json(), tokens.json(), floor.json(),
      program.json(), share.json());
  return 0;
}

}  // namespace
}  // namespace loglode

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: loglode_floor FILE.ndjson [ROUNDS]\n");
    return 2;
  }
  return loglode::measure(argv[1], argc > 2 ? std::max(1, std::atoi(argv[2])) : 5);
}
