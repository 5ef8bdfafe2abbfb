#include "parse/parser.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

#include "core/assert.h"
#include "parse/framing/format_registry.h"
#include "parse/framing/reading_plan.h"
#include "parse/framing/trace_headline.h"
#include "parse/json/json_format.h"
#include "parse/json/json_record.h"
#include "parse/json/json_text.h"
#include "parse/record_time.h"
#include "parse/text/id_bytes.h"
#include "parse/text/kernel_faults.h"
#include "parse/text/stated_severity.h"
#include "parse/text/text_formats.h"
#include "parse/time/stamp_sight.h"

namespace loglode {

namespace {

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view trimmed_end(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view first_line(std::string_view text) noexcept {
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

/// Reads records by one plan. The name of the format that read the latest one is kept for explain_parse.
class BatchReading {
 public:
  BatchReading(const ReadingPlan& plan, Batch& batch) : plan_(plan), context_(plan.context), batch_(batch) {
    context_.time.sight = &sight_;
  }

  /// `record.time` comes in as when the record arrived, or as Framing::near where its flag says so.
  void read(Record& record) {
    const Timestamp arrived = take_near(record);
    read_fields(record);
    if (record.time == kNoTime && record.since_boot < Duration::zero() && !plan_.bare)
      search_time(record, read_as(record, arrived), batch_, context_.time);
    note_assumptions(record);
    note_offset(record);
    if (record.time == kNoTime) record.time = arrived;
    repair(record);
  }
  [[nodiscard]] std::string_view format_used() const noexcept { return used_; }
  /// Tells in which offset from UTC the records stated their times.
  void tell_offset(RunCounters& counters) const noexcept {
    if (plan_.layers.empty() && plan_.usual.assumed.zone && plan_.zone.empty())
      counters.zone_unnamed = true;
    else if (has_offset_ && offset_s_ != 0)
      counters.note_offset_elsewhere(offset_s_);
    if (!has_offset_) return;
    counters.note_utc_offset(offset_s_);
    if (mixed_offsets_) counters.note_utc_offset(offset_s_ + 1);  // no single one
  }

 private:
  /// When the record arrived, kNoTime when nobody knows.
  Timestamp take_near(Record& record) noexcept {
    const Timestamp given = std::exchange(record.time, kNoTime);
    const bool near = record.has(RecordFlag::near_time);
    record.flags = static_cast<std::uint16_t>(record.flags & ~static_cast<unsigned>(RecordFlag::near_time));
    context_.time.near = near ? given : kNoTime;
    context_.time.reference = !near && given != kNoTime ? given : plan_.context.time.reference;
    sight_.clear();
    return near ? kNoTime : given;
  }

  void note_assumptions(Record& record) const noexcept {
    const CivilTime* const open = sight_.count == 0 ? nullptr : sight_.of(record.time);
    if (open == nullptr) return;
    if (!open->has_date) record.set(RecordFlag::date_assumed);
    if (open->zone_assumed) record.set(RecordFlag::zone_assumed);
  }

  void note_offset(const Record& record) noexcept {
    if (record.time == kNoTime || (has_offset_ && offset_s_ == sight_.offset_s) || sight_.offset_of != record.time) return;
    mixed_offsets_ = has_offset_;
    has_offset_ = true;
    offset_s_ = sight_.offset_s;
  }

  void read_fields(Record& record) {
    record.message = record.raw;
    utf8_checked_ = one_line_ = searched_ = false;
    record.attributes_begin = static_cast<std::uint32_t>(batch_.attributes.size());
    if (plan_.layers.empty())
      read_text(record.raw, plan_.usual, context_, record);
    else if (plan_.columns() != nullptr)
      read_columns(record);
    else
      read_wrapped(record);
    const bool asked = !plan_.layers.empty() && plan_.columns() == nullptr;  // of the text inside the wrappings, by read_inside()
    if (record.severity == Severity::unspecified && !plan_.bare && !asked) record.severity = stated(record.message);
    if (record.message.empty() && !record.has(RecordFlag::blank)) record.message = trimmed(record.raw);
    record.trace_id = lowered_id(record.trace_id), record.span_id = lowered_id(record.span_id);
  }

  /// What a message without a severity says in its text.
  [[nodiscard]] Severity stated(std::string_view message) const { return searched_ ? severity_within(message) : stated_severity(message); }

  [[nodiscard]] ReadAs read_as(const Record& record, Timestamp arrived) const noexcept {
    if (used_ == "json") return ReadAs::json;
    return record.has(RecordFlag::fallback) || arrived != kNoTime ? ReadAs::misfit : ReadAs::text;
  }

  bool read_by(const LineFormat& format, std::string_view text, const ParseContext& context, Record& record) {
    if (!format.parse(text, record, batch_, context)) return false;
    used_ = format.name();
    searched_ = false;
    one_line_ = format.reads_one_line();
    utf8_checked_ = format.checks_utf8() && text.size() == record.raw.size();
    return true;
  }

  bool read_by_formats(std::string_view text, const ProgramPlan& plan, const ParseContext& context, Record& record) {
    for (const LineFormat* format : plan.formats.formats)
      if (read_by(*format, text, context, record)) return true;
    return !plan_.forced && text.starts_with('{') && read_by(json_format(), text, context, record);
  }

  void read_text(std::string_view text, const ProgramPlan& plan, const ParseContext& context, Record& record) {
    if (plan_.bare) {
      record.message = text;
      return;
    }
    if (plan.columns && !batch_.columns) batch_.columns = plan.columns;
    if (!read_by_formats(text, plan, context, record)) fall_back(text, record, context, !plan.formats.formats.empty());
    if (one_line_) record.text = with_lines_below(record.message, text);
  }

  /// `text` from where its message begins; all of it where the message was put together from elsewhere. Empty for a single line.
  static std::string_view with_lines_below(std::string_view message, std::string_view text) noexcept {
    if (text.find('\n') == std::string_view::npos) return {};
    const bool inside = message.data() >= text.data() && message.data() < text.data() + text.size();
    return trimmed_end(inside ? text.substr(static_cast<std::size_t>(message.data() - text.data())) : text);
  }

  /// A stream in which no format was found is text, and its lines are what they should be: only where one was found do they not fit.
  void fall_back(std::string_view text, Record& record, const ParseContext& context, bool misfit) {
    if (misfit) record.set(RecordFlag::fallback);
    one_line_ = searched_ = false;
    if (!plan_.forced && (text.starts_with('{') || text.starts_with("[{")) &&
        parse_damaged_json(text, record, batch_, context, &parse_inner)) {
      record.set(RecordFlag::fallback);
      used_ = "json";
      return;
    }
    used_ = "text";
    one_line_ = true;
    searched_ = read_as_text(text, record, batch_, context);
    if (const std::optional<std::string> headline = trace_headline(text)) {
      record.message = batch_.keep(*headline);
      searched_ = false;
    }
    if (record.severity != Severity::unspecified || !begins_with_crash(text)) return;
    record.severity = std::max(Severity::error, kernel_fault_severity(text));
  }

  /// `first.inner` and what stands inside `layers` on the further lines of `raw`.
  std::string_view with_further_lines(std::string_view raw, std::span<const Layer> layers, const WrappedLine& first) {
    std::size_t end = raw.find('\n');
    if (end == std::string_view::npos) return first.inner;
    std::string joined{first.inner};
    WrappedLine line;
    for (bool partial = first.partial; end != std::string_view::npos;) {
      raw.remove_prefix(end + 1);
      end = raw.find('\n');
      const std::string_view physical = raw.substr(0, end);
      if (!partial) joined += '\n';
      const bool wrapped = unwrapper_.unwrap(physical, layers, line);
      joined += wrapped ? line.inner : physical;
      partial = wrapped && line.partial;
    }
    return batch_.keep(joined);
  }

  /// The wrappers say what they know; the text inside is read as if it stood alone, and the two are put together.
  void read_wrapped(Record& record) {
    WrapperSays says;
    WrappedLine first, further;
    Record outside = record;
    const Description to{outside, batch_, context_, says};
    if (!unwrapper_.describe(first_line(record.raw), plan_.layers, first, to)) return read_stray(record);
    const ProgramPlan& plan = plan_.plan_of(first.program);
    std::string_view text = with_further_lines(record.raw, plan_.layers, first);
    if (!plan.layers.empty()) {
      Record before = outside;
      if (unwrapper_.describe(first_line(text), plan.layers, further, to))
        text = with_further_lines(text, plan.layers, further);
      else
        outside = before;
    }
    if (trimmed(text).empty()) {
      outside.message = {};
      outside.set(RecordFlag::blank);
      record = outside;
      return;
    }
    read_inside(text, plan, says, outside);
    record = outside;
  }

  /// A line that lacks the wrappings of its stream.
  void read_stray(Record& record) {
    fall_back(record.raw, record, context_, true);
    if (record.severity == Severity::unspecified) record.severity = stated(record.message);
  }

  /// Both tell the same second, but the wrapper tells its fraction.
  static bool is_finer(Timestamp outside, Timestamp inside) noexcept {
    const auto second = std::chrono::floor<std::chrono::seconds>(inside);
    return outside != kNoTime && inside == second && outside != second && std::chrono::floor<std::chrono::seconds>(outside) == second;
  }

  /// Names are the platform's where it has them. Severity is the program's own: the text's where only a transport gave one. A time inside
  /// that does not state date, year and zone is worse than the wrapper's.
  void read_inside(std::string_view text, const ProgramPlan& plan, const WrapperSays& says, Record& record) {
    ParseContext context = context_;
    if (record.time != kNoTime) context.time.reference = record.time;
    if (record.time != kNoTime && says.whole_time) context.time.near = record.time;
    const std::size_t attributes = batch_.attributes.size();
    Record inside;
    inside.raw = record.raw;
    inside.message = text;
    inside.attributes_begin = static_cast<std::uint32_t>(attributes);
    read_text(text, plan, context, inside);
    if (inside.severity == Severity::unspecified && !plan_.bare) inside.severity = stated(inside.message);
    if (inside.time != kNoTime && (plan.assumed.whole() || !says.whole_time) && !is_finer(record.time, inside.time))
      record.time = inside.time;
    if (inside.severity != Severity::unspecified && !says.severity) record.severity = inside.severity;
    if (record.service.empty()) record.service = inside.service;
    if (record.host.empty()) record.host = inside.host;
    if (!inside.trace_id.empty()) record.trace_id = inside.trace_id;
    if (!inside.span_id.empty()) record.span_id = inside.span_id;
    if (inside.weight != 1) record.weight = inside.weight;
    record.message = inside.message.empty() ? trimmed(text) : inside.message;
    record.text = inside.text;
    record.flags |= inside.flags;
    if (context_.keep_attributes && text.find('\n') != std::string_view::npos) batch_.attributes.push_back({"error.stack_trace", text});
    if (batch_.attributes.size() > attributes) own_attributes(record, batch_, attributes);
  }

  void read_columns(Record& record) {
    const ColumnTable& table = *plan_.columns();
    ColumnValues values;
    WrappedLine first;
    if (!table.split(first_line(record.raw), values) || !unwrapper_.unwrap(first_line(record.raw), plan_.layers, first))
      return fall_back(record.raw, record, context_, true);
    read_column_text(with_further_lines(record.raw, plan_.layers, first), record);
    for (std::size_t column = 0; column < table.names().size(); ++column) set_column(table, column, trimmed(values[column]), record);
  }

  /// The text may have a header of its own; where it has none it is the message as it stands.
  void read_column_text(std::string_view text, Record& record) {
    if (plan_.bare || read_by_formats(text, plan_.usual, context_, record)) {
      if (plan_.bare) record.message = text;
      return;
    }
    if (plan_.forced) return fall_back(text, record, context_, true);
    used_ = "columns";
    parse_inner(text, record, batch_, context_);
  }

  /// What a column says wins over what the text says.
  void set_column(const ColumnTable& table, std::size_t column, std::string_view value, Record& record) {
    if (value.empty() || value == "-") return;
    switch (table.role(column)) {
      case ColumnRole::time: {
        Timestamp time = kNoTime;
        if (read_timestamp_field(value, context_.time, time)) record.time = time;
        break;
      }
      case ColumnRole::severity: {
        const Severity severity = severity_from_word(value, true);
        if (severity != Severity::unspecified) record.severity = severity;
        break;
      }
      case ColumnRole::service:
        record.service = value;
        break;
      case ColumnRole::host:
      case ColumnRole::pod:
        record.host = value;
        break;
      case ColumnRole::trace_id:
        record.trace_id = value;
        break;
      case ColumnRole::span_id:
        record.span_id = value;
        break;
      case ColumnRole::line:
        break;
      case ColumnRole::attribute:
        add_attribute(table.names()[column], value, record);
        break;
    }
  }

  void add_attribute(std::string_view key, std::string_view value, Record& record) {
    if (!context_.keep_attributes) return;
    if (record.attributes_count == 0) record.attributes_begin = static_cast<std::uint32_t>(batch_.attributes.size());
    batch_.attributes.push_back({key, value});
    ++record.attributes_count;
  }

  /// Hex ids are the same in any case (W3C Trace Context has them in small letters); other ids stay as they are.
  std::string_view lowered_id(std::string_view id) {
    if ((id.size() != 32 && id.size() != 16) || !is_hex_with_capitals(id)) return id;
    char* const lowered = batch_.keep_space(id.size());
    std::transform(id.begin(), id.end(), lowered, [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
    return {lowered, id.size()};
  }

  /// Views into what is not UTF-8 are replaced by copies that are.
  void repair(Record& record) {
    if (utf8_checked_ || simdjson::validate_utf8(record.raw.data(), record.raw.size())) return;
    record.set(RecordFlag::not_utf8);
    for (std::string_view* field : {&record.message, &record.text, &record.service, &record.host, &record.trace_id, &record.span_id})
      repair(*field);
    for (std::uint32_t i = 0; i < record.attributes_count; ++i) {
      repair(batch_.attributes[record.attributes_begin + i].key);
      repair(batch_.attributes[record.attributes_begin + i].value);
    }
  }
  void repair(std::string_view& field) {
    if (!simdjson::validate_utf8(field.data(), field.size())) field = replace_invalid_utf8(field, batch_);
  }

  const ReadingPlan& plan_;
  ParseContext context_;  // the plan's, and what is known of the record
  StampSight sight_;
  std::int32_t offset_s_ = 0;  // of the latest stamp that a record's time came from
  bool has_offset_ = false, mixed_offsets_ = false;
  Batch& batch_;
  std::string_view used_ = "message";
  bool utf8_checked_ = false;  // of the whole record
  bool searched_ = false;      // read as text, and nothing in front of the message states a severity
  bool one_line_ = false;      // the format used reads a record's first line alone
  Unwrapper unwrapper_;
};

class Parser final : public Stage {
 public:
  explicit Parser(RunCounters& counters) : counters_(counters) {}

  Result<void> run(Batch& batch) override {
    if (batch.records.empty()) return {};
    LOGLODE_ASSERT(batch.stream != nullptr);
    const auto* plan = dynamic_cast<const ReadingPlan*>(batch.stream->plan.get());
    LOGLODE_ASSERT(plan != nullptr);
    BatchReading reading(*plan, batch);
    constexpr std::pair<RecordFlag, std::atomic<std::uint64_t> RunCounters::*> kCounted[] = {
        {RecordFlag::not_utf8, &RunCounters::not_utf8},
        {RecordFlag::fallback, &RunCounters::fallback},
        {RecordFlag::date_assumed, &RunCounters::date_assumed},
        {RecordFlag::zone_assumed, &RunCounters::zone_assumed}};
    std::array<std::uint64_t, std::size(kCounted)> counts{};
    unsigned flags = 0;
    for (Record& record : batch.records) {
      if (record.has(RecordFlag::blank)) continue;
      reading.read(record);
      if (record.flags == 0) [[likely]]
        continue;
      flags |= record.flags;
      for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += record.has(kCounted[i].first) ? 1 : 0;
    }
    if (!batch.stream->info.baseline) reading.tell_offset(counters_);
    for (std::size_t i = 0; flags != 0 && i < counts.size(); ++i)
      if (counts[i] != 0) counters_.*kCounted[i].second += counts[i];
    return {};
  }

 private:
  RunCounters& counters_;
};

void add_field(ParseExplanation& explanation, std::string_view name, std::string_view value) {
  if (!value.empty()) explanation.fields.emplace_back(name, value);
}

void add_notes(const ReadingPlan& plan, const Record& record, ParseExplanation& explanation) {
  if (record.has(RecordFlag::fallback)) explanation.notes.push_back("the line does not fit the format, so it was read as text");
  if (record.has(RecordFlag::not_utf8)) explanation.notes.emplace_back("the line is not UTF-8; U+FFFD stands for what could not be read");
  if (record.has(RecordFlag::date_assumed))
    explanation.notes.emplace_back(
        "the line states a time of day alone: among others the lines before it and the file's time decide the date");
  if (record.has(RecordFlag::zone_assumed))
    explanation.notes.emplace_back("the zone's abbreviation means several zones: --tz says which, else it is read as UTC");
  if (record.time == kNoTime) explanation.notes.emplace_back("no time was found: the record takes the time of the one before it");
  if (record.severity == Severity::unspecified) explanation.notes.emplace_back("no severity was found");
  if (!plan.layers.empty()) explanation.notes.push_back("read as " + plan.format);
}

}  // namespace

std::unique_ptr<Stage> make_parser(RunCounters& counters) { return std::make_unique<Parser>(counters); }

Result<ParseExplanation> explain_parse(std::string_view line, const ParseConfig& config) {
  ParseConfig with_attributes = config;
  with_attributes.keep_attributes = true;
  const Result<std::shared_ptr<const FramerFactory>> factory = make_framer_factory(with_attributes);
  if (!factory) return tl::unexpected<Error>(factory.error());
  Batch batch;
  Record record;
  record.raw = batch.keep(line);
  std::vector<std::string_view> prefix;
  for (std::string_view rest = record.raw; !rest.empty(); rest.remove_prefix(std::min(rest.size(), prefix.back().size() + 1)))
    prefix.push_back(rest.substr(0, rest.find('\n')));
  const FramedStream stream = (*factory)->open(StreamInfo{}, prefix);
  const auto& plan = dynamic_cast<const ReadingPlan&>(*stream.plan);
  if (const Framing framing = stream.framer->next(prefix.empty() ? std::string_view{} : prefix.front()); framing.near != kNoTime)
    record.time = framing.near, record.set(RecordFlag::near_time);
  BatchReading reading(plan, batch);
  reading.read(record);

  ParseExplanation explanation;
  explanation.format = reading.format_used();
  add_field(explanation, "time", to_rfc3339(record.time));
  add_field(explanation, "severity", record.severity == Severity::unspecified ? "" : severity_name(record.severity));
  add_field(explanation, "message", record.message);
  add_field(explanation, "service", record.service);
  add_field(explanation, "host", record.host);
  add_field(explanation, "trace_id", record.trace_id);
  add_field(explanation, "span_id", record.span_id);
  for (const Attribute& attribute : batch.attributes_of(record)) add_field(explanation, attribute.key, attribute.value);
  add_notes(plan, record, explanation);
  return explanation;
}

}  // namespace loglode
