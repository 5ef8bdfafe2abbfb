// Files of configs/ that are part of the binary, so that it can be copied anywhere alone. Made by cmake/embed_files.cmake.
#pragma once

#include <string>
#include <vector>

namespace loglode {

struct EmbeddedText {
  std::string name, text;
};

[[nodiscard]] std::vector<EmbeddedText> embedded_rule_packs();

}  // namespace loglode
