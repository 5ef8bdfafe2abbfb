// A state folder as the commands that read logs begin with it: with ids of today, and shapes in a miner.
#pragma once

#include <string>

#include "core/result.h"
#include "patterns/mining/template_miner.h"
#include "state/open_state.h"

namespace loglode {

/// Opens and reads the folder, in today's words (state_renewal.h). Errors: as StateStore::open.
[[nodiscard]] Result<OpenState> open_state(const std::string& folder, bool read_only);

/// Fills an empty miner with the shapes, once: they are not held twice. Errors: a shape that does not decode.
[[nodiscard]] Result<void> restore_shapes(StateContents& contents, TemplateMiner& miner);

/// What people said of templates.
[[nodiscard]] TemplateMarks marks_of(const StateContents& contents);

}  // namespace loglode
