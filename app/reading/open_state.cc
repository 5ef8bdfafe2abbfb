#include "app/reading/open_state.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "app/reading/state_renewal.h"

namespace loglode {

Result<OpenState> open_state(const std::string& folder, bool read_only) {
  auto store = open_state_store(folder, read_only ? StateAccess::read_only : StateAccess::read_write);
  if (!store) return tl::unexpected<Error>(store.error());
  auto contents = store->load();
  if (!contents) return tl::unexpected<Error>(contents.error());
  OpenState opened;
  opened.contents = std::move(*contents);
  if (!opened.contents.set_aside.empty())
    opened.notice = "the state in " + folder + " was damaged: it was set aside as " + opened.contents.set_aside + " and a new one begun";
  struct stat status {};
  if (!read_only && opened.notice.empty() && ::stat(folder.c_str(), &status) == 0 && (status.st_mode & S_IWGRP) != 0)
    opened.notice =
        "the state folder " + folder + " may be written by its group, whose members could then change what is known: chmod g-w it";
  if (!read_only) opened.writer = std::make_unique<StateWriter>(std::move(*store));
  return opened;
}

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
