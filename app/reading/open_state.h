// A state folder as the commands that read logs begin with it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/template_catalog.h"
#include "patterns/mining/template_miner.h"
#include "state/state_store.h"
#include "state/state_writer.h"

namespace loglode {

struct OpenState {
  StateContents contents;
  std::unique_ptr<StateWriter> writer;  // null when it is read only
  std::string notice;                   // something a person should know, for example that a damaged file was set aside; or empty
};

/// Opens and reads the folder. Errors: as StateStore::open.
[[nodiscard]] Result<OpenState> open_state(const std::string& folder, bool read_only);

/// Fills an empty miner with the shapes, once: they are not held twice. Errors: a shape that does not decode.
[[nodiscard]] Result<void> restore_shapes(StateContents& contents, TemplateMiner& miner);

/// What people said of templates.
[[nodiscard]] TemplateMarks marks_of(const StateContents& contents);
/// Templates that people marked as known: no finding is about them. As they are called in `catalog`, sorted.
[[nodiscard]] std::vector<TemplateId> ignored_templates(const std::vector<TemplateNote>& notes, const TemplateCatalog& catalog);

}  // namespace loglode
