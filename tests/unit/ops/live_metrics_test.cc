#include "ops/live_metrics.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include <unistd.h>

namespace loglode {
namespace {

using std::chrono::seconds;

/// The exposition format, read strictly: every sample belongs to the family announced above it.
struct Exposition {
  std::map<std::string, std::string> types;   // by family
  std::map<std::string, double> samples;      // by name and labels as written
  std::map<std::string, std::string> family;  // of each sample
};

Exposition parse(const std::string& text) {
  static const std::regex kSample{
      R"re(([a-z0-9_]+)(\{([a-z_]+="([^"\\\n]|\\["\\n])*"(,[a-z_]+="([^"\\\n]|\\["\\n])*")*)?\})? ([-+0-9.eE]+|\+Inf|Nan))re"};
  Exposition out;
  std::string line, helped, current;
  std::istringstream in{text};
  while (std::getline(in, line)) {
    INFO(line);
    std::istringstream words{line};
    std::string hash, what, name, type;
    if (line.rfind("# HELP ", 0) == 0) {
      words >> hash >> what >> helped;
      continue;
    }
    if (line.rfind("# TYPE ", 0) == 0) {
      words >> hash >> what >> name >> type;
      CHECK(name == helped);
      CHECK(out.types.emplace(name, type).second);
      current = name;
      continue;
    }
    std::smatch found;
    REQUIRE(std::regex_match(line, found, kSample));
    const std::string base = found[1];
    CHECK((out.types[current] == "histogram" ? base.rfind(current, 0) == 0 : base == current));
    CHECK(out.samples.emplace(base + found[2].str(), std::stod(found[7])).second);
  }
  CHECK(text.back() == '\n');
  return out;
}

LiveFigures figures() {
  LiveFigures out;
  out.lines = 1'000'000'123;
  out.records = 12;
  out.dropped_lines = {{"blank", 3}, {"sink_full", 4}};
  out.now = Timestamp{seconds{1'700'000'010}};
  out.newest = Timestamp{seconds{1'700'000'000}};
  out.findings = {{"new_error", 2}};
  out.findings_muted = {{"frequent", 3}};
  out.incidents_open = 1;
  out.snapshot_age_s = 1.5;
  out.sinks = {{"archive", 10, 0, 0}, {"a \"b\" \\ \n", 1, 3, 2}};
  out.lags = {{"shop", "orders", 1, 7}, {"shop", "orders", 0, 5}};
  out.process = read_process();
  out.version = "0.1.0";
  return out;
}

TEST_CASE("live metrics: what is written is what was counted", "[app][ops]") {
  const Exposition got = parse(to_prometheus(figures()));
  const auto expect = [&](const std::string& sample, double value) {
    INFO(sample);
    REQUIRE(got.samples.count(sample) == 1);
    CHECK(got.samples.at(sample) == value);
  };
  expect("loglode_lines_total", 1'000'000'123);
  expect("loglode_records_total", 12);
  expect(R"(loglode_dropped_lines_total{reason="sink_full"})", 4);
  expect("loglode_watermark_lag_seconds", 10);
  expect(R"(loglode_source_lag_messages{source="shop",topic="orders",partition="1"})", 7);
  expect(R"(loglode_findings_total{kind="new_error"})", 2);
  expect(R"(loglode_findings_muted_total{kind="frequent"})", 3);
  expect("loglode_snapshot_age_seconds", 1.5);
  expect(R"(loglode_sink_documents_total{sink="a \"b\" \\ \n"})", 1);
  expect(R"(loglode_sink_rejected_total{sink="a \"b\" \\ \n"})", 3);
  expect(R"(loglode_sink_errors_total{sink="a \"b\" \\ \n"})", 2);
  expect(R"(loglode_build_info{version="0.1.0"})", 1);
}

TEST_CASE("live metrics: names follow the conventions", "[app][ops]") {
  const Exposition got = parse(to_prometheus(figures()));
  CHECK(got.types.size() > 25);
  for (const auto& [name, type] : got.types) {
    INFO(name);
    CHECK(name.rfind("loglode_", 0) == 0);
    const bool total = name.size() > 6 && name.compare(name.size() - 6, 6, "_total") == 0;
    CHECK(total == (type == "counter"));
  }
}

TEST_CASE("live metrics: every metric has a row in docs/operations.md", "[app][ops]") {
  std::ifstream in{std::string{LOGLODE_SOURCE_DIR} + "/docs/operations.md"};
  const std::string docs{std::istreambuf_iterator<char>{in}, {}};
  for (const auto& [name, type] : parse(to_prometheus(figures())).types) {
    INFO(name);
    CHECK((docs.find("`" + name + "`") != std::string::npos || docs.find("`" + name + "{") != std::string::npos));
  }
}

TEST_CASE("live metrics: waits are a histogram whose buckets add up", "[app][ops]") {
  FlowGauges gauges;
  gauges.entered(100);
  gauges.entered(50);
  gauges.left(100);
  gauges.waited(FlowStage::aggregate, std::chrono::microseconds{1000});  // on a bound: not over it
  gauges.waited(FlowStage::aggregate, std::chrono::milliseconds{30});
  gauges.waited(FlowStage::aggregate, std::chrono::seconds{60});
  gauges.waited(FlowStage::aggregate, std::chrono::seconds{-1});  // a clock that went back
  LiveFigures given;
  given.flow = gauges.read();
  const Exposition got = parse(to_prometheus(given));
  const auto bucket = [&](const std::string& le) {
    return got.samples.at("loglode_queue_wait_seconds_bucket{stage=\"fold\",le=\"" + le + "\"}");
  };
  CHECK(bucket("0.001") == 2);
  CHECK(bucket("0.1") == 3);
  CHECK(bucket("+Inf") == 4);
  CHECK(got.samples.at(R"(loglode_queue_wait_seconds_count{stage="fold"})") == 4);
  CHECK(got.samples.at(R"(loglode_queue_wait_seconds_sum{stage="fold"})") == Approx(60.031));
  CHECK(got.samples.at("loglode_batches_in_flight") == 1);
  CHECK(got.samples.at("loglode_in_flight_bytes") == 50);
}

TEST_CASE("live metrics: counters come with every reason and limit", "[app][ops]") {
  RunCounters counters;
  counters.lines = 5;
  counters.hit(Limit::json_depth, 2);
  LiveFigures out;
  read_counters(counters, out);
  CHECK(out.lines == 5);
  CHECK(out.limit_hits.size() == static_cast<std::size_t>(Limit::kCount));
  CHECK(out.limit_hits.at("json_depth") == 2);
  CHECK(out.dropped_lines.at("blank") == 0);
}

TEST_CASE("live metrics: the process reads itself", "[app][ops]") {
  const ProcessFigures got = read_process();
  CHECK(got.resident_bytes > 1'000'000);
  CHECK(got.open_fds >= 3);
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  CHECK(got.start_s < now + 1);
  CHECK(got.start_s > now - 3600);
}

TEST_CASE("live metrics: promtool has nothing to say", "[app][ops]") {
  if (std::system("command -v promtool >/dev/null 2>&1") != 0) return;
  const auto path = std::filesystem::temp_directory_path() / ("loglode-metrics-" + std::to_string(::getpid()));
  std::ofstream{path} << to_prometheus(figures());
  CHECK(std::system(("promtool check metrics < " + path.string()).c_str()) == 0);
  std::filesystem::remove(path);
}

// ---- limits and what is not known ----

TEST_CASE("live metrics: partitions past the limit are one", "[app][ops]") {
  LiveFigures given;
  for (int i = 0; i < 1500; ++i) given.lags.push_back({"shop", "t" + std::to_string(i), 0, 1});
  const Exposition got = parse(to_prometheus(given));
  std::size_t labels = 0;
  double sum = 0;
  for (const auto& [sample, value] : got.samples) {
    if (sample.rfind("loglode_source_lag_messages", 0) != 0) continue;
    ++labels;
    sum += value;
  }
  CHECK(labels == kLagLabelsMax);
  CHECK(sum == 1500);
  CHECK(got.samples.at(R"(loglode_source_lag_messages{source="_other",topic="_other",partition="_other"})") == 501);
}

TEST_CASE("live metrics: what is not known yet has no sample", "[app][ops]") {
  const Exposition got = parse(to_prometheus(LiveFigures{}));
  CHECK(got.samples.count("loglode_watermark_lag_seconds") == 0);
  CHECK(got.samples.count("loglode_snapshot_age_seconds") == 0);
  CHECK(got.samples.at("loglode_lines_total") == 0);
}

}  // namespace
}  // namespace loglode
