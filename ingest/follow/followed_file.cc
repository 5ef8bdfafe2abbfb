#include "ingest/follow/followed_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "core/assert.h"
#include "ingest/content_check.h"
#include "ingest/decompressor.h"

namespace loglode::ingest {

namespace {

constexpr std::uint64_t kCountedBytesMax = std::uint64_t{1} << 30;  // of what was read before a restart, to number its lines

constexpr int kAnnouncementsMax = 4;
constexpr std::size_t kSearchedBytes = 64 * kKiB;  // for a time
constexpr int kLooksForData = 4;                   // of NulStretch, before a file that begins with NULs is passed over
constexpr auto kTick = std::chrono::milliseconds{50};
constexpr std::size_t kFirstBatchBytes = 64 * kKiB;
// A file's time may be of another machine's clock: only what lies far back says that nobody writes.
constexpr auto kLongQuiet = std::chrono::seconds{10};

/// Lines that end before `offset`; 0 when counting them would take long.
std::uint64_t lines_before(int descriptor, std::uint64_t offset) {
  if (offset > kCountedBytesMax) return 0;
  std::uint64_t lines = 0;
  for (std::uint64_t at = 0; at < offset;) {
    const std::string text = read_at(descriptor, at, static_cast<std::size_t>(std::min<std::uint64_t>(offset - at, kMiB)));
    if (text.empty()) break;
    lines += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
    at += text.size();
  }
  return lines;
}

std::vector<std::string_view> whole_lines(std::string_view prefix, std::size_t line_bytes_max, bool all) {
  std::vector<std::string_view> lines;
  const auto keep = [&](const PhysicalLine& line) {
    if (lines.size() < kPrefixLines) lines.push_back(line.text);
  };
  LineCutter cutter{line_bytes_max, 0, false};
  cutter.add(prefix.size());
  cutter.cut(prefix.data(), keep);
  if (lines.empty() || all) cutter.finish(prefix.data(), keep);
  return lines;
}

}  // namespace

LiveReader::LiveReader(int descriptor, std::uint64_t position, std::string first_bytes, std::atomic<std::uint64_t>& bytes_read)
    : descriptor_{descriptor}, position_{position}, first_bytes_{std::move(first_bytes)}, bytes_read_{bytes_read} {
  const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(position_, ContentPrints::kBytes));
  last_bytes_ = read_at(descriptor_, position_ - bytes, bytes);
}

/// After a read: were the bytes those of the content that is being followed? A truncation may come at any moment, and what a read gave may
/// be the new content's already.
bool LiveReader::still_the_same() {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0 || static_cast<std::uint64_t>(status.st_size) < position_) return false;
  const std::string now = first_bytes_of(descriptor_);
  if (now.compare(0, first_bytes_.size(), first_bytes_) != 0) return false;
  if (position_ > now.size() && read_at(descriptor_, position_ - last_bytes_.size(), last_bytes_.size()) != last_bytes_) return false;
  if (now.size() > first_bytes_.size()) first_bytes_ = now;
  return true;
}

bool LiveReader::look() {
  if (!replaced_) replaced_ = !still_the_same();
  return replaced_;
}

std::uint64_t LiveReader::size_now() const {
  struct stat status {};
  return ::fstat(descriptor_, &status) == 0 ? std::min(limit_, static_cast<std::uint64_t>(status.st_size)) : 0;
}

std::uint64_t LiveReader::skip_nuls() {
  constexpr std::uint64_t kSkippedMin = 256 * kKiB;
  if (replaced_ || data_ < position_ + kSkippedMin) return 0;
  const std::uint64_t passed = data_ - position_;
  position_ = data_;
  last_bytes_ = read_at(descriptor_, position_ - ContentPrints::kBytes, ContentPrints::kBytes);
  return passed;
}

