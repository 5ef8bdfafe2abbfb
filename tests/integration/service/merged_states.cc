// What several members of a group know together: their states' shapes in one miner, their windows in one store, as a judge of all of them
// would read them. Prints one line for each template and each window, in an order that does not depend on who knew what.
// usage: merged_states STATE...
#include <fmt/format.h>
#include <xxhash.h>

#include <cstdio>
#include <string>
#include <vector>

#include "core/run_counters.h"
#include "core/window_summary.h"
#include "patterns/mining/template_miner.h"
#include "state/state_store.h"

namespace {

using namespace loglode;

int refuse(const std::string& folder, const Error& error) {
  fmt::print(stderr, "{}: {}\n", folder, error.message);
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  RunCounters counters;
  TemplateMiner miner{MinerConfig{}, counters};
  SummaryStore store;
  for (const std::string& folder : std::vector<std::string>(argv + 1, argv + argc)) {
    auto state = StateStore::open(folder, StateAccess::read_only);
    if (!state) return refuse(folder, state.error());
    auto contents = state->load();
    if (!contents) return refuse(folder, contents.error());
    for (const StoredShape& shape : contents->shapes)
      if (auto absorbed = miner.absorb(shape.bytes); !absorbed) return refuse(folder, absorbed.error());
    for (WindowSummary& window : contents->windows) store.accept(std::move(window));
  }
  const TemplateCatalog catalog = miner.derive_templates();
  for (const TemplateInfo& info : catalog.templates()) fmt::print("template {} {}\n", to_hex(info.id), info.text);
  for (const WindowSummary& window : store.take_windows()) {
    const std::string bytes = encode(window);
    fmt::print("window {} {} +{} records {} bytes {:016x}\n", window.path, window.start.time_since_epoch().count(), window.width.count(),
               window.records, XXH3_64bits(bytes.data(), bytes.size()));
  }
}
