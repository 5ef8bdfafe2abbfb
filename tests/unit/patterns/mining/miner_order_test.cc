// What must hold for every order, split and merge of the input: ids, texts and partition are functions of the set of messages.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <thread>

#include "patterns/mining/template_miner.h"

using namespace loglode;

namespace {

struct Line {
  std::string message;
  Severity severity;
};

/// Lines that make every rule of the derivation work: siblings, aliases, covers, names that stay and names that vary.
std::vector<Line> sample_lines() {
  std::vector<Line> lines;
  std::mt19937 random{5};
  const std::vector<std::string> words{"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta"};
  const auto word = [&](std::size_t most) { return words[random() % most]; };
  for (int i = 0; i < 600; ++i) {
    const std::string number = std::to_string(random() % 1000);
    const Severity severity = random() % 5 == 0 ? Severity::error : Severity::info;
    lines.push_back({"worker " + word(7) + " finished its job on time", severity});
    lines.push_back({"stage " + word(3) + " of the plan was " + word(7), severity});
    lines.push_back({"sent " + number + " bytes" + (random() % 2 ? " (" + number + " KB)" : "") + " in all", severity});
    lines.push_back({"state=" + word(2) + " mode=fixed file=a" + number + ".txt", severity});
    lines.push_back(
        {"synchronized with peer " + (random() % 2 ? "10.0.0." + std::to_string(random() % 255) : "LOCAL(" + number + ")") + ", stratum 3",
         severity});
    lines.push_back({"list " + number + (random() % 2 ? ", " + number : "") + " ends here", severity});
    const std::vector<std::string> peers{"()", "(10.0.0.1)", "(host-" + number + ")"};
    lines.push_back({"connection from " + number + ' ' + peers[random() % 3] + " closed", severity});
    lines.push_back({"device eth" + std::to_string(random() % 4) + " is now up", severity});
    lines.push_back({"plain " + word(2), severity});
  }
  return lines;
}

/// Everything the catalog says about the lines, in one comparable text.
std::string verdict(const TemplateCatalog& catalog, const std::map<std::string, ShapeId>& shapes) {
  std::string out;
  for (const auto& [line, shape] : shapes) out += line + " -> " + to_hex(catalog.of(shape).id) + '\n';
  for (const TemplateInfo& info : catalog.templates()) {
    out += to_hex(info.id) + ' ' + std::to_string(static_cast<int>(info.severity)) + ' ' + info.text;
    for (const auto& parameter : info.parameters) (out += ' ') += parameter.type;
    for (const TemplateId alias : info.aliases) out += ' ' + to_hex(alias);
    out += '\n';
  }
  return out;
}

std::string mine(const std::vector<Line>& lines) {
  RunCounters counters;
  TemplateMiner miner{{}, counters};
  std::map<std::string, ShapeId> shapes;
  for (const Line& line : lines)
    shapes[line.message + std::to_string(static_cast<int>(line.severity))] = miner.learn(line.message, line.severity);
  return verdict(miner.derive_templates(), shapes);
}

Batch batch_of(const std::vector<Line>& lines, std::size_t begin, std::size_t end) {
  Batch batch;
  for (std::size_t i = begin; i < end; ++i) {
    Record& record = batch.records.emplace_back();
    record.message = lines[i].message;
    record.severity = lines[i].severity;
  }
  return batch;
}

}  // namespace