ReadResult LiveReader::read(char* to, std::size_t room, Deadline) {
  if (replaced_) return {ReadStatus::wait, 0};
  turn_over_ = turn_left_ == 0;
  if (turn_over_) return {ReadStatus::wait, 0};
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>({room, turn_left_, limit_ > position_ ? limit_ - position_ : 0}));
  ssize_t size = ::pread(descriptor_, to, wanted, static_cast<off_t>(position_));
  if (size < 0) {
    if (errno != EINTR) error_ = errno;
    return {closed_ ? ReadStatus::end : ReadStatus::wait, 0};
  }
  error_ = 0;
  if (look()) return {ReadStatus::wait, 0};
  if (size == 0) return {closed_ ? ReadStatus::end : ReadStatus::wait, 0};
  if (to[size - 1] == '\0') [[unlikely]] {
    const std::size_t text = std::string_view{to, static_cast<std::size_t>(size)}.find_last_not_of('\0') + 1;
    if (text > 0) {
      size = static_cast<ssize_t>(text);
    } else if (data_ <= position_) {
      const NulStretch::Found found = nuls_.look(descriptor_, position_, size_now());
      turn_over_ = found.goes == NulStretch::Goes::unknown;
      if (found.goes != NulStretch::Goes::on) return {closed_ && !turn_over_ ? ReadStatus::end : ReadStatus::wait, 0};
      data_ = found.data;
    }
    if (text == 0) size = static_cast<ssize_t>(std::min<std::uint64_t>(static_cast<std::uint64_t>(size), data_ - position_));
  }
  turn_left_ -= static_cast<std::uint64_t>(size);
  position_ += static_cast<std::uint64_t>(size);
  const std::string_view got{to, static_cast<std::size_t>(size)};
  last_bytes_ += got.substr(got.size() - std::min(got.size(), ContentPrints::kBytes));
  if (last_bytes_.size() > ContentPrints::kBytes) last_bytes_.erase(0, last_bytes_.size() - ContentPrints::kBytes);
  bytes_read_ += static_cast<std::uint64_t>(size);
  return {ReadStatus::bytes, static_cast<std::size_t>(size)};
}

FollowedFile::FollowedFile(OpenedFile file, StreamInfo info, Bookmark mark, std::string first, const FollowedFileConfig& config,
                           RunCounters& counters)
    : counters_{counters},
      file_{std::move(file.descriptor)},
      position_{mark.offset},
      path_{mark.path},
      device_{mark.device},
      inode_{mark.inode},
      mark_{std::make_shared<SharedMark>(std::move(mark))} {
  blocks_ = mark_->get().prints.blocks;
  first_bytes_ = first.empty() ? first_bytes_of(file_.number()) : std::move(first);
  if (compression_of(std::string_view{first_bytes_}.substr(0, kCompressionMagicBytes)) != Compression::none) {
    open_archive(position_, config, std::move(info), same_file(file_.number(), file.status));
  } else {
    open_live(position_, config, std::move(info));
  }
}

void FollowedFile::open_live(std::uint64_t offset, const FollowedFileConfig& config, StreamInfo info) {
  std::string prefix = read_at(file_.number(), 0, kPrefixBytes);
  std::uint64_t filler = leading_filler(prefix);
  if (filler == kPrefixBytes) {
    NulStretch nuls;
    NulStretch::Found found;
    struct stat status {};
    static_cast<void>(::fstat(file_.number(), &status));
    for (int look = 0; look < kLooksForData; ++look) {
      found = nuls.look(file_.number(), 0, static_cast<std::uint64_t>(status.st_size));
      if (found.goes != NulStretch::Goes::unknown) break;
    }
    if (found.goes != NulStretch::Goes::on) {
      refusal_ = "begins with NULs, and nothing else was found in it: it is passed over until it changes";
      return;
    }
    filler = found.data;
    prefix = read_at(file_.number(), filler, kPrefixBytes);
  } else {
    prefix.erase(0, filler);
  }
  Content content = examine(prefix);
  if (!content.refused.empty()) {
    refusal_ = std::move(content.refused);
    return;
  }
  if (content.encoding != Encoding::bytes && content.encoding != Encoding::utf8_with_bom) {
    refusal_ = "is UTF-16, which is not followed: `loglode analyze` reads it";
    return;
  }
  const std::size_t mark_bytes = content.encoding == Encoding::utf8_with_bom ? 3 : 0;
  const std::uint64_t begin = filler + mark_bytes;
  mark_->change([&](Bookmark& mark) { mark.fingerprint = fingerprint_of(first_bytes_); });
  position_ = std::max<std::uint64_t>(offset, begin);
  if (position_ > begin) note_if_amid_line();
  live_ = std::make_unique<LiveReader>(file_.number(), position_, first_bytes_, counters_.bytes_read);
  RecordReaderConfig records = config.records;
  records.text_offset = position_;
  records.lines_before = position_ > begin ? lines_before(file_.number(), position_) : 0;
  this->begin(std::move(info), std::string_view{prefix}.substr(mark_bytes), *live_, records, config);
}

