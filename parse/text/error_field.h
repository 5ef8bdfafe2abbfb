// An error in a field of its own, beside a message that says nothing of it ("request done"). Stateless, any thread.
#pragma once

#include <string_view>

#include "core/batch.h"

namespace loglode {

/// Of a record that states no severity an error makes an ERROR. There, and where INFO is stated, the message tells it as well:
/// `request done error="pool exhausted"`. Records that state less or more stay as they are, and all do when `error` is empty.
void add_error(std::string_view error, Record& record, Batch& batch);

}  // namespace loglode
