// `loglode check` on a configuration of `run`: all that can be told without data, before anything starts.
#pragma once

#include <string>

namespace loglode::config {

/// Appends what there is to say of the file to `out`: every problem as file:line: message, or one line of what it would do. Its rule packs
/// are read, too. False when there is a problem. `connect` tries what it names.
[[nodiscard]] bool check_config(const std::string& path, bool connect, std::string& out);

/// Whether the file holds a configuration, and not a rule pack. False also when it cannot be read.
[[nodiscard]] bool is_config_file(const std::string& path);

}  // namespace loglode::config
