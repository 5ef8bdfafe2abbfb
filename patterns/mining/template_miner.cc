#include "patterns/mining/template_miner.h"

#include <utility>

#include "core/limits.h"
#include "patterns/mining/message_scanner.h"
#include "patterns/mining/shape_table.h"
#include "patterns/mining/template_settler.h"

namespace loglode {

namespace {
constexpr std::size_t kShapesBytesMax = 64 * kMiB;  // with the table (4 MiB at kShapesMax) below 70 MiB
constexpr ShapeId kOverflowShape{~std::uint64_t{0}};
}  // namespace

struct TemplateMiner::State {
  State(MinerConfig config, RunCounters& run_counters) : table{config.shapes_max, kShapesBytesMax}, counters{run_counters} {}

  ShapeTable table;
  RunCounters& counters;
  MessageScanner scanner;         // the learner's
  std::vector<Element> elements;  // the learner's, kept for its memory

  ShapeId learn(std::string_view message, SeverityClass severity) {
    const ScannedMessage& scanned = scanner.scan(message, severity);
    if (Shape* shape = table.find(scanned.shape); shape != nullptr) {
      if (!shape->knows(scanned)) shape->join(scanned);
      return ShapeId{scanned.shape};
    }
    if (!table.full()) {
      scanner.read_elements(message, elements);
      if (table.insert(std::make_unique<Shape>(scanned, severity, scanner.text(), elements))) return ShapeId{scanned.shape};
    }
    counters.hit(Limit::shapes);
    return kOverflowShape;
  }
};

namespace {

class ScannerStage final : public Stage {
 public:
  explicit ScannerStage(const ShapeTable& table) : table_{table} {}
  Result<void> run(Batch& batch) override {
    for (Record& record : batch.records) {
      if (record.has(RecordFlag::blank) || record.shape != kNoShape) continue;
      const ScannedMessage& scanned = scanner_.scan(record.message, severity_class(record.severity));
      const Shape* shape = table_.find(scanned.shape);
      if (shape != nullptr && shape->knows(scanned)) record.shape = ShapeId{scanned.shape};
    }
    return {};
  }

 private:
  const ShapeTable& table_;
  MessageScanner scanner_;
};

template <class Learn>
class LearnerStage final : public Stage {
 public:
  explicit LearnerStage(Learn learn) : learn_{std::move(learn)} {}
  Result<void> run(Batch& batch) override {
    for (Record& record : batch.records)
      if (record.shape == kNoShape && !record.has(RecordFlag::blank) && !record.has(RecordFlag::out_of_range))
        record.shape = learn_(record.message, severity_class(record.severity));
    return {};
  }

 private:
  Learn learn_;
};

}  // namespace

TemplateMiner::TemplateMiner(MinerConfig config, RunCounters& counters) : state_{std::make_unique<State>(config, counters)} {}
TemplateMiner::~TemplateMiner() = default;

std::unique_ptr<Stage> TemplateMiner::make_scanner() { return std::make_unique<ScannerStage>(state_->table); }

std::unique_ptr<Stage> TemplateMiner::make_learner() {
  const auto learn = [state = state_.get()](std::string_view message, SeverityClass severity) { return state->learn(message, severity); };
  return std::make_unique<LearnerStage<decltype(learn)>>(learn);
}

ShapeId TemplateMiner::learn(std::string_view message, Severity severity) { return state_->learn(message, severity_class(severity)); }

TemplateCatalog TemplateMiner::settle() const { return settle_templates(state_->table.shapes()); }

}  // namespace loglode
