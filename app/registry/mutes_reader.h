// Files of mutes (docs/configuration.md, "Mutes"): what `detect.mutes` names. Stateless.
#pragma once

#include "config/load_config.h"

namespace loglode::config {

/// Reads the files that `loaded.config.detect.mutes` names into `detect.muted`. What is wrong with them joins the problems and warnings,
/// each with its own file and line.
void read_mutes(LoadedConfig& loaded, const Environment& environment);

}  // namespace loglode::config
