// Which formats a stream's lines have, found by trying them on its first lines. Depends on those lines alone.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "parse/text/line_format.h"

namespace loglode {

struct DetectedFormats {
  std::vector<const LineFormat*> formats;  // the stream's own first, then others that some of its lines have; empty: none fits
  std::vector<std::unique_ptr<const LineFormat>> learned;  // those of them that detect_header made, owned here
};

/// Tries every format on the lines that begin a record (as far as their shape tells). The first format is the most specific of those
/// that fit the most lines; streams are mixed (a JSON service with a plain banner), so the others are kept for the lines that it does not
/// fit.
[[nodiscard]] DetectedFormats detect_formats(std::span<const std::string_view> lines, const ParseContext& context);

}  // namespace loglode
