// Files of the user's own formats (`--format-file`, docs/formats.md). Stateless.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "parse/text/line_format.h"

namespace loglode {

struct FormatFiles {
  std::vector<std::shared_ptr<const LineFormat>> formats;  // in the order given
  std::vector<std::string> problems;                       // `file:line: message`
  std::size_t examples = 0;                                // that were run
};

/// Reads the files, and runs their examples: a format whose examples do not behave is a problem too.
[[nodiscard]] FormatFiles load_format_files(const std::vector<std::string>& paths);
/// Whether the file's text has a mapping with `formats`, which no rule pack has.
[[nodiscard]] bool is_format_file(const std::string& path);

}  // namespace loglode
