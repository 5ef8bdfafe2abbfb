// One file while it grows: read to where it ends now, and on from there when it has grown. Knows when its content is another one than it
// was (truncated and written from the beginning), and never hands out bytes of the new content as if they went on from the old.
// Owned by the FollowSource, used by its thread.
#pragma once

#include <atomic>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/framing.h"
#include "core/run_counters.h"
#include "ingest/file_reader.h"
#include "ingest/follow/bookmark.h"
#include "ingest/follow/file_content.h"
#include "ingest/follow/nul_stretch.h"
#include "ingest/record_reader.h"
#include "ingest/text_stream.h"

namespace loglode::ingest {

/// Reads a regular file from a position on. At its end it waits, until close() says that nothing more will come. NULs at the end are room
/// that a writer has prepared: it waits before them.
class LiveReader final : public ByteReader {
 public:
  LiveReader(int descriptor, std::uint64_t position, std::string first_bytes, std::atomic<std::uint64_t>& bytes_read);
  ReadResult read(char* to, std::size_t room, Deadline until) override;
  std::uint64_t skip_nuls() override;
  void stop() noexcept override { closed_ = true; }

  /// From now on it reads so many bytes at most, then it waits.
  void begin_turn(std::uint64_t bytes) noexcept {
    turn_left_ = bytes;
    turn_over_ = false;
  }
  /// It waits because its turn is over, not because there is nothing to read.
  [[nodiscard]] bool turn_over() const noexcept { return turn_over_; }

  /// The content that was being read is gone: it is shorter than what was read, or begins with other bytes.
  [[nodiscard]] bool replaced() const noexcept { return replaced_; }
  /// Looks whether it is, without reading.
  bool look();
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
  /// Reads no further than this.
  void set_limit(std::uint64_t limit) noexcept { limit_ = limit; }
  [[nodiscard]] std::uint64_t limit() const noexcept { return limit_; }
  [[nodiscard]] const std::string& first_bytes() const noexcept { return first_bytes_; }
  [[nodiscard]] bool closed() const noexcept { return closed_; }
  [[nodiscard]] int error() const noexcept { return error_; }  // errno of the latest read that failed, 0 after one that went well

 private:
  bool still_the_same();
  [[nodiscard]] std::uint64_t size_now() const;

  int descriptor_;
  std::uint64_t position_, limit_ = std::numeric_limits<std::uint64_t>::max();
  std::string first_bytes_;
  std::string last_bytes_;  // that stand before position_, at most ContentPrints::kBytes
  std::atomic<std::uint64_t>& bytes_read_;
  NulStretch nuls_;
  std::uint64_t data_ = 0;  // where data follows on the NULs at position_, once that is known
  std::uint64_t turn_left_ = std::numeric_limits<std::uint64_t>::max();
  bool closed_ = false, replaced_ = false, turn_over_ = false;
  int error_ = 0;
};

/// Takes prints of what is read through it.
class PrintedReader final : public ByteReader {
 public:
  PrintedReader(ByteReader& inner, std::uint64_t begin) : inner_{inner}, printer_{begin} {}
  ReadResult read(char* to, std::size_t room, Deadline until) override {
    const ReadResult got = inner_.read(to, room, until);
    if (got.status == ReadStatus::bytes) printer_.add({to, got.size});
    return got;
  }
  void stop() noexcept override { inner_.stop(); }
  [[nodiscard]] const ContentPrinter& printer() const noexcept { return printer_; }

