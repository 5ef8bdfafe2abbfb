// Files of configs/ that are part of the binary, so that it can be copied anywhere alone. Made by app/encode_packs.cc when it is built.
#pragma once

#include <string_view>
#include <vector>

namespace loglode {

/// The rules of all built-in packs, as decode_rules() reads them.
[[nodiscard]] std::string_view embedded_rules();

/// What make_rule_image() made of these rules with the redactor's probes, and of the probes alone, for each kind of CPU, best first.
[[nodiscard]] std::vector<std::string_view> embedded_rule_images();

}  // namespace loglode
