#include "sinks/record_json.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <utility>

#include "base/terminal_text.h"
#include "core/told_hit.h"
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

constexpr std::uint64_t kOnes = 0x0101010101010101, kTops = 0x80 * kOnes;

/// The top bit of each of eight bytes that is not plain: below 0x20, above 0x7e, a quote or a backslash. Of the bytes above the lowest of
/// them (in the word) some may be said to be others; nobody asks about those.
constexpr std::uint64_t special_bytes(std::uint64_t word) noexcept {
  const auto zero_in = [](std::uint64_t of) { return (of - kOnes) & ~of; };
  return (word | (word - 0x20 * kOnes) | (word + kOnes) | zero_in(word ^ ('"' * kOnes)) | zero_in(word ^ ('\\' * kOnes))) & kTops;
}

/// Copies the plain beginning of `text` to `to`, which has room for all of it and seven bytes more; its length.
std::size_t copy_plain(char* to, std::string_view text) noexcept {
  std::size_t at = 0;
  for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    std::memcpy(to + at, &word, sizeof word);
    const std::uint64_t special = special_bytes(word);
    if (special == 0) continue;
    if constexpr (std::endian::native == std::endian::little)
      return at + static_cast<std::size_t>(std::countr_zero(special)) / 8;
    else
      break;
  }
  for (; at < text.size() && kPlain[static_cast<unsigned char>(text[at])]; ++at) to[at] = text[at];
  return at;
}

