#include "ingest/decompressor.h"

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "core/limits.h"

namespace loglode::ingest {

namespace {

/// One codec's state. Decodes from `input` to `output`; both spans shrink by what was used.
struct Spans {
  const char* input = nullptr;
  std::size_t input_size = 0;
  char* output = nullptr;
  std::size_t output_size = 0;
};

enum class Decoded : std::uint8_t { some, member_end, damaged, too_big_window };

class GzipCodec {
 public:
  static constexpr std::string_view kName = "gzip";
  GzipCodec() {
    if (::inflateInit2(&state_, MAX_WBITS + 16) != Z_OK) throw std::bad_alloc{};  // + 16: gzip only
  }
  GzipCodec(const GzipCodec&) = delete;
  GzipCodec& operator=(const GzipCodec&) = delete;
  ~GzipCodec() { ::inflateEnd(&state_); }

  Decoded decode(Spans& spans) {
    // zlib takes the input as mutable, but only reads it.
    state_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(spans.input));
    state_.avail_in = static_cast<uInt>(spans.input_size);
    state_.next_out = reinterpret_cast<Bytef*>(spans.output);
    state_.avail_out = static_cast<uInt>(std::min<std::size_t>(spans.output_size, 1U << 30U));
    const uInt room = state_.avail_out;
    const int code = ::inflate(&state_, Z_NO_FLUSH);
    spans.input += spans.input_size - state_.avail_in;
    spans.input_size = state_.avail_in;
    spans.output += room - state_.avail_out;
    spans.output_size -= room - state_.avail_out;
    if (code == Z_STREAM_END) return ::inflateReset(&state_) == Z_OK ? Decoded::member_end : Decoded::damaged;
    return code == Z_OK || code == Z_BUF_ERROR ? Decoded::some : Decoded::damaged;
  }
  static bool begins(std::string_view bytes) { return compression_of(bytes) == Compression::gzip; }
  static std::string too_big(int) { return {}; }

 private:
  z_stream state_{};
};

class ZstdCodec {
 public:
  static constexpr std::string_view kName = "zstd";
  explicit ZstdCodec(int window_log_max) : state_{::ZSTD_createDStream()} {
    if (state_ == nullptr) throw std::bad_alloc{};
    ::ZSTD_DCtx_setParameter(state_.get(), ZSTD_d_windowLogMax, window_log_max);
  }

  Decoded decode(Spans& spans) {
    ZSTD_inBuffer in{spans.input, spans.input_size, 0};
    ZSTD_outBuffer out{spans.output, spans.output_size, 0};
    const std::size_t code = ::ZSTD_decompressStream(state_.get(), &out, &in);
    spans.input += in.pos;
    spans.input_size -= in.pos;
    spans.output += out.pos;
    spans.output_size -= out.pos;
    if (::ZSTD_isError(code) == 0) return code == 0 ? Decoded::member_end : Decoded::some;
    return ::ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge ? Decoded::too_big_window : Decoded::damaged;
  }
  static bool begins(std::string_view bytes) { return compression_of(bytes) == Compression::zstd; }
  static std::string too_big(int window_log_max) {
    return "was compressed with a window over the limit of 2^" + std::to_string(window_log_max) +
           " bytes: decompress it first: zstd -dc --long=31 FILE | loglode analyze -";
  }

 private:
  struct Free {
    void operator()(ZSTD_DStream* state) const noexcept { ::ZSTD_freeDStream(state); }
  };
  std::unique_ptr<ZSTD_DStream, Free> state_;
};

class Bzip2Codec {
 public:
  static constexpr std::string_view kName = "bzip2";
  Bzip2Codec() { begin(); }
  Bzip2Codec(const Bzip2Codec&) = delete;
  Bzip2Codec& operator=(const Bzip2Codec&) = delete;
  ~Bzip2Codec() { ::BZ2_bzDecompressEnd(&state_); }

  Decoded decode(Spans& spans) {
    state_.next_in = const_cast<char*>(spans.input);  // only read
    state_.avail_in = static_cast<unsigned>(spans.input_size);
    state_.next_out = spans.output;
    state_.avail_out = static_cast<unsigned>(std::min<std::size_t>(spans.output_size, 1U << 30U));
    const unsigned room = state_.avail_out;
    const int code = ::BZ2_bzDecompress(&state_);
    spans.input += spans.input_size - state_.avail_in;
    spans.input_size = state_.avail_in;
    spans.output += room - state_.avail_out;
    spans.output_size -= room - state_.avail_out;
    if (code != BZ_STREAM_END) return code == BZ_OK ? Decoded::some : Decoded::damaged;
    ::BZ2_bzDecompressEnd(&state_);
    begin();
    return Decoded::member_end;
  }
  static bool begins(std::string_view bytes) { return compression_of(bytes) == Compression::bzip2; }
  static std::string too_big(int) { return {}; }

