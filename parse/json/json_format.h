// JSON logs, one object a record, of any logger; and what travels inside another's envelope (Docker, CRI, Filebeat, journald …).
// Plans: immutable, shared by all threads; each thread has a reader of its own.
#pragma once

#include <string_view>

#include "core/batch.h"
#include "parse/text/line_format.h"

namespace loglode {

/// Reads the text inside an envelope: sets what it finds in a record that has nothing yet, and the message. From parse/text.
using InnerTextReader = void (*)(std::string_view text, Record& record, Batch& batch, const ParseContext& context);

/// Reads `text`, a JSON object (blanks and a byte order mark around it aside), into `record`: sets message (the whole object when
/// it has none) and what else it holds, leaves other members alone. For formats whose text may be JSON (syslog, Compose prefixes).
/// False, with `record` and the batch's attributes untouched, when it is not a well-formed object. Any thread; `text` needs
/// no padding but lies in `batch` (or outlives it): views point into `text` or kept text. JSON inside the message is read as well.
/// An envelope's record may also be several objects, one a line (a stack trace through Docker): the first line is the message, all
/// of them together the attribute error.stack_trace.
[[nodiscard]] bool parse_json_text(std::string_view text, Record& record, Batch& batch, const ParseContext& context,
                                   InnerTextReader inner = nullptr);

/// The same for what is nearly an object: printed by another language, cut, with commas too many (json_repair.h). Slower; for lines that no
/// format fits.
[[nodiscard]] bool parse_damaged_json(std::string_view text, Record& record, Batch& batch, const ParseContext& context,
                                      InnerTextReader inner = nullptr);

/// `inner` over what an envelope carried: found members win over the envelope's. nullptr: JSON is still looked for. `text` becomes
/// the message when nothing else is found in it. Line ends behind it are removed.
void read_enveloped(std::string_view text, Record& record, Batch& batch, const ParseContext& context, InnerTextReader inner);

/// A JSON object that a shipper or a journal put around a program's line.
struct JsonWrapper {
  std::string_view text;      // the line; empty when the object holds none
  bool own_severity = false;  // the object's severity was stated by the program (not by a transport: journald's PRIORITY)
};
/// Reads what the object `line` says of the record into `record`, its message aside, which is `out.text` (in `line` or in `batch`) and is
/// not looked into. False, with `record` undefined and the batch's attributes as they were, when `line` is no such object or its message no
/// text.
[[nodiscard]] bool read_json_wrapper(std::string_view line, Record& record, Batch& batch, const ParseContext& context, JsonWrapper& out);

class JsonFormat final : public LineFormat {
 public:
  explicit JsonFormat(InnerTextReader inner = nullptr) noexcept : inner_(inner) {}
  [[nodiscard]] std::string_view name() const noexcept override { return "json"; }
  bool parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const override;
  [[nodiscard]] bool checks_utf8() const noexcept override { return true; }  // stage 1 does
  [[nodiscard]] bool begins_record(std::string_view line) const override;

 private:
  InnerTextReader inner_;
};

}  // namespace loglode