TEST_CASE("miner: the rules each merge what they should", "[mining]") {
  RunCounters counters;
  TemplateMiner miner{{}, counters};
  std::map<std::string, ShapeId> shapes;
  for (const Line& line : sample_lines())
    shapes[line.message + (line.severity == Severity::error ? "!" : "")] = miner.learn(line.message, line.severity);
  const TemplateCatalog catalog = miner.derive_templates();
  const auto text = [&](const std::string& line) { return catalog.of(shapes.at(line)).text; };
  CHECK(text("worker alpha finished its job on time") == "worker <*> finished its job on time");
  CHECK(text("plain alpha") == "plain alpha");
  std::map<std::string, int> count;
  for (const TemplateInfo& info : catalog.templates()) ++count[info.text];
  std::string texts;
  for (const auto& [template_text, classes] : count) texts += std::to_string(classes) + ' ' + template_text + '\n';
  const std::map<std::string, int> expected_count{{"worker <*> finished its job on time", 2},
                                                  {"stage alpha of the plan was <*>", 2},
                                                  {"stage beta of the plan was <*>", 2},
                                                  {"stage gamma of the plan was <*>", 2},
                                                  {"sent <*> in all", 2},
                                                  {"state=<*> mode=fixed file=<*>", 2},
                                                  {"synchronized with peer <*>, stratum <*>", 2},
                                                  {"list <*> ends here", 2},
                                                  {"connection from <*> (<*>) closed", 2},
                                                  {"device <*> is now up", 2},
                                                  {"plain alpha", 2},
                                                  {"plain beta", 2}};
  std::string expected;
  for (const auto& [template_text, classes] : expected_count) expected += std::to_string(classes) + ' ' + template_text + '\n';
  CHECK(texts == expected);
}

TEST_CASE("miner: any order of the lines gives the same ids, texts and partition", "[mining]") {
  std::vector<Line> lines = sample_lines();
  const std::string expected = mine(lines);
  std::mt19937 random{11};
  for (int round = 0; round < 12; ++round) {
    std::shuffle(lines.begin(), lines.end(), random);
    CHECK(mine(lines) == expected);
  }
  std::vector<Line> twice = lines;
  twice.insert(twice.end(), lines.begin(), lines.end());
  CHECK(mine(twice) == expected);
}

TEST_CASE("miner: scanners in threads beside the learner give what one thread gives", "[mining]") {
  const std::vector<Line> lines = sample_lines();
  const std::string expected = mine(lines);
  constexpr std::size_t kBatch = 64;
  for (int round = 0; round < 3; ++round) {
    RunCounters counters;
    TemplateMiner miner{{}, counters};
    std::vector<Batch> batches;
    for (std::size_t at = 0; at < lines.size(); at += kBatch) batches.push_back(batch_of(lines, at, std::min(at + kBatch, lines.size())));
    std::vector<std::atomic<bool>> scanned(batches.size());
    std::atomic<std::size_t> next{0};
    const auto scan = [&] {
      const auto scanner = miner.make_scanner();
      for (std::size_t i = next++; i < batches.size(); i = next++) {
        static_cast<void>(scanner->run(batches[i]));
        scanned[i].store(true, std::memory_order_release);
      }
    };
    std::thread first{scan}, second{scan};
    const auto learner = miner.make_learner();
    std::map<std::string, ShapeId> shapes;
    for (std::size_t i = 0; i < batches.size(); ++i) {
      while (!scanned[i].load(std::memory_order_acquire)) std::this_thread::yield();
      CHECK(learner->run(batches[i]));
      for (const Record& record : batches[i].records)
        shapes[std::string{record.message} + std::to_string(static_cast<int>(record.severity))] = record.shape;
      static_cast<void>(miner.derive_templates());  // as a pipeline that does not end is judged: values are added meanwhile
    }
    first.join();
    second.join();
    CHECK(verdict(miner.derive_templates(), shapes) == expected);
  }
}

TEST_CASE("miner: severity classes never share a template, severities of one class do", "[mining]") {
  RunCounters counters;
  TemplateMiner miner{{}, counters};
  const ShapeId info = miner.learn("disk 1 is slow", Severity::info), warn = miner.learn("disk 1 is slow", Severity::warn),
                error = miner.learn("disk 1 is slow", Severity::error), fatal = miner.learn("disk 2 is slow", Severity::fatal);
  CHECK(info != warn);
  CHECK(warn != error);
  CHECK(error == fatal);
  const TemplateCatalog catalog = miner.derive_templates();
  CHECK(catalog.templates().size() == 3);
  CHECK(catalog.of(error).severity == SeverityClass::error);
}

