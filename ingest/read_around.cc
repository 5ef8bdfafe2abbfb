// Lines around a record, found again by reading its file from the beginning: works in archives, in constant memory.
#include <cstring>
#include <deque>
#include <iterator>

#include "ingest/file_reader.h"
#include "ingest/line_cutter.h"
#include "ingest/text_stream.h"

namespace loglode {

namespace {

constexpr std::size_t kShownBytesMax = 64 * kKiB;  // of a line

/// Keeps the lines around `offset` out of all that pass.
class AroundKeeper {
 public:
  AroundKeeper(std::uint64_t offset, std::uint32_t record_lines, std::uint32_t before, std::uint32_t after)
      : offset_{offset}, record_lines_{record_lines == 0 ? 1 : record_lines}, before_{before}, after_{after} {}

  void add(const ingest::PhysicalLine& line) {
    if (line.offset < offset_) {
      recent_.emplace_back(line.text);
      if (recent_.size() > before_) recent_.pop_front();
    } else if (around_.record.size() < record_lines_) {
      if (around_.record.empty()) {
        found_ = line.offset == offset_;
        around_.first_line = line.number - recent_.size();
      }
      around_.record.emplace_back(line.text);
    } else if (around_.after.size() < after_) {
      around_.after.emplace_back(line.text);
    }
  }

  [[nodiscard]] bool has_all() const noexcept {
    return !around_.record.empty() && (!found_ || (around_.record.size() == record_lines_ && around_.after.size() == after_));
  }
  [[nodiscard]] bool found() const noexcept { return found_; }

  LinesAround take() {
    around_.before.assign(std::make_move_iterator(recent_.begin()), std::make_move_iterator(recent_.end()));
    return std::move(around_);
  }

 private:
  std::uint64_t offset_;
  std::uint32_t record_lines_, before_, after_;
  bool found_ = false;
  std::deque<std::string> recent_;
  LinesAround around_;
};

void read_lines(ingest::TextStream& text, AroundKeeper& keeper) {
  const auto keep = [&](const ingest::PhysicalLine& line) { keeper.add(line); };
  ingest::LineCutter lines{kShownBytesMax, text.text_offset(), text.began_with_filler()};
  std::string buffer(4 * kShownBytesMax, '\0');  // an incomplete line leaves at least half of it free
  while (!keeper.has_all()) {
    std::memmove(buffer.data(), buffer.data() + lines.begin(), lines.pending());
    lines.moved_to(0);
    const ingest::ReadResult got = text.text().read(buffer.data() + lines.filled(), buffer.size() - lines.filled(), Deadline::max());
    if (got.status == ingest::ReadStatus::end) return lines.finish(buffer.data(), keep);
    lines.add(got.size);
    lines.cut(buffer.data(), keep);
  }
}

}  // namespace

Result<LinesAround> read_around(const std::string& path, std::uint64_t offset, std::uint32_t record_lines, std::uint32_t before,
                                std::uint32_t after) {
  const auto gone = std::make_error_code(std::errc::invalid_argument);
  if (path == "-") return fail(gone, "the record came from standard input, which cannot be read again");
  auto opened = ingest::open_input({.path = path, .in_folder = false});
  if (!opened) return tl::unexpected<Error>(std::move(opened.error()));
  if (!S_ISREG(opened->status.st_mode)) return fail(gone, path + " is no regular file: what came through it cannot be read again");
  ingest::ReadNotes notes;
  RunCounters counters;
  ingest::TextStream text{std::make_unique<ingest::FileReader>(std::move(*opened), notes, counters.bytes_read), path, DecompressionLimits{},
                          notes, counters};
  if (text.open(Deadline::max()) == ingest::Opening::refused) return fail(gone, path + " " + text.refusal());
  AroundKeeper keeper{offset, record_lines, before, after};
  read_lines(text, keeper);
  if (keeper.found()) return keeper.take();
  if (!notes.empty()) return fail(gone, path + " " + notes.front().what);
  return fail(gone, path + " has changed since it was read: no line begins at byte " + std::to_string(offset) + " any more");
}

}  // namespace loglode
