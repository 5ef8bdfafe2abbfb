// Worlds from seeds: whatever goes wrong, nothing is lost, and what stands in the end is what stands where nothing went wrong.
// LOGLODE_SIMULATION_WORLDS: how many (200); LOGLODE_SIMULATION_SEED: the first one (1).
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/pipeline/engine/world.h"

using namespace loglode;

namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* const given = std::getenv(variable);
  return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}

std::set<std::string> learned_by(const simulation::Durable& durable) {
  std::set<std::string> all;
  for (const StoredShape& row : durable.state.shapes) all.insert(fmt::format("{} {}", row.id.high, row.bytes));
  return all;
}

/// As the state has them. A broker's may be behind them until something new comes: it is told of them with the next commit.
std::vector<std::uint64_t> positions_of(const simulation::Durable& durable) {
  std::vector<std::uint64_t> reached;
  for (const StoredStream& row : durable.state.streams) reached.push_back(row.reaches);
  std::sort(reached.begin(), reached.end());
  return reached;
}

}  // namespace

TEST_CASE("engine: in any world nothing is lost, and what stands is what stands in a quiet one", "[pipeline][engine]") {
  const std::uint64_t first = number_from("LOGLODE_SIMULATION_SEED", 1), worlds = number_from("LOGLODE_SIMULATION_WORLDS", 200);
  std::size_t rejected = 0;
  for (std::uint64_t seed = first; seed < first + worlds; ++seed) {
    INFO("LOGLODE_SIMULATION_SEED=" << seed << " LOGLODE_SIMULATION_WORLDS=1");
    simulation::Durable lived, quiet;
    const std::vector<std::string> wrong = simulation::live_through(seed, true, lived);
    CAPTURE(wrong);
    REQUIRE(wrong.empty());
    REQUIRE(simulation::live_through(seed, false, quiet).empty());
    REQUIRE(quiet.dead_letters.empty());
    CHECK(learned_by(lived) == learned_by(quiet));
    CHECK(positions_of(lived) == positions_of(quiet));
    for (std::size_t sink = 0; sink < simulation::kSinks; ++sink) {
      CHECK(lived.sinks[sink].events == quiet.sinks[sink].events);
      CHECK(quiet.sinks[sink].records.size() > simulation::kStreams * simulation::kRecords / 2);
      for (const auto& [id, text] : quiet.sinks[sink].records)
        if (!lived.sinks[sink].records.contains(id)) CHECK(lived.dead_letters.contains(id));
    }
    rejected += lived.dead_letters.size();
  }
  if (worlds >= 20) CHECK(rejected > 0);  // faults do happen
}
