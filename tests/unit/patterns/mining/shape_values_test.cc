// What slots held: exact while few records came, close when many did, and the same in any order, split and repetition.
#include "patterns/mining/shape_values.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "patterns/mining/distinct_counter.h"
#include "patterns/mining/mixing.h"
#include "patterns/mining/quantity.h"
#include "patterns/mining/template_miner.h"

using namespace loglode;

namespace {

ParameterValues values_of(const std::vector<std::string>& lines, std::size_t number = 0) {
  RunCounters counters;
  TemplateMiner miner{{}, counters};
  ShapeId shape{};
  for (const std::string& line : lines) shape = miner.learn(line, Severity::info);
  const TemplateCatalog catalog = miner.derive_templates();
  INFO(catalog.of(shape).text);
  REQUIRE(catalog.of(shape).parameters.size() > number);
  REQUIRE(catalog.of(shape).parameters[number].values != nullptr);
  return *catalog.of(shape).parameters[number].values;
}

std::string tops(const ParameterValues& parameter) {
  std::string out;
  for (const ParameterValue& value : parameter.top)
    out += value.text + ":" + std::to_string(static_cast<int>(value.share * 1000 + .5)) + ' ';
  return out;
}

}  // namespace

TEST_CASE("quantities: numbers, times and sizes are read in one unit each, anything else is none", "[mining]") {
  const auto expect = [](std::string_view text, double value, QuantityUnit unit) {
    INFO(text);
    Quantity quantity;
    REQUIRE(read_quantity(text, quantity));
    CHECK(quantity.value == Approx(value));
    CHECK(quantity.unit == unit);
  };
  expect("0", 0, QuantityUnit::none);
  expect("42", 42, QuantityUnit::none);
  expect("-7", -7, QuantityUnit::none);
  expect("+3.25", 3.25, QuantityUnit::none);
  expect("0.001", .001, QuantityUnit::none);
  expect("999999999999999999", 999999999999999999.0, QuantityUnit::none);
  expect("10ms", .01, QuantityUnit::seconds);
  expect("1.5s", 1.5, QuantityUnit::seconds);
  expect("250\xc2\xb5s", 250e-6, QuantityUnit::seconds);
  expect("3m", 180, QuantityUnit::seconds);
  expect("2h", 7200, QuantityUnit::seconds);
  expect("16K", 16384, QuantityUnit::bytes);
  expect("1.5MiB", 1572864, QuantityUnit::bytes);
  expect("7B", 7, QuantityUnit::bytes);
  for (const char* text : {"",      "-",        "+",          ".",     ".5",       "5.",  "1.2.3", "1e5",   "0x1f",
                           "12:30", "12:30:45", "2024-01-01", "1,234", "10.0.0.1", "abc", "7 ms",  "10msx", "1234567890123456789",
                           "--5",   "NaN"}) {
    INFO(text);
    Quantity quantity;
    CHECK_FALSE(read_quantity(text, quantity));
  }
}

TEST_CASE("distinct counter: within a few standard errors for any number, and joins to what one would have counted", "[mining]") {
  for (const std::uint64_t count : {1U, 10U, 100U, 1'000U, 10'000U, 1'000'000U}) {
    DistinctCounter one, left, right;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t hash = mix(i + 1, kMixA);
      one.add(hash);
      (i % 3 == 0 ? left : right).add(hash);
      left.add(hash % 2 == 0 ? hash : mix(1, kMixA));
    }
    left.join(right);
    INFO(count);
    CHECK(one.estimate() == Approx(static_cast<double>(count)).epsilon(.3));  // over three standard errors
    CHECK(left.estimate() == one.estimate());
    CHECK_FALSE(left.join(one));
  }
}

TEST_CASE("parameters: few records are known exactly", "[mining]") {
  const ParameterValues took = values_of({"took 5 ms", "took 7 ms", "took 5 ms", "took 100 ms"});
  CHECK(took.exact);
  CHECK(took.records_sampled == 4);
  CHECK(took.distinct == 3);
  CHECK(took.unit == "1");
  CHECK(took.least == 5);
  CHECK(took.p50 == 5);
  CHECK(took.p95 == 100);
  CHECK(took.most == 100);
  CHECK(tops(took) == "5:500 100:250 7:250 ");
}

TEST_CASE("parameters: times and sizes of mixed units are measured in one, ids and words are not measured", "[mining]") {
  CHECK(values_of({"done in 10ms", "done in 2s"}).unit == "s");
  CHECK(values_of({"done in 10ms", "done in 2s"}).most == 2);
  CHECK(values_of({"read 16K", "read 2M"}).unit == "By");
  CHECK(values_of({"read 16K", "read 2s"}).unit.empty());
  CHECK(values_of({"from 10.0.0.1", "from 10.0.0.2"}).unit.empty());
  CHECK(values_of({"state=up", "state=down"}).unit.empty());
  CHECK(tops(values_of({"state=up", "state=down", "state=up"})) == "up:667 down:333 ");
}

TEST_CASE("parameters: a word that siblings differ in has the values and shares of all of them", "[mining]") {
  std::vector<std::string> lines;
  const std::vector<std::string> words{"alpha", "beta", "gamma", "delta", "epsilon", "zeta"};
  for (std::size_t i = 0; i < words.size(); ++i)
    for (std::size_t n = 0; n <= i; ++n) lines.push_back("worker " + words[i] + " finished its job on time");
  const ParameterValues worker = values_of(lines);
  CHECK(worker.exact);
  CHECK(worker.distinct == 6);
  CHECK(tops(worker) == "zeta:286 epsilon:238 delta:190 gamma:143 beta:95 ");
}

