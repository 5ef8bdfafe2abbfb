// A state of an older version, in today's words: what was told becomes rows (told_before.h), and where ids are older (core/content_id.h),
// shapes are read again from what is stored of them, and everything that names a shape or a template follows. What people said of templates
// goes on, what was told is not told again, and the old ids are aliases.
#pragma once

#include <string>

#include "core/result.h"
#include "state/state_store.h"

namespace loglode {

/// Where a shape cannot be read again for sure, its service is learned again from the beginning: what that service says may not be new
/// (StateContents::warm_ups).
[[nodiscard]] StateContents brought_up_to_date(StateContents before);

/// StateStore::open() for whoever gives ids a meaning.
[[nodiscard]] Result<StateStore> open_state_store(const std::string& folder, StateAccess access);

}  // namespace loglode
