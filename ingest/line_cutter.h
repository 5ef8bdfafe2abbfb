// From a growing buffer of bytes to physical lines. One per stream; stateless but for its place in it.
//
// A line ends at '\n' or at the end of the stream; one '\r' before that is no part of it. NULs that a line begins with are filler (a log
// preallocated, or truncated while its writer kept its position) and are passed over; those inside it are kept. A line over the limit is
// handed out cut, as soon as that is certain, and what follows of it is dropped without being kept.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "ingest/nul_run.h"

namespace loglode::ingest {

struct PhysicalLine {
  std::string_view text;     // in the buffer
  std::uint64_t offset = 0;  // of its first byte, in the stream
  std::uint64_t number = 0;  // from 1
  bool cut = false;
};

class LineCutter {
 public:
  /// `lines`: that came before `offset`.
  LineCutter(std::size_t line_bytes_max, std::uint64_t offset, bool after_filler, std::uint64_t lines = 0) noexcept
      : line_bytes_max_{line_bytes_max}, offset_{offset}, lines_{lines}, begun_{after_filler} {}

  /// Where the line begins that is not complete yet, and where bytes are to be added; the buffer's owner may move what is between.
  [[nodiscard]] std::size_t begin() const noexcept { return begin_; }
  [[nodiscard]] std::size_t filled() const noexcept { return filled_; }
  [[nodiscard]] std::size_t pending() const noexcept { return filled_ - begin_; }
  [[nodiscard]] bool has_new_bytes() const noexcept { return searched_ < filled_; }
  void add(std::size_t bytes) noexcept { filled_ += bytes; }
  /// Whether NULs that come next are filler, or of a line whose rest is dropped.
  [[nodiscard]] bool may_pass_nuls() const noexcept { return pending() == 0; }
  /// So many NULs came and were not added.
  void pass_nuls(std::uint64_t count) noexcept {
    offset_ += count;
    if (!skipping_ && count > 0) begun_ = true;
  }
  void moved_to(std::size_t begin) noexcept {
    filled_ = begin + (filled_ - begin_);
    searched_ = begin + (searched_ - begin_);
    begin_ = begin;
  }
  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }  // of begin(), in the stream
  [[nodiscard]] std::uint64_t lines() const noexcept { return lines_; }    // handed out so far
  [[nodiscard]] std::uint64_t lines_cut() const noexcept { return lines_cut_; }

  /// Hands out the lines that are complete in `buffer`. `on_line` may write to the buffer before the line's end.
  template <class OnLine>
  void cut(const char* buffer, OnLine&& on_line) {
    const char* const start = buffer + begin_;
    const char* const end = buffer + filled_;
    const char* line = start;
    const char* from = buffer + std::max(begin_, searched_);
    while (const auto* newline = static_cast<const char*>(std::memchr(from, '\n', static_cast<std::size_t>(end - from)))) {
      if (!skipping_) [[likely]] {
        hand_out(line, newline, on_line);
      } else {
        skipping_ = false;
      }
      offset_ += static_cast<std::uint64_t>(newline + 1 - line);
      line = from = newline + 1;
    }
    if (line != start) begun_ = false;
    begin_ = static_cast<std::size_t>(line - buffer);
    bound_rest(buffer, on_line);
    searched_ = filled_;
  }

  /// Hands out the last line, which no newline follows.
  template <class OnLine>
  void finish(const char* buffer, OnLine&& on_line) {
    if (!skipping_ && (begun_ || pending() > 0)) hand_out(buffer + begin_, buffer + filled_, on_line);
    drop_rest();
    begun_ = skipping_ = false;
  }

 private:
  template <class OnLine>
  void hand_out(const char* first, const char* last, OnLine& on_line) {
    PhysicalLine line{{}, offset_, ++lines_, false};
    if (first != last && last[-1] == '\r') --last;
    if (first != last && *first == '\0') [[unlikely]] {
      const std::size_t run = nul_run({first, static_cast<std::size_t>(last - first)});
      line.offset += run;
      first += run;
    }
    line.text = {first, static_cast<std::size_t>(last - first)};
    if (line.text.size() > line_bytes_max_) [[unlikely]] {
      line.text = line.text.substr(0, size_when_cut(first));
      line.cut = true;
      ++lines_cut_;
    }
    on_line(line);
  }

  /// Keeps what is left of an incomplete line within the limit, so that a line of any length takes constant memory.
  template <class OnLine>
  void bound_rest(const char* buffer, OnLine& on_line) {
    if (skipping_) return drop_rest();
    const char* const first = buffer + begin_;
    const char* const last = buffer + filled_;
    if (first != last && *first == '\0') [[unlikely]] {
      const std::size_t run = nul_run({first, pending()});
      begun_ = true;
      offset_ += run;
      if (run == pending())
        filled_ = begin_;
      else
        begin_ += run;
    }
    if (pending() < line_bytes_max_ + 2) return;              // + 2: a last '\r' would not count, so only now it is over for certain
    const std::size_t kept = size_when_cut(buffer + begin_);  // before `on_line` writes to the buffer
    hand_out(buffer + begin_, buffer + filled_, on_line);
    begin_ += kept;
    offset_ += kept;
    skipping_ = true;
    drop_rest();
  }

  void drop_rest() noexcept {
    offset_ += pending();
    filled_ = searched_ = begin_;
  }

  /// The limit, or up to three bytes less when it falls into a UTF-8 character; `text` is longer.
  [[nodiscard]] std::size_t size_when_cut(const char* text) const noexcept {
    const auto continues = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80; };
    std::size_t size = line_bytes_max_;
    for (int back = 0; back < 3 && size > 0 && continues(size); ++back) --size;
    const bool at_lead = size < line_bytes_max_ && static_cast<unsigned char>(text[size]) >= 0xc0;
    return at_lead ? size : line_bytes_max_;
  }

  std::size_t line_bytes_max_;
  std::size_t begin_ = 0, searched_ = 0, filled_ = 0;
  std::uint64_t offset_;  // of begin_
  std::uint64_t lines_, lines_cut_ = 0;
  bool begun_;             // of the incomplete line, filler has been dropped
  bool skipping_ = false;  // the incomplete line has been handed out, cut
};

}  // namespace loglode::ingest