 private:
  ByteReader& inner_;
  ContentPrinter printer_;
};

/// A bookmark that outlives its file, for snapshots: its offset is where reading began. Any thread.
class SharedMark {
 public:
  explicit SharedMark(Bookmark mark) : mark_{std::move(mark)} {}
  [[nodiscard]] Bookmark get() const {
    const std::scoped_lock lock{mutex_};
    return mark_;
  }
  /// As it is to be kept for going on at `offset`, where a batch ended; offsets that are asked for never become less.
  [[nodiscard]] Bookmark at(std::uint64_t offset) {
    const std::scoped_lock lock{mutex_};
    while (memories_.size() > 1 && memories_[1].offset <= offset) memories_.pop_front();
    Bookmark mark = mark_;
    if (mark.offset != offset) mark.prints.end = 0;
    mark.offset = offset;
    if (memories_.empty() || memories_.front().offset > offset) return mark;
    mark.remembered = memories_.front().framer;
    if (memories_.front().offset == offset) mark.prints.end = memories_.front().print;
    return mark;
  }
  /// What the framer remembers where a batch ended, and the print of what stands before.
  void remember(std::uint64_t offset, std::string framer, std::uint64_t print) {
    const std::scoped_lock lock{mutex_};
    if (!memories_.empty() && memories_.back().offset == offset) memories_.pop_back();
    // Nobody asks where there is no state; what a framer remembers is kept as long as there is room, a print alone is not.
    if (memories_.size() == kMemoriesMax || (memories_.size() >= kPrintsMax && memories_.front().framer.empty())) memories_.pop_front();
    memories_.push_back({offset, std::move(framer), print});
  }
  /// The state holds it: what is read under its identity is found again after a crash.
  void keep(bool kept = true) noexcept { kept_ = kept; }
  [[nodiscard]] bool is_kept() const noexcept { return kept_; }
  template <class Change>
  void change(Change change) {
    const std::scoped_lock lock{mutex_};
    change(mark_);
  }

 private:
  static constexpr std::size_t kMemoriesMax = 1024, kPrintsMax = 64;  // more than there are batches in flight

  std::atomic<bool> kept_{false};
  mutable std::mutex mutex_;
  Bookmark mark_;
  struct Memory {
    std::uint64_t offset = 0;
    std::string framer;
    std::uint64_t print = 0;
  };
  std::deque<Memory> memories_;  // by offset
};

struct FollowedFileConfig {
  RecordReaderConfig records{};
  DecompressionLimits decompression{};
  const FramerFactory* framers = nullptr;
};

class FollowedFile {
 public:
  using Clock = std::chrono::steady_clock;

  /// `info` says all but what content decides. Reads from `offset` of the (decompressed) content on.
  /// `first`: its first bytes as they were when `mark` was chosen; when they are others by now, it is replaced() from the start. Of an
  /// archive nothing.
  FollowedFile(OpenedFile file, StreamInfo info, Bookmark mark, std::string first, const FollowedFileConfig& config, RunCounters& counters);

  /// What the file turned out to be when it cannot be followed: a sentence without the path; empty when it can be.
  [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }
  /// Whether a fill may give anything: the file is another than when the latest fill found its end. One system call; none when it was said
  /// before and nothing was filled since.
  [[nodiscard]] bool has_news();
  /// Records that are there now; never waits. The first batch is small: only then is known when it happened, and how much at once.
  /// At most kTurnBytes are read: `full` without a record says that there is more, of a line that has no end or of NULs.
  Filled fill(Batch& out);
  /// Records held back because the next might go on with them; with `rest_too` also a line without an end.
  void release(Batch& out, bool rest_too);

  /// No more bytes will come: the next fills give the last of it, then Filled::end.
  void close() noexcept;
  [[nodiscard]] bool replaced() const noexcept { return live_ != nullptr && live_->replaced(); }
  /// The same, after a look.
  [[nodiscard]] bool look_replaced() const { return live_ != nullptr && live_->look(); }
  [[nodiscard]] bool is_archive() const noexcept { return text_ != nullptr; }
  [[nodiscard]] Clock::time_point last_bytes() const noexcept { return last_bytes_; }
  /// Whether what it holds back is amid a stack trace.
  [[nodiscard]] bool in_trace() const noexcept { return records_ != nullptr && records_->in_trace(); }
  /// Since the last release or record something came that has not been handed out.
  [[nodiscard]] bool may_hold() const noexcept { return may_hold_; }
  /// The same, and nobody has asked for a release since. Not of a file that grew behind its end: it is being written, and holds one nearly
  /// always; what it holds is of now.
  [[nodiscard]] bool holds_record() const noexcept { return may_hold_ && !released_ && !grew_; }
  /// It cannot be read.
  [[nodiscard]] bool has_failed() const noexcept { return live_ != nullptr && live_->error() != 0; }
  /// For how long nothing was written to it, as far as that is known: it was read a moment ago, but may have lain there for a month.
  [[nodiscard]] Clock::duration quiet(Clock::time_point now) const;

