// What types of sources are read with (config/type_reading.h), and the formats that this program knows. Stateless.
#pragma once

#include "config/type_reading.h"
#include "parse/framing/framer_factory.h"

namespace loglode::config {

inline void check_format(const Text& format, ConfigReading& reading) { check_format(format, known_formats(), reading); }

}  // namespace loglode::config
