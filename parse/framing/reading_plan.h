// parse/'s own StreamPlan: everything that a worker needs to read a stream's records. Immutable, shared by all workers.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/batch.h"
#include "parse/framing/column_table.h"
#include "parse/framing/format_detector.h"
#include "parse/framing/record_bounds.h"
#include "parse/framing/wrapping.h"
#include "parse/text/line_format.h"

namespace loglode {

/// What the stamps of a program leave out, so that it must be assumed.
struct AssumedTimes {
  bool any = false;   // there are stamps
  bool zone = false;  // they state no zone
  bool year = false;  // they state no year, or no date at all
  [[nodiscard]] bool whole() const noexcept { return any && !zone && !year; }
};

/// How the lines are read that one program wrote, whatever stands around them.
struct ProgramPlan {
  std::vector<Layer> layers;  // wrappings that this program's lines alone have, inside those of the stream
  DetectedFormats formats;
  LineRules rules;
  AssumedTimes assumed;
  std::shared_ptr<const ColumnHeader> columns;  // that the prefix names last: for lines whose own header lies before all that is read
};

struct ReadingPlan final : StreamPlan {
  [[nodiscard]] std::string how_read() const override;

  std::string format;         // as --format spells it, wrappings first; what `explain` and the report show
  bool bare = false;          // --format message: the line is the message
  bool forced = false;        // --format NAME: nothing else is tried before the fallback
  std::vector<Layer> layers;  // what stands around every line, outermost first; empty for most files
  ParseContext context;
  std::string zone;       // as --tz has it; empty: UTC
  ProgramPlan usual;      // of the lines when nothing is around them, else of programs that the prefix did not show
  LineRules outer_rules;  // where `layers` are not empty: of the lines that do not have them
  std::vector<std::shared_ptr<const LineFormat>> own_formats;   // keeps the user's formats alive
  std::vector<std::pair<std::uint32_t, ProgramPlan>> programs;  // by WrappedLine::program, ascending

  [[nodiscard]] const ProgramPlan& plan_of(std::uint32_t program) const noexcept {
    const auto found = std::lower_bound(programs.begin(), programs.end(), program,
                                        [](const auto& known, std::uint32_t wanted) { return known.first < wanted; });
    return found != programs.end() && found->first == program ? found->second : usual;
  }
  [[nodiscard]] const ColumnTable* columns() const noexcept {
    return layers.empty() || layers.front().kind != Wrapping::columns ? nullptr : layers.front().columns.get();
  }
};

}  // namespace loglode
