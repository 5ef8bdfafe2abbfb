// Which physical lines belong to one record. LineRules: what was learned of a stream, immutable. RecordBounds: the state of one
// substream, owned by its framer; what it answers depends on the lines it was shown and nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "parse/framing/trace_shapes.h"
#include "parse/line_format.h"

namespace loglode {

/// Records whose lines only make sense as a block.
enum class BlockStyle : unsigned char { none, slow_query_log, journald_export };

struct LineRules {
  std::vector<const LineFormat*> formats;  // a line that begins a record of any of these begins a record
  bool headed = false;                     // nearly every record has a header: a line without one continues the record before
  bool json = false;                       // the usual line is a JSON object
  bool postgresql = false;                 // DETAIL, HINT, STATEMENT … lines have a header and belong to the record before
  bool indented = true;                    // an indented line continues any record: not in syslog, whose programs indent lists
  BlockStyle block = BlockStyle::none;
};

class RecordBounds {
 public:
  /// `rules` must outlive it.
  explicit RecordBounds(const LineRules& rules) noexcept : rules_(&rules) {}
  /// Whether `line` continues the record before it; remembers the line.
  bool continues(std::string_view line);
  /// `line` begins a record, whatever it looks like; remembers it.
  void begin(std::string_view line) { start_headed(line); }
  /// What the last answer rested on: a header, or a trace's shape, or nothing (only the stream being headed or not).
  enum class Reason : unsigned char { header, shape, nothing };
  [[nodiscard]] Reason reason() const noexcept { return reason_; }

 private:
  bool start_headed(std::string_view line);
  bool start(std::string_view line, Reason reason);
  bool add(std::string_view line, Reason reason);
  bool add_blank(std::string_view line);
  bool continues_object(std::string_view line);
  bool continues_block(std::string_view line);
  [[nodiscard]] bool begins_record(std::string_view line) const;
  [[nodiscard]] bool belongs_to_statement(std::string_view line) const;
  [[nodiscard]] bool follows_by_shape(std::string_view line);

  const LineRules* rules_;
  std::size_t lines_ = 0;                      // of the open record; 0: none is open
  traces::Trace trace_ = traces::Trace::none;  // within the open record
  bool object_ = false;                        // within a JSON object that spans lines
  bool indented_ = false, error_ = false;      // of the line before: indented; began a record that speaks of an error
  unsigned message_lines_due_ = 0;             // behind `Caused by:`, until its frames: the exception's message may have line ends
  bool time_line_ = false;                     // slow query log: the line before was `# Time:`
  std::uint64_t process_ = 0;                  // PostgreSQL: pid of the open record, hashed
  Reason reason_ = Reason::nothing;
};

}  // namespace loglode
