#include "sinks/record_json.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/terminal_text.h"
#include "core/window_summary.h"

namespace loglode {

namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

/// Bytes that stand in a JSON string as they are: printable ASCII but for the quote and the backslash.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> table{};
  for (unsigned c = 0x20; c < 0x7f; ++c) table[c] = c != '"' && c != '\\';
  return table;
}();

/// The length of the beginning of `text` that is plain, in blocks that compilers turn into a few wide instructions.
std::size_t plain_length(std::string_view text) noexcept {
  constexpr std::size_t kBlock = 32;
  std::size_t at = 0;
  for (; at + kBlock <= text.size(); at += kBlock) {
    unsigned char special = 0;
    for (std::size_t i = 0; i < kBlock; ++i) {
      const auto c = static_cast<unsigned char>(text[at + i]);
      // Without short cuts, so that all bytes of a block are looked at together.
      special = static_cast<unsigned char>(special | (c < 0x20) | (c > 0x7e) | (c == '"') | (c == '\\'));
    }
    if (special != 0) break;
  }
  while (at < text.size() && kPlain[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

void append_control(std::string& out, unsigned char c) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out.append("\\\"", 2);
      return;
    case '\\':
      out.append("\\\\", 2);
      return;
    case '\n':
      out += "\\n";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\r':
      out += "\\r";
      return;
    default:
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
  }
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> text{};
  out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr);
}

void append_quoted(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  append_json_text(out, value);
  out += '"';
}

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  for (;;) {
    const std::size_t plain = plain_length(text);
    out.append(text.data(), plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    if (static_cast<unsigned char>(text.front()) < 0x80) {
      append_control(out, static_cast<unsigned char>(text.front()));
      text.remove_prefix(1);
      continue;
    }
    const auto end = std::find_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    const auto length = static_cast<std::size_t>(end - text.begin());
    append_utf8_json(out, text.substr(0, length));
    text.remove_prefix(length);
  }
}

std::string template_members(std::string_view text, std::string_view id) {
  std::string out;
  append_quoted(out, ",\"log.record.template\":\"", text);
  append_quoted(out, ",\"log.record.template_id\":\"", id);
  return out;
}

RecordJson::RecordJson(const RuleCatalog& rules, MaskText mask) : mask_{std::move(mask)} {
  for (const RuleInfo& rule : rules) {
    rule_ids_.emplace_back("\"");
    append_json_text(rule_ids_.back(), rule.id);
    rule_ids_.back() += '"';
  }
}

void RecordJson::append_time(std::string& out, Timestamp time) {
  const std::int64_t nanoseconds = time.time_since_epoch().count();
  std::int64_t second = nanoseconds / kNanosecondsPerSecond, rest = nanoseconds % kNanosecondsPerSecond;
  if (rest < 0) --second, rest += kNanosecondsPerSecond;
  if (second != second_) {
    second_ = second;
    second_text_ = to_rfc3339(time).substr(0, 20);  // up to the point
  }
  std::array<char, 10> digits{};  // a one before the nine, so that their zeros are written
  std::to_chars(digits.data(), digits.data() + digits.size(), kNanosecondsPerSecond + rest);
  out += second_text_;
  out.append(digits.data() + 1, digits.size() - 1);
  out += 'Z';
}

void RecordJson::begin_stream(const std::shared_ptr<const Stream>& stream) {
  stream_ = stream;
  const StreamInfo& info = stream->info;
  stream_members_.clear();
  offset_shift_ = info.topic.empty() ? 0 : kKafkaOffsetShift;
  if (info.topic.empty()) {
    append_quoted(stream_members_, ",\"log.file.path\":\"", info.path);
    stream_members_ += ",\"log.offset\":";
  } else {
    append_quoted(stream_members_, ",\"kafka.topic\":\"", info.topic);
    stream_members_ += ",\"kafka.partition\":" + std::to_string(info.partition) + ",\"kafka.offset\":";
  }
  stream_service_.clear();
  append_json_text(stream_service_, info.service);
}

void RecordJson::append_original(std::string& out, const Record& record) {
  if (record.raw == record.message || record.raw == record.text) return;
  const bool masked = !record.has(RecordFlag::clean_original) && mask_(record.raw, masked_);
  const std::string_view original = masked ? std::string_view{masked_} : record.raw;
  if (original != record.message && original != record.text) append_quoted(out, ",\"event.original\":\"", original);
}

void RecordJson::append(std::string& out, const Batch& batch, const Record& record, std::string_view members) {
  if (batch.stream != stream_) begin_stream(batch.stream);
  out += "{\"@timestamp\":";
  if (record.time == kNoTime) {
    out += "null";
  } else {
    out += '"';
    append_time(out, record.time);
    out += '"';
  }
  append_quoted(out, ",\"message\":\"", record.text.empty() ? record.message : record.text);
  if (mask_) append_original(out, record);
  append_quoted(out, ",\"event.id\":\"", record_id(batch.stream->info.identity, record.offset));
  if (record.has(RecordFlag::cut)) out += ",\"log.flags\":[\"truncated\"]";
  if (record.severity != Severity::unspecified) append_quoted(out, ",\"log.level\":\"", severity_name(record.severity));
  out += ",\"service.name\":\"";
  if (record.service.empty())
    out += stream_service_;
  else
    append_json_text(out, record.service);
  out += '"';
  if (!record.host.empty()) append_quoted(out, ",\"host.name\":\"", record.host);
  if (!record.trace_id.empty()) append_quoted(out, ",\"trace.id\":\"", record.trace_id);
  if (!record.span_id.empty()) append_quoted(out, ",\"span.id\":\"", record.span_id);
  out += members;
  if (record.weight != 1) {
    out += ",\"loglode.sample_weight\":";
    append_number(out, record.weight);
  }
  if (record.hits_count != 0) {
    out += ",\"rule.id\":[";
    for (const RuleHit hit : batch.hits_of(record)) {
      if (out.back() != '[') out += ',';
      out += rule_ids_[static_cast<std::size_t>(hit.rule)];
    }
    out += ']';
  }
  out += stream_members_;
  append_number(out, record.offset >> offset_shift_);
  out += "}\n";
}

}  // namespace loglode
