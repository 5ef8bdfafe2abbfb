// Shapes leave the process and come back: encoded, decoded, joined. N workers that each saw a part know together what one would know.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "patterns/mining/shape_codec.h"
#include "patterns/mining/template_miner.h"
#include "tests/unit/shared_data.h"

using namespace loglode;

namespace {

/// A batch of records that know their place, as they come from a file.
Batch batch_of(const std::vector<std::string>& lines, const std::vector<std::size_t>& numbers) {
  Batch batch;
  for (const std::size_t number : numbers) {
    Record& record = batch.records.emplace_back();
    record.message = lines[number];
    record.offset = number;
    record.severity = number % 7 == 0 ? Severity::error : Severity::info;
  }
  return batch;
}

void mine(TemplateMiner& miner, const std::vector<std::string>& lines, const std::vector<std::size_t>& numbers) {
  Batch batch = batch_of(lines, numbers);
  REQUIRE(miner.make_scanner()->run(batch));
  REQUIRE(miner.make_learner()->run(batch));
}

std::vector<std::size_t> all_of(const std::vector<std::string>& lines) {
  std::vector<std::size_t> numbers(lines.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = i;
  return numbers;
}

std::string state_of(TemplateMiner& miner) {
  std::string out;
  for (const EncodedShape& shape : miner.take_changed()) out += shape.bytes + '\n';
  return out;
}

std::string catalog_text(TemplateMiner& miner) {
  std::string out;
  const TemplateCatalog catalog = miner.derive_templates();
  for (const TemplateInfo& info : catalog.templates()) {
    out += to_hex(info.id) + ' ' + info.text;
    for (const TemplateId alias : info.aliases) out += ' ' + to_hex(alias);
    for (const TemplateParameter& parameter : info.parameters) {
      (out += "\n  ") += parameter.type;
      if (parameter.values == nullptr) continue;
      const ParameterValues& values = *parameter.values;
      ((out += ' ' + std::to_string(values.records_sampled) + ' ' + std::to_string(values.distinct) + ' ') += values.unit) +=
          ' ' + std::to_string(values.least) + ' ' + std::to_string(values.p95) + ' ' + std::to_string(values.most);
      for (const ParameterValue& value : values.top) out += ' ' + value.text + ' ' + std::to_string(value.share);
    }
    out += '\n';
  }
  return out;
}

std::vector<std::string> made_lines(std::size_t count) {
  std::vector<std::string> lines;
  std::mt19937 random{21};
  const std::vector<std::string> words{"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta"};
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(random() % 5000), word = words[random() % words.size()];
    switch (random() % 5) {
      case 0:
        lines.push_back("worker " + word + " finished its job in " + number + "ms");
        break;
      case 1:
        lines.push_back("state=" + words[random() % 2] + " mode=fixed file=a" + number + ".txt");
        break;
      case 2:
        lines.push_back("connection from 10.0.0." + std::to_string(random() % 255) + " closed");
        break;
      case 3:
        lines.push_back("plain text without anything that varies");
        break;
      default:
        lines.push_back("sent " + number + " bytes" + (random() % 2 ? " (" + number + " KB)" : "") + " in all");
    }
  }
  return lines;
}

/// Where two long texts part, for a person to read; empty when they do not.
std::string difference(const std::string& one, const std::string& other) {
  const std::size_t at = static_cast<std::size_t>(std::mismatch(one.begin(), one.end(), other.begin(), other.end()).first - one.begin());
  if (at == one.size() && at == other.size()) return {};
  const std::size_t begin = at < 300 ? 0 : at - 300;
  return one.substr(begin, 600) + "\n--- against\n" + other.substr(begin, 600);
}

/// Splits the lines among workers at random, joins their states in a random order, some of them twice: what one worker finds?
void check_split(const std::vector<std::string>& lines, std::size_t workers, unsigned seed) {
  RunCounters counters;
  TemplateMiner alone{{}, counters};
  mine(alone, lines, all_of(lines));
  std::mt19937 random{seed};
  std::vector<std::vector<std::size_t>> parts(workers);
  for (const std::size_t number : all_of(lines)) {
    parts[random() % workers].push_back(number);
    if (random() % 10 == 0) parts[random() % workers].push_back(number);  // delivered twice: at least once is the promise
  }
  std::vector<std::string> messages;
  for (std::vector<std::size_t>& part : parts) {
    std::shuffle(part.begin(), part.end(), random);
    TemplateMiner worker{{}, counters};
    mine(worker, lines, part);
    for (EncodedShape& shape : worker.take_changed()) messages.push_back(std::move(shape.bytes));
  }
  for (std::size_t i = messages.size() / 3; i != 0; --i) messages.push_back(messages[random() % messages.size()]);
  std::shuffle(messages.begin(), messages.end(), random);
  TemplateMiner joined{{}, counters};
  for (const std::string& message : messages) REQUIRE(joined.absorb(message));
  INFO("workers " << workers << ", seed " << seed);
  CHECK(difference(catalog_text(joined), catalog_text(alone)) == "");
  CHECK((state_of(joined) == state_of(alone)));  // bytes: not to be shown
}

}  // namespace

