#include "parse/framing/syslog_wrapper.h"

#include <cstring>

#include "parse/framing/column_table.h"
#include "parse/text/line_scanner.h"
#include "parse/text/syslog_header.h"

namespace loglode {

namespace {

constexpr std::size_t kSlots = 256;
constexpr std::string_view kBehindNumber = "]: ";
const ParseContext kAnyYear{TimeContext{Timestamp{}, nullptr}, false};

std::string_view process_of(const ParsedLine& parsed) noexcept {
  for (const Attribute& attribute : parsed.attributes())
    if (attribute.key == "process.pid") return attribute.value;
  return {};
}

std::size_t digits_at(std::string_view text, std::size_t at) noexcept {
  std::size_t end = at;
  while (end < text.size() && is_digit(text[end])) ++end;
  return end - at;
}

/// Where `part`, which views into `text`, begins.
std::size_t place_of(std::string_view part, std::string_view text) noexcept { return static_cast<std::size_t>(part.data() - text.data()); }

bool has_moment(const CivilTime& civil, const ParseContext* context, Timestamp& time) {
  if (context != nullptr) return resolve(civil, context->time, time);
  Timestamp any = kNoTime;
  return is_of_any_year(civil) || resolve(civil, kAnyYear.time, any);
}

/// What the header in front of it says would mean something else: a job's name, a device's code.
bool changes_header(std::string_view message) noexcept {
  return message.starts_with('(') || severity_of_code(message) != Severity::unspecified;
}

bool name_writer(SyslogLine& line) noexcept {
  line.program = hash_writer(line.parsed.service);
  line.writer = hash_writer(process_of(line.parsed), hash_writer(line.parsed.service, hash_writer(line.parsed.host)));
  return true;
}

}  // namespace

std::size_t SyslogWrapper::slot_of(std::string_view text) const {
  text = text.substr(0, Known::kBytesMax);
  std::size_t hash = 0, at = 0;
  const auto add = [&] { hash = hash * 31 + static_cast<unsigned char>(text[at++]); };
  while (at < text.size() && text[at] != ' ') add();
  while (at < text.size() && text[at] != '[' && text[at] != ':') add();
  return (hash ^ hash >> 16) % kSlots;
}

/// A program mostly goes on.
const SyslogWrapper::Known* SyslogWrapper::find_known(std::string_view text) {
  if (known_.empty()) return nullptr;
  const auto fits = [&](const Known& known) { return known.length != 0 && text.starts_with(known.header()); };
  if (fits(known_[latest_])) return &known_[latest_];
  const std::size_t slot = slot_of(text);
  if (!fits(known_[slot])) return nullptr;
  return &known_[latest_ = slot];
}

bool SyslogWrapper::read_known(std::string_view text, SyslogLine& out) {
  const Known* const found = find_known(text);
  if (found == nullptr) return false;
  const Known& known = *found;
  std::size_t end = known.length;
  std::string_view process;
  if (known.numbered) {
    process = text.substr(end, digits_at(text, end));
    end += process.size();
    if (process.empty() || !text.substr(end).starts_with(kBehindNumber)) return false;
    end += kBehindNumber.size();
  } else if (known.length - known.program_begin > known.program_length + 2) {
    process = known.header().substr(known.program_begin + known.program_length + 1);
    process.remove_suffix(kBehindNumber.size());
    process = text.substr(place_of(process, known.header()), process.size());
  }
  const std::string_view message = text.substr(end);
  if (changes_header(message)) return false;
  out.parsed.host = text.substr(0, known.host_length);
  out.parsed.service = text.substr(known.program_begin, known.program_length);
  out.parsed.add("process.pid", process);
  out.parsed.message = message;
  out.writer = hash_writer(process, known.writer);
  out.program = known.program;
  return true;
}

/// `web1 sshd[12]: ` and `web1 kernel: `, of which nothing but the message and the number differs from line to line.
void SyslogWrapper::remember(std::string_view text, const ParsedLine& parsed) {
  const bool named = !parsed.host.empty() && place_of(parsed.host, text) == 0 && (is_letter(text[0]) || is_digit(text[0])) &&
                     !parsed.service.empty() && parsed.service.find(' ') == std::string_view::npos;
  if (!named || changes_header(parsed.message)) return;
  const std::size_t message = place_of(parsed.message, text), program = place_of(parsed.service, text);
  const std::string_view behind = text.substr(program + parsed.service.size(), message - program - parsed.service.size());
  const std::string_view process = process_of(parsed);
  const bool bracketed = !process.empty() && behind.size() == process.size() + 1 + kBehindNumber.size() && behind.front() == '[' &&
                         behind.ends_with(kBehindNumber);
  if (!bracketed && behind != ": ") return;
  const bool numbered = bracketed && all_digits(process);
  const std::size_t length = numbered ? place_of(process, text) : message;
  if (length > Known::kBytesMax || length < 4) return;
  if (known_.empty()) known_.resize(kSlots);
  Known& known = known_[slot_of(text)];
  text.copy(known.text.data(), length);
  known.length = static_cast<std::uint8_t>(length);
  known.host_length = static_cast<std::uint8_t>(parsed.host.size());
  known.program_begin = static_cast<std::uint8_t>(program);
  known.program_length = static_cast<std::uint8_t>(parsed.service.size());
  known.numbered = numbered;
  known.program = hash_writer(parsed.service);
  known.writer = hash_writer(parsed.service, hash_writer(parsed.host));
}

bool SyslogWrapper::read(std::string_view line, const ParseContext* context, SyslogLine& out) {
  const ParseContext& full = context == nullptr ? kAnyYear : *context;
  if (!line.empty() && (line[0] == '<' || is_digit(line[0]))) {
    if (read_syslog_5424(line, full, out.parsed)) return name_writer(out);
    out.parsed.reset();
  }
  SyslogBeginning beginning;
  if (!read_syslog_beginning(line, beginning)) return false;
  const std::string_view text = line.substr(beginning.end);
  if (read_known(text, out)) {
    out.parsed.severity = beginning.severity;
    return has_moment(beginning.civil, context, out.parsed.time);
  }
  if (!read_syslog_header(line, full, out.parsed)) return false;
  remember(text, out.parsed);
  return name_writer(out);
}

}  // namespace loglode
