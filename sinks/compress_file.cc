#include "sinks/compress_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <vector>

#include "base/owned_file.h"
#include "core/assert.h"
#include "core/limits.h"

namespace loglode {

namespace {

constexpr std::size_t kChunkBytes = 256 * kKiB;
constexpr int kZstdLevel = 3, kGzipLevel = 6;

/// Takes the plain bytes in pieces; `out` is called with what comes of them.
class Compressor {
 public:
  virtual ~Compressor() = default;
  /// `last`: nothing comes after `bytes`. Empties into `out`. Errors: out of memory.
  virtual Result<void> add(std::string_view bytes, bool last, std::string& out) = 0;
};

class Gzip final : public Compressor {
 public:
  Gzip() {
    // 16: with the header of gzip.
    LOGLODE_ASSERT(deflateInit2(&stream_, kGzipLevel, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;
  ~Gzip() override { deflateEnd(&stream_); }

  Result<void> add(std::string_view bytes, bool last, std::string& out) override {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_.next_out = piece_.data();
      stream_.avail_out = static_cast<uInt>(piece_.size());
      if (deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_ERROR)
        return fail(std::make_error_code(std::errc::io_error), "cannot compress: the state of zlib is inconsistent");
      out.append(reinterpret_cast<const char*>(piece_.data()), piece_.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
    return {};
  }

 private:
  z_stream stream_{};
  std::array<Bytef, 64 * kKiB> piece_{};
};

class Zstd final : public Compressor {
 public:
  Zstd() : context_{ZSTD_createCCtx()} {
    LOGLODE_ASSERT(context_ != nullptr);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kZstdLevel);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }

  Result<void> add(std::string_view bytes, bool last, std::string& out) override {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    for (;;) {
      ZSTD_outBuffer piece{piece_.data(), piece_.size(), 0};
      const std::size_t left = ZSTD_compressStream2(context_.get(), &piece, &in, last ? ZSTD_e_end : ZSTD_e_continue);
      if (ZSTD_isError(left) != 0)
        return fail(std::make_error_code(std::errc::not_enough_memory), std::string{"cannot compress: "} + ZSTD_getErrorName(left));
      out.append(piece_.data(), piece.pos);
      if (last ? left == 0 : in.pos == in.size) return {};
    }
  }

 private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> context_;
  std::array<char, 64 * kKiB> piece_{};
};

std::unique_ptr<Compressor> make_compressor(Compression compression) {
  if (compression == Compression::gzip) return std::make_unique<Gzip>();
  return std::make_unique<Zstd>();
}

Result<void> copy_compressed(const OwnedFile& from, const OwnedFile& to, const std::string& path, Compression compression,
                             const std::stop_token& stop) {
  const auto compressor = make_compressor(compression);
  std::vector<char> chunk(kChunkBytes);
  std::string out;
  for (bool last = false; !last;) {
    if (stop.stop_requested()) return fail(std::make_error_code(std::errc::operation_canceled), "stopped while compressing " + path);
    const ssize_t got = ::read(from.fd(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_on_file("cannot read " + path);
    last = got == 0;
    out.clear();
    if (auto added = compressor->add({chunk.data(), static_cast<std::size_t>(got)}, last, out); !added) return added;
    if (auto written = append_whole(to, out, path + std::string{suffix_of(compression)}); !written) return written;
  }
  return {};
}

Result<void> write_compressed(const std::string& path, const std::string& unfinished, Compression compression,
                              const std::stop_token& stop) {
  auto from = open_file(path, O_RDONLY | O_NOFOLLOW);
  if (!from) return tl::unexpected<Error>(from.error());
  struct stat status {};
  if (::fstat(from->fd(), &status) != 0) return fail_on_file("cannot read " + path);
  auto to = open_file(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_APPEND, 0600);
  if (!to) return tl::unexpected<Error>(to.error());
  if (auto copied = copy_compressed(*from, *to, path, compression, stop); !copied) return copied;
  if (::fchmod(to->fd(), status.st_mode & 0777U) != 0) return fail_on_file("cannot write " + unfinished);
  const std::array<timespec, 2> times{status.st_atim, status.st_mtim};
  static_cast<void>(::futimens(to->fd(), times.data()));
  return sync_file(*to, unfinished);
}

}  // namespace

std::string_view suffix_of(Compression compression) noexcept {
  switch (compression) {
    case Compression::gzip:
      return ".gz";
    case Compression::zstd:
      return ".zst";
    case Compression::none:
      break;
  }
  return "";
}

Result<void> compress_file(const std::string& path, Compression compression, std::stop_token stop) {
  if (compression == Compression::none) return {};
  const std::string done = path + std::string{suffix_of(compression)}, unfinished = done + std::string{kUnfinishedSuffix};
  if (auto written = write_compressed(path, unfinished, compression, stop); !written) {
    static_cast<void>(::unlink(unfinished.c_str()));
    return written;
  }
  // A `done` that is there already came of the same file, by a run that ended before it removed it.
  if (::rename(unfinished.c_str(), done.c_str()) != 0) return fail_on_file("cannot rename " + unfinished);
  if (auto synced = sync_folder_of(done); !synced) return synced;
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return fail_on_file("cannot remove " + path);
  return {};
}

}  // namespace loglode
