// parse/'s own StreamPlan: everything that a worker needs to read a stream's records. Immutable, shared by all workers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/batch.h"
#include "parse/framing/column_table.h"
#include "parse/framing/format_detector.h"
#include "parse/framing/wrapping.h"
#include "parse/line_format.h"

namespace loglode {

struct ReadingPlan final : StreamPlan {
  std::string format;   // as --format spells it; what `explain` and the report show
  bool bare = false;    // --format message: the line is the message
  bool forced = false;  // --format NAME: nothing else is tried before the fallback
  Wrapping wrapping = Wrapping::none;
  std::shared_ptr<const ColumnTable> columns;  // for Wrapping::columns
  DetectedFormats formats;                     // of the records, or of the lines inside compose, kubectl and columns
  ParseContext context;
  LineRules rules;        // of the lines, or of the lines inside any wrapping
  DetectedFormats inner;  // docker, CRI: of the lines inside; `formats` reads the envelope
};

}  // namespace loglode
