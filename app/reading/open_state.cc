#include "app/reading/open_state.h"

#include <algorithm>
#include <utility>

#include "app/reading/state_renewal.h"

namespace loglode {

Result<OpenState> open_state(const std::string& folder, bool read_only) { return open_state(folder, read_only, brought_up_to_date); }

Result<void> restore_shapes(StateContents& contents, TemplateMiner& miner) {
  for (StoredShape& shape : contents.shapes) {
    if (auto absorbed = miner.absorb(shape.bytes); !absorbed) return absorbed;
    shape = {};
  }
  contents.shapes = {};
  miner.forget_changes();
  std::vector<ShapeId> pinned;
  for (const TemplateNote& note : contents.notes)
    if (note.pinned) pinned.push_back(shape_of(note.id));
  miner.pin(std::move(pinned));
  return {};
}

TemplateMarks marks_of(const StateContents& contents) {
  TemplateMarks marks;
  for (const FormerId& one : contents.former_ids) marks.former.emplace_back(one.id, one.now);
  for (const TemplateNote& note : contents.notes) {
    if (note.alias_of != kNoTemplate) marks.aliases.emplace_back(note.id, note.alias_of);
    if (!note.pinned) continue;
    KeptTemplate kept{note.id, SeverityClass::quiet, note.text};
    const auto known =
        std::find_if(contents.templates.begin(), contents.templates.end(), [&](const StoredTemplate& one) { return one.id == note.id; });
    if (known != contents.templates.end()) kept.severity = known->severity;
    for (const SeverityClass severity : {SeverityClass::quiet, SeverityClass::warning, SeverityClass::error})
      if (seeded_id(note.text, severity) == note.id) kept.severity = severity;
    marks.kept.push_back(std::move(kept));
  }
  return marks;
}

}  // namespace loglode