TEST_CASE("miner state: what workers found, joined in any order, is what one would have found", "[mining][state]") {
  const std::vector<std::string> lines = made_lines(6000);
  for (const std::size_t workers : {1U, 2U, 4U, 8U})
    for (const unsigned seed : {1U, 2U, 3U}) check_split(lines, workers, seed);
}

TEST_CASE("miner state: labelled logs split two, four and eight ways give the same templates and ids", "[mining][state][shared]") {
  const auto folder = test::shared_data("loghub2k");
  if (!folder) return;
  for (const auto& entry : std::filesystem::directory_iterator{*folder}) {
    std::ifstream file{entry.path() / (entry.path().filename().string() + "_2k.raw.txt"), std::ios::binary};
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(std::move(line));
    INFO(entry.path().filename());
    REQUIRE(lines.size() > 1000);
    for (const std::size_t workers : {2U, 4U, 8U}) check_split(lines, workers, static_cast<unsigned>(workers));
  }
}

TEST_CASE("miner state: a state that is written and read again goes on as if nothing had happened", "[mining][state]") {
  const std::vector<std::string> lines = made_lines(4000);
  const std::vector<std::size_t> all = all_of(lines);
  RunCounters counters;
  TemplateMiner undisturbed{{}, counters};
  mine(undisturbed, lines, all);
  for (const std::size_t cut : {0U, 1U, 100U, 2000U, 3999U}) {
    TemplateMiner before{{}, counters}, after{{}, counters};
    mine(before, lines, {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(cut)});
    for (const EncodedShape& shape : before.take_changed()) REQUIRE(after.absorb(shape.bytes));
    mine(after, lines, {all.begin() + static_cast<std::ptrdiff_t>(cut / 2), all.end()});  // some of it is read again
    INFO(cut);
    CHECK(difference(catalog_text(after), catalog_text(undisturbed)) == "");
  }
}

TEST_CASE("miner state: only what changed is taken again", "[mining][state]") {
  RunCounters counters;
  TemplateMiner miner{{}, counters};
  const ShapeId first = miner.learn("took 5 ms", Severity::info);
  static_cast<void>(miner.learn("nothing that varies", Severity::info));
  CHECK(miner.take_changed().size() == 2);
  CHECK(miner.take_changed().empty());
  CHECK(miner.learn("took 7 ms", Severity::info) == first);
  const std::vector<EncodedShape> changed = miner.take_changed();
  REQUIRE(changed.size() == 1);
  CHECK(changed[0].id == first);
}

// Errors.

TEST_CASE("shape codec: cut and changed bytes are refused or are another sound shape, never a crash", "[mining][state]") {
  RunCounters counters;
  TemplateMiner miner{{}, counters};
  for (const std::string& line : made_lines(2000)) static_cast<void>(miner.learn(line, Severity::info, "shop"));
  std::mt19937 random{77};
  for (const EncodedShape& shape : miner.take_changed()) {
    for (std::size_t size = 0; size < shape.bytes.size(); size += 1 + size / 8) {
      SampleBudget budget;
      const auto decoded = decode_shape(std::string_view{shape.bytes}.substr(0, size), budget);
      if (decoded) CHECK(encode(**decoded).size() <= size + 16);
    }
    for (int round = 0; round < 300; ++round) {
      std::string broken = shape.bytes;
      broken[random() % std::min<std::size_t>(broken.size(), 400)] = static_cast<char>(random());
      TemplateMiner other{{}, counters};
      if (other.absorb(broken)) static_cast<void>(other.derive_templates());
    }
    SampleBudget budget;
    const auto whole = decode_shape(shape.bytes, budget);
    REQUIRE(whole);
    CHECK(encode(**whole) == shape.bytes);
  }
}

TEST_CASE("miner state: bytes that are no shape are refused", "[mining][state]") {
  RunCounters counters;
  TemplateMiner miner{{}, counters};
  for (const std::string_view bytes :
       {std::string_view{}, std::string_view{"x"}, std::string_view{"\x09\x01"}, std::string_view{"no shape at all, but text"}})
    CHECK_FALSE(miner.absorb(bytes));
  CHECK(miner.derive_templates().templates().empty());
}
