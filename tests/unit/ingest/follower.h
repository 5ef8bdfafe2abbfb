// What a source of files gives, over restarts and crashes; every line is kept under (stream identity, offset), so that what is read twice
// is recognised. For tests.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "ingest/follow/bookmark.h"
#include "ingest/follow/follow_source.h"
#include "tests/unit/ingest/input_files_on_disk.h"

namespace loglode::test {

struct Folder : TemporaryFolder {
  std::string operator/(const std::string& name) const { return path(name); }
};

inline void append(const std::string& path, const std::string& text) { std::ofstream{path, std::ios::app | std::ios::binary} << text; }

/// What was handed out, over restarts.
class Follower {
 public:
  explicit Follower(std::vector<std::string> patterns, bool from_end = false) : patterns_{std::move(patterns)}, from_end_{from_end} {
    start();
  }

  void start() {
    FollowConfig config;
    config.name = name;
    config.paths = patterns_;
    config.from_end = from_end_;
    config.rotated = rotated;
    for (const auto& [stream, bookmark] : bookmarks_) config.bookmarks.push_back(bookmark);
    config.next_stream = [this] { return StreamId{next_stream_++}; };
    config.poll = std::chrono::milliseconds{20};
    config.record_patience = std::chrono::milliseconds{20};
    config.rotated_patience = std::chrono::milliseconds{200};
    config.line_patience = line_patience;
    config.has_state = true;
    source_ = make_follow_source(config, factory_, counters_);
  }
  /// As a crash: what comes next is asked of a new source with the bookmarks of what was handed out.
  void restart() {
    source_.reset();
    start();
  }
  void stop() { source_.reset(); }
  /// As at SIGTERM: what it has read is handed out to its end.
  void end() {
    ask_to_end();
    read_for(std::chrono::milliseconds{700});
  }
  void ask_to_end() { source_->stop(); }
  /// The clock of the run that ended was wrong by so much.
  void clock_was_ahead(std::chrono::seconds time) {
    for (auto& [identity, bytes] : bookmarks_) {
      auto mark = ingest::decode_bookmark(bytes);
      REQUIRE(mark.has_value());
      mark->seen_at += time.count();
      bytes = ingest::encode(*mark);
    }
  }
  /// The state of a run is given to all of its sources.
  void know_bookmarks_of(const Follower& other) { bookmarks_.insert(other.bookmarks_.begin(), other.bookmarks_.end()); }

  void read_for(std::chrono::milliseconds time) {
    const auto until = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < until) read_once();
  }
  void read_once(std::chrono::milliseconds wait = std::chrono::milliseconds{10}) {
    Batch batch;
    REQUIRE(source_->fill(batch, std::chrono::steady_clock::now() + wait).has_value());
    if (!batch.stream) return;
    const StreamInfo& info = batch.stream->info;
    latest_batch = info.path;
    for (const Record& record : batch.records) {
      if (record.has(RecordFlag::blank)) continue;
      const auto key = std::tuple{info.identity.high, info.identity.low, record.offset};
      const auto [place, fresh] = seen.emplace(key, record.raw);
      if (!fresh && place->second != record.raw) clashes.push_back(place->second + " / " + std::string{record.raw});
      if (record.has(RecordFlag::cut)) cut.insert(std::string{record.raw});
    }
    bookmarks_[{info.identity.high, info.identity.low}] = source_->bookmark(info.id, batch.end);
    const StreamPosition reached{info.id, batch.end};
    REQUIRE(source_->commit(std::span{&reached, 1}).has_value());
  }
  [[nodiscard]] std::multiset<std::string> lines() const {
    std::multiset<std::string> all;
    for (const auto& [key, line] : seen) all.insert(line);
    return all;
  }

  std::map<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>, std::string> seen;
  std::vector<std::string> clashes;
  std::set<std::string> cut;
  std::string latest_batch;  // path of the file that gave it, or that it announced
  std::chrono::milliseconds line_patience{60'000};
  std::string name{};
  std::vector<std::string> rotated{};
  [[nodiscard]] FollowStatus status() const { return source_->status(); }
  [[nodiscard]] const RunCounters& counters() const { return counters_; }
  [[nodiscard]] const StreamInfo& latest_opened() const { return factory_.infos.back(); }

 private:
  std::vector<std::string> patterns_;
  bool from_end_;
  TestFactory factory_;
  RunCounters counters_;
  std::uint32_t next_stream_ = 0;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::string> bookmarks_;
  std::unique_ptr<FileSource> source_;
};

/// Followers side by side: many cases that wait cost the time of one. Each has a member `follower`.
template <class Cases>
void read_all_for(Cases& cases, std::chrono::milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < until)
    for (auto& each : cases) each.follower->read_once(std::chrono::milliseconds{1});
}
template <class Cases>
void end_all(Cases& cases) {
  for (auto& each : cases) each.follower->ask_to_end();
  read_all_for(cases, std::chrono::milliseconds{1'000});
}

using Lines = std::multiset<std::string>;
inline constexpr auto kWhile = std::chrono::milliseconds{400};

}  // namespace loglode::test