std::size_t plain_length(std::string_view text) noexcept {
  std::size_t at = 0;
  for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if (special_bytes(word) != 0) break;
  }
  while (at < text.size() && kPlain[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

struct Escape {
  std::array<char, 6> text{};
  std::uint8_t size = 0;
};

/// By byte below 0x80, plain ones too.
constexpr std::array<Escape, 128> kEscapes = [] {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::array<Escape, 128> table{};
  for (unsigned c = 0; c < 128; ++c) table[c] = {{'\\', 'u', '0', '0', kHex[c >> 4], kHex[c & 15]}, 6};
  for (const auto& [c, letter] : {std::pair{'"', '"'}, {'\\', '\\'}, {'\n', 'n'}, {'\t', 't'}, {'\r', 'r'}})
    table[static_cast<unsigned char>(c)] = {{'\\', letter}, 2};
  return table;
}();

/// What stands at the beginning of `text` and is not ASCII.
std::string_view not_ascii(std::string_view text) noexcept {
  const auto end = std::find_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

void append_quoted(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  append_json_text(out, value);
  out += '"';
}

/// Where a line is put together: most have room here, and go to `out` as a whole.
class LineWriter {
 public:
  explicit LineWriter(std::string& out) noexcept : out_{out} {}
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;
  ~LineWriter() { hand_over(); }

  template <std::size_t Size>
  void literal(const char (&text)[Size]) {
    static_assert(Size <= kAlwaysFree);
    std::memcpy(at_, text, Size - 1);
    at_ += Size - 1;
    make_room();
  }
  void copy(std::string_view text) {
    if (text.size() > kAlwaysFree) return pass(text);
    std::copy(text.begin(), text.end(), at_);  // no memcpy: an empty text may have no address
    at_ += text.size();
    make_room();
  }
  void json(std::string_view text) {
    for (;;) {
      const std::size_t plain = copy_plain(at_, text.substr(0, kAlwaysFree - sizeof(std::uint64_t)));
      at_ += plain;
      make_room();
      if (plain == text.size()) return;
      text.remove_prefix(plain);
      const auto c = static_cast<unsigned char>(text.front());
      if (c >= 0x80) {
        const std::string_view run = not_ascii(text);
        hand_over();
        append_utf8_json(out_, run);
        text.remove_prefix(run.size());
      } else if (!kPlain[c]) {
        std::memcpy(at_, kEscapes[c].text.data(), kEscapes[c].text.size());
        at_ += kEscapes[c].size;
        text.remove_prefix(1);
      }
    }
  }
  void number(std::uint64_t number) {
    at_ = std::to_chars(at_, at_ + kAlwaysFree, number).ptr;
    make_room();
  }
  template <std::size_t Size>
  void quoted(const char (&name)[Size], std::string_view value) {
    literal(name);
    json(value);
    literal("\"");
  }

 private:
  static constexpr std::size_t kAlwaysFree = 1024, kBytes = 4 * kAlwaysFree;

  void make_room() {
    if (text_.data() + kBytes - at_ < static_cast<std::ptrdiff_t>(kAlwaysFree)) hand_over();
  }
  void pass(std::string_view text) {
    hand_over();
    out_ += text;
  }
  void hand_over() {
    out_.append(text_.data(), at_);
    at_ = text_.data();
  }

  std::string& out_;
  std::array<char, kBytes> text_;  // not cleared: that would cost more than most lines
  char* at_ = text_.data();
};

void append_message_fields(LineWriter& line, const Batch& batch, const Record& record) {
  for (const MessageField& field : batch.message_fields_of(record)) {
    line.quoted(",\"", field.name);
    line.quoted(":\"", field.value);
  }
}

/// Its template and the rules that hit.
void append_found(LineWriter& line, const Batch& batch, const Record& record, std::string_view members,
                  const std::vector<std::string>& rule_ids) {
  line.copy(members);
  if (record.weight != 1) {
    line.literal(",\"loglode.sample_weight\":");
    line.number(record.weight);
  }
  bool first = true;
  for (const RuleHit hit : batch.hits_of(record)) {
    if (is_told_hit(hit.rule, rule_ids.size())) continue;
    line.copy(first ? ",\"rule.id\":[" : ",");
    line.copy(rule_ids[static_cast<std::size_t>(hit.rule)]);
    first = false;
  }
  if (!first) line.literal("]");
}

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  for (;;) {
    const std::size_t plain = plain_length(text);
    out.append(text.data(), plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    if (const auto c = static_cast<unsigned char>(text.front()); c < 0x80) {
      out.append(kEscapes[c].text.data(), kEscapes[c].size);
      text.remove_prefix(1);
      continue;
    }
    const std::string_view run = not_ascii(text);
    append_utf8_json(out, run);
    text.remove_prefix(run.size());
  }
}

std::string template_members(std::string_view text, std::string_view id) {
  std::string out;
  append_quoted(out, ",\"log.record.template\":\"", text);
  append_quoted(out, ",\"log.record.template_id\":\"", id);
  return out;
}

RecordJson::RecordJson(const RuleCatalog& rules, MaskText mask, MessageFields message_fields)
    : mask_{std::move(mask)}, message_fields_{message_fields} {
  for (const RuleInfo& rule : rules) {
    rule_ids_.emplace_back("\"");
    append_json_text(rule_ids_.back(), rule.id);
    rule_ids_.back() += '"';
  }
}

std::string_view RecordJson::time_text(Timestamp time) {
  const std::int64_t nanoseconds = time.time_since_epoch().count();
  std::int64_t second = nanoseconds / kNanosecondsPerSecond, rest = nanoseconds % kNanosecondsPerSecond;
  if (rest < 0) --second, rest += kNanosecondsPerSecond;
  if (second != second_) {
    second_ = second;
    time_text_ = to_rfc3339(time).substr(0, 20) + "000000000Z";
  }
  auto left = static_cast<std::uint32_t>(rest);
  for (std::size_t i = 29; i-- > 20; left /= 10) time_text_[i] = static_cast<char>('0' + left % 10);
  return time_text_;
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
    if (!info.source.empty()) append_quoted(stream_members_, ",\"loglode.source\":\"", info.source);  // which cluster it is of
    append_quoted(stream_members_, ",\"kafka.topic\":\"", info.topic);
    stream_members_ += ",\"kafka.partition\":" + std::to_string(info.partition) + ",\"kafka.offset\":";
  }
  stream_attributes_ = stream_members_;
  if (!info.topic.empty()) {
    stream_attributes_.clear();
    if (!info.source.empty()) append_quoted(stream_attributes_, ",\"loglode.source\":\"", info.source);
    append_quoted(stream_attributes_, ",\"messaging.system\":\"kafka\",\"messaging.destination.name\":\"", info.topic);
    append_quoted(stream_attributes_, ",\"messaging.destination.partition.id\":\"", std::to_string(info.partition));
    stream_attributes_ += ",\"messaging.kafka.offset\":";
  }
  stream_service_.clear();
  append_json_text(stream_service_, info.service);
}

std::string_view RecordJson::original_of(const Record& record) {
  if (!mask_ || record.raw == record.message || record.raw == record.text) return {};
  const bool masked = !record.has(RecordFlag::clean_original) && mask_(record.raw, masked_);
  // Seen by its key, or by what another record says: then nothing shows where it stands here.
  if (!masked && record.has(RecordFlag::masked)) return {};
  const std::string_view original = masked ? std::string_view{masked_} : record.raw;
  return original != record.message && original != record.text ? original : std::string_view{};
}

void RecordJson::append(std::string& out, const Batch& batch, const Record& record, std::string_view members) {
  if (batch.stream != stream_) begin_stream(batch.stream);
  LineWriter line{out};
  if (record.time == kNoTime) {
    line.literal("{\"@timestamp\":null");
  } else {
    line.literal("{\"@timestamp\":\"");
    line.copy(time_text(record.time));
    line.literal("\"");
  }
  line.quoted(",\"message\":\"", record.text.empty() ? record.message : record.text);
  if (const std::string_view original = original_of(record); !original.empty()) line.quoted(",\"event.original\":\"", original);
  line.literal(",\"event.id\":\"");
  line.copy(record_id(batch.stream->info.identity, record.offset));
  line.literal("\"");
  if (record.has(RecordFlag::cut)) line.literal(",\"log.flags\":[\"truncated\"]");
  if (record.severity != Severity::unspecified) line.quoted(",\"log.level\":\"", severity_name(record.severity));
  line.literal(",\"service.name\":\"");
  if (record.service.empty())
    line.copy(stream_service_);
  else
    line.json(record.service);
  line.literal("\"");
  if (!record.host.empty()) line.quoted(",\"host.name\":\"", record.host);
  if (!record.trace_id.empty()) line.quoted(",\"trace.id\":\"", record.trace_id);
  if (!record.span_id.empty()) line.quoted(",\"span.id\":\"", record.span_id);
  append_found(line, batch, record, members, rule_ids_);
  line.copy(stream_members_);
  line.number(record.offset >> offset_shift_);
  if (!batch.message_fields.empty() && message_fields_ == MessageFields::as_members) append_message_fields(line, batch, record);
  line.literal("}\n");
}

void RecordJson::append_otel(std::string& out, const Batch& batch, const Record& record, std::string_view members) {
  if (batch.stream != stream_) begin_stream(batch.stream);
  LineWriter line{out};
  line.literal("{\"@timestamp\":\"");
  line.copy(time_text(record.time));
  line.quoted("\",\"body\":{\"text\":\"", record.text.empty() ? record.message : record.text);
  line.literal("}");
  if (record.severity != Severity::unspecified) {
    line.quoted(",\"severity_text\":\"", severity_name(record.severity));
    line.literal(",\"severity_number\":");
    line.number(static_cast<std::uint64_t>(record.severity));
  }
  if (!record.trace_id.empty()) line.quoted(",\"trace_id\":\"", record.trace_id);
  if (!record.span_id.empty()) line.quoted(",\"span_id\":\"", record.span_id);
  line.literal(",\"attributes\":{\"log.record.uid\":\"");
  line.copy(record_id(batch.stream->info.identity, record.offset));
  line.literal("\"");
  if (const std::string_view original = original_of(record); !original.empty()) line.quoted(",\"log.record.original\":\"", original);
  if (record.has(RecordFlag::cut)) line.literal(",\"log.flags\":[\"truncated\"]");
  append_found(line, batch, record, members, rule_ids_);
  line.copy(stream_attributes_);
  line.number(record.offset >> offset_shift_);
}

}  // namespace loglode
