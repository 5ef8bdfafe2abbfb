#include "ingest/record_reader.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "core/assert.h"
#include "ingest/demultiplexer.h"

namespace loglode::ingest {

namespace {

// What is read at once is looked at while it is still in the second-level cache.
constexpr std::size_t kReadBytes = 128 * kKiB;
// A record costs more than its bytes when those are few: a batch may hold so many times its bytes in records. Short lines are read in
// small pieces, as all lines of a piece become records.
constexpr std::size_t kRecordShare = 4;
constexpr std::size_t kShortLinesReadBytes = 8 * kKiB;
constexpr std::size_t kShortLineBytes = 16;

[[nodiscard]] bool costs_too_much(std::size_t records, std::size_t batch_bytes) noexcept {
  return records * sizeof(Record) >= kRecordShare * batch_bytes;
}

/// What both readers do: pull bytes, count lines.
class TextPuller {
 public:
  TextPuller(const RecordReaderConfig& config, ByteReader& text, RunCounters& counters)
      : lines{config.line_bytes_max, config.text_offset, config.after_filler, config.lines_before},
        text_{text},
        counters_{counters},
        counted_{config.lines_before} {}

  ReadStatus pull(char* buffer, std::size_t capacity, Deadline until) {
    LOGLODE_ASSERT(lines.filled() < capacity);
    const std::uint64_t came = lines.lines() - lines_at_pull_;
    lines_at_pull_ = lines.lines();
    if (lines.may_pass_nuls()) lines.pass_nuls(text_.skip_nuls());
    const std::size_t piece = came * kShortLineBytes > pulled_ ? kShortLinesReadBytes : kReadBytes;
    const ReadResult got = text_.read(buffer + lines.filled(), std::min(capacity - lines.filled(), piece), until);
    pulled_ = got.status == ReadStatus::bytes ? got.size : 0;
    if (got.status == ReadStatus::bytes) {
      lines.add(got.size);
      counters_.bytes += got.size;
    }
    return got.status;
  }

  /// To be called when a batch is done: counters are shared, so not for every line.
  void count_lines() {
    counters_.lines += lines.lines() - counted_;
    counters_.lines_cut += lines.lines_cut() - counted_cut_;
    counters_.hit(Limit::line_bytes, lines.lines_cut() - counted_cut_);
    counted_ = lines.lines();
    counted_cut_ = lines.lines_cut();
  }

  LineCutter lines;

 private:
  ByteReader& text_;
  RunCounters& counters_;
  std::uint64_t counted_, counted_cut_ = 0;
  std::uint64_t lines_at_pull_ = counted_;
  std::size_t pulled_ = 0;  // with the latest pull
};

/// Reads straight into the batch. The latest record stays open until the next one starts, so a batch's last record and the line
/// that is not complete yet are carried over to the next batch; nothing else is copied.
class ContiguousReader final : public RecordReader {
 public:
  ContiguousReader(const RecordReaderConfig& config, ByteReader& text, Framer& framer, RunCounters& counters)
      : batch_bytes_{std::max<std::size_t>(config.batch_bytes, 1)},
        rules_{config.rules},
        puller_{config, text, counters},
        framer_{framer},
        counters_{counters} {}

  Filled fill(Batch& out, Deadline until) override {
    unpack(out, capacity_at_start());
    out.columns = framer_.columns();
    const Filled filled = fill_to_size(out, until);
    if (filled != Filled::end) pack(out);
    out.end = open_ ? open_->offset : puller_.lines.offset();
    puller_.count_lines();
    counters_.date_order_changed += std::exchange(order_changes_, 0);
    return filled;
  }

  void release(Batch& out, bool rest_too) override {
    unpack(out, capacity_at_start());
    out.columns = framer_.columns();
    if (rest_too && puller_.lines.pending() > 0) {
      puller_.lines.finish(buffer_, [&](const PhysicalLine& line) { add(out, line); });
      out.records.back().set(RecordFlag::cut);
    }
    open_.reset();
    carried_.assign(buffer_ + puller_.lines.begin(), puller_.lines.pending());
    out.end = puller_.lines.offset();
    puller_.count_lines();
  }

  bool in_trace() const noexcept override { return framer_.in_trace(); }
  std::uint64_t lines() const noexcept override { return puller_.lines.lines(); }
  void set_batch_bytes(std::size_t bytes) override { batch_bytes_ = std::max<std::size_t>(bytes, 1); }

