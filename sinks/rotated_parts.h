// The rotated parts of one file, `NAME.20261126T120000.000-0000` with `.gz` or `.zst` once compressed: their names sort by time. Only names
// of exactly this form are ever touched. PartKeeper is owned by the file's owner and has a thread of its own.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/result.h"
#include "core/timestamp.h"
#include "sinks/compress_file.h"

namespace loglode {

struct RotateConfig {
  std::uint64_t bytes_max = 0;      // 0: size is no reason to rotate
  std::chrono::seconds age_max{0};  // 0: neither is age
  std::size_t keep = 0;             // rotated parts; older ones are removed. 0: all are kept
  Compression compression = Compression::none;
};

/// Takes a sentence for a person (what was cut, what cannot be compressed), from any thread.
using Tell = std::function<void(const std::string&)>;

struct RotatedPart {
  std::string name;   // in its folder
  std::string stamp;  // time and number
  Compression compression = Compression::none;
  bool unfinished = false;  // the temporary file of a compression
};

/// By time. Errors: the folder cannot be read.
[[nodiscard]] Result<std::vector<RotatedPart>> list_parts(const std::string& path);
/// The path that the file rotated at `now` gets: behind all that are there, whatever the clock says. Errors: as list_parts.
[[nodiscard]] Result<std::string> next_part(const std::string& path, Timestamp now);

class PartKeeper {
 public:
  /// Begins with what an earlier run left: temporary files are removed, plain parts compressed, those beyond `keep` removed.
  PartKeeper(std::string path, RotateConfig config, Tell tell);
  /// Stops in the middle of a compression; the next start does it again.
  ~PartKeeper();
  /// There is a new part.
  void wake();
  /// Waits until all that is to be done is done, or has failed. For tests and an orderly end.
  void finish();

 private:
  void run(const std::stop_token& stop);
  [[nodiscard]] bool keep_parts(const std::stop_token& stop);
  [[nodiscard]] bool done(const Result<void>& result);

  const std::string path_;
  const RotateConfig config_;
  const Tell tell_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool wanted_ = true, busy_ = false;  // under mutex_
  std::jthread thread_;                // last: it uses all of them
};

}  // namespace loglode