void FollowedFile::open_archive(std::uint64_t offset, const FollowedFileConfig& config, StreamInfo info, OpenedFile file) {
  text_ = std::make_unique<TextStream>(std::make_unique<FileReader>(std::move(file), notes_, counters_.bytes_read), path_,
                                       config.decompression, notes_, counters_);
  if (text_->open(Deadline::max()) != Opening::ready) {
    refusal_ = text_->refusal();
    return;
  }
  const std::string prefix{text_->prefix()};
  first_bytes_ = text_->first_bytes();
  mark_->change([&](Bookmark& mark) { mark.fingerprint = fingerprint_of(first_bytes_); });
  printed_ = std::make_unique<PrintedReader>(text_->text(), text_->text_offset());
  blocks_.clear();
  RecordReaderConfig records = config.records;
  records.text_offset = text_->text_offset();
  std::vector<char> passed(kMiB);
  while (records.text_offset < offset) {  // what was read under another name
    const std::uint64_t left = offset - records.text_offset;
    const ReadResult got =
        printed_->read(passed.data(), static_cast<std::size_t>(std::min<std::uint64_t>(left, passed.size())), Deadline::max());
    if (got.status != ReadStatus::bytes) break;
    records.lines_before +=
        static_cast<std::uint64_t>(std::count(passed.begin(), passed.begin() + static_cast<std::ptrdiff_t>(got.size), '\n'));
    records.text_offset += got.size;
  }
  position_ = records.text_offset;
  begin(std::move(info), prefix, *printed_, records, config);
}

void FollowedFile::begin(StreamInfo info, std::string_view prefix, ByteReader& text, RecordReaderConfig records,
                         const FollowedFileConfig& config) {
  const Bookmark mark = mark_->get();
  info.identity = mark.identity;
  info.modified = mark.reference;
  info.remembered = mark.remembered;
  FramedStream framed = config.framers->open(info, whole_lines(prefix, records.line_bytes_max, is_archive() && text_->prefix_is_all()));
  LOGLODE_ASSERT(framed.framer != nullptr);
  framer_ = std::move(framed.framer);
  stream_ = std::make_shared<const Stream>(Stream{std::move(info), std::move(framed.plan)});
  batch_bytes_ = std::exchange(records.batch_bytes, std::min(records.batch_bytes, kFirstBatchBytes));
  records_ = make_record_reader(records, text, *framer_, counters_);
}

