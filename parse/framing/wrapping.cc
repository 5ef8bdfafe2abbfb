#include "parse/framing/wrapping.h"

#include "parse/framing/workload.h"
#include "parse/framing/wrapper_prefix.h"
#include "parse/json/json_format.h"
#include "parse/json/json_record.h"
#include "parse/text/line_scanner.h"

namespace loglode {

namespace {

const ParseContext kAnyYear{TimeContext{Timestamp{}, nullptr}, false};

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

/// RFC 5424 and ISO stamps do, `Nov 24 10:12:13` does not.
bool states_whole_time(std::string_view syslog_line) noexcept {
  const std::size_t behind_priority = syslog_line.starts_with('<') ? syslog_line.find('>') + 1 : 0;
  return behind_priority < syslog_line.size() && is_digit(syslog_line[behind_priority]);
}

void fill(const WrapperPrefix& prefix, const Workload& workload, Description& to) {
  Record here;
  here.service = workload.service, here.host = workload.instance;
  fill_missing(here, to.record);
  Timestamp time = kNoTime;
  if (!prefix.time.empty() && read_timestamp_field(prefix.time, to.context.time, time)) to.record.time = time, to.says.whole_time = true;
  if (prefix.iostream.empty() || !to.context.keep_attributes) return;
  const std::size_t attributes = to.batch.attributes.size();
  to.batch.attributes.push_back({"log.iostream", prefix.iostream});
  own_attributes(to.record, to.batch, attributes);
}

void fill(const ParsedLine& parsed, std::string_view line, Description& to) {
  Record here;
  here.service = parsed.service, here.host = parsed.host;
  fill_missing(here, to.record);
  if (parsed.time != kNoTime && !to.says.whole_time) to.record.time = parsed.time, to.says.whole_time = states_whole_time(line);
  if (parsed.severity != Severity::unspecified && !to.says.severity) to.record.severity = parsed.severity;
  if (!to.context.keep_attributes || parsed.attributes().empty()) return;
  const std::size_t attributes = to.batch.attributes.size();
  for (const Attribute& attribute : parsed.attributes()) to.batch.attributes.push_back(attribute);
  own_attributes(to.record, to.batch, attributes);
}

void fill(const Record& here, const JsonWrapper& wrapper, std::size_t attributes, Description& to) {
  fill_missing(here, to.record);
  if (here.time != kNoTime) to.record.time = here.time, to.says.whole_time = true;
  if (here.severity != Severity::unspecified && !to.says.severity) to.record.severity = here.severity;
  to.says.severity = to.says.severity || wrapper.own_severity;
  if (to.batch.attributes.size() > attributes) own_attributes(to.record, to.batch, attributes);
}

/// Both hashes are those of all layers: an outer one's come first.
std::uint32_t within(std::uint32_t outer, std::uint32_t hash) noexcept {
  const std::uint32_t both = outer == 0 ? hash : outer * 16777619u ^ hash;
  return both == 0 ? 1 : both;
}

bool take_prefix(std::string_view line, const Layer& layer, std::string& buffer, WrappedLine& out, Description* to) {
  WrapperPrefix prefix;
  if (!split(line, layer, buffer, prefix)) return false;
  const Workload workload = workload_of(prefix, layer.kind);
  if (to != nullptr) fill(prefix, workload, *to);
  out.inner = prefix.inner;
  out.partial = out.partial || prefix.partial;
  name_writer(prefix.writer, workload.service, out);
  out.program = hash_writer(workload.service.empty() ? prefix.iostream : workload.container, out.program);
  return true;
}

}  // namespace

std::string_view wrapping_name(Wrapping wrapping) noexcept {
  constexpr std::string_view kNames[] = {"",        "docker", "cri",         "compose", "kubectl", "stern",
                                         "stamped", "syslog", "syslog-5424", "json",    "columns"};
  return kNames[static_cast<std::size_t>(wrapping)];
}

bool Unwrapper::take_syslog(std::string_view line, std::string& buffer, WrappedLine& out, Description* to) {
  SyslogLine read;
  if (!syslog_.read(line, to == nullptr ? nullptr : &to->context, read)) return false;
  if (to != nullptr) fill(read.parsed, line, *to);
  out.inner = read.parsed.message;
  if (read.parsed.service.starts_with("postgres")) take_sequence_number(out.inner, out.continues);
  out.inner = without_octal_escapes(out.inner, buffer);
  out.writer = within(out.writer, read.writer);
  out.program = within(out.program, read.program);
  return true;
}

bool Unwrapper::take_json(std::string_view line, std::string& buffer, WrappedLine& out, Description* to) {
  if (scratch_ == nullptr) scratch_ = std::make_unique<Batch>();
  scratch_->clear();
  Batch& batch = to == nullptr ? *scratch_ : to->batch;
  Record record;
  JsonWrapper wrapper;
  const std::size_t attributes = batch.attributes.size();
  if (!read_json_wrapper(line, record, batch, to == nullptr ? kAnyYear : to->context, wrapper)) return false;
  if (to != nullptr) fill(record, wrapper, attributes, *to);
  buffer.assign(wrapper.text);
  out.inner = buffer;
  name_writer(record.host, {}, out);
  name_writer(record.service, record.service, out);
  return true;
}

bool Unwrapper::take(std::string_view line, std::span<const Layer> layers, WrappedLine& out, Description* to) {
  out = {};
  out.inner = line;
  std::size_t depth = 0;
  for (const Layer& layer : layers) {
    std::string& buffer = buffers_[depth++ % buffers_.size()];
    const std::string_view text = out.inner;
    const bool fits = is_syslog(layer.kind)             ? take_syslog(text, buffer, out, to)
                      : layer.kind == Wrapping::json    ? take_json(text, buffer, out, to)
                      : layer.kind == Wrapping::columns ? unwrap_columns(text, *layer.columns, out)
                                                        : take_prefix(text, layer, buffer, out, to);
    if (!fits) return false;
    // What the description views must outlive the buffers, and so must what stands inside.
    const bool copied = out.inner.data() >= buffer.data() && out.inner.data() <= buffer.data() + buffer.size();
    if (to != nullptr && copied) out.inner = to->batch.keep(out.inner);
  }
  return true;
}

bool Unwrapper::unwrap(std::string_view line, std::span<const Layer> layers, WrappedLine& out) { return take(line, layers, out, nullptr); }

bool Unwrapper::describe(std::string_view line, std::span<const Layer> layers, WrappedLine& out, Description to) {
  return take(line, layers, out, &to);
}

}  // namespace loglode
