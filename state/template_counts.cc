#include "state/template_counts.h"

#include <algorithm>
#include <map>
#include <string>
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

std::vector<TemplateCount> count_templates(const std::vector<WindowSummary>& windows, const std::vector<StoredTotal>& totals,
                                           const TemplateCatalog& catalog) {
  Counting counting{catalog};
  for (const WindowSummary& window : windows) counting.add(window);
  for (const StoredTotal& total : totals) counting.add(total);
  return counting.take();
}

const TemplateNote* note_of(const TemplateInfo& info, const std::vector<TemplateNote>& notes, const TemplateCatalog& catalog) {
  for (const TemplateNote& note : notes)
    if (note.alias_of == kNoTemplate && (note.id == info.id || catalog.find(note.id) == &info)) return &note;
  return nullptr;
}

std::vector<TemplateId> ignored_templates(const std::vector<TemplateNote>& notes, const TemplateCatalog& catalog) {
  std::vector<TemplateId> ids;
  for (const TemplateNote& note : notes) {
    if (!note.ignored) continue;
    if (const TemplateInfo* const known = catalog.find(note.id); known != nullptr) ids.push_back(known->id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace loglode
