#include "parse/framing/wrapping.h"

#include "parse/framing/workload.h"
#include "parse/framing/wrapper_prefix.h"
#include "parse/json/json_format.h"
#include "parse/json/json_record.h"
#include "parse/text/line_scanner.h"
#include "parse/text/syslog_header.h"

namespace loglode {

namespace {

const ParseContext kAnyYear{TimeContext{Timestamp{}, nullptr}, false};

bool read_syslog(std::string_view line, const ParseContext& context, ParsedLine& parsed) {
  if (!line.empty() && (line[0] == '<' || is_digit(line[0])) && read_syslog_5424(line, context, parsed)) return true;
  parsed.reset();
  return read_syslog_header(line, context, parsed);
}

/// `[5-2] `: the fifth message of a PostgreSQL process, its second line.
bool take_sequence_number(std::string_view& text, bool& continues) noexcept {
  LineScanner scan{text};
  if (!scan.take('[')) return false;
  const bool numbered = !scan.take_number().empty() && scan.take('-');
  const std::string_view part = scan.take_number();
  if (!numbered || part.empty() || !scan.take(std::string_view{"] "})) return false;
  continues = part != "1";
  text = scan.rest();
  return true;
}

/// rsyslog writes control characters as `#011`: tabs, line ends and colours of the program's own.
std::string_view without_octal_escapes(std::string_view text, std::string& buffer) {
  if (text.find("#0") == std::string_view::npos) return text;
  buffer.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view code = text.substr(i, 4);
    const char byte = code == "#011" ? '\t' : code == "#012" ? '\n' : code == "#033" ? '\x1b' : '\0';
    buffer += byte == '\0' ? text[i] : byte;
    if (byte != '\0') i += 3;
  }
  while (buffer.ends_with('\n')) buffer.pop_back();
  return buffer;
}

void name_writer(std::string_view writer, std::string_view program, WrappedLine& out) noexcept {
  out.writer = hash_writer(writer, out.writer);
  out.program = hash_writer(program, out.program);
}

bool unwrap_syslog(std::string_view line, std::string& buffer, WrappedLine& out) {
  ParsedLine parsed;
  if (!read_syslog(line, kAnyYear, parsed)) return false;
  out.inner = parsed.message;
  if (parsed.service.starts_with("postgres")) take_sequence_number(out.inner, out.continues);
  out.inner = without_octal_escapes(out.inner, buffer);
  std::string_view process;
  for (const Attribute& attribute : parsed.attributes())
    if (attribute.key == "process.pid") process = attribute.value;
  name_writer(parsed.host, {}, out);
  name_writer(process, {}, out);
  name_writer(parsed.service, parsed.service, out);
  return true;
}

bool unwrap_columns(std::string_view line, const ColumnTable& table, WrappedLine& out) {
  ColumnValues values;
  if (!table.split(line, values)) return false;
  out.inner = values[table.text_column()];
  out.writer = table.writer(values);
  return true;
}

bool split(std::string_view line, const Layer& layer, std::string& buffer, WrapperPrefix& prefix) {
  switch (layer.kind) {
    case Wrapping::docker:
      return split_docker(line, layer.keeps_line_ends, buffer, prefix);
    case Wrapping::cri:
      return split_cri(line, prefix);
    case Wrapping::compose:
      return split_compose(line, prefix);
    case Wrapping::kubectl:
      return split_kubectl(line, prefix);
    case Wrapping::stern:
      return split_stern(line, prefix);
    case Wrapping::stamped:
      return split_stamped(line, prefix);
    case Wrapping::none:
    case Wrapping::syslog:
    case Wrapping::syslog_5424:
    case Wrapping::json:
    case Wrapping::columns:
      break;
  }
  return false;
}

Workload workload_of(const WrapperPrefix& prefix, Wrapping kind) noexcept {
  if (kind == Wrapping::compose) return workload_of_compose(prefix.writer);
  if (kind == Wrapping::kubectl) return workload_of_pod(prefix.writer, '/');
  if (kind == Wrapping::stern) return workload_of_pod(prefix.writer, ' ');
  return {};
}

/// What a layer says goes into `record` where the layers around it said nothing.
void fill_missing(const Record& here, Record& record) noexcept {
  if (record.service.empty()) record.service = here.service;
  if (record.host.empty()) record.host = here.host;
  if (record.trace_id.empty()) record.trace_id = here.trace_id;
  if (record.span_id.empty()) record.span_id = here.span_id;
  if (here.weight != 1) record.weight = here.weight;
  record.flags |= here.flags;
}

bool describe_json(std::string_view line, Record& record, Batch& batch, const ParseContext& context, WrapperSays& says,
                   std::string_view& inner) {
  Record here;
  JsonWrapper wrapper;
  const std::size_t attributes = batch.attributes.size();
  if (!read_json_wrapper(line, here, batch, context, wrapper)) return false;
  fill_missing(here, record);
  if (here.time != kNoTime) record.time = here.time, says.whole_time = true;
  if (here.severity != Severity::unspecified && !says.severity) record.severity = here.severity;
  says.severity = says.severity || wrapper.own_severity;
  if (batch.attributes.size() > attributes) own_attributes(record, batch, attributes);
  inner = wrapper.text;
  return true;
}

/// RFC 5424 and ISO stamps do, `Nov 24 10:12:13` does not.
bool states_whole_time(std::string_view syslog_line) noexcept {
  const std::size_t behind_priority = syslog_line.starts_with('<') ? syslog_line.find('>') + 1 : 0;
  return behind_priority < syslog_line.size() && is_digit(syslog_line[behind_priority]);
}

bool describe_syslog(std::string_view line, Record& record, Batch& batch, const ParseContext& context, WrapperSays& says,
                     std::string_view& inner) {
  Record here;
  ParsedLine parsed;
  if (!read_syslog(line, context, parsed)) return false;
  const std::size_t attributes = batch.attributes.size();
  here.service = parsed.service, here.host = parsed.host;
  fill_missing(here, record);
  if (parsed.time != kNoTime && !says.whole_time) record.time = parsed.time, says.whole_time = states_whole_time(line);
  if (parsed.severity != Severity::unspecified) record.severity = parsed.severity;
  inner = parsed.message;
  if (!context.keep_attributes) return true;
  for (const Attribute& attribute : parsed.attributes()) batch.attributes.push_back(attribute);
  if (batch.attributes.size() > attributes) own_attributes(record, batch, attributes);
  return true;
}

void describe_prefix(const WrapperPrefix& prefix, Wrapping kind, Record& record, Batch& batch, const ParseContext& context,
                     WrapperSays& says) {
  Record here;
  const Workload workload = workload_of(prefix, kind);
  here.service = workload.service, here.host = workload.instance;
  fill_missing(here, record);
  Timestamp time = kNoTime;
  if (!prefix.time.empty() && read_timestamp_field(prefix.time, context.time, time)) record.time = time, says.whole_time = true;
  if (prefix.iostream.empty() || !context.keep_attributes) return;
  const std::size_t attributes = batch.attributes.size();
  batch.attributes.push_back({"log.iostream", prefix.iostream});
  own_attributes(record, batch, attributes);
}

}  // namespace

