#include "app/reading/state_templates.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace loglode {

namespace {

constexpr std::size_t kExamples = 3;

class Counting {
 public:
  explicit Counting(const TemplateCatalog& catalog) : catalog_{catalog} {}

  /// `window` must outlive the rows.
  void add(const WindowSummary& window) {
    for (const Cell& cell : window.cells) {
      TemplateCount& row = row_of(window.services[cell.service], cell.shape, cell.severity);
      row.count += cell.count;
      if (window.ordinal) continue;
      widen(row, cell.first, cell.last);
      if (cell.excerpt.empty() || row.examples.size() >= kExamples) continue;
      row.examples.push_back({&window, &cell});
    }
  }
  void add(const StoredTotal& total) {
    TemplateCount& row = row_of(total.service, total.shape, total.severity);
    row.count += total.count;
    if (total.first != kNoTime) widen(row, total.first, total.last);
  }

  std::vector<TemplateCount> take() {
    std::vector<TemplateCount> rows;
    for (auto& [key, row] : rows_) rows.push_back(std::move(row));
    std::stable_sort(rows.begin(), rows.end(), [](const TemplateCount& a, const TemplateCount& b) {
      if (a.count != b.count) return a.count > b.count;
      return std::tie(a.service, a.info->id) < std::tie(b.service, b.info->id);
    });
    return rows;
  }

 private:
  TemplateCount& row_of(const std::string& service, ShapeId shape, Severity severity) {
    const TemplateInfo& info = catalog_.of(shape);
    TemplateCount& row = rows_[{service, info.id}];
    row.service = service;
    row.info = &info;
    row.severity = std::max(row.severity, severity);
    return row;
  }
  static void widen(TemplateCount& row, Timestamp first, Timestamp last) {
    row.first = row.first == kNoTime ? first : std::min(row.first, first);
    row.last = row.last == kNoTime ? last : std::max(row.last, last);
  }

  const TemplateCatalog& catalog_;
  std::map<std::pair<std::string, TemplateId>, TemplateCount> rows_;
};

}  // namespace

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
  Counting counting{*out.catalog};
  out.windows = store.take_windows();
  for (const WindowSummary& window : out.windows) counting.add(window);
  for (const StoredTotal& total : out.state.contents.totals) counting.add(total);
  out.rows = counting.take();
  return out;
}

const TemplateNote* StateTemplates::note_of(const TemplateInfo& info) const {
  for (const TemplateNote& note : state.contents.notes)
    if (note.alias_of == kNoTemplate && (note.id == info.id || catalog->find(note.id) == &info)) return &note;
  return nullptr;
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
