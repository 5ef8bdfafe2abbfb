// Each stage of a worker, and the aggregation, on one batch of JSON lines made here from a fixed seed: nanoseconds for a line (`per_line`).
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstring>
#include <random>

#include "app/reading/builtin_rules.h"
#include "core/framing.h"
#include "parse/parser.h"
#include "parse/redact/redactor.h"
#include "parse/time/timestamp_reader.h"
#include "patterns/aggregate/window_aggregator.h"
#include "patterns/mining/template_miner.h"

namespace loglode {
namespace {

constexpr int kLines = 4000;

std::string make_line(std::mt19937_64& random, int number) {
  const unsigned value = static_cast<unsigned>(random() % 100000);
  const std::string message =
      number % 3 == 0 ? fmt::format("GET /api/cart/{} HTTP/1.1 status=200 bytes={} duration={}ms", value, value * 7, value % 900)
      : number % 3 == 1
          ? fmt::format("session {:016x} opened for user{} from 10.1.{}.{}:{}", random(), value % 40, value % 256, value % 200, value)
          : fmt::format("consumed message offset={} partition={} topic=orders lag={}", value, value % 12, value % 50);
  return fmt::format(
      R"({{"@timestamp":"2026-11-23T12:{:02}:{:02}.{:03}Z","level":"INFO","service":"shop","host":"node-{}","trace_id":"{:016x}{:016x}","message":"{}"}})",
      number / 60 % 60, number % 60, value % 1000, value % 20, random(), random(), message);
}

// One batch, as ingest/ would hand it over.
class Workbench {
 public:
  Workbench() {
    std::mt19937_64 random{7};
    std::string text;
    std::vector<std::size_t> ends;
    for (int i = 0; i < kLines; ++i) {
      text += make_line(random, i);
      ends.push_back(text.size());
    }
    std::memcpy(batch.reserve(text.size()), text.data(), text.size());
    auto framers = make_framer_factory(ParseConfig{});
    const std::string_view first{batch.bytes(), ends.front()};
    StreamInfo info;
    batch.stream = std::make_shared<const Stream>(Stream{info, (*framers)->open(info, std::span{&first, 1}).plan});
    std::size_t begin = 0;
    for (const std::size_t end : ends) {
      Record& record = batch.records.emplace_back();
      record.raw = {batch.bytes() + begin, end - begin};
      record.offset = begin;
      begin = end;
    }
    fresh = batch.records;
    rules = load_rules_for(ReadingOptions{}).value();
  }
  void reset() {
    batch.records = fresh;
    batch.attributes.clear();
    batch.hits.clear();
  }

  RunCounters counters;
  LoadedRules rules;
  Batch batch;
  std::vector<Record> fresh;
};

void run_stage(benchmark::State& state, Workbench& bench, Stage& stage) {
  for (auto _ : state) {
    static_cast<void>(_);
    if (!stage.run(bench.batch)) state.SkipWithError("the stage failed");
  }
  state.counters["per_line"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * kLines, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void parse(benchmark::State& state) {
  Workbench bench;
  run_stage(state, bench, *make_parser(bench.counters));
}
BENCHMARK(parse);

void classify(benchmark::State& state) {
  Workbench bench;
  static_cast<void>(make_parser(bench.counters)->run(bench.batch));
  run_stage(state, bench, **make_classifier(bench.rules.rules, bench.counters));
}
BENCHMARK(classify);

void redact_stage(benchmark::State& state) {
  Workbench bench;
  static_cast<void>(make_parser(bench.counters)->run(bench.batch));
  static_cast<void>((*make_classifier(bench.rules.rules, bench.counters))->run(bench.batch));
  run_stage(state, bench, *make_redactor(bench.counters));
}
BENCHMARK(redact_stage);

// Shapes are taken away before each round, so that every line is scanned and looked up.
class Rescan final : public Stage {
 public:
  explicit Rescan(std::unique_ptr<Stage> scanner) : scanner_{std::move(scanner)} {}
  Result<void> run(Batch& batch) override {
    for (Record& record : batch.records) record.shape = kNoShape;
    return scanner_->run(batch);
  }

 private:
  std::unique_ptr<Stage> scanner_;
};

void scan_known_shapes(benchmark::State& state) {
  Workbench bench;
  TemplateMiner miner{MinerConfig{}, bench.counters};
  static_cast<void>(make_parser(bench.counters)->run(bench.batch));
  static_cast<void>(miner.make_learner()->run(bench.batch));
  Rescan rescan{miner.make_scanner()};
  run_stage(state, bench, rescan);
}
BENCHMARK(scan_known_shapes);

void aggregate(benchmark::State& state) {
  Workbench bench;
  TemplateMiner miner{MinerConfig{}, bench.counters};
  static_cast<void>(make_parser(bench.counters)->run(bench.batch));
  static_cast<void>(miner.make_learner()->run(bench.batch));
  WindowAggregator aggregator{AggregateConfig{}, bench.rules.catalog, bench.counters};
  run_stage(state, bench, folder);
}
BENCHMARK(aggregate);

void read_iso_timestamp(benchmark::State& state) {
  Timestamp time = kNoTime;
  for (auto _ : state) {
    static_cast<void>(_);
    benchmark::DoNotOptimize(read_timestamp("2026-11-23T12:34:56.789Z", TimeContext{}, time));
  }
}
BENCHMARK(read_iso_timestamp);

}  // namespace
}  // namespace loglode