bool FollowedFile::has_news() {
  struct stat status {};
  if (has_news_ || live_ == nullptr || ::fstat(file_.number(), &status) != 0) return true;
  const Seen now{status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
  const auto written = std::chrono::seconds{now.seconds} + std::chrono::nanoseconds{now.nanoseconds};
  // A file's time moves with the kernel's tick: what is written twice within one leaves it as it was.
  const auto age = std::chrono::system_clock::now().time_since_epoch() - written;
  const bool unsettled = age < kTick && age > -kTick;  // its clock may be another than ours
  if (now == status_ && at_end_ && !unsettled && live_->error() == 0 && !live_->closed() && !live_->replaced()) return false;
  status_ = now;
  size_seen_ = std::max(size_seen_, static_cast<std::uint64_t>(now.size));
  has_news_ = true;
  return true;
}

Filled FollowedFile::fill(Batch& out) {
  out.stream = stream_;
  const bool was_at_end = at_end_;
  const std::uint64_t seen_before = seen_;
  if (live_) live_->begin_turn(kTurnBytes);
  Filled filled = records_->fill(out, Clock::now());
  if (!out.records.empty()) records_->set_batch_bytes(batch_bytes_);
  const bool turn_over = filled == Filled::wait && live_ != nullptr && live_->turn_over();
  if (turn_over) filled = Filled::full;
  at_end_ = filled == Filled::wait;
  has_news_ = turn_over;
  note(out);
  grew_ = grew_ || (was_at_end && seen_ != seen_before);
  return filled;
}

FollowedFile::Clock::duration FollowedFile::quiet(Clock::time_point now) const {
  const Clock::duration since_read = now - last_bytes_;
  struct stat status {};
  if (grew_) return since_read;  // its times may be of another clock
  if (::fstat(file_.number(), &status) != 0) return since_read;
  const auto written = std::chrono::seconds{status.st_mtim.tv_sec} + std::chrono::nanoseconds{status.st_mtim.tv_nsec};
  const auto since_written = std::chrono::system_clock::now().time_since_epoch() - written;
  return since_written < kLongQuiet ? since_read : std::max<Clock::duration>(since_read, since_written);
}

void FollowedFile::announce(Batch& out, bool limited) {
  out.stream = stream_;
  out.end = position_;
  ++announcements_;
  struct stat status {};
  if (!limited || live_ == nullptr || ::fstat(file_.number(), &status) != 0) return;
  const auto whole = static_cast<std::uint64_t>(status.st_size);
  const bool is_prepared =
      whole > 0 && read_at(file_.number(), whole - 1, 1) == std::string_view{"\0", 1};  // it will be cut to what is written
  const std::uint64_t size = is_prepared ? first_bytes_of(file_.number()).size() : whole;
  const std::uint64_t print = print_before(file_.number(), size);
  is_telling_ = is_prepared || announcements_ == kAnnouncementsMax || shows_time_of_day(read_at(file_.number(), 0, kSearchedBytes));
  live_->set_limit(is_telling_ ? std::numeric_limits<std::uint64_t>::max() : size);
  has_news_ = true;  // what stands behind the former limit, although nothing was written since
  if (!live_->look()) mark_->change([&](Bookmark& mark) { mark.prints.seen_to = size, mark.prints.seen = print; });
}

bool FollowedFile::needs_announcement() const {
  struct stat status {};
  return live_ != nullptr && announcements_ > 0 && !is_telling_ && live_->position() >= live_->limit() &&
         ::fstat(file_.number(), &status) == 0 && static_cast<std::uint64_t>(status.st_size) > live_->limit();
}

void FollowedFile::release(Batch& out, bool rest_too) {
  out.stream = stream_;
  records_->release(out, rest_too);
  note(out);
  may_hold_ = live_ != nullptr && position_ < live_->position();
  released_ = true;
  if (rest_too && live_ && !may_hold_ && position_ > 0) note_if_amid_line();
}

void FollowedFile::note(const Batch& out) {
  if (position_ != out.end || print_ == 0) {
    position_ = out.end;
    take_prints();
  }
  if (std::string memory = framer_->memory(); !memory.empty() || print_ != 0) mark_->remember(position_, std::move(memory), print_);
  const std::uint64_t seen = live_ ? live_->position() : out.end;
  if (seen != seen_) {
    seen_ = seen;
    may_hold_ = true;
    released_ = false;
    last_bytes_ = Clock::now();
    tell_if_line_went_on();
    if (live_)
      mark_->change([&](Bookmark& mark) {
        if (mark.fingerprint.bytes < live_->first_bytes().size()) mark.fingerprint = fingerprint_of(live_->first_bytes());
      });
  }
  for (const ReadNote& said : std::exchange(notes_, {})) counters_.report({path_, shown_name(path_) + " " + said.what, said.fatal});
}

void FollowedFile::note_if_amid_line() {
  const std::string last = read_at(file_.number(), position_ - 1, 1);
  if (!last.empty() && last[0] != '\n' && last[0] != '\0') amid_line_ = position_;
}

void FollowedFile::tell_if_line_went_on() {
  if (!amid_line_ || !live_ || live_->position() <= *amid_line_) return;
  const std::string next = read_at(file_.number(), *amid_line_, 1);
  if (next != "\n" && next != "\r")
    notes_.push_back(
        {fmt::format("has a line that went on at byte {} after what there was of it had been delivered: the rest is a record of its own",
                     *amid_line_),
         false});
  amid_line_.reset();
}

/// The file may be truncated and written again at any moment. So prints are kept only if it still has the content that was read after they
/// were taken.
void FollowedFile::take_prints() {
  const std::size_t known = blocks_.size();
  if (printed_) {
    const ContentPrinter& printer = printed_->printer();
    print_ = printer.position() == position_ ? printer.print() : 0;
    blocks_ = printer.blocks();
    if (blocks_.size() > known) mark_->change([&](Bookmark& mark) { mark.prints.blocks = blocks_; });
    return;
  }
  print_ = print_before(file_.number(), position_);
  while (blocks_.size() < ContentPrints::kBlocksMax && ContentPrints::end_of_block(blocks_.size()) <= position_) {
    const std::uint64_t block = print_before(file_.number(), ContentPrints::end_of_block(blocks_.size()));
    if (block == 0) break;
    blocks_.push_back(block);
  }
  if (live_->look()) {
    print_ = 0;
    blocks_.resize(known);
  } else if (blocks_.size() > known) {
    mark_->change([&](Bookmark& mark) { mark.prints.blocks = blocks_; });
  }
}

Bookmark FollowedFile::mark_here() const {
  Bookmark mark = mark_->get();
  if (mark.offset != position_ || print_ != 0) mark.prints.end = print_;
  mark.offset = position_;
  return mark;
}

void FollowedFile::close() noexcept {
  if (live_) live_->stop();
}

void FollowedFile::set_path(const std::string& path) {
  path_ = path;
  mark_->change([&](Bookmark& mark) { mark.path = path; });
}

}  // namespace loglode::ingest
