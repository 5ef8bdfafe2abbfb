// Past its limits the miner forgets what is used least, counts it, and goes on learning; what it forgets depends on the records alone.
#include <catch2/catch.hpp>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "patterns/mining/template_miner.h"

using namespace loglode;

namespace {

std::string word(int i) {
  return std::string(1, static_cast<char>('a' + i % 26)) + static_cast<char>('a' + i / 26 % 26) + static_cast<char>('a' + i / 676);
}

std::string event(int i) { return "event " + word(i) + " of a kind unlike any other " + word(i); }

}  // namespace

TEST_CASE("miner: past the limit the least used shapes are forgotten and counted, and new ones are still learned", "[mining]") {
  RunCounters counters;
  TemplateMiner miner{{.shapes_max = 100}, counters};
  std::vector<ShapeId> shapes;
  for (int i = 0; i < 300; ++i) {
    shapes.push_back(miner.learn(event(i), Severity::info));
    static_cast<void>(miner.learn(event(0), Severity::info));  // often used: stays
  }
  const TemplateCatalog catalog = miner.derive_templates();
  CHECK(catalog.templates().size() <= 100);
  CHECK(catalog.templates().size() + counters.hits(Limit::shapes) == 300);
  CHECK(catalog.of(shapes[0]).text == event(0));
  CHECK(catalog.of(shapes[299]).text == event(299));
  CHECK(catalog.of(shapes[1]).text == "<*>");  // forgotten: its records are counted under the overflow template
  std::vector<ShapeId> forgotten = miner.take_forgotten();
  CHECK(forgotten.size() == counters.hits(Limit::shapes));
  CHECK(miner.take_forgotten().empty());
  CHECK(miner.learn(event(1), Severity::info) == shapes[1]);  // the same id when it comes back
  CHECK(miner.derive_templates().of(shapes[1]).text == event(1));
}

TEST_CASE("miner: one service cannot take the place of all others", "[mining]") {
  RunCounters counters;
  TemplateMiner miner{{.shapes_max = 1000, .shapes_per_service_max = 50}, counters};
  std::vector<ShapeId> calm;
  for (int i = 0; i < 20; ++i) calm.push_back(miner.learn("calm " + event(i), Severity::info, "calm"));
  for (int i = 0; i < 400; ++i) static_cast<void>(miner.learn(event(i), Severity::info, "noisy"));
  const TemplateCatalog catalog = miner.derive_templates();
  CHECK(catalog.templates().size() <= 70);
  for (int i = 0; i < 20; ++i) CHECK(catalog.of(calm[static_cast<std::size_t>(i)]).text == "calm " + event(i));
}

TEST_CASE("miner: pinned shapes are never forgotten", "[mining]") {
  RunCounters counters;
  TemplateMiner miner{{.shapes_max = 100}, counters};
  const ShapeId pinned = miner.learn("keep me whatever comes", Severity::info);
  miner.pin({pinned});
  for (int i = 0; i < 1000; ++i) static_cast<void>(miner.learn(event(i), Severity::info));
  CHECK(miner.derive_templates().of(pinned).text == "keep me whatever comes");
}

TEST_CASE("miner: a stream of junk stays bounded and the good lines in it keep their template", "[mining]") {
  RunCounters counters;
  TemplateMiner miner{{.shapes_max = 2000}, counters};
  std::mt19937 random{3};
  const ShapeId good = miner.learn("request 17 took 35 ms", Severity::info);
  for (int i = 0; i < 20'000; ++i) {
    std::string junk;
    for (std::size_t n = random() % 200; n != 0; --n) junk += static_cast<char>(random());
    static_cast<void>(miner.learn(junk, Severity::info));
    if (i % 100 == 0) CHECK(miner.learn("request " + std::to_string(i) + " took 3 ms", Severity::info) == good);
  }
  CHECK(counters.hits(Limit::shapes) > 0);
  const TemplateCatalog catalog = miner.derive_templates();
  CHECK(catalog.templates().size() <= 2000);
  CHECK(catalog.of(good).text == "request <*> took <*> ms");
}

TEST_CASE("miner: what is forgotten depends on neither the batches nor how far scanners run ahead", "[mining]") {
  std::vector<std::string> lines;
  std::mt19937 random{17};
  for (int i = 0; i < 6000; ++i) lines.push_back(event(static_cast<int>(random() % 40 == 0 ? random() % 50 : random() % 3000)));
  const auto run = [&](std::size_t batch_size, std::size_t ahead) {
    RunCounters counters;
    TemplateMiner miner{{.shapes_max = 300}, counters};
    const auto scanner = miner.make_scanner();
    const auto learner = miner.make_learner();
    std::vector<Batch> batches;
    for (std::size_t at = 0; at < lines.size(); at += batch_size) {
      Batch& batch = batches.emplace_back();
      for (std::size_t i = at; i < std::min(at + batch_size, lines.size()); ++i) {
        Record& record = batch.records.emplace_back();
        record.message = lines[i];
        record.offset = i;
      }
    }
    std::string verdict;
    for (std::size_t scanned = 0, learned = 0; learned < batches.size(); ++learned) {
      for (; scanned < std::min(learned + ahead, batches.size()); ++scanned) CHECK(scanner->run(batches[scanned]));
      CHECK(learner->run(batches[learned]));
      for (const Record& record : batches[learned].records) verdict += to_hex(template_of(record.shape));
    }
    const TemplateCatalog catalog = miner.derive_templates();
    for (const TemplateInfo& info : catalog.templates()) verdict += to_hex(info.id) + info.text;
    for (const ShapeId shape : miner.take_forgotten()) verdict += to_hex(template_of(shape));
    return std::hash<std::string>{}(verdict + std::to_string(counters.hits(Limit::shapes)));
  };
  const std::size_t expected = run(1, 1);
  CHECK(run(7, 1) == expected);
  CHECK(run(64, 5) == expected);
  CHECK(run(1000, 2) == expected);
  CHECK(run(6000, 1) == expected);
}

TEST_CASE("miner: values are sampled of so many shapes, further ones say that nothing is known", "[mining]") {
  RunCounters counters;
  TemplateMiner miner{{.shapes_with_values_max = 3}, counters}, other{{}, counters};
  std::vector<ShapeId> shapes;
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 5; ++i) {
      const ShapeId shape = miner.learn(event(i) + " took " + std::to_string(round + i), Severity::info);
      if (round == 0) shapes.push_back(shape);
    }
  const TemplateCatalog catalog = miner.derive_templates();
  CHECK(catalog.of(shapes[2]).parameters.at(0).values->records_sampled == 2);
  CHECK(catalog.of(shapes[3]).parameters.at(0).values == nullptr);
  CHECK(catalog.of(shapes[3]).parameters.at(0).type == "number");
  for (const EncodedShape& shape : miner.take_changed()) REQUIRE(other.absorb(shape.bytes));
  const TemplateCatalog joined = other.derive_templates();
  CHECK(joined.of(shapes[2]).parameters.at(0).values->records_sampled == 2);
  CHECK(joined.of(shapes[3]).parameters.at(0).values == nullptr);
}
