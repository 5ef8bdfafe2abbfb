// Whether the files of a run get in each other's way: it would read what it writes itself and grow for ever, two parts of it would write
// one file, two sources would read one. Looks at names and at the files that exist now; changes nothing. Stateless.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/section.h"

namespace loglode::config {

/// What this room does not know of files: which of them sources read, and what sinks call theirs.
struct FileNames {
  /// Files that the patterns match now, without those that `exclude` matches.
  std::vector<std::string> (*matching)(const std::vector<std::string>& patterns, const std::vector<std::string>& exclude);
  /// Of a file found in a folder: that it is not read.
  bool (*is_no_log)(std::string_view path) noexcept;
  /// An example of each name that a part of the sink's file may have once it is rotated.
  std::vector<std::string> (*parts_of)(const SinkConfig& sink);
};

/// A problem for each sink, state or dead-letter folder that a file source's paths name (now or once it is there, rotated parts too), and
/// for each Kafka sink whose topic a source takes from a broker of the same name; for each sink whose file is one of the state's or of the
/// dead letters, or a folder. A warning where two sources name the same files.
void check_files(const PipelineConfig& config, const FileNames& names, ConfigReading& reading);

}  // namespace loglode::config
