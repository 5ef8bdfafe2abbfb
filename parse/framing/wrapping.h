// What stands around a program's own line when something else wrote it down: container runtimes, compose, kubectl, stern, syslog,
// shippers, tables. A stream's wrappings are chosen from its prefix, outermost first. Each line is unwrapped while framing, to see
// where records begin and who wrote it; of a record's first line it is read once more what the wrappers say.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/batch.h"
#include "parse/framing/column_table.h"
#include "parse/framing/syslog_wrapper.h"
#include "parse/text/line_format.h"

namespace loglode {

enum class Wrapping : std::uint8_t {
  none,
  docker,   // {"log":"text\n","stream":"stdout","time":"…"}
  cri,      // 2026-11-24T00:00:00.000000000Z stdout F text
  compose,  // checkout-1  | text
  kubectl,  // [pod/NAME/CONTAINER] text
  stern,    // POD CONTAINER text
  stamped,  // 2026-11-24T00:00:00.000000000Z text, as `docker logs -t` and `kubectl logs --timestamps` print
  syslog,   // RFC 3164 and 5424 with a program's name: files, journalctl's short forms, Heroku's drains
  syslog_5424,
  json,     // an object whose message is the line: journald, Fluent Bit, Filebeat, Vector
  columns,  // --columns
};

/// Wrappings inside one another beyond this many stay text.
inline constexpr std::size_t kWrappingsMax = 4;

[[nodiscard]] constexpr bool is_syslog(Wrapping wrapping) noexcept {
  return wrapping == Wrapping::syslog || wrapping == Wrapping::syslog_5424;
}
/// As --format and the report spell it.
[[nodiscard]] std::string_view wrapping_name(Wrapping wrapping) noexcept;

/// One wrapping, and what was learned of it from the stream's prefix.
struct Layer {
  Wrapping kind = Wrapping::none;
  bool keeps_line_ends = false;                // docker: a text without its line end goes on with the writer's next one
  std::shared_ptr<const ColumnTable> columns;  // for Wrapping::columns
};

struct WrappedLine {
  std::string_view inner;     // views into the line or the unwrapper's buffers
  std::uint32_t writer = 0;   // hash of who wrote the line (container, pod, process, stdout or stderr), never 0
  std::uint32_t program = 0;  // hash of what the writer runs: all writers that run it share a format
  bool partial = false;       // the rest of the line comes with the writer's next one
  bool continues = false;     // the wrapper says that the line belongs to the writer's latest record
};

/// What the wrappers say of a record: members of Record that are set, and how sure they are.
struct WrapperSays {
  bool severity = false;    // an application stated it (not a transport: a syslog priority, a stream): what it logs does not overrule it
  bool whole_time = false;  // their time states date, year and zone
};

/// Where what the wrappers say of a record goes: `record` has nothing yet, views point into the line or `batch`.
struct Description {
  Record& record;
  Batch& batch;
  const ParseContext& context;
  WrapperSays& says;
};

/// Takes wrappings off lines. Owned by one framer or one worker, which reuses its memory.
class Unwrapper {
 public:
  /// False when `line` does not have all of `layers` (at most kWrappingsMax). The views in `out` are good until the next call.
  bool unwrap(std::string_view line, std::span<const Layer> layers, WrappedLine& out);
  /// The same, and what the layers say goes to `to`: names of the outermost layer that has them, the time of the innermost; with attributes
  /// kept, those of a wrapper that Record has no member for. `out.inner` lives as long as `line` and the batch. False, and the record
  /// undefined, when the line does not have all of `layers`.
  bool describe(std::string_view line, std::span<const Layer> layers, WrappedLine& out, Description to);

 private:
  bool take(std::string_view line, std::span<const Layer> layers, WrappedLine& out, Description* to);
  bool take_syslog(std::string_view line, std::string& buffer, WrappedLine& out, Description* to);
  bool take_json(std::string_view line, std::string& buffer, WrappedLine& out, Description* to);

  std::array<std::string, kWrappingsMax> buffers_;
  SyslogWrapper syslog_;
  std::unique_ptr<Batch> scratch_;  // for the texts of JSON wrappers
};

}  // namespace loglode
