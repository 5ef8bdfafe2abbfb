// Files for tests: a folder that goes away, archives made in memory, and everything a Source gives.
#pragma once

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "ingest/input_source.h"
#include "tests/unit/ingest/slow_splitter.h"
#include "tests/unit/ingest/test_framers.h"

namespace loglode::test {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "loglode-ingest-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string path(const std::string& name = "") const { return name.empty() ? path_.string() : (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream{path_ / name, std::ios::binary} << bytes;
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

inline std::string gzip(const std::string& text) {
  z_stream state{};
  REQUIRE(::deflateInit2(&state, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(::deflateBound(&state, text.size()) + 32, '\0');
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  state.avail_in = static_cast<uInt>(text.size());
  state.next_out = reinterpret_cast<Bytef*>(out.data());
  state.avail_out = static_cast<uInt>(out.size());
  REQUIRE(::deflate(&state, Z_FINISH) == Z_STREAM_END);
  out.resize(state.total_out);
  ::deflateEnd(&state);
  return out;
}

inline std::string zstd(const std::string& text) {
  std::string out(::ZSTD_compressBound(text.size()), '\0');
  ZSTD_CCtx* const context = ::ZSTD_createCCtx();
  ::ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);  // as the command line does
  out.resize(::ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size()));
  ::ZSTD_freeCCtx(context);
  return out;
}

inline std::string bzip2(const std::string& text) {
  std::string out(text.size() + text.size() / 100 + 600, '\0');
  auto size = static_cast<unsigned>(out.size());
  REQUIRE(::BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(text.data()), static_cast<unsigned>(text.size()), 1, 0, 0) ==
          BZ_OK);
  out.resize(size);
  return out;
}

inline std::string xz(const std::string& text, std::uint32_t preset = 0) {
  std::string out(::lzma_stream_buffer_bound(text.size()), '\0');
  std::size_t size = 0;
  REQUIRE(::lzma_easy_buffer_encode(preset, LZMA_CHECK_CRC64, nullptr, reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                                    reinterpret_cast<std::uint8_t*>(out.data()), &size, out.size()) == LZMA_OK);
  out.resize(size);
  return out;
}

struct ReadAll {
  std::vector<SlowRecord> records;
  std::vector<std::uint32_t> streams;  // of each record
  std::vector<InputProblem> problems;
  std::uint64_t lines = 0, bytes = 0, bytes_read = 0, lines_cut = 0, record_lines_hit = 0, decompression_hit = 0;
  std::size_t batches = 0;

  [[nodiscard]] std::vector<std::string> raws() const {
    std::vector<std::string> result;
    for (const SlowRecord& record : records) result.push_back(record.raw);
    return result;
  }
  [[nodiscard]] bool any_fatal() const {
    for (const InputProblem& problem : problems) {
      if (problem.fatal) return true;
    }
    return false;
  }
  [[nodiscard]] std::string sentences() const {
    std::string result;
    for (const InputProblem& problem : problems) result += problem.what + "\n";
    return result;
  }
};

inline SlowRecord as_slow(const Record& record) {
  return {std::string{record.raw},
          record.offset,
          record.line,
          record.line_count,
          record.has(RecordFlag::cut),
          record.has(RecordFlag::detached),
          record.has(RecordFlag::blank)};
}

inline ReadAll read_inputs(std::vector<InputFile> inputs, const FramerFactory& factory, IngestConfig config = {}) {
  ReadAll all;
  RunCounters counters;
  const auto source = make_input_source(std::move(config), std::move(inputs), factory, counters);
  Batch batch;
  std::uint64_t lines = 0;
  while (true) {
    batch.clear();
    const auto fill = source->fill(batch, Deadline::max());
    REQUIRE(fill.has_value());
    for (const Record& record : batch.records) {
      all.records.push_back(as_slow(record));
      all.streams.push_back(static_cast<std::uint32_t>(batch.stream->info.id));
      lines += record.line_count;
    }
    ++all.batches;
    if (*fill == Fill::end) break;
  }
  all.problems = counters.problems();
  all.lines = counters.lines;
  all.bytes = counters.bytes;
  all.bytes_read = counters.bytes_read;
  all.lines_cut = counters.lines_cut;
  all.record_lines_hit = counters.hits(Limit::record_lines);
  all.decompression_hit = counters.hits(Limit::decompression);
  CHECK(all.lines == lines);  // each physical line is in one record
  CHECK(counters.hits(Limit::line_bytes) == all.lines_cut);
  return all;
}

inline ReadAll read_path(const std::string& path, Framed how = Framed::lines, IngestConfig config = {}) {
  return read_inputs({{.path = path}}, TestFactory{how}, std::move(config));
}

}  // namespace loglode::test