 private:
  Filled fill_to_size(Batch& out, Deadline until) {
    const auto on_line = [&](const PhysicalLine& line) { add(out, line); };
    LineCutter& lines = puller_.lines;
    while (true) {
      if (lines.has_new_bytes()) lines.cut(buffer_, on_line);
      if (out.records.size() > 1 && (lines.filled() >= batch_bytes_ || costs_too_much(out.records.size(), batch_bytes_)))
        return Filled::full;
      if (lines.filled() == capacity_) grow(out);
      const ReadStatus status = puller_.pull(buffer_, capacity_, until);
      if (status == ReadStatus::wait) return Filled::wait;
      if (status == ReadStatus::end) {
        lines.finish(buffer_, on_line);
        return Filled::end;
      }
    }
  }

  void add(Batch& out, PhysicalLine line) {
    while (const std::size_t bytes = add_record(out, line)) {
      line.text.remove_prefix(bytes);
      line.offset += bytes;
    }
  }

  /// The bytes of `line` that were added, when there are more records on it; else 0.
  std::size_t add_record(Batch& out, PhysicalLine line) {
    const Framing framing = framer_.next(line.text);
    if (framing.record_bytes != 0) {
      line.text = line.text.substr(0, framing.record_bytes);
      line.cut = false;
    }
    if (framing.starts_record) [[likely]] {
      if (!out.records.empty() && joins_blanks(out.records.back(), line, rules_)) {
        append(out.records.back(), line);
        return 0;
      }
      start(out, line);
      note_time(out.records.back(), framing);
      order_changes_ += framing.order_changed ? 1 : 0;
    } else {
      extend(out, line);
    }
    return framing.record_bytes;
  }

  void start(Batch& out, const PhysicalLine& line) {
    Record& record = out.records.emplace_back();
    record.raw = line.text;
    start_record(record, line, rules_);
  }

  void extend(Batch& out, const PhysicalLine& line) {
    const bool first_of_stream = out.records.empty();
    if (first_of_stream || !fits(out.records.back(), out.records.back().raw.size(), line, rules_)) {
      if (!first_of_stream) counters_.hit(Limit::record_lines);
      start(out, line);
      out.records.back().set(RecordFlag::detached);
      return;
    }
    append(out.records.back(), line);
  }

  void append(Record& record, const PhysicalLine& line) {
    char* const end = buffer_ + (record.raw.data() - buffer_) + record.raw.size();
    if (line.text.data() != end + 1) std::memmove(end + 1, line.text.data(), line.text.size());  // after a CR, filler or a cut line
    *end = '\n';
    record.raw = {record.raw.data(), record.raw.size() + 1 + line.text.size()};
    continue_record(record, line);
  }

  /// Takes the open record and the incomplete line out of `out`.
  void pack(Batch& out) {
    carried_.clear();
    open_.reset();
    if (!out.records.empty()) {
      open_ = out.records.back();
      out.records.pop_back();
      carried_.assign(open_->raw).push_back('\n');
    }
    carried_.append(buffer_ + puller_.lines.begin(), puller_.lines.pending());
  }

  /// Puts what pack() took at the beginning of `out`.
  void unpack(Batch& out, std::size_t capacity) {
    buffer_ = out.reserve(capacity);
    capacity_ = capacity;
    std::memcpy(buffer_, carried_.data(), carried_.size());
    puller_.lines.moved_to(carried_.size() - puller_.lines.pending());
    if (!open_) return;
    Record& record = out.records.emplace_back(*open_);
    record.raw = {buffer_, open_->raw.size()};
  }

  /// Of a batch. What is carried over may be as large as a batch is meant to be, and there must be room to read into in large pieces:
  /// behind a line that was cut, what is read is dropped at once, so that room which is small stays small.
  [[nodiscard]] std::size_t capacity_at_start() const noexcept {
    return std::max(batch_bytes_, carried_.size() + std::min(batch_bytes_, kReadBytes));
  }

  /// One record or line that is larger than a batch. Its limits bound this.
  void grow(Batch& out) {
    LOGLODE_ASSERT(out.records.size() <= 1);
    pack(out);
    unpack(out, capacity_ + std::max<std::size_t>(capacity_ / 2, 64));
  }

