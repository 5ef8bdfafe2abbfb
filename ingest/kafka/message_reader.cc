#include "ingest/kafka/message_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "ingest/input_source.h"
#include "ingest/record_rules.h"

namespace loglode::kafka {

namespace {

constexpr std::uint64_t kPlacesMax = std::uint64_t{1} << kKafkaOffsetShift;
constexpr std::string_view kKeyField = "kafka.key";
constexpr std::size_t kServiceBytesMax = 256;

std::string_view without_line_end(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

/// Calls `line(text)` for each line of `text`; a line end behind the last one is not a line.
template <class OnLine>
void each_line(std::string_view text, OnLine&& line) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    line(without_line_end(text.substr(0, end == std::string_view::npos ? end : end + 1)));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

struct TraceParent {
  std::string_view trace_id, span_id;
};

/// `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`; empty when it is not that.
TraceParent read_traceparent(std::string_view text) {
  if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return {};
  const TraceParent parent{text.substr(3, 32), text.substr(36, 16)};
  return is_hex(parent.trace_id) && is_hex(parent.span_id) ? parent : TraceParent{};
}

}  // namespace

MessageReader::MessageReader(MessageReaderConfig config, StreamInfo info, const FramerFactory& framers, RunCounters& counters)
    : config_{std::move(config)}, info_{std::move(info)}, framers_{framers}, counters_{counters}, otlp_{config_.line_bytes_max} {
  for (const std::string& name : config_.headers) header_fields_.push_back("kafka.headers." + name);
}

void MessageReader::read(const Chunk& chunk, Batch& out) {
  if (!framer_) open(chunk);
  out.stream = stream_;
  if (framer_) out.columns = framer_->columns();
  out.end = static_cast<std::uint64_t>(chunk.end) << kKafkaOffsetShift;
  char* const bytes = out.reserve(chunk.bytes.size());
  if (!chunk.bytes.empty()) std::memcpy(bytes, chunk.bytes.data(), chunk.bytes.size());
  out.records.reserve(chunk.messages.size());
  lines_ = lines_cut_ = 0;
  kept_field_names_.clear();
  for (const std::string& name : header_fields_) kept_field_names_.push_back(out.keep(name));
  std::uint64_t tombstones = 0, empty = 0, payload_bytes = 0;
  for (const StagedMessage& message : chunk.messages) {
    payload_bytes += message.payload.size;
    if (message.payload.size == 0) {
      ++(message.tombstone ? tombstones : empty);  // what is empty is a blank line
    } else {
      read_message(message, chunk, out);
      keep_fields(message, chunk, out);
    }
  }
  counters_.lines += lines_ + tombstones + empty;
  counters_.bytes += payload_bytes;
  counters_.bytes_read += payload_bytes;
  counters_.lines_cut += lines_cut_;
  if (lines_cut_ != 0) counters_.hit(Limit::line_bytes, lines_cut_);
  if (tombstones != 0) counters_.drop(DropReason::tombstone, tombstones);
  if (empty != 0) counters_.drop(DropReason::blank, empty);
}

void MessageReader::open(const Chunk& chunk) {
  std::vector<std::string_view> prefix;
  std::deque<std::string> rendered;  // of OTLP payloads: what the parser will see of them
  std::size_t bytes = 0;
  const auto add = [&](std::string_view line) {
    line = line.substr(0, config_.line_bytes_max);
    if (prefix.empty()) line = line.substr(0, kPrefixBytes);
    if (prefix.size() == kPrefixLines || bytes + line.size() > kPrefixBytes) return;
    prefix.push_back(line);
    bytes += line.size();
  };
  for (const StagedMessage& message : chunk.messages) {
    const std::string_view payload = message.payload.of(chunk.bytes);
    if (payload.empty()) continue;
    if (info_.modified == kNoTime && message.timestamp_ms >= 0) info_.modified = Timestamp{std::chrono::milliseconds{message.timestamp_ms}};
    if (prefix.size() == kPrefixLines || bytes >= kPrefixBytes) break;
    const auto keep = [&](const OtlpRecord& record) { add(rendered.emplace_back(record.json)); };
    if (!otlp_.read(config_.payload, payload, keep)) each_line(payload, add);
  }
  // Until something is known of what it holds, a stream that only carries positions.
  FramedStream framed = framers_.open(info_, prefix);
  stream_ = std::make_shared<const Stream>(Stream{info_, std::move(framed.plan)});
  if (!prefix.empty()) framer_ = std::move(framed.framer);
}

void MessageReader::read_message(const StagedMessage& message, const Chunk& chunk, Batch& out) {
  const std::string_view payload = message.payload.of(chunk.bytes);
  const std::size_t first = out.records.size();
  if (!read_otlp(message, payload, out)) read_text(message, out.bytes() + message.payload.begin, out);
  describe(message, payload, first, out);
}

bool MessageReader::read_otlp(const StagedMessage& message, std::string_view payload, Batch& out) {
  std::uint64_t place = 0;
  const auto keep = [&](const OtlpRecord& otlp) {
    if (place == kPlacesMax) return;  // a million records in a message: they take 20 bytes each, so it is more than brokers carry
    Record& record = out.records.emplace_back();
    record.raw = out.keep(otlp.json);
    record.offset = message.offset << kKafkaOffsetShift | place++;
    record.line = message.offset + 1;
    if (otlp.cut) {
      record.set(RecordFlag::cut);
      ++lines_cut_;
    }
    ++lines_;
  };
  return otlp_.read(config_.payload, payload, keep);
}

void MessageReader::read_text(const StagedMessage& message, char* payload, Batch& out) {
  std::string_view text{payload, message.payload.size};
  const bool cut = without_line_end(text).size() > config_.line_bytes_max;
  if (cut) text = text.substr(0, config_.line_bytes_max);
  const std::size_t first = out.records.size();
  each_line(text, [&](std::string_view line) { add_line(message, line, out.records.size() == first, out); });
  if (!cut) return;
  out.records.back().set(RecordFlag::cut);
  ++lines_cut_;
}

namespace {

/// A run of blank lines takes a place for each of them.
std::uint64_t place_behind(const Record& record) noexcept {
  const std::uint64_t taken = record.has(RecordFlag::blank) ? record.line_count : 1;
  return std::min((record.offset & (kPlacesMax - 1)) + taken, kPlacesMax);
}

}  // namespace

void MessageReader::add_line(const StagedMessage& message, std::string_view line, bool first, Batch& out) {
  ++lines_;
  const Framing framing = framer_->next(line);
  const bool starts = framing.starts_record || first;
  const std::uint64_t place = first ? 0 : place_behind(out.records.back());
  const ingest::RecordRules rules;
  const ingest::PhysicalLine physical{line, message.offset << kKafkaOffsetShift | place, message.offset + 1, false};
  if (!starts) {
    Record& record = out.records.back();
    const bool room = ingest::fits(record, record.raw.size(), physical, rules) || place == kPlacesMax;
    if (room) return extend(record, line);
    counters_.hit(Limit::record_lines);
  } else if (!first && (place == kPlacesMax || ingest::joins_blanks(out.records.back(), physical, rules))) {
    return extend(out.records.back(), line);
  }
  Record& record = out.records.emplace_back();
  record.raw = line;
  ingest::start_record(record, physical, rules);
  ingest::note_time(record, framing);
  if (framing.order_changed) ++counters_.date_order_changed;
  if (!starts) record.set(RecordFlag::detached);
}

void MessageReader::extend(Record& record, std::string_view line) {
  // Both are in the batch's buffer, in this order; a CR between them goes.
  char* const end = const_cast<char*>(record.raw.data()) + record.raw.size();
  if (line.data() != end + 1) std::memmove(end + 1, line.data(), line.size());
  *end = '\n';
  record.raw = {record.raw.data(), record.raw.size() + 1 + line.size()};
  ingest::PhysicalLine physical;
  physical.text = {end + 1, line.size()};
  ingest::continue_record(record, physical);
}

void MessageReader::describe(const StagedMessage& message, std::string_view payload, std::size_t first_record, Batch& out) {
  const std::string_view bytes{out.bytes(), out.capacity()};
  const std::string_view service = service_of(message, payload, out);
  const TraceParent parent = read_traceparent(message.traceparent.of(bytes));
  const Timestamp arrived = message.timestamp_ms < 0 ? kNoTime : Timestamp{std::chrono::milliseconds{message.timestamp_ms}};
  for (std::size_t i = first_record; i < out.records.size(); ++i) {
    if (!out.records[i].has(RecordFlag::near_time)) out.records[i].time = arrived;  // until the parser finds a better one
    out.records[i].service = service;
    out.records[i].trace_id = parent.trace_id;
    out.records[i].span_id = parent.span_id;
  }
}

void MessageReader::keep_fields(const StagedMessage& message, const Chunk& chunk, Batch& out) {
  const std::string_view bytes{out.bytes(), out.capacity()};
  if (message.key.size != 0) out.message_fields.push_back({message.offset, kKeyField, message.key.of(bytes)});
  for (std::uint32_t i = 0; i < message.headers_count; ++i)
    if (const Slice value = chunk.headers[message.headers_begin + i]; value.size != 0)
      out.message_fields.push_back({message.offset, kept_field_names_[i], value.of(bytes)});
}

std::string_view MessageReader::service_of(const StagedMessage& message, std::string_view payload, Batch& out) {
  const std::string_view bytes{out.bytes(), out.capacity()};
  if (message.service.size != 0) return message.service.of(bytes);
  switch (config_.service.from) {
    case KafkaService::From::topic:
    case KafkaService::From::fixed:
      return {};  // the stream's
    case KafkaService::From::key:
      return message.key.of(bytes).substr(0, kServiceBytesMax);
    case KafkaService::From::field:
      return out.keep(find_json_text(payload, config_.service.name));
    case KafkaService::From::path:
      break;
  }
  std::string_view path = find_json_text(payload, "log.file.path");
  if (path.empty()) path = find_json_text(payload, "file");  // as Vector writes it
  if (path.empty()) return {};
  if (path != path_) path_ = path, path_service_ = service_from_path(path_);
  return out.keep(path_service_);
}

namespace {

class JsonScan {
 public:
  explicit JsonScan(std::string_view text) : text_{text} {}

