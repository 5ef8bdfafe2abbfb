// Which physical lines belong to one record. LineRules: what was learned of a stream, immutable. RecordBounds: the state of one
// substream, owned by its framer; what it answers depends on the lines it was shown and nothing else.
//
// A line with a header begins a record, of the stream's formats or of any strict one (strict_line.h), whatever was open. Of the others
// those belong to the record before that are indented, or that a trace's shape explains (trace_shapes.h), or for which the record's first
// line has left something open (open_record.h), or that stand within a trace of a stream in which records have headers. All others begin
// records, however rare they are: the last words of a program are such lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "parse/framing/open_record.h"
#include "parse/framing/trace_shapes.h"
#include "parse/text/line_format.h"

namespace loglode {

/// Records whose lines only make sense as a block.
enum class BlockStyle : unsigned char { none, slow_query_log, journald_export };

struct LineRules {
  std::vector<const LineFormat*> formats;  // a line that begins a record of any of these begins a record
  bool strict_lines = false;               // so does one of a strict form
  bool levels = false;                     // so does one that begins with a level
  bool headed = false;                     // records have headers: what a header or a trace has opened lasts until the next one
  std::size_t header_lines = 1;            // each record has at least so many lines, however they look
  bool reports = false;                    // each has several lines: those without a level belong to the header above them
  bool json = false;                       // the usual line is a JSON object
  bool statements = false;                 // PostgreSQL: DETAIL, HINT, STATEMENT … have a header and belong to the record before
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
  /// What the last answer rested on: a header, or a shape, or that something was open, or nothing.
  enum class Reason : unsigned char { header, shape, open, nothing };
  [[nodiscard]] Reason reason() const noexcept { return reason_; }
  /// Of a line that begins with several JSON objects: the first one's bytes, the only ones that the answer is about. Else 0.
  [[nodiscard]] std::size_t record_bytes() const noexcept { return first_object_bytes_; }
  /// Whether the open record holds a stack trace, or has begun one.
  [[nodiscard]] bool in_trace() const noexcept { return in_trace_; }
  /// As if it were new, by other rules; keeps its memory.
  void restart(const LineRules& rules) noexcept;

 private:
  traces::Trace trace_begun(std::string_view line);
  void reset() noexcept;
  bool start_headed(std::string_view line);
  bool start_object(std::string_view line);
  bool start_block(std::string_view line);
  bool start(std::string_view line, Reason reason);
  bool add(std::string_view line, Reason reason);
  bool add_blank(std::string_view line);
  void see_trace(std::string_view line);
  bool continues_object(std::string_view line);
  bool continues_export(std::string_view line);
  bool begins_query(std::string_view line);
  [[nodiscard]] bool begins_record(std::string_view line) const;
  [[nodiscard]] bool ends_unknown_trace(std::string_view line) const;
  [[nodiscard]] bool belongs_to_statement(std::string_view line) const;
  void see_armor(std::string_view line) noexcept;
  [[nodiscard]] bool continues_armor(std::string_view line) noexcept;
  [[nodiscard]] bool follows_by_shape(std::string_view line);
  [[nodiscard]] bool follows_first_line(std::string_view line);
  [[nodiscard]] bool is_error_below_calm(std::string_view line);
  [[nodiscard]] bool is_open_for(std::string_view line);

  const LineRules* rules_;
  OpenRecord record_;
  std::size_t lines_ = 0;                      // of the open record; 0: none is open
  std::size_t text_lines_ = 0;                 // of these lines, the ones that are not blank
  bool headed_ = false;                        // the open record began with a header (that a JSON object's line is not)
  traces::Trace trace_ = traces::Trace::none;  // within the open record: the latest that began
  bool in_trace_ = false;                      // a trace began, or frames of one were seen
  bool object_ = false;                        // within a JSON object that spans lines
  bool block_ = false;                         // within a block: a slow query's
  bool armor_ = false;                         // within a key or certificate in lines of base64 (PEM)
  bool indented_ = false;                      // the line before was
  unsigned message_lines_due_ = 0;             // behind `Caused by:`, until its frames: the exception's message may have line ends
  unsigned unexplained_ = 0;                   // lines in a row that a trace has taken for want of a header
  bool time_line_ = false;                     // slow query log: the line before was `# Time:`
  Reason reason_ = Reason::nothing;
  std::size_t first_object_bytes_ = 0;
  std::optional<traces::Trace> begun_;  // by the line at hand, once somebody has asked
};

/// PostgreSQL: where the word is in `… DETAIL:  text`, HINT, STATEMENT …; npos when `line` has none.
[[nodiscard]] std::size_t find_statement_part(std::string_view line) noexcept;

}  // namespace loglode
