#include "ingest/follow/file_content.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>

#include "ingest/decompressor.h"
#include "ingest/text_stream.h"

namespace loglode::ingest {

namespace {

constexpr std::uint64_t kComparedBytes = 64 * kKiB;  // of the end of a copy
constexpr std::uint64_t kLookedBackMax = 64 * kMiB;  // for the end of a line

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// `dd:dd` is one, with what is neither a digit nor a colon before it (an IPv6 address).
bool clock_at(std::string_view text, std::size_t at) {
  if (at + 5 > text.size() || (at > 0 && (is_digit(text[at - 1]) || text[at - 1] == ':'))) return false;
  return text[at] <= '2' && is_digit(text[at]) && is_digit(text[at + 1]) && text[at + 2] == ':' && text[at + 3] <= '5' &&
         is_digit(text[at + 3]) && is_digit(text[at + 4]);
}

}  // namespace

std::string read_at(int descriptor, std::uint64_t position, std::size_t bytes) {
  std::string text(bytes, '\0');
  std::size_t filled = 0;
  while (filled < bytes) {
    const ssize_t size = ::pread(descriptor, text.data() + filled, bytes - filled, static_cast<off_t>(position + filled));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    filled += static_cast<std::size_t>(size);
  }
  text.resize(filled);
  return text;
}

std::uint64_t size_of(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

std::string first_bytes_of(int descriptor) {
  std::string first = read_at(descriptor, 0, kFingerprintBytes);
  if (const std::size_t last = first.find_last_not_of('\0'); last != std::string::npos) first.erase(last + 1);  // room for what is to come
  return first;
}

std::uint64_t print_before(int descriptor, std::uint64_t place) {
  const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(place, ContentPrints::kBytes));
  const std::string text = read_at(descriptor, place - bytes, bytes);
  return text.size() == bytes && bytes > 0 ? print_of(text) : 0;
}

bool holds_what_was_read(const Bookmark& mark, std::string_view first, int descriptor, std::uint64_t size) {
  const auto stands = [&](std::uint64_t place, std::uint64_t print) {
    return print == 0 || size < place || print_before(descriptor, place) == print;
  };
  if (!fits(mark.fingerprint, first)) return false;
  for (std::size_t number = 0; number < mark.prints.blocks.size(); ++number) {
    const std::uint64_t place = ContentPrints::end_of_block(number);
    if (place > size) return true;
    if (print_before(descriptor, place) != mark.prints.blocks[number]) return false;
  }
  return stands(mark.offset, mark.prints.end) && stands(mark.prints.seen_to, mark.prints.seen);
}

bool same_beginning(std::string_view a, std::string_view b) {
  const std::size_t size = std::min(a.size(), b.size());
  return size > 0 && a.substr(0, size) == b.substr(0, size);
}

bool same_content(const OpenedFile& one, int other) {
  struct stat status {};
  if (::fstat(other, &status) != 0) return false;
  const auto size = static_cast<std::uint64_t>(std::min(one.status.st_size, status.st_size));
  const std::uint64_t begin = size > kComparedBytes ? size - kComparedBytes : 0;
  const auto bytes = static_cast<std::size_t>(size - begin);
  return read_at(one.descriptor.number(), begin, bytes) == read_at(other, begin, bytes);
}

std::uint64_t end_of_lines(int descriptor, std::uint64_t size) {
  std::string block(64 * kKiB, '\0');
  for (std::uint64_t end = size; end > 0;) {
    const std::uint64_t begin = end > block.size() ? end - block.size() : 0;
    const ssize_t got = ::pread(descriptor, block.data(), static_cast<std::size_t>(end - begin), static_cast<off_t>(begin));
    if (got <= 0) return size;
    const std::size_t newline = std::string_view{block}.substr(0, static_cast<std::size_t>(got)).rfind('\n');
    if (newline != std::string_view::npos) return begin + newline + 1;
    if (size - begin > kLookedBackMax) return size;  // a line without an end, a hole: it was being written for long
    end = begin;
  }
  return 0;
}

OpenedFile same_file(int descriptor, const struct stat& status) {
  OpenedFile same{FileDescriptor{::fcntl(descriptor, F_DUPFD_CLOEXEC, 0)}, status};
  ::lseek(same.descriptor.number(), 0, SEEK_SET);
  return same;
}

bool is_compressed(std::string_view first) { return compression_of(first.substr(0, kCompressionMagicBytes)) != Compression::none; }

bool is_whole_archive(OpenedFile file, const std::string& path, const DecompressionLimits& limits) {
  ReadNotes notes;
  RunCounters unheard;
  TextStream text{std::make_unique<FileReader>(std::move(file), notes, unheard.bytes_read), path, limits, notes, unheard};
  if (text.open(Deadline::max()) != Opening::ready) return false;
  std::vector<char> passed(kMiB);
  while (text.text().read(passed.data(), passed.size(), Deadline::max()).status == ReadStatus::bytes) {}
  return std::none_of(notes.begin(), notes.end(), [](const ReadNote& note) { return note.fatal; });
}

void ContentPrinter::add(std::string_view text) {
  while (!text.empty()) {
    const std::uint64_t block = blocks_.size() < ContentPrints::kBlocksMax ? ContentPrints::end_of_block(blocks_.size()) : 0;
    const bool reaches = block > position_ && block - position_ <= text.size();
    const std::string_view part = text.substr(0, reaches ? static_cast<std::size_t>(block - position_) : text.size());
    last_ += part.substr(part.size() - std::min(part.size(), ContentPrints::kBytes));
    if (last_.size() > ContentPrints::kBytes) last_.erase(0, last_.size() - ContentPrints::kBytes);
    position_ += part.size();
    if (reaches) blocks_.push_back(print());
    text.remove_prefix(part.size());
  }
}

ArchiveContent content_of_archive(OpenedFile file, const std::string& path, const DecompressionLimits& limits,
                                  const std::vector<std::uint64_t>& places) {
  ArchiveContent content;
  ReadNotes notes;
  RunCounters unheard;
  TextStream text{std::make_unique<FileReader>(std::move(file), notes, unheard.bytes_read), path, limits, notes, unheard};
  if (text.open(Deadline::max()) != Opening::ready) return content;
  const std::set<std::uint64_t> wanted{places.begin(), places.end()};
  ContentPrinter printer{text.text_offset()};
  std::vector<char> buffer(64 * kKiB);
  for (;;) {
    const auto next = wanted.upper_bound(printer.position());
    const std::uint64_t room = next == wanted.end() ? buffer.size() : std::min<std::uint64_t>(buffer.size(), *next - printer.position());
    const ReadResult got = text.text().read(buffer.data(), static_cast<std::size_t>(room), Deadline::max());
    if (got.status != ReadStatus::bytes) break;
    printer.add({buffer.data(), got.size});
    if (wanted.contains(printer.position())) content.prints[printer.position()] = printer.print();
  }
  content.size = printer.position();
  content.prints[content.size] = printer.print();
  content.blocks = printer.blocks();
  return content;
}

bool holds_what_was_read(const Bookmark& mark, const ArchiveContent& archive) {
  const std::vector<std::uint64_t>& blocks = mark.prints.blocks;
  if (archive.size < mark.offset || archive.blocks.size() < blocks.size()) return false;
  if (!std::equal(blocks.begin(), blocks.end(), archive.blocks.begin())) return false;
  const auto stands = [&](std::uint64_t place, std::uint64_t print) {
    const auto found = archive.prints.find(place);
    return print == 0 || found == archive.prints.end() || found->second == print;
  };
  return archive.size >= mark.prints.seen_to && stands(mark.offset, mark.prints.end) && stands(mark.prints.seen_to, mark.prints.seen);
}

bool shows_time_of_day(std::string_view text) {
  std::size_t digits = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (clock_at(text, at)) return true;
    digits = is_digit(text[at]) ? digits + 1 : 0;
    if (digits == 10 && text[at - 9] >= '1') return true;                                       // seconds since the epoch, and finer
    if (digits == 6 && at >= 14 && text[at - 6] == 'T' && is_digit(text[at - 7])) return true;  // 20261128T100000
  }
  return false;
}

bool is_telling(std::string_view content) { return content.size() >= kFingerprintBytes || shows_time_of_day(content); }

}  // namespace loglode::ingest
