// The keys of the section `rca`, for documentation and `help config`. Immutable, any thread.
#pragma once

#include "config/key_tables.h"

namespace loglode::config {

[[nodiscard]] const KeyTables& rca_keys();

}  // namespace loglode::config
