// Files of mutes (docs/configuration.md, "Mutes"): what `detect.mutes` names. Stateless.
#pragma once

#include <string_view>

#include "config/load_config.h"
#include "core/timestamp.h"

namespace loglode::config {

/// Reads the files that `loaded.config.detect.mutes` names into `detect.muted`. What is wrong with them joins the problems and warnings,
/// each with its own file and line.
/// `read_time`: of a text in RFC 3339; false: it is none.
void read_mutes(LoadedConfig& loaded, const Environment& environment, bool (*read_time)(std::string_view text, Timestamp& out));

}  // namespace loglode::config
