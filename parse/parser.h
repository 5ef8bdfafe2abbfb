// The Parser stage: from a record's text to its fields, by its stream's plan (parse/framing). One instance a worker.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/pipeline_parts.h"
#include "core/result.h"
#include "core/run_counters.h"
#include "parse/framing/framer_factory.h"

namespace loglode {

/// A record that says no time keeps the one it came with (a Kafka message's).
/// Fills time, severity, message, service, host, trace_id, span_id and attributes of every record that is not blank. A record that its
/// stream's formats do not fit is read by the fallback (RecordFlag::fallback, counted), so every one comes out with a message; bytes that
/// are not UTF-8 show as U+FFFD (RecordFlag::not_utf8, counted). `counters` must outlive the stage.
[[nodiscard]] std::unique_ptr<Stage> make_parser(RunCounters& counters);

/// How one line is read: for `loglode explain`.
struct ParseExplanation {
  std::string format;  // that read it: `json`, `syslog`, …; `text` for the fallback
  std::vector<std::pair<std::string, std::string>>
      fields;                      // time, severity, message, service, …, then attributes; as they are (not masked)
  std::vector<std::string> notes;  // sentences: what did not fit, what was assumed
};
/// `line` may be several lines. Errors: as make_framer_factory.
[[nodiscard]] Result<ParseExplanation> explain_parse(std::string_view line, const ParseConfig& config);

}  // namespace loglode