  std::size_t batch_bytes_;
  RecordRules rules_;
  TextPuller puller_;
  Framer& framer_;
  RunCounters& counters_;
  std::uint64_t order_changes_ = 0;  // since the latest batch
  char* buffer_ = nullptr;           // the batch's, while it is filled
  std::size_t capacity_ = 0;
  std::optional<Record> open_;  // between batches: the record that may go on; its raw has a size but no bytes
  std::string carried_;         // between batches: its bytes and a newline, and the incomplete line
};

/// Reads into a buffer of its own; records are copied into the batch once they are complete.
class InterleavedReader final : public RecordReader {
 public:
  InterleavedReader(const RecordReaderConfig& config, ByteReader& text, Framer& framer, RunCounters& counters)
      : batch_bytes_{std::max<std::size_t>(config.batch_bytes, 1)},
        puller_{config, text, counters},
        framer_{framer},
        records_{config.rules, counters},
        buffer_(2 * kReadBytes, '\0') {}

  Filled fill(Batch& out, Deadline until) override {
    const Filled filled = fill_to_size(out, until);
    out.end = position();
    puller_.count_lines();
    return filled;
  }

  void release(Batch& out, bool rest_too) override {
    const bool rest = rest_too && puller_.lines.pending() > 0;
    if (rest) puller_.lines.finish(buffer_.data(), [this](const PhysicalLine& line) { records_.add(line, framer_.next(line.text)); });
    records_.finish();
    capacity_ = batch_bytes_;
    out.reserve(capacity_);
    std::size_t used = 0;
    hand_over(out, used);
    if (rest && !records_.holds_any()) out.records.back().set(RecordFlag::cut);
    out.end = position();
    puller_.count_lines();
  }

  bool in_trace() const noexcept override { return framer_.in_trace(); }
  std::uint64_t lines() const noexcept override { return puller_.lines.lines(); }
  void set_batch_bytes(std::size_t bytes) override { batch_bytes_ = std::max<std::size_t>(bytes, 1); }

 private:
  [[nodiscard]] std::uint64_t position() const noexcept { return records_.holds_any() ? records_.oldest_offset() : puller_.lines.offset(); }

  Filled fill_to_size(Batch& out, Deadline until) {
    std::size_t used = 0;
    capacity_ = batch_bytes_;
    out.reserve(capacity_);
    while (true) {
      if (!hand_over(out, used)) return Filled::full;
      if (ended_) return Filled::end;
      if (const ReadStatus status = read_lines(until); status == ReadStatus::wait) return Filled::wait;
    }
  }

  /// False when the batch is full.
  bool hand_over(Batch& out, std::size_t& used) {
    for (; records_.has_complete(); records_.pop()) {
      const std::string_view text = records_.text();
      if (text.size() > capacity_ - used) {
        if (!out.records.empty()) return false;
        capacity_ = text.size();
        out.reserve(capacity_);
      }
      char* const place = out.bytes() + used;
      if (!text.empty()) std::memcpy(place, text.data(), text.size());
      out.records.emplace_back(records_.record()).raw = {place, text.size()};
      used += text.size();
      if (costs_too_much(out.records.size(), batch_bytes_)) {
        records_.pop();
        return false;
      }
    }
    return used < batch_bytes_;
  }

  ReadStatus read_lines(Deadline until) {
    const auto on_line = [this](const PhysicalLine& line) { records_.add(line, framer_.next(line.text)); };
    LineCutter& lines = puller_.lines;
    make_room();
    const ReadStatus status = puller_.pull(buffer_.data(), buffer_.size(), until);
    if (status == ReadStatus::bytes) lines.cut(buffer_.data(), on_line);
    if (status != ReadStatus::end) return status;
    lines.finish(buffer_.data(), on_line);
    records_.finish();
    ended_ = true;
    return status;
  }

  void make_room() {
    LineCutter& lines = puller_.lines;
    std::memmove(buffer_.data(), buffer_.data() + lines.begin(), lines.pending());
    lines.moved_to(0);
    if (buffer_.size() - lines.filled() < kReadBytes) buffer_.resize(buffer_.size() + buffer_.size() / 2);
  }

  std::size_t batch_bytes_, capacity_ = 0;
  TextPuller puller_;
  Framer& framer_;
  Demultiplexer records_;
  std::string buffer_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<RecordReader> make_record_reader(const RecordReaderConfig& config, ByteReader& text, Framer& framer,
                                                 RunCounters& counters) {
  if (framer.interleaved()) return std::make_unique<InterleavedReader>(config, text, framer, counters);
  return std::make_unique<ContiguousReader>(config, text, framer, counters);
}

}  // namespace loglode::ingest