TEST_CASE("parameters: many records are sampled; range and distinct are of all", "[mining]") {
  std::vector<std::string> lines;
  std::mt19937 random{4};
  for (int i = 0; i < 20'000; ++i) {
    const int ms = i == 777 ? 99'999 : static_cast<int>(random() % 1000);
    lines.push_back("request took " + std::to_string(ms) + " ms with " + (random() % 10 == 0 ? "miss=cold" : "miss=warm") + " cache");
  }
  const ParameterValues took = values_of(lines);
  CHECK_FALSE(took.exact);
  CHECK(took.records_sampled == kSampleMax);
  CHECK(took.distinct == Approx(1001).epsilon(.3));
  CHECK(took.least == 0);
  CHECK(took.most == 99'999);
  CHECK(took.p50 == Approx(500).margin(150));
  CHECK(took.p95 == Approx(950).margin(80));
  const ParameterValues cache = values_of(lines, 1);
  CHECK(cache.distinct == 2);
  REQUIRE(cache.top.size() == 2);
  CHECK(cache.top[0].text == "warm");
  CHECK(cache.top[0].share == Approx(.9).margin(.1));
}

TEST_CASE("parameters: long values keep their beginning and are told apart by the whole", "[mining]") {
  const std::string base = "/" + std::string(100, 'a') + "/";
  const ParameterValues path = values_of({"open " + base + "1", "open " + base + "2", "open " + base + "1"});
  CHECK(path.distinct == 2);
  REQUIRE(path.top.size() == 2);
  CHECK(path.top[0].text.size() == kValueBytesMax);
}

TEST_CASE("values: any order, repetition and split of the records gives the same", "[mining]") {
  struct Sampled {
    RecordHash record;
    std::string message;
  };
  std::vector<Sampled> records;
  std::mt19937_64 random{8};
  for (std::uint64_t i = 0; i < 3000; ++i)
    records.push_back(
        {RecordHash{mix(i + 1, kMixB)}, "took " + std::to_string(random() % 500) + "ms for key=k" + std::to_string(random() % 9)});
  MessageScanner scanner;
  SampleBudget budget;
  const auto observe = [&](ShapeValues& values, const Sampled& one) {
    const ScannedMessage& message = scanner.scan(one.message, SeverityClass::quiet);
    values.observe(one.record, message, scanner.text().data(), budget);
  };
  const auto same = [](const ShapeValues& a, const ShapeValues& b) {
    const std::vector<SampledRecord> ours = a.copy_sample(), theirs = b.copy_sample();
    if ((a.ranges() == nullptr) != (b.ranges() == nullptr) || ours.size() != theirs.size()) return false;
    for (std::size_t i = 0; i < ours.size(); ++i)
      if (ours[i].record != theirs[i].record || ours[i].values != theirs[i].values) return false;
    for (std::size_t slot = 0; a.ranges() != nullptr && slot < a.slots(); ++slot) {
      for (std::size_t i = 0; i < DistinctCounter::kRegisters; ++i)
        if (a.ranges()[slot].distinct.at(i) != b.ranges()[slot].distinct.at(i)) return false;
      if (a.ranges()[slot].least != b.ranges()[slot].least || a.ranges()[slot].most != b.ranges()[slot].most) return false;
    }
    return true;
  };
  for (const std::size_t count : {1UL, 50UL, 127UL, 128UL, 129UL, 1000UL, 3000UL}) {
    INFO(count);
    ShapeValues expected{2};
    for (std::size_t i = 0; i < count; ++i) observe(expected, records[i]);
    std::vector<Sampled> shuffled(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(count));
    shuffled.insert(shuffled.end(), records.begin(), records.begin() + static_cast<std::ptrdiff_t>(count / 2));
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    ShapeValues again{2}, left{2}, right{2};
    for (const Sampled& one : shuffled) {
      observe(again, one);
      observe(random() % 3 == 0 ? left : right, one);
    }
    CHECK(same(again, expected));
    left.join(right, budget);
    CHECK(same(left, expected));
    right.join(left, budget);
    CHECK(same(right, expected));
    right.join(left, budget);  // once more: nothing changes
    CHECK(same(right, expected));
  }
}

TEST_CASE("values: with very many shapes each keeps fewer records, and all keep as many", "[mining]") {
  RunCounters counters;
  TemplateMiner miner{{.samples_max = 2000}, counters};
  std::vector<ShapeId> shapes;
  for (int round = 0; round < 40; ++round)
    for (int i = 0; i < 200; ++i) {
      const std::string word = std::string(1, static_cast<char>('a' + i % 26)) + static_cast<char>('a' + i / 26);
      const ShapeId shape =
          miner.learn("event " + word + " of a kind unlike any other " + word + " took " + std::to_string(round), Severity::info);
      if (round == 0) shapes.push_back(shape);
    }
  const TemplateCatalog catalog = miner.derive_templates();
  for (const ShapeId shape : shapes) {
    const ParameterValues& took = *catalog.of(shape).parameters.back().values;
    CHECK(took.records_sampled == 8);
    CHECK(took.least == 0);
    CHECK(took.most == 39);
  }
}
