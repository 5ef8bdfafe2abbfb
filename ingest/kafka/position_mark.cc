#include "ingest/kafka/position_mark.h"

#include <xxhash.h>

#include <array>
#include <charconv>

namespace loglode::kafka {

namespace {

constexpr std::string_view kMark = " mark ", kGeneration = " generation ", kFromBeginningOnce = " from-beginning-once";
constexpr std::string_view kBookmark{"kafka\0", 6};

template <class Number>
bool read_number(std::string_view text, Number& out, int base = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

/// Takes ` NAME VALUE` off the end of `text`, if `read` understands the value.
template <class Read>
void take_last(std::string_view& text, std::string_view name, Read&& read) {
  const std::size_t at = text.rfind(name);
  if (at != std::string_view::npos && read(text.substr(at + name.size()))) text = text.substr(0, at);
}

std::string hex(std::uint64_t number) {
  std::array<char, 16> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return {digits.data(), end};
}

bool read_mark(std::string_view text, PositionMark& out) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  PositionMark mark;
  if (!read_number(text.substr(0, colon), mark.offset) || mark.offset < 0 || !read_number(text.substr(colon + 1), mark.print, 16))
    return false;
  out = mark;
  return true;
}

}  // namespace

PositionMark mark_of(std::int64_t offset, std::int64_t timestamp_ms, std::string_view payload) noexcept {
  return {offset, ::XXH3_64bits_withSeed(payload.data(), payload.size(), static_cast<std::uint64_t>(timestamp_ms))};
}

std::string encode(const CommitNote& note) {
  std::string text = note.words;
  if (note.mark.known()) text.append(kMark).append(std::to_string(note.mark.offset)).append(1, ':').append(hex(note.mark.print));
  if (note.generation != 0) text.append(kGeneration).append(std::to_string(note.generation));
  if (note.from_beginning_once) text.append(kFromBeginningOnce);
  return text;
}

CommitNote read_commit_note(std::string_view text) {
  CommitNote note;
  take_last(text, kFromBeginningOnce, [&](std::string_view value) { return note.from_beginning_once = value.empty(); });
  take_last(text, kGeneration, [&](std::string_view value) { return read_number(value, note.generation); });
  take_last(text, kMark, [&](std::string_view value) { return read_mark(value, note.mark); });
  note.words = text;
  return note;
}

std::string encode(const PartitionBookmark& bookmark) {
  std::string bytes{kBookmark};
  for (const std::string& part : {bookmark.cluster, bookmark.topic, std::to_string(bookmark.number), std::to_string(bookmark.position)})
    bytes.append(part).append(1, '\0');
  return bytes.append(encode(bookmark.note));
}

std::optional<PartitionBookmark> read_partition_bookmark(std::string_view bytes) {
  if (!bytes.starts_with(kBookmark)) return std::nullopt;
  bytes.remove_prefix(kBookmark.size());
  std::array<std::string_view, 4> parts;
  for (std::string_view& part : parts) {
    const std::size_t end = bytes.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    part = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
  }
  PartitionBookmark bookmark{std::string{parts[0]}, std::string{parts[1]}, -1, -1, read_commit_note(bytes)};
  if (!read_number(parts[2], bookmark.number) || !read_number(parts[3], bookmark.position)) return std::nullopt;
  return bookmark;
}

}  // namespace loglode::kafka
