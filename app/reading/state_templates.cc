#include "app/reading/state_templates.h"

#include <algorithm>
#include <set>
#include <utility>

#include "state/template_counts.h"

namespace loglode {

Result<StateTemplates> read_state_templates(const std::string& folder) {
  StateTemplates out;
  auto state = open_state(folder, true);
  if (!state) return tl::unexpected<Error>(state.error());
  out.state = std::move(*state);
  RunCounters counters;
  TemplateMiner miner{MinerConfig{}, counters};
  if (auto restored = restore_shapes(out.state.contents, miner); !restored) return tl::unexpected<Error>(restored.error());
  out.catalog = std::make_unique<TemplateCatalog>(miner.derive_templates(marks_of(out.state.contents)));
  SummaryStore store;
  for (const WindowSummary& window : out.state.contents.windows) store.accept(window);
  out.windows = store.take_windows();
  out.rows = count_templates(out.windows, out.state.contents.totals, *out.catalog);
  return out;
}

const TemplateNote* StateTemplates::note_of(const TemplateInfo& info) const {
  return loglode::note_of(info, state.contents.notes, *catalog);
}

Result<const TemplateInfo*> StateTemplates::find(const std::string& prefix) const {
  std::set<const TemplateInfo*> found;
  const auto begins = [&](TemplateId id) { return to_hex(id).compare(0, prefix.size(), prefix) == 0; };
  for (const TemplateInfo& info : catalog->templates())
    if (begins(info.id) || std::any_of(info.aliases.begin(), info.aliases.end(), begins)) found.insert(&info);
  const auto refuse = [&](const char* why) {
    return fail(std::make_error_code(std::errc::invalid_argument),
                why + (" " + prefix) + "; `loglode templates list --state DIR` shows all");
  };
  if (prefix.empty() || found.empty()) return refuse("no template has the id");
  if (found.size() > 1) return refuse("several templates have an id that begins with");
  return *found.begin();
}

}  // namespace loglode
