// What messages about a YAML text say: where things stand in it, and how it is encoded. Pure: any thread.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <string_view>

namespace loglode {

/// From 1; 0 where yaml-cpp does not know.
[[nodiscard]] int line_of(const YAML::Node& node);

/// Where a second document with something in it begins; 0: there is none. YAML::Load passes over all documents but the first, and
/// YAML::LoadAll never ends on some broken ones: it takes no token and asks again. Throws YAML::Exception.
[[nodiscard]] int line_of_second_document(const std::string& yaml);

/// What is wrong with the encoding and what to do; empty: nothing. yaml-cpp reads UTF-16, but all that looks at the text beside it does
/// not.
[[nodiscard]] std::string_view encoding_problem(std::string_view yaml) noexcept;

}  // namespace loglode
