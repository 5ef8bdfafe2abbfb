// How a stream is read: its format, its columns and which lines belong together. Chosen once per stream from its first lines.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/framing.h"
#include "core/result.h"
#include "parse/text/line_format.h"

namespace loglode {

struct ParseConfig {
  std::string format = "auto";       // --format: auto, message, or a name from known_formats()
  std::vector<std::string> columns;  // --columns: time service pod host trace_id span_id severity level message line; others: attributes
  std::string delimiter;             // --delimiter, escapes not yet read (`\t`, `\x1f`); empty: a tab
  std::string zone;                  // --tz; empty: UTC
  std::vector<std::shared_ptr<const LineFormat>> own_formats;  // --format-file: tried before all others
  std::string own_problems;                                    // of the format files; not empty: no stream can be opened
  bool keep_attributes = false;                                // fill Batch::attributes
};

/// Every name that --format takes, `auto` and `message` first.
[[nodiscard]] std::vector<std::string> known_formats();

/// Checks the configuration and makes what opens streams with it. The factory is immutable and shared by all sources.
/// Errors (invalid_argument, with a sentence for the user): an unknown format (says which names are near it, and all of them), an empty,
/// repeated or malformed column name, no column that holds text, an unusable delimiter, an unknown zone.
[[nodiscard]] Result<std::shared_ptr<const FramerFactory>> make_framer_factory(ParseConfig config);

}  // namespace loglode