  /// The members of the object that begins here: `member(key)` says whether it has taken the value itself.
  template <class Member>
  bool object(Member&& member) {
    if (!take('{')) return false;
    while (!take('}')) {
      std::string_view key;
      if (!string(key) || !take(':')) return false;
      if (member(key)) return true;
      if (!skip_value()) return false;
      if (!take(',') && !(blanks(), at_ < text_.size() && text_[at_] == '}')) return false;
    }
    return true;
  }

  bool string(std::string_view& out) {
    if (!take('"')) return false;
    const std::size_t begin = at_;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        out = text_.substr(begin, at_++ - begin);
        return true;
      }
    }
    return false;
  }

 private:
  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || (text_[at_] >= '\t' && text_[at_] <= '\r'))) ++at_;
  }
  bool take(char c) {
    blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool skip_value() {
    std::size_t depth = 0;
    std::string_view ignored;
    for (blanks(); at_ < text_.size(); blanks()) {
      const char c = text_[at_];
      if (c == '"') {
        if (!string(ignored)) return false;
      } else if (depth == 0 && (c == ',' || c == '}')) {
        return true;
      } else {
        if (c == '{' || c == '[') ++depth;
        if (c == '}' || c == ']') --depth;
        ++at_;
      }
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool find_in(JsonScan& scan, std::string_view path, std::string_view& found) noexcept {
  return scan.object([&](std::string_view key) {
    if (key == path) return scan.string(found);
    const bool on_the_way = path.size() > key.size() && path.starts_with(key) && path[key.size()] == '.';
    if (!on_the_way) return false;
    JsonScan inner = scan;
    if (!find_in(inner, path.substr(key.size() + 1), found) || found.empty()) return false;
    return true;
  });
}

}  // namespace

std::string_view find_json_text(std::string_view text, std::string_view path) noexcept {
  std::string_view found;
  JsonScan scan{text};
  return find_in(scan, path, found) ? found : std::string_view{};
}

}  // namespace loglode::kafka
