#include "app/reading/state_renewal.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "app/reading/open_state.h"
#include "core/run_counters.h"
#include "incidents/event_documents.h"
#include "incidents/incident_tracker.h"
#include "patterns/mining/shape_renewal.h"
#include "patterns/mining/template_miner.h"
#include "sinks/json_event_texts.h"
#include "state/told_before.h"

namespace loglode {

namespace {

constexpr std::size_t kExamplesMax = 8;  // of a shape

/// Whether it is all of the line that was mined, and not its beginning, or a trace's first line and its cause.
bool is_whole(std::string_view excerpt) {
  constexpr std::size_t kUtf8Max = 4;
  return !excerpt.empty() && excerpt.size() + kUtf8Max <= kExcerptBytesMax && excerpt.find("…") == std::string_view::npos;
}

class Renewal {
 public:
  explicit Renewal(StateContents before) : contents_{std::move(before)}, miner_{MinerConfig{}, counters_} {}

  StateContents renew() {
    renew_shapes();
    for (WindowSummary& window : contents_.windows) renew(window);
    renew_totals();
    renew_notes();
    std::sort(contents_.former_ids.begin(), contents_.former_ids.end(), [](const FormerId& a, const FormerId& b) { return a.id < b.id; });
    renew_templates();
    for (TemplateEvent& event : contents_.events) event.from = name_of(event.from), event.into = name_of(event.into);
    renew_announced();
    contents_.id_version = kIdVersion;
    return std::move(contents_);
  }

 private:
  struct Renewed {
    ShapeId now;
    SeverityClass severity = SeverityClass::quiet;
  };

  void renew_shapes() {
    std::map<ShapeId, std::set<std::string>> examples;
    for (const WindowSummary& window : contents_.windows)
      for (const Cell& cell : window.cells)
        if (auto& known = examples[cell.shape]; known.size() < kExamplesMax && is_whole(cell.excerpt)) known.insert(cell.excerpt);
    std::set<ShapeId> unsure;
    for (StoredShape& shape : contents_.shapes) {
      const auto& known = examples[shape.id];
      const auto renewed = renew_shape(shape.bytes, std::vector<std::string>{known.begin(), known.end()});
      shape.bytes = {};
      if (!renewed || !renewed->sure) unsure.insert(shape.id);
      if (!renewed) continue;
      names_[shape.id] = {renewed->shapes.front().id, renewed->severity};
      contents_.former_ids.push_back({template_of(shape.id), template_of(renewed->shapes.front().id)});
      for (const EncodedShape& one : renewed->shapes) static_cast<void>(miner_.absorb(one.bytes));  // it is well formed: it was just made
    }
    warm_up(unsure);
    contents_.shapes.clear();
    for (EncodedShape& shape : miner_.take_changed()) contents_.shapes.push_back({shape.id, std::move(shape.bytes)});
  }

  /// With the shapes that windows still call by their old names: what they, or shapes that are not stored any more, were of.
  void warm_up(const std::set<ShapeId>& unsure) {
    std::set<std::string> services;
    Timestamp newest = kNoTime;
    const auto note = [&](const std::string& service, ShapeId shape, Severity severity, Timestamp last) {
      newest = std::max(newest, last);
      const bool is_known = shape == kNoShape || (names_.contains(shape) && !unsure.contains(shape));
      if (!is_known && severity_class(severity) != SeverityClass::quiet) services.insert(service);
    };
    for (const WindowSummary& window : contents_.windows)
      for (const Cell& cell : window.cells)
        note(window.services[cell.service], cell.shape, cell.severity, window.ordinal ? kNoTime : cell.last);
    for (const StoredTotal& total : contents_.totals) note(total.service, total.shape, total.severity, total.last);
    if (newest == kNoTime) return;
    for (const std::string& service : services) contents_.warm_ups.push_back({service, newest});
  }

  [[nodiscard]] ShapeId name_of(ShapeId shape) const {
    const auto found = names_.find(shape);
    return found == names_.end() ? shape : found->second.now;
  }
  [[nodiscard]] TemplateId name_of(TemplateId id) const {
    const auto seeded = seeded_.find(id);
    return seeded == seeded_.end() ? template_of(name_of(shape_of(id))) : seeded->second;
  }