TEST_CASE("miner: parameters have one type for each variable of the text", "[mining]") {
  const auto types = [](const std::vector<std::string>& lines) {
    RunCounters counters;
    TemplateMiner miner{{}, counters};
    ShapeId shape{};
    for (const std::string& line : lines) shape = miner.learn(line, Severity::info);
    const TemplateCatalog catalog = miner.derive_templates();
    std::string out = catalog.of(shape).text + ':';
    for (const auto& parameter : catalog.of(shape).parameters) (out += ' ') += parameter.type;
    return out;
  };
  CHECK(types({"took 5 of 6", "took 0x7f1234 of 7"}) == "took <*> of <*>: hex number");
  CHECK(types({"from 10.0.0.1 to db.example.com:80"}) == "from <*> to <*>: ip host");
  CHECK(types({"state=up since 12:30", "state=down since 12:31"}) == "state=<*> since <*>: word time");
  CHECK(types({"sent 5 bytes now", "sent 5 bytes (1 KB) now"}) == "sent <*> now: text");
  CHECK(types({"file /a/b, id 5f3b2c1a-1111-2222-3333-444455556666, mail a@example.com"}) == "file <*>, id <*>, mail <*>: path uuid email");
}

TEST_CASE("miner: blank records are passed over and records with a shape are left alone", "[mining]") {
  RunCounters counters;
  TemplateMiner miner{{}, counters};
  const std::vector<Line> lines{{"  ", Severity::info}, {"hello", Severity::info}, {"there", Severity::info}, {"hello", Severity::debug}};
  Batch batch = batch_of(lines, 0, 3);
  batch.records[0].set(RecordFlag::blank);
  batch.records[2].shape = ShapeId{77};
  CHECK(miner.make_scanner()->run(batch));
  CHECK(batch.records[1].shape == kNoShape);
  CHECK(miner.make_learner()->run(batch));
  CHECK(batch.records[0].shape == kNoShape);
  CHECK(batch.records[1].shape != kNoShape);
  CHECK(batch.records[2].shape == ShapeId{77});
  Batch again = batch_of(lines, 3, 4);
  CHECK(miner.make_scanner()->run(again));
  CHECK(again.records[0].shape == batch.records[1].shape);
}

TEST_CASE("miner: a scanner leaves to the learner what would change a shape", "[mining]") {
  const std::vector<Line> lines{{"state=idle now", Severity::info},
                                {"state=idle now", Severity::info},
                                {"state=true now", Severity::info},
                                {"state=busy now", Severity::info},
                                {"state=17 now", Severity::info}};
  const auto text_after = [&](std::size_t first, std::size_t second, bool expect_hit) {
    RunCounters counters;
    TemplateMiner miner{{}, counters};
    const ShapeId shape = miner.learn(lines[first].message, lines[first].severity);
    Batch batch = batch_of(lines, second, second + 1);
    CHECK(miner.make_scanner()->run(batch));
    CHECK((batch.records[0].shape == shape) == expect_hit);
    CHECK(miner.make_learner()->run(batch));
    CHECK(batch.records[0].shape == shape);
    return miner.derive_templates().of(shape).text;
  };
  CHECK(text_after(0, 1, true) == "state=idle now");
  CHECK(text_after(0, 2, false) == "state=<*> now");  // a word of the same type, but a value
  CHECK(text_after(0, 3, false) == "state=<*> now");
  CHECK(text_after(0, 4, false) == "state=<*> now");
}

TEST_CASE("miner: more names than are followed at a slot, and more slots than are followed, still make templates", "[mining]") {
  RunCounters counters;
  TemplateMiner miner{{}, counters};
  std::string many = "values";
  for (int i = 0; i < 100; ++i)
    many += " key" + std::string(1, static_cast<char>('a' + i % 26)) + "=v" + std::string(1, static_cast<char>('a' + i % 7));
  const ShapeId first = miner.learn(many, Severity::info);
  CHECK(miner.learn(many, Severity::info) == first);
  const TemplateCatalog catalog = miner.derive_templates();
  const std::string& text = catalog.of(first).text;
  CHECK(text.substr(0, 22) == "values keya=va keyb=vb");
  CHECK(text.substr(text.size() - 3) == "<*>");  // behind the 64th
}
