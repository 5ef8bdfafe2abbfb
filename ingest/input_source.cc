#include "ingest/input_source.h"

#include <chrono>
#include <utility>

#include "core/assert.h"
#include "ingest/file_reader.h"
#include "ingest/record_reader.h"
#include "ingest/stream_identity.h"
#include "ingest/text_stream.h"

namespace loglode {

namespace {

using ingest::Filled;
using ingest::Opening;

/// The first lines of `text` as the framer will see them; of a first line that is longer than that, its beginning.
std::vector<std::string_view> prefix_lines(ingest::TextStream& text, std::size_t line_bytes_max) {
  std::vector<std::string_view> lines;
  const auto keep = [&](const ingest::PhysicalLine& line) {
    if (lines.size() < kPrefixLines) lines.push_back(line.text);
  };
  const std::string_view prefix = text.prefix();
  ingest::LineCutter cutter{line_bytes_max, text.text_offset(), text.began_with_filler()};
  cutter.add(prefix.size());
  cutter.cut(prefix.data(), keep);
  if (text.prefix_is_all() || lines.empty()) cutter.finish(prefix.data(), keep);
  return lines;
}

Timestamp modification_time(const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return kNoTime;  // a pipe has none; the clock would make the result depend on when it was read
  return Timestamp{std::chrono::seconds{status.st_mtim.tv_sec} + std::chrono::nanoseconds{status.st_mtim.tv_nsec}};
}

/// One input while it is read. Not moved: its readers refer to its notes.
struct OpenInput {
  OpenInput(const InputFile& file, ingest::OpenedFile opened, const DecompressionLimits& limits, RunCounters& counters)
      : status{opened.status},
        text{std::make_unique<ingest::FileReader>(std::move(opened), notes, counters.bytes_read), file.path, limits, notes, counters} {}

  struct stat status;
  ingest::ReadNotes notes;
  ingest::TextStream text;
  std::shared_ptr<const Stream> stream;
  std::unique_ptr<Framer> framer;
  std::unique_ptr<ingest::RecordReader> records;  // null until the stream's format is known
  std::uint64_t lines = 0;                        // of it, when it was last asked
  std::chrono::steady_clock::time_point latest_line{};
};

class InputSource final : public Source {
 public:
  InputSource(IngestConfig config, std::vector<InputFile> inputs, const FramerFactory& framers, RunCounters& counters)
      : config_{std::move(config)}, inputs_{std::move(inputs)}, framers_{framers}, counters_{counters}, host_{ingest::host_id()} {}

  Result<Fill> fill(Batch& out, Deadline until) override {
    LOGLODE_ASSERT(out.records.empty());
    while (open_next()) {
      const Filled filled = fill_from_current(out, until);
      if (filled == Filled::end) close_current();
      if (filled != Filled::end || !out.records.empty()) break;
    }
    return current_ || (!stopped_ && next_ < inputs_.size()) ? Fill::more : Fill::end;
  }

  void stop() noexcept override {
    stopped_ = true;
    if (current_) current_->text.stop();
  }

  /// Positions are kept by what follows files and reads topics; inputs that are read once, from their beginning to their end, have none.
  Result<void> commit(std::span<const StreamPosition>) override { return {}; }

 private:
  [[nodiscard]] const InputFile& current_file() const { return inputs_[next_ - 1]; }

  /// False when there is nothing left to read.
  bool open_next() {
    while (!current_ && !stopped_ && next_ < inputs_.size()) {
      const InputFile& file = inputs_[next_++];
      auto opened = ingest::open_input(file);
      if (opened) {
        current_ = std::make_unique<OpenInput>(file, std::move(*opened), config_.decompression, counters_);
      } else {
        counters_.report({file.path, std::move(opened.error().message), !file.in_folder});
      }
    }
    return current_ != nullptr;
  }

  Filled fill_from_current(Batch& out, Deadline until) {
    if (!current_->records) {
      Opening opening = current_->text.open(until);
      if (opening == Opening::wait && config_.live && current_->text.settle()) opening = Opening::ready;
      if (opening == Opening::wait) return Filled::wait;
      if (opening == Opening::refused) {
        current_->notes.push_back({current_->text.refusal(), !current_file().in_folder});
        return Filled::end;
      }
      start_records();
    }
    out.stream = current_->stream;
    const Filled filled = current_->records->fill(out, until);
    if (config_.live && filled == Filled::wait && out.records.empty() && waited_enough()) current_->records->release(out, false);
    return filled;
  }

  /// For lines that continue the record which is held back.
  bool waited_enough() {
    const auto now = std::chrono::steady_clock::now();
    if (const std::uint64_t lines = current_->records->lines(); lines != current_->lines) {
      current_->lines = lines;
      current_->latest_line = now;
    }
    return now - current_->latest_line >= (current_->records->in_trace() ? ingest::kTracePatience : ingest::kRecordPatience);
  }

  void start_records() {
    ingest::TextStream& text = current_->text;
    StreamInfo info = describe(current_file());
    FramedStream framed = framers_.open(info, prefix_lines(text, config_.line_bytes_max));
    LOGLODE_ASSERT(framed.framer != nullptr);
    current_->stream = std::make_shared<const Stream>(Stream{std::move(info), std::move(framed.plan)});
    current_->framer = std::move(framed.framer);
    counters_.bytes += text.text_offset();
    const ingest::RecordReaderConfig config{config_.batch_bytes,
                                            config_.line_bytes_max,
                                            {.keep_blank_lines = config_.keep_blank_lines},
                                            text.text_offset(),
                                            text.began_with_filler()};
    current_->records = ingest::make_record_reader(config, text.text(), *current_->framer, counters_);
  }

  [[nodiscard]] StreamInfo describe(const InputFile& file) const {
    const std::string& first_bytes = current_->text.first_bytes();
    StreamInfo info;
    info.id = config_.streams.empty() ? StreamId{static_cast<std::uint32_t>(next_ - 1)} : config_.streams[next_ - 1];
    info.path = file.path;
    info.source = config_.source;
    info.service = config_.service.empty() ? service_from_path(file.path) : config_.service;
    info.modified = modification_time(current_->status);
    info.identity =
        file.path == "-" ? ingest::identity_of_standard_input(first_bytes) : ingest::identity_of_file(host_, current_->status, first_bytes);
    info.baseline = file.baseline;
    return info;
  }

  void close_current() {
    const std::string& path = current_file().path;
    for (const ingest::ReadNote& note : current_->notes) counters_.report({path, ingest::shown_name(path) + " " + note.what, note.fatal});
    current_.reset();
  }

  IngestConfig config_;
  std::vector<InputFile> inputs_;
  const FramerFactory& framers_;
  RunCounters& counters_;
  std::string host_;
  std::size_t next_ = 0;
  bool stopped_ = false;
  std::unique_ptr<OpenInput> current_;
};

}  // namespace

std::unique_ptr<Source> make_input_source(IngestConfig config, std::vector<InputFile> inputs, const FramerFactory& framers,
                                          RunCounters& counters) {
  return std::make_unique<InputSource>(std::move(config), std::move(inputs), framers, counters);
}

}  // namespace loglode