  [[nodiscard]] StreamId id() const noexcept { return stream_->info.id; }
  [[nodiscard]] std::uint64_t device() const noexcept { return device_; }
  [[nodiscard]] std::uint64_t inode() const noexcept { return inode_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  void set_path(const std::string& path);
  [[nodiscard]] int descriptor() const noexcept { return file_.number(); }
  /// Of the (decompressed) content.
  [[nodiscard]] const std::string& first_bytes() const noexcept { return live_ ? live_->first_bytes() : first_bytes_; }
  /// Where the latest batch ended.
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
  [[nodiscard]] const std::shared_ptr<SharedMark>& mark() const noexcept { return mark_; }
  /// The bookmark for going on at position().
  [[nodiscard]] Bookmark mark_here() const;

  /// A batch without records, which only says where it begins: so the state knows its bookmark before anything is read of it, and what
  /// stood there then. `limited`: nothing that came later is read before it was announced again, while that is needed.
  void announce(Batch& out, bool limited);
  /// It begins like other logs may (a banner), and more came than was announced: only with that it is told apart after a crash.
  [[nodiscard]] bool needs_announcement() const;

  static constexpr std::uint64_t kTurnBytes = std::uint64_t{4} << 20;
  /// The largest that it was seen to be.
  [[nodiscard]] std::uint64_t size_seen() const noexcept { return size_seen_; }
  /// Up to where it was read, records that are held back included.
  [[nodiscard]] std::uint64_t read_position() const noexcept { return live_ ? live_->position() : position_; }
  /// Kept by UnreadFiles: its latest turn among the files, what it was given of it, and whether it ever gave a record.
  std::uint64_t latest_turn = 0, turn_bytes = 0;
  bool gave_records = false;
  /// Set by the source: it is not at its path any more, since then.
  std::optional<Clock::time_point> rotated_at{};
  bool is_announced = false;  // by the source; asks for it again

 private:
  void open_live(std::uint64_t offset, const FollowedFileConfig& config, StreamInfo info);
  void open_archive(std::uint64_t offset, const FollowedFileConfig& config, StreamInfo info, OpenedFile file);
  void begin(StreamInfo info, std::string_view prefix, ByteReader& text, RecordReaderConfig records, const FollowedFileConfig& config);
  void note(const Batch& out);
  void take_prints();
  void note_if_amid_line();
  void tell_if_line_went_on();

  RunCounters& counters_;
  FileDescriptor file_;
  std::string refusal_, first_bytes_;
  ReadNotes notes_;
  std::unique_ptr<LiveReader> live_;
  std::unique_ptr<TextStream> text_;
  std::unique_ptr<PrintedReader> printed_;  // of an archive
  std::shared_ptr<const Stream> stream_;
  std::unique_ptr<Framer> framer_;
  std::unique_ptr<RecordReader> records_;
  std::size_t batch_bytes_ = 0;                        // of all batches but the first
  std::uint64_t position_ = 0, seen_ = 0, print_ = 0;  // print_: of what stands before position_
  std::optional<std::uint64_t> amid_line_;             // the beginning of a line was handed out, up to here
  std::vector<std::uint64_t> blocks_;                  // ContentPrints::blocks, as the mark has them
  int announcements_ = 0;
  bool is_telling_ = false;  // what was announced shows a time
  bool may_hold_ = false, released_ = false, at_end_ = false, has_news_ = false;
  bool grew_ = false;  // it was at its end, and more came
  struct Seen {        // of the file, before the latest fill
    std::int64_t size = -1, seconds = 0, nanoseconds = 0;
    friend bool operator==(const Seen&, const Seen&) = default;
  } status_;
  std::uint64_t size_seen_ = 0;
  Clock::time_point last_bytes_ = Clock::now();
  std::string path_;
  std::uint64_t device_, inode_;
  std::shared_ptr<SharedMark> mark_;
};

}  // namespace loglode::ingest