 private:
  void begin() {
    state_ = {};
    if (::BZ2_bzDecompressInit(&state_, 0, 0) != BZ_OK) throw std::bad_alloc{};
  }
  bz_stream state_{};
};

class XzCodec {
 public:
  static constexpr std::string_view kName = "xz";
  explicit XzCodec(int window_log_max) : memory_max_{(std::uint64_t{1} << window_log_max) + kBesideWindow} { begin(); }
  XzCodec(const XzCodec&) = delete;
  XzCodec& operator=(const XzCodec&) = delete;
  ~XzCodec() { ::lzma_end(&state_); }

  Decoded decode(Spans& spans) {
    state_.next_in = reinterpret_cast<const std::uint8_t*>(spans.input);
    state_.avail_in = spans.input_size;
    state_.next_out = reinterpret_cast<std::uint8_t*>(spans.output);
    state_.avail_out = spans.output_size;
    const lzma_ret code = ::lzma_code(&state_, LZMA_RUN);
    spans.input += spans.input_size - state_.avail_in;
    spans.input_size = state_.avail_in;
    spans.output += spans.output_size - state_.avail_out;
    spans.output_size = state_.avail_out;
    if (code == LZMA_MEM_ERROR) throw std::bad_alloc{};
    if (code == LZMA_MEMLIMIT_ERROR) return Decoded::too_big_window;
    if (code != LZMA_STREAM_END) return code == LZMA_OK || code == LZMA_BUF_ERROR ? Decoded::some : Decoded::damaged;
    begin();
    return Decoded::member_end;
  }
  static bool begins(std::string_view bytes) { return compression_of(bytes) == Compression::xz; }
  static std::string too_big(int window_log_max) {
    return "needs more memory than the limit of 2^" + std::to_string(window_log_max) +
           " bytes to be decompressed: decompress it first: xz -dc FILE | loglode analyze -";
  }

 private:
  static constexpr std::uint64_t kBesideWindow = kMiB;  // what the decoder itself needs
  void begin() {                                        // takes the state of an earlier member over
    if (::lzma_stream_decoder(&state_, memory_max_, 0) != LZMA_OK) throw std::bad_alloc{};
  }
  std::uint64_t memory_max_;
  lzma_stream state_ = LZMA_STREAM_INIT;
};

template <class Codec>
class Decompressor final : public ByteReader {
 public:
  template <class... Arguments>
  Decompressor(std::unique_ptr<ByteReader> from, const DecompressionLimits& limits, ReadNotes& notes, RunCounters& counters,
               Arguments... arguments)
      : codec_{arguments...}, from_{std::move(from)}, limits_{limits}, notes_{notes}, counters_{counters}, input_(kInputBytes, '\0') {}

  ReadResult read(char* to, std::size_t room, Deadline until) override {
    while (!ended_) {
      if (!in_member_) {
        if (const ReadStatus status = next_member(until); status != ReadStatus::bytes) return {status, 0};
        continue;
      }
      if (begin_ == end_ && !source_ended_ && !output_pending_) {
        if (const ReadStatus status = refill(until); status == ReadStatus::wait) return {status, 0};
        continue;
      }
      if (const std::size_t made = decode(to, room); made > 0) return {ReadStatus::bytes, made};
    }
    return {ReadStatus::end, 0};
  }

  void stop() noexcept override {
    stopped_ = true;
    from_->stop();
  }

 private:
  static constexpr std::size_t kInputBytes = 128 * kKiB;

  [[nodiscard]] std::uint64_t position() const noexcept { return input_offset_ - (end_ - begin_); }  // in the compressed stream

  std::size_t decode(char* to, std::size_t room) {
    Spans spans{input_.data() + begin_, end_ - begin_, to, room};
    const Decoded decoded = codec_.decode(spans);
    const bool input_used = spans.input_size < end_ - begin_;
    begin_ = end_ - spans.input_size;
    const std::size_t made = room - spans.output_size;
    made_ += made;
    output_pending_ = spans.output_size == 0 && decoded == Decoded::some;
    if (decoded == Decoded::member_end) {
      in_member_ = false;
      ++members_;
    } else if (decoded != Decoded::some) {
      damaged(decoded);
    } else if (made == 0 && !input_used && begin_ == end_ && source_ended_) {
      cut_short();
    }
    if (!ended_ && over_limit()) stop_at_limit();
    return made;
  }

  /// At a member's begin, or behind the last one: `bytes` when there is a member to decode.
  ReadStatus next_member(Deadline until) {
    while (end_ - begin_ < kCompressionMagicBytes && !source_ended_) {
      if (refill(until) == ReadStatus::wait) return ReadStatus::wait;
      if (members_ > 0) skip_padding();
    }
    if (members_ > 0) skip_padding();
    const std::string_view next{input_.data() + begin_, end_ - begin_};
    if (next.size() < kCompressionMagicBytes && !source_ended_) return ReadStatus::bytes;  // padding: look again
    if (members_ == 0 || Codec::begins(next)) {
      in_member_ = true;
      return ReadStatus::bytes;
    }
    if (!next.empty() && !stopped_) {
      notes_.push_back({"bytes that are no " + std::string{Codec::kName} + " follow its end at byte " + std::to_string(position()) +
                            "; they were left out",
                        false});
    }
    ended_ = true;
    return ReadStatus::end;
  }

