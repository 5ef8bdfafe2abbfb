// Where in a YAML text things stand, for messages that name a line. Pure: any thread.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>

namespace loglode {

/// From 1; 0 where yaml-cpp does not know.
[[nodiscard]] int line_of(const YAML::Node& node);

/// Where a second document with something in it begins; 0: there is none. YAML::Load passes over all documents but the first, and
/// YAML::LoadAll never ends on some broken ones: it takes no token and asks again. Throws YAML::Exception.
[[nodiscard]] int line_of_second_document(const std::string& yaml);

}  // namespace loglode
