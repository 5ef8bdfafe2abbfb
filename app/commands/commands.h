// Commands that need no data: `check`, `explain`, `completion`, `version`. Each returns the exit status of cli.md.
#pragma once

#include <string>
#include <vector>

#include "app/reading/options.h"

namespace loglode {

/// Every problem of every configuration and rule pack at once, as file:line: message; exit 0 when there is none. `connect`: what a
/// configuration names is tried.
int check_files(const std::vector<std::string>& paths, bool connect);
/// Format, fields, rules that hit, template, masked secrets of one line: and why. `state`: a folder whose templates decide; may be empty.
int explain_line(const std::string& line, const ReadingOptions& options, const std::string& state);
int print_completion(const std::string& shell, const CLI::App& app);
[[nodiscard]] std::string version_text();

}  // namespace loglode
