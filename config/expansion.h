// ${NAME}, ${NAME:default}, ${file:PATH} in a scalar of the configuration file. Stateless.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/load_config.h"

namespace loglode::config {

struct Expanded {
  std::string value;
  std::string shown;  // as written, without defaults: what may be printed
  bool from_outside = false;
  std::vector<std::string> problems;  // sentences; never with a value in them
};

/// `$${` stands for `${`. A file's last newline is not part of its value; relative paths begin at `folder`.
[[nodiscard]] Expanded expand(std::string_view written, const Environment& environment, const std::string& folder);

/// `path`, or where it lies when it is relative to `folder`.
[[nodiscard]] std::string path_in(const std::string& folder, const std::string& path);

/// Whether a key's value is nobody's to see: passwords, tokens, keys, whole PEM texts.
[[nodiscard]] bool is_secret_key(std::string_view key);

}  // namespace loglode::config
