// Ids of an older version (core/content_id.h): what becomes of them is said by who makes ids; here the whole of a state's contents is read,
// given to them, and written in place of what there was.
#pragma once

#include "state/sqlite.h"
#include "state/state_store.h"

namespace loglode::state {

/// Whether ids are older than today's and `renew` can say what they are now.
[[nodiscard]] bool needs_renewal(Connection& connection, const RenewIds& renew);
/// Within the caller's transaction; sums are to be written anew afterwards.
void renew_ids(Connection& connection, const RenewIds& renew);

}  // namespace loglode::state
