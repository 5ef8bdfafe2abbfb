// `loglode known-errors`: the catalogue of messages that widely used programs write, and what a person can do about each. Returns the exit
// status of cli.md.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

namespace loglode {

struct KnownErrorArguments {
  std::vector<std::string> packs;  // of the user, besides ours
  std::string product, id, line, service;
  bool ndjson = false;
};

void add_known_error_commands(CLI::App& app, KnownErrorArguments& arguments, int& status);

/// Every problem of a pack as file:line: message, appended to `out`. False when there is one.
[[nodiscard]] bool check_known_error_pack(const std::string& path, std::string& out);
/// Whether the file is meant as one. False also when it cannot be read.
[[nodiscard]] bool is_known_error_file(const std::string& path);

}  // namespace loglode