  void renew(WindowSummary& window) const {
    for (Cell& cell : window.cells) cell.shape = name_of(cell.shape);
    for (RuleCell& cell : window.rule_cells) cell.shape = name_of(cell.shape);
    for (TraceStep& step : window.trace_steps) step.shape = name_of(step.shape);
    normalise(window);
  }

  void renew_totals() {
    std::map<std::pair<std::string, ShapeId>, StoredTotal> totals;
    for (StoredTotal& total : contents_.totals) {
      total.shape = name_of(total.shape);
      const auto [found, is_new] = totals.try_emplace({total.service, total.shape}, total);
      if (is_new) continue;
      StoredTotal& into = found->second;
      into.severity = std::max(into.severity, total.severity);
      into.count += total.count;
      into.first = into.first == kNoTime ? total.first : total.first == kNoTime ? into.first : std::min(into.first, total.first);
      into.last = std::max(into.last, total.last);
    }
    contents_.totals.clear();
    for (auto& [key, total] : totals) contents_.totals.push_back(std::move(total));
  }

  /// Also where two notes are about one template now: what either says of it.
  void renew_notes() {
    for (const TemplateNote& note : contents_.notes)
      for (const SeverityClass severity : {SeverityClass::quiet, SeverityClass::warning, SeverityClass::error})
        if (note.pinned && note.id == TemplateId{former_seeded_id(note.text, severity), 0})
          seeded_[note.id] = seeded_id(note.text, severity);
    for (const auto& [before, now] : seeded_) contents_.former_ids.push_back({before, now});
    std::map<TemplateId, SeverityClass> severities;  // what the templates of pinned notes were
    for (const StoredTemplate& one : contents_.templates) severities.emplace(name_of(one.id), one.severity);
    for (const auto& [before, renewed] : names_) severities.emplace(template_of(renewed.now), renewed.severity);
    std::map<TemplateId, TemplateNote> notes;
    for (TemplateNote& note : contents_.notes) {
      note.id = name_of(note.id);
      note.alias_of = name_of(note.alias_of);
      if (note.alias_of == note.id) note.alias_of = kNoTemplate;
      const auto [found, is_new] = notes.try_emplace(note.id, note);
      if (is_new) continue;
      TemplateNote& into = found->second;
      if (note.pinned && !into.pinned) into.text = note.text;
      if (into.name.empty()) into.name = note.name;
      if (into.alias_of == kNoTemplate) into.alias_of = note.alias_of;
      into.pinned = into.pinned || note.pinned;
      into.ignored = into.ignored || note.ignored;
    }
    contents_.notes.clear();
    contents_.templates.clear();
    for (auto& [id, note] : notes) {
      if (note.pinned && severities.contains(id)) contents_.templates.push_back({id, note.text, severities.at(id)});
      if (!note.name.empty() || note.pinned || note.ignored || note.alias_of != kNoTemplate) contents_.notes.push_back(std::move(note));
    }
  }

  void renew_templates() {
    catalog_ = miner_.derive_templates(marks_of(contents_));
    contents_.templates.clear();
    for (const TemplateInfo& info : catalog_.templates()) contents_.templates.push_back({info.id, info.text, info.severity});
  }

  void renew_announced() {
    const auto now = [this](TemplateId before) {
      const TemplateInfo* const found = catalog_.find(before);
      return found == nullptr ? before : found->id;
    };
    for (auto& [announcer, all] : contents_.announced) {
      if (announcer == "run") {
        EventDocuments documents{json_event_texts()};
        documents.restore(all);
        documents.renew(now);
        all = documents.announced();
      } else {
        IncidentTracker tracker;
        tracker.restore(all);
        tracker.renew(now);
        Announced renewed;
        tracker.add_to(renewed);
        all = std::move(renewed);
      }
    }
    contents_.bases.clear();  // they name templates
  }

  StateContents contents_;
  RunCounters counters_;
  TemplateMiner miner_;
  std::map<ShapeId, Renewed> names_;         // by what they were called
  std::map<TemplateId, TemplateId> seeded_;  // the same of texts that people gave
  TemplateCatalog catalog_;
};

}  // namespace

StateContents brought_up_to_date(StateContents before) {
  told_as_rows(before);
  return before.id_version < kIdVersion ? Renewal{std::move(before)}.renew() : std::move(before);
}

Result<StateStore> open_state_store(const std::string& folder, StateAccess access) {
  return StateStore::open(folder, access, {}, brought_up_to_date);
}

}  // namespace loglode
