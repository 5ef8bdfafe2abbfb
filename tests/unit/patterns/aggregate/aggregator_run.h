// Records as a test writes them down, and a WindowAggregator that they are fed to: shared by the tests of patterns/aggregate.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "patterns/aggregate/window_aggregator.h"

namespace loglode::test {

inline constexpr std::int64_t kNoon = 1'700'000'000'000'000'000;

/// One record as a test writes it down.
struct Line {
  Timestamp time = kNoTime;
  std::string message = "hello";
  std::string service{};
  Severity severity = Severity::info;
  ShapeId shape = ShapeId{1};
  std::string trace{};
  std::vector<std::uint32_t> rules{};
  std::uint32_t line_count = 1;
  bool blank = false;
  std::uint32_t weight = 1;
  Duration since_boot{-1};
};

inline Timestamp at(double seconds_after_noon) { return Timestamp{Duration{kNoon + static_cast<std::int64_t>(seconds_after_noon * 1e9)}}; }

inline std::shared_ptr<const Stream> stream_named(const std::string& name, bool baseline = false) {
  auto stream = std::make_shared<Stream>();
  stream->info.path = "/var/log/" + name + ".log";
  stream->info.service = name;
  stream->info.identity = StreamIdentity{std::hash<char>{}(name[0]), name.size() * 1000 + static_cast<unsigned char>(name.back())};
  stream->info.baseline = baseline;
  return stream;
}

inline std::shared_ptr<const RuleCatalog> catalog() {
  static const auto rules =
      std::make_shared<const RuleCatalog>(RuleCatalog{RuleInfo{"oom", "out of memory", RuleCategory::error, Severity::fatal, "", ""},
                                                      RuleInfo{"login", "failed login", RuleCategory::security, Severity::warn, "", ""}});
  return rules;
}

class Run {
 public:
  explicit Run(AggregateConfig config = {}) : aggregator_{config, catalog(), counters} {}

  /// Feeds `lines` as one batch; offsets go on from the stream's last.
  std::vector<Record> feed(const std::shared_ptr<const Stream>& stream, const std::vector<Line>& lines) {
    Batch batch;
    batch.stream = stream;
    for (const Line& line : lines) {
      Place& place = places_[stream->info.path];
      Record record;
      record.raw = record.message = batch.keep(line.message);
      record.offset = place.offset;
      record.line = place.line;
      record.line_count = line.line_count;
      record.severity = line.severity;
      record.time = line.time;
      record.service = batch.keep(line.service);
      record.trace_id = batch.keep(line.trace);
      record.shape = line.shape;
      record.weight = line.weight;
      record.since_boot = line.since_boot;
      if (line.blank) record.set(RecordFlag::blank);
      record.hits_begin = static_cast<std::uint32_t>(batch.hits.size());
      record.hits_count = static_cast<std::uint32_t>(line.rules.size());
      for (const std::uint32_t rule : line.rules) batch.hits.push_back(RuleHit{RuleIndex{rule}});
      batch.records.push_back(record);
      place.offset += line.message.size() + 1;
      place.line += line.line_count;
    }
    REQUIRE(aggregator_.run(batch));
    return batch.records;
  }
  [[nodiscard]] std::vector<WindowSummary> summaries() const { return aggregator_.summaries(); }
  /// As a run that begins with what another has kept.
  void restore(const std::vector<WindowSummary>& summaries) { aggregator_.restore(summaries); }
  void reload() { aggregator_.change_rules(catalog()); }
  [[nodiscard]] std::string bytes() const {
    std::string all;
    for (const WindowSummary& each : aggregator_.summaries()) {
      const std::string one = encode(each);
      const Result<WindowSummary> back = decode(one);  // what is emitted is always a valid, normalised summary
      INFO((back ? std::string{} : back.error().message));
      REQUIRE(back);
      all += one + "|";
    }
    return all;
  }

  RunCounters counters;

 private:
  struct Place {
    std::uint64_t offset = 0, line = 1;
  };
  std::map<std::string, Place> places_;
  WindowAggregator aggregator_;
};

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_{seed * 0x9E3779B97F4A7C15ULL + 1} {}
  std::uint64_t below(std::uint64_t bound) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return (state_ >> 11) % bound;
  }

 private:
  std::uint64_t state_;
};

inline std::vector<Line> random_lines(Dice& dice, std::size_t count, bool timeless = true) {
  std::vector<Line> lines;
  double now = 0;
  for (std::size_t i = 0; i < count; ++i) {
    now += static_cast<double>(dice.below(2000)) / 1000;
    Line line;
    if (!timeless || dice.below(4) != 0) line.time = at(now - (dice.below(10) == 0 ? 20.0 : 0.0));
    line.shape = ShapeId{1 + dice.below(5)};
    line.severity = line.shape == ShapeId{5} ? Severity::error : Severity::info;
    line.service = dice.below(3) == 0 ? "" : "svc-" + std::to_string(dice.below(3));
    line.message = "message " + std::to_string(dice.below(1000));
    line.trace = dice.below(2) == 0 ? "" : "trace" + std::to_string(dice.below(20));
    if (dice.below(5) == 0) line.rules = {static_cast<std::uint32_t>(dice.below(2))};
    lines.push_back(line);
  }
  return lines;
}

inline std::uint64_t count_in(const std::vector<WindowSummary>& summaries) {
  std::uint64_t count = 0;
  for (const WindowSummary& summary : summaries)
    for (const Cell& cell : summary.cells) count += cell.count;
  return count;
}

inline std::vector<std::string> excerpts_in(const std::vector<WindowSummary>& summaries) {
  std::vector<std::string> found;
  for (const WindowSummary& summary : summaries)
    for (const Cell& cell : summary.cells)
      if (!cell.excerpt.empty()) found.push_back(cell.excerpt);
  return found;
}

}  // namespace loglode::test
