#include "parse/json/json_format.h"

#include <optional>
#include <string>

#include "parse/json/json_reader.h"
#include "parse/json/json_record.h"
#include "parse/json/json_repair.h"
#include "parse/json/json_text.h"
#include "parse/json/message_template.h"
#include "parse/text/error_field.h"

namespace loglode {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr unsigned kInnerLevelsMax = 2;  // JSON in a message in a message: further ones stay text

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view without_mark_and_blanks(std::string_view text) noexcept {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view without_line_ends(std::string_view text) noexcept {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

/// An object of an array that stands on lines of its own: `[{…},`, `{…},`, `{…}]`.
std::string_view without_array_marks(std::string_view text) noexcept {
  if (text.starts_with('[') && text.find('{') < 4) text = without_mark_and_blanks(text.substr(1));
  if (!text.starts_with('{')) return text;
  while (!text.empty() && (text.back() == ',' || text.back() == ']' || is_blank(text.back()))) text.remove_suffix(1);
  return text;
}

bool looks_like_object(std::string_view text) noexcept { return !text.empty() && text.front() == '{' && text.back() == '}'; }

struct RecordReading {
  Record& record;
  Batch& batch;
  const ParseContext& context;
  InnerTextReader inner;
  unsigned level = 0;
  bool severity_stated = false;  // by the program: what its message holds is something that it logs, and does not overrule it
};

bool read_document(std::string_view text, const RecordReading& to);

/// Names are the platform's where it has them; time and severity those of the program, unless the envelope has the program's own already.
void overlay(const Record& inside, bool severity_stated, Record& record) {
  if (inside.time != kNoTime) record.time = inside.time;
  if (inside.severity != Severity::unspecified && !severity_stated) record.severity = inside.severity;
  if (record.service.empty()) record.service = inside.service;
  if (record.host.empty()) record.host = inside.host;
  if (!inside.trace_id.empty()) record.trace_id = inside.trace_id;
  if (!inside.span_id.empty()) record.span_id = inside.span_id;
  record.message = inside.message;
  record.flags |= inside.flags;
}

/// Reads `text`, which came inside `to.record`'s envelope, with `read`, into a record of its own.
template <class Read>
bool read_inside(std::string_view text, const RecordReading& to, Read read) {
  const std::size_t attributes = to.batch.attributes.size();
  Record inside;
  inside.message = text;
  if (!read(inside)) return false;
  overlay(inside, to.severity_stated, to.record);
  if (to.batch.attributes.size() > attributes) own_attributes(to.record, to.batch, attributes);
  return true;
}

void read_inner(std::string_view text, const RecordReading& to, bool enveloped) {
  const std::string_view bare = without_mark_and_blanks(text);
  const auto as_json = [&](Record& inside) { return read_document(bare, {inside, to.batch, to.context, to.inner, to.level + 1}); };
  // A program that states its level logs somebody's body, not a record of its own: an outsider must not choose severity and service.
  if (!to.severity_stated && looks_like_object(bare) && to.level < kInnerLevelsMax && read_inside(bare, to, as_json)) return;
  to.record.message = without_line_ends(text);
  if (!enveloped || to.inner == nullptr || to.record.message.empty()) return;
  read_inside(to.record.message, to, [&](Record& inside) {
    to.inner(to.record.message, inside, to.batch, to.context);
    return true;
  });
}

/// One line of a record that an envelope wraps line by line.
std::string_view wrapped_line(const JsonFields& fields, Batch& batch) {
  for (const Slot slot : {Slot::message_log, Slot::message_message, Slot::message_msg}) {
    if (fields.has(slot)) return text_of(fields[slot], batch);
  }
  return {};
}

/// Reads the further objects of a record whose first line was `first`. False when one is malformed.
bool read_further_lines(JsonReader& reader, std::string_view first, Batch& batch, std::string& all) {
  all = first;
  // Docker keeps the line ends and leaves them out where it cut a line; the others leave them out everywhere.
  bool keeps_ends = first.ends_with('\n');
  while (!reader.at_end()) {
    if (!reader.read_object(batch, false)) return false;
    const std::string_view line = wrapped_line(reader.fields(), batch);
    keeps_ends = keeps_ends || (reader.fields().has(Slot::message_log) && line.ends_with('\n'));
    if (!keeps_ends) all += '\n';
    all += line;
  }
  return true;
}

bool open(JsonReader& reader, std::string_view& text, const RecordReading& to, bool& repaired) {
  const auto fault = reader.open(text);
  if (fault != JsonStructure::Fault::not_utf8) return fault == JsonStructure::Fault::none;
  text = replace_invalid_utf8(text, to.batch);
  repaired = true;
  return reader.open(text) == JsonStructure::Fault::none;
}

/// Several objects: the first says what the record is, the others only add their lines.
bool read_wrapped_lines(JsonReader& reader, const RecordReading& to) {
  const JsonFields& fields = reader.fields();
  if (to.level != 0 || !(fields.has(Slot::message_log) || fields.has(Hint::envelope))) return false;
  const Record before = to.record;
  fill_record(fields, to.record, to.batch, to.context);
  std::string all;
  if (!read_further_lines(reader, std::string{wrapped_line(fields, to.batch)}, to.batch, all)) {
    to.record = before;
    return false;
  }
  const std::string_view kept = without_line_ends(to.batch.keep(all));
  if (to.context.keep_attributes) to.batch.attributes.push_back({"error.stack_trace", kept});
  to.record.message = kept.substr(0, kept.find('\n'));
  return true;
}

/// Puts the object just read into the record; false when what follows it does not belong there.
bool read_into_record(JsonReader& reader, std::string_view text, const RecordReading& to) {
  const std::size_t attributes = to.batch.attributes.size();
  bool good = reader.read_object(to.batch, to.context.keep_attributes);
  FilledMessage message{Slot::message_log, true};
  bool enveloped = true;
  if (good && reader.at_end()) {
    const JsonFields& fields = reader.fields();
    to.record.message = text;
    message = fill_record(fields, to.record, to.batch, to.context);
    enveloped = message.slot == Slot::message_log || fields.has(Hint::envelope) || fields.has(Hint::journald);
    if (message.slot == Slot::message_template) to.record.message = render_message_template(to.record.message, reader, to.batch);
  } else {
    good = good && read_wrapped_lines(reader, to);
  }
  if (!good) {
    to.batch.attributes.resize(attributes);
    return false;
  }
  if (to.batch.attributes.size() > attributes) own_attributes(to.record, to.batch, attributes);
  RecordReading inside = to;
  inside.severity_stated = message.own_severity;
  if (message.is_text) read_inner(to.record.message, inside, enveloped);  // the reader may be used for it: nothing of it is needed now
  add_error(message.error, to.record, to.batch);
  return true;
}

bool read_document(std::string_view text, const RecordReading& to) {
  thread_local JsonReader reader;
  text = without_mark_and_blanks(text);
  if (!looks_like_object(text)) text = without_array_marks(text);
  bool repaired = false;
  if (!looks_like_object(text) || !open(reader, text, to, repaired) || !read_into_record(reader, text, to)) return false;
  if (repaired) to.record.set(RecordFlag::not_utf8);
  return true;
}

}  // namespace

bool parse_json_text(std::string_view text, Record& record, Batch& batch, const ParseContext& context, InnerTextReader inner) {
  return read_document(text, {record, batch, context, inner});
}

void read_enveloped(std::string_view text, Record& record, Batch& batch, const ParseContext& context, InnerTextReader inner) {
  read_inner(text, {record, batch, context, inner}, true);
}

namespace {

/// A blank line of the program's: `"message":""`.
bool has_empty_message(std::string_view object) noexcept {
  for (const std::string_view key : {"\"message\":", "\"MESSAGE\":", "\"msg\":", "\"log\":"}) {
    const std::size_t at = object.find(key);
    if (at == std::string_view::npos) continue;
    const std::size_t value = object.find_first_not_of(' ', at + key.size());
    if (value != std::string_view::npos && object.substr(value, 2) == "\"\"") return true;
  }
  return false;
}

}  // namespace

bool parse_damaged_json(std::string_view text, Record& record, Batch& batch, const ParseContext& context, InnerTextReader inner) {
  thread_local JsonReader reader;
  text = without_array_marks(without_mark_and_blanks(text));
  if (!text.starts_with('{')) return false;
  if (!simdjson::validate_utf8(text.data(), text.size())) text = replace_invalid_utf8(text, batch);
  const std::optional<std::string> whole = repaired_json(text);
  if (!whole) return false;
  const std::string_view kept = batch.keep(*whole);
  if (reader.open(kept) != JsonStructure::Fault::none || !read_into_record(reader, kept, {record, batch, context, inner})) return false;
  if (record.message == kept) record.message = text;
  return true;
}

bool read_json_wrapper(std::string_view line, Record& record, Batch& batch, const ParseContext& context, JsonWrapper& out) {
  thread_local JsonReader reader;
  const std::size_t attributes = batch.attributes.size();
  bool repaired = false;
  line = without_mark_and_blanks(line);
  if (!looks_like_object(line) || !open(reader, line, {record, batch, context, nullptr}, repaired)) return false;
  const bool good = reader.read_object(batch, context.keep_attributes) && reader.at_end();
  const FilledMessage message = good ? fill_record(reader.fields(), record, batch, context) : FilledMessage{};
  const bool empty = good && message.slot == Slot::attribute && has_empty_message(line);
  if (!message.is_text && !empty) {
    batch.attributes.resize(attributes);
    return false;
  }
  if (empty) record.message = {};
  if (batch.attributes.size() > attributes) own_attributes(record, batch, attributes);
  if (repaired) record.set(RecordFlag::not_utf8);
  out.text = without_line_ends(record.message);
  out.own_severity = message.own_severity;
  return true;
}

bool JsonFormat::parse(std::string_view text, Record& record, Batch& batch, const ParseContext& context) const {
  return parse_json_text(text, record, batch, context, inner_);
}

bool JsonFormat::begins_record(std::string_view line) const {
  if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  const std::size_t first = line.find_first_not_of(" \t");
  return first != std::string_view::npos && line[first] == '{';
}

}  // namespace loglode