  /// Tapes and preallocated files pad with NULs.
  void skip_padding() {
    while (begin_ < end_ && input_[begin_] == '\0') ++begin_;
  }

  ReadStatus refill(Deadline until) {
    if (begin_ > 0) std::memmove(input_.data(), input_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    const ReadResult got = from_->read(input_.data() + end_, input_.size() - end_, until);
    if (got.status == ReadStatus::end) source_ended_ = true;
    if (got.status != ReadStatus::bytes) return got.status;
    end_ += got.size;
    input_offset_ += got.size;
    return ReadStatus::bytes;
  }

  [[nodiscard]] bool over_limit() const noexcept {
    return made_ > limits_.bytes_max || (made_ > limits_.ratio_from_bytes && made_ / limits_.ratio_max > position());
  }

  void stop_at_limit() {
    counters_.hit(Limit::decompression);
    end_with("holds more than the limit on decompression allows (" + std::to_string(made_) + " bytes out of " + std::to_string(position()) +
             "): only those were read; decompress it first if it is sound");
  }

  void cut_short() {
    if (stopped_) {
      ended_ = true;
      return;
    }
    end_with("ends in the middle of its " + std::string{Codec::kName} + " data after " + std::to_string(position()) +
             " bytes: " + how_much() + "; copy it again if it is whole elsewhere");
  }

  void damaged(Decoded decoded) {
    if (decoded == Decoded::too_big_window) {
      end_with(Codec::too_big(limits_.window_log_max));
      return;
    }
    end_with("is damaged: its " + std::string{Codec::kName} + " data cannot be decoded at byte " + std::to_string(position()) + "; " +
             how_much());
  }

  [[nodiscard]] std::string how_much() const {
    return made_ == 0 ? "nothing could be read" : "the " + std::to_string(made_) + " bytes of text before that were read";
  }

  void end_with(std::string what) {
    notes_.push_back({std::move(what), true});
    ended_ = true;
  }

  Codec codec_;
  std::unique_ptr<ByteReader> from_;
  DecompressionLimits limits_;
  ReadNotes& notes_;
  RunCounters& counters_;
  std::string input_;
  std::size_t begin_ = 0, end_ = 0;  // of what is not decoded yet, in input_
  std::uint64_t input_offset_ = 0;   // bytes taken from from_
  std::uint64_t made_ = 0, members_ = 0;
  bool in_member_ = false, source_ended_ = false, ended_ = false, stopped_ = false;
  bool output_pending_ = false;  // the output was full: the codec may hold more without more input
};

}  // namespace

Compression compression_of(std::string_view first) noexcept {
  if (first.size() >= 2 && first.substr(0, 2) == "\x1f\x8b" && (first.size() == 2 || first[2] == '\x08')) return Compression::gzip;
  if (first.size() < 4) return Compression::none;
  if (first.substr(0, 4) == "\x28\xb5\x2f\xfd") return Compression::zstd;
  if (first.substr(0, 4) ==
      "\xfd"
      "7zX")
    return Compression::xz;
  // The level, then the first block's mark, or that of the end where there is none.
  if (first.substr(0, 3) == "BZh" && first[3] >= '1' && first[3] <= '9') {
    const std::string_view mark = first.substr(4, 2);
    return std::string_view{"1A"}.starts_with(mark) || std::string_view{"\x17\x72"}.starts_with(mark) ? Compression::bzip2
                                                                                                      : Compression::none;
  }
  // Skippable frames may come first (parallel zstd writes them): 0x184D2A50 to 0x184D2A5F, little-endian.
  if (first.substr(1, 3) == "\x2a\x4d\x18" && (static_cast<unsigned char>(first[0]) & 0xf0U) == 0x50) return Compression::zstd;
  return Compression::none;
}

std::unique_ptr<ByteReader> make_decompressor(Compression compression, std::unique_ptr<ByteReader> from, const DecompressionLimits& limits,
                                              ReadNotes& notes, RunCounters& counters) {
  if (compression == Compression::gzip) return std::make_unique<Decompressor<GzipCodec>>(std::move(from), limits, notes, counters);
  if (compression == Compression::bzip2) return std::make_unique<Decompressor<Bzip2Codec>>(std::move(from), limits, notes, counters);
  if (compression == Compression::zstd)
    return std::make_unique<Decompressor<ZstdCodec>>(std::move(from), limits, notes, counters, limits.window_log_max);
  if (compression == Compression::xz)
    return std::make_unique<Decompressor<XzCodec>>(std::move(from), limits, notes, counters, limits.window_log_max);
  return from;
}

}  // namespace loglode::ingest
