// The types of sources and sinks that this program has, as config/ reads them. Stateless.
#pragma once

#include "config/load_config.h"
#include "config/section.h"

namespace loglode::config {

[[nodiscard]] const TypeReaders& type_readers();

}  // namespace loglode::config
