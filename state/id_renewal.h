// Contents that only somebody else can bring up to date: ids of an older version (core/content_id.h), and what was told, in an announcer's
// own words. Here the whole of a state's contents is read, given to them, and written in place of what there was.
#pragma once

#include "state/sqlite.h"
#include "state/state_store.h"

namespace loglode::state {

/// Whether ids are older than today's, or what was told is still bytes.
[[nodiscard]] bool is_of_older_version(const StateContents& contents);
/// The same of a file, where `renew` can say what becomes of it.
[[nodiscard]] bool needs_renewal(Connection& connection, const RenewIds& renew);
/// Within the caller's transaction; sums are to be written again afterwards.
void renew_ids(Connection& connection, const RenewIds& renew);

}  // namespace loglode::state
