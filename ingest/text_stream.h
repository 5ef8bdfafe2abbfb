// One input from its path to UTF-8 text: opened, decompressed, looked at, decoded. Owned by who reads it, one thread.
#pragma once

#include <optional>

#include "core/run_counters.h"
#include "ingest/content_check.h"
#include "ingest/decompressor.h"
#include "ingest/input_source.h"

namespace loglode::ingest {

enum class Opening : std::uint8_t { wait, ready, refused };

class TextStream {
 public:
  /// `raw`: the bytes as stored. `name`: only tells an archive cut within its first four bytes from text. `notes` and `counters`
  /// must outlive it.
  TextStream(std::unique_ptr<ByteReader> raw, std::string name, const DecompressionLimits& limits, ReadNotes& notes, RunCounters& counters);

  /// Reads as much as it takes to know what this is; to be called again after `wait`.
  Opening open(Deadline until);
  /// After `wait`: decides on what came so far, if that is a whole line at least. For streams that may take hours to show enough.
  bool settle();
  /// The input ends where it has been read to, see ByteReader::stop(). At any time.
  void stop() noexcept;
  /// After `refused`: a sentence without the path.
  [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }

  // After `ready`:
  /// The text, from its first byte.
  [[nodiscard]] PeekReader& text() noexcept { return *reader_; }
  /// The stream's first bytes as text: kPrefixLines lines or kPrefixBytes, or all there is; good until text() is read.
  [[nodiscard]] std::string_view prefix() const noexcept { return reader_->held(); }
  [[nodiscard]] bool prefix_is_all() const noexcept { return all_held_; }
  /// Where the text begins in the decompressed stream: behind a UTF-8 byte-order mark or a run of NULs. UTF-16 counts decoded bytes.
  [[nodiscard]] std::uint64_t text_offset() const noexcept { return text_offset_; }
  /// A run of NULs came before the text: even when nothing follows, that was a line.
  [[nodiscard]] bool began_with_filler() const noexcept { return filler_ > 0; }
  /// First bytes of the decompressed content, for the stream's identity.
  [[nodiscard]] const std::string& first_bytes() const noexcept { return first_bytes_; }

 private:
  enum class Step : std::uint8_t { compression, content, decoded, done };

  Opening find_compression(Deadline until);
  Opening look_at_content(Deadline until);
  Opening hold_decoded(Deadline until);
  void decode_with(Encoding encoding);
  Opening refuse(std::string why);

  std::unique_ptr<PeekReader> reader_;
  std::string name_;
  DecompressionLimits limits_;
  ReadNotes& notes_;
  RunCounters& counters_;
  Step step_ = Step::compression;
  std::string refusal_, first_bytes_;
  std::uint64_t text_offset_ = 0, filler_ = 0;
  bool all_held_ = false, stopped_ = false;
};

}  // namespace loglode::ingest