std::string_view wrapping_name(Wrapping wrapping) noexcept {
  constexpr std::string_view kNames[] = {"",        "docker", "cri",         "compose", "kubectl", "stern",
                                         "stamped", "syslog", "syslog-5424", "json",    "columns"};
  return kNames[static_cast<std::size_t>(wrapping)];
}

bool Unwrapper::unwrap_json(std::string_view line, std::string& buffer, WrappedLine& out) {
  if (scratch_ == nullptr) scratch_ = std::make_unique<Batch>();
  scratch_->clear();
  Record record;
  JsonWrapper wrapper;
  if (!read_json_wrapper(line, record, *scratch_, kAnyYear, wrapper)) return false;
  buffer.assign(wrapper.text);
  out.inner = buffer;
  name_writer(record.host, {}, out);
  name_writer(record.service, record.service, out);
  return true;
}

bool Unwrapper::unwrap_layer(std::string_view line, const Layer& layer, std::string& buffer, WrappedLine& out) {
  if (is_syslog(layer.kind)) return unwrap_syslog(line, buffer, out);
  if (layer.kind == Wrapping::json) return unwrap_json(line, buffer, out);
  if (layer.kind == Wrapping::columns) return unwrap_columns(line, *layer.columns, out);
  WrapperPrefix prefix;
  if (!split(line, layer, buffer, prefix)) return false;
  out.inner = prefix.inner;
  out.partial = out.partial || prefix.partial;
  const Workload workload = workload_of(prefix, layer.kind);
  name_writer(prefix.writer, workload.service, out);
  if (workload.service.empty())
    out.program = hash_writer(prefix.iostream, out.program);
  else
    out.program = hash_writer(workload.container, out.program);
  return true;
}

bool Unwrapper::unwrap(std::string_view line, std::span<const Layer> layers, WrappedLine& out) {
  out = {};
  out.inner = line;
  std::size_t depth = 0;
  for (const Layer& layer : layers)
    if (!unwrap_layer(out.inner, layer, buffers_[depth++ % buffers_.size()], out)) return false;
  return true;
}

bool Unwrapper::describe(std::string_view line, std::span<const Layer> layers, Record& record, Batch& batch, const ParseContext& context,
                         WrapperSays& says) {
  std::size_t depth = 0;
  for (const Layer& layer : layers) {
    std::string& buffer = buffers_[depth++ % buffers_.size()];
    if (layer.kind == Wrapping::json) {
      if (!describe_json(line, record, batch, context, says, line)) return false;
    } else if (is_syslog(layer.kind)) {
      if (!describe_syslog(line, record, batch, context, says, line)) return false;
    } else {
      WrapperPrefix prefix;
      if (!split(line, layer, buffer, prefix)) return false;
      describe_prefix(prefix, layer.kind, record, batch, context, says);
      line = layer.kind == Wrapping::docker ? batch.keep(prefix.inner) : prefix.inner;
    }
  }
  return true;
}

}  // namespace loglode
