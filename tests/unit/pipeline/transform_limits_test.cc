// Samples, bounds and errors of transforms.
#include <chrono>
#include <cmath>
#include <map>
#include <set>

#include "core/run_stats.h"
#include "patterns/aggregate/window_aggregator.h"
#include "patterns/mining/template_miner.h"
#include "pipeline/transforms/user_pattern.h"
#include "tests/unit/pipeline/transform_run.h"

namespace loglode {
namespace {

std::vector<Line> numbered(std::uint64_t from, std::uint64_t to) {
  std::vector<Line> lines;
  for (std::uint64_t i = from; i < to; ++i) {
    lines.push_back({"line"});
    lines.back().offset = i * 37;
  }
  return lines;
}

std::set<std::uint64_t> kept_of(TransformRun& run, std::uint64_t count, std::uint64_t batch_size) {
  std::set<std::uint64_t> kept;
  for (std::uint64_t from = 0; from < count; from += batch_size) {
    const Batch batch = run.feed(numbered(from, std::min(count, from + batch_size)));
    for (const Record& record : batch.records)
      if (!dropped(record)) kept.insert(record.offset);
  }
  return kept;
}

TEST_CASE("samples: about one in so many is kept, the same ones however batches are cut", "[app][transforms]") {
  constexpr std::uint64_t kCount = 40'000;
  for (const std::uint64_t one_in : {2U, 10U, 97U}) {
    const std::string transform = "sample: { keep_one_in: " + std::to_string(one_in) + " }";
    TransformRun whole{transform}, split{transform};
    const auto kept = kept_of(whole, kCount, kCount);
    CHECK(kept == kept_of(split, kCount, 333));
    const double expected = static_cast<double>(kCount) / static_cast<double>(one_in);
    CHECK(static_cast<double>(kept.size()) == Approx(expected).margin(5 * std::sqrt(expected)));
    CHECK(whole.counters.dropped(DropReason::sampled) == kCount - kept.size());
    CHECK(split.counters.dropped(DropReason::sampled) == kCount - kept.size());
  }
}

TEST_CASE("samples: those kept say for how many they stand, also behind one another", "[app][transforms]") {
  TransformRun run{"sample: { keep_one_in: 4 }, sample: { keep_one_in: 5, when: { severity_below: warn } }"};
  std::vector<Line> lines = numbered(0, 20'000);
  for (std::size_t i = 0; i < lines.size(); i += 2) lines[i].severity = Severity::error;
  const Batch batch = run.feed(lines);
  std::map<std::uint32_t, int> weights;
  for (const Record& record : batch.records)
    if (!dropped(record)) ++weights[record.weight];
  CHECK(weights.size() == 2);
  CHECK(weights[4] == Approx(2500).margin(250));
  CHECK(weights[20] == Approx(500).margin(120));
}

TEST_CASE("samples: many of them behind one another stand for as many as a weight can say", "[app][transforms]") {
  TransformRun run{"sample: { keep_one_in: 2 }"};
  Batch batch;
  for (std::uint64_t offset = 0; batch.records.empty() || dropped(batch.records.front()); ++offset)
    batch = run.feed({{"a", Severity::info, "", {}, {}, 1, std::nullopt, offset, 0, 3'000'000'000}});
  CHECK(batch.records.front().weight == 4'294'967'295);
}

TEST_CASE("samples: only those that the condition holds for", "[app][transforms]") {
  TransformRun run{"sample: { keep_one_in: 1000000000, when: { severity_below: warn } }"};
  const Batch batch = run.feed({{"a"}, {"b", Severity::error}, {"c", Severity::unspecified}, {"d", Severity::debug, "", {}, {}, 4}});
  CHECK(dropped(batch.records[0]));
  CHECK(!dropped(batch.records[1]));
  CHECK(!dropped(batch.records[2]));
  CHECK(batch.records[2].weight == 1);
  CHECK(run.counters.dropped(DropReason::sampled) == 5);
}

TEST_CASE("counters: lines are records, their continuations and what was dropped", "[app][transforms]") {
  TransformRun run{"drop: { severity_below: info }, sample: { keep_one_in: 3 }"};
  std::vector<Line> lines = numbered(0, 1000);
  std::uint64_t physical = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    lines[i].line_count = 1 + i % 4;
    if (i % 5 == 0) lines[i].severity = Severity::debug;
    physical += lines[i].line_count;
  }
  Batch batch = run.feed(lines);
  TemplateMiner miner{MinerConfig{}, run.counters};
  WindowAggregator aggregator{AggregateConfig{}, std::make_shared<const RuleCatalog>(rules_for_transforms()), run.counters};
  REQUIRE(miner.make_scanner()->run(batch).has_value());
  REQUIRE(miner.make_learner()->run(batch).has_value());
  REQUIRE(aggregator.run(batch).has_value());
  for (const Record& record : batch.records)
    if (dropped(record)) CHECK(record.shape == kNoShape);
  const RunStats stats = read_counters(run.counters);
  std::uint64_t sum = stats.records + stats.continuation_lines;
  for (const auto& [reason, count] : stats.dropped) sum += count;
  CHECK(physical == sum);
  CHECK(run.counters.dropped(DropReason::filtered) > 200);
  CHECK(run.counters.dropped(DropReason::sampled) > 800);
}

TEST_CASE("miner: what was dropped is neither looked up nor learned", "[app][transforms]") {
  TransformRun run{"drop: { pattern: secret }"};
  TemplateMiner miner{MinerConfig{}, run.counters};
  for (int round = 0; round < 2; ++round) {
    Batch batch = run.feed({{"kept text"}, {"secret text"}});
    REQUIRE(miner.make_scanner()->run(batch).has_value());
    REQUIRE(miner.make_learner()->run(batch).has_value());
    CHECK(batch.records[0].shape != kNoShape);
    CHECK(batch.records[1].shape == kNoShape);
  }
  CHECK(miner.derive_templates({}).templates().size() == 1);
}

TEST_CASE("limits: a pattern that gives up masks the whole text and chooses nothing", "[app][transforms]") {
  for (const std::size_t size : {std::size_t{1000}, std::size_t{16'000}, std::size_t{100'000}, std::size_t{1'000'000}}) {
    const std::string text = std::string(size, 'a') + "b";
    INFO(size);
    const auto begin = std::chrono::steady_clock::now();
    TransformRun redact{"redact: { pattern: '(a+)+$' }"};
    const Batch masked = redact.feed({{text, Severity::info, "", {{"k", text}}, {}, 1, "12:00 " + text}});
    CHECK(masked.records[0].message == "[masked]");
    CHECK(masked.records[0].raw == "[masked]");
    CHECK(attributes_text(masked, masked.records[0]) == "k=[masked]");
    CHECK(redact.counters.hits(Limit::pattern_steps) == 3);
    TransformRun drop{"drop: { pattern: '(a+)+$' }"};
    CHECK(!dropped(drop.feed({{text}}).records[0]));
    CHECK(drop.counters.hits(Limit::pattern_steps) == 1);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{5});
  }
}

TEST_CASE("limits: a pattern that nearly gives up at each byte costs a message no more for it", "[app][transforms]") {
  CHECK(user_steps_max(0) == 10'000);
  CHECK(user_steps_max(400) == 10'000);
  CHECK(user_steps_max(4000) == 1000);
  CHECK(user_steps_max(std::size_t{1} << 20) == 100);
  for (const char* const pattern : {"a{1,90}a{1,90}b", R"(\w{1,99}\w{1,99}=b)", "(?:a{1,20}){3}b"}) {
    for (const std::size_t size : {std::size_t{2000}, std::size_t{100'000}, std::size_t{1'000'000}}) {
      INFO(pattern << " in " << size);
      const auto begin = std::chrono::steady_clock::now();
      TransformRun redact{"redact: { pattern: '" + std::string{pattern} + "' }"};
      const std::string text = std::string(size, 'a') + "!b";
      const Batch batch = redact.feed({{text}});
      const bool gave_up = redact.counters.hits(Limit::pattern_steps) != 0;
      CHECK(batch.records[0].message == (gave_up ? "[masked]" : text));
      CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{5});
    }
  }
}

TEST_CASE("limits: long texts are searched to their end, and what is longer than a match may be is not shown", "[app][transforms]") {
  const auto masked = [](const std::string& pattern, const std::string& text) {
    return std::string{TransformRun{"redact: { pattern: '" + pattern + "' }"}.feed({{text}}).records[0].message};
  };
  const std::string blanks(3 * kUserMatchBytesMax, ' ');
  CHECK(masked("k=\\w+", blanks + "k=1" + blanks + "k=2") == blanks + "[masked]" + blanks + "[masked]");
  // Across each place where the text may be cut.
  for (std::size_t before = kUserMatchBytesMax - 5; before < kUserMatchBytesMax + 2; ++before) {
    const std::string text = blanks.substr(0, before) + "k=123" + blanks;
    CHECK(masked("k=\\w+", text) == blanks.substr(0, before) + "[masked]" + blanks);
    CHECK(masked("(?<= )k=\\d+\\b", text) == blanks.substr(0, before) + "[masked]" + blanks);
  }
  CHECK(masked("k=\\w+", "k=" + std::string(2 * kUserMatchBytesMax, 'x')) == "[masked]");
  CHECK(masked("x$", blanks + "x" + blanks) == blanks + "x" + blanks);
  CHECK(masked("x$", blanks + "x") == blanks + "[masked]");
  CHECK(masked("^ k", blanks + "k") == blanks + "k");
}

TEST_CASE("errors: what a transform names and is not there is told with its line", "[app][transforms]") {
  RunCounters counters;
  const auto expect = [&](const config::PipelineConfig& config, const std::string& message) {
    const auto made = make_transforms(config.sources, config.sinks, rules_for_transforms(), counters);
    REQUIRE(!made.has_value());
    CHECK(made.error().code == std::make_error_code(std::errc::invalid_argument));
    CHECK(made.error().message == message);
  };
  expect(transforms_config("drop: { rule: no-such }"), "line 2: no rule has the id \"no-such\"");
  expect(transforms_config("redact: { pattern: x }, sample: { keep_one_in: 2, when: { rule: none } }"),
         "line 2: no rule has the id \"none\"");
  expect(transforms_config("route: { when: { rule: oom }, to: [s0] }", 33), "line 2: a route chooses among at most 32 sinks, there are 33");
  auto config = transforms_config("route: { when: { rule: oom }, to: [s0] }");
  config.sinks[0].name = "renamed";
  expect(config, "line 2: no sink is named \"s0\"");
  config = transforms_config("redact: { pattern: x }");
  std::get<config::Redact>(config.sources[0].transforms[0].what).pattern = {"(", 2, "(", false};
  expect(config, "line 2: bad pattern (: missing closing parenthesis (at byte 1)");
  config = transforms_config("drop: { pattern: x }", 40);
  CHECK(make_transforms(config.sources, config.sinks, rules_for_transforms(), counters).has_value());
}

TEST_CASE("attributes are needed when one is renamed", "[app][transforms]") {
  CHECK(need_attributes(transforms_config("rename: { from: svc, to: service.name }").sources));
  CHECK(!need_attributes(transforms_config("rename: { from: host.name, to: service.name }").sources));
  CHECK(!need_attributes(transforms_config("redact: { pattern: x }").sources));
}

}  // namespace
}  // namespace loglode
