// The records of many streams as they come, each stream's in its own order, given back one stream at a time. What is more than fits is in a
// file without a name. Owned by one command: filled by one thread at a time, then read by one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "core/batch.h"
#include "core/result.h"
#include "sinks/elasticsearch/receipt.h"

namespace loglode {

class SourceRecords {
 public:
  /// `held_max`: records kept in memory, over all streams.
  explicit SourceRecords(std::size_t held_max = 1'000'000) : held_max_{held_max} {}

  /// A record that is not behind the stream's latest was added before: what is read a second time counts once.
  /// Errors: the file cannot be written.
  [[nodiscard]] Result<void> add(const StreamIdentity& stream, const SourceRecord& record);
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

  /// Begins a stream; one that is not there has no record.
  void begin(const StreamIdentity& stream);
  /// Its next record; false: there is none. Errors: the file cannot be read.
  [[nodiscard]] Result<bool> next(SourceRecord& out);

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;
  struct Extent {
    long at = 0;  // in the file
    std::size_t count = 0;
  };
  struct Records {
    std::vector<Extent> extents;     // in the file, the older
    std::vector<SourceRecord> held;  // behind them
    std::uint64_t latest = 0;        // offset, where there is any
  };
  struct Close {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };

  [[nodiscard]] Result<void> spill();
  [[nodiscard]] Result<void> load();

  const std::size_t held_max_;
  std::map<Key, Records> streams_;
  std::size_t held_ = 0;
  std::uint64_t count_ = 0;
  std::unique_ptr<std::FILE, Close> file_;
  // Of what is being read.
  const Records* reading_ = nullptr;
  std::size_t extent_ = 0, in_extent_ = 0, at_ = 0;
  std::vector<SourceRecord> loaded_;
};

}  // namespace loglode
