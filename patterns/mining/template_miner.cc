#include "patterns/mining/template_miner.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <mutex>
#include <utility>

#include "core/assert.h"
#include "core/limits.h"
#include "patterns/mining/message_scanner.h"
#include "patterns/mining/mixing.h"
#include "patterns/mining/shape_codec.h"
#include "patterns/mining/shape_table.h"
#include "patterns/mining/shape_usage.h"
#include "patterns/mining/template_text.h"

namespace loglode {

namespace {

constexpr std::size_t kShapesBytesMax = 64 * kMiB;  // with the table (4 MiB at kShapesMax) below 70 MiB
constexpr std::size_t kForgottenShare = 4;          // one in four goes at a time, so that forgetting costs little a shape

/// What a record is, wherever it was read: its place in its stream, its time and its end, where messages differ the most.
RecordHash hash_of(const Record& record) noexcept {
  std::uint64_t tail = 0;
  const std::size_t size = std::min<std::size_t>(record.message.size(), sizeof tail);
  if (size != 0) std::memcpy(&tail, record.message.data() + record.message.size() - size, size);
  const std::uint64_t time = record.time == kNoTime ? 0 : static_cast<std::uint64_t>(record.time.time_since_epoch().count());
  return RecordHash{mix(mix(record.offset ^ kMixA, time ^ kMixB) ^ tail, kMixC + record.message.size())};
}

std::string_view service_of(const Batch& batch, const Record& record) noexcept {
  if (!record.service.empty() || batch.stream == nullptr) return record.service;
  return batch.stream->info.service;
}

/// The shapes of one generation: looked up by any thread, added to by the learner. A new generation begins when shapes are forgotten.
struct Generation {
  std::uint64_t number = 1;
  std::shared_ptr<ShapeTable> table;
};

}  // namespace

struct TemplateMiner::State {
  State(MinerConfig miner_config, RunCounters& run_counters)
      : config{miner_config}, budget{miner_config.samples_max}, counters{run_counters}, generation{1, new_table()} {}

  [[nodiscard]] std::shared_ptr<ShapeTable> new_table() const { return std::make_shared<ShapeTable>(config.shapes_max, kShapesBytesMax); }

  [[nodiscard]] Generation current() {
    const std::scoped_lock lock{mutex};
    return generation;
  }

  ShapeId learn(std::string_view message, SeverityClass severity, std::string_view service, RecordHash record) {
    const ScannedMessage& scanned = scanner.scan(message, severity);
    Shape* shape = generation.table->find(scanned.key, scanned.slots);
    if (shape == nullptr)
      shape = add(message, scanned, severity, service);
    else if (!shape->knows(scanned))
      shape->join(scanned);
    shape->values().observe(record, scanned, scanner.text().data(), budget);
    return shape->id();
  }

  Shape* add(std::string_view message, const ScannedMessage& scanned, SeverityClass severity, std::string_view service) {
    elements_scanner.read_elements(message, elements);
    const auto shape = std::make_shared<Shape>(scanned, scanner.masked(), severity, elements_scanner.text(), elements, service);
    insert(shape);
    return shape.get();
  }

  void insert(const std::shared_ptr<Shape>& shape) {
    std::size_t& owned = owned_by[std::string{shape->owner()}];
    if (owned >= config.shapes_per_service_max) forget(shape->owner(), owned - owned / kForgottenShare - 1);
    if (!generation.table->insert(shape)) {
      const std::size_t known = generation.table->shapes().size();
      forget({}, known - known / kForgottenShare - 1);
      LOGLODE_ASSERT(generation.table->insert(shape));
    }
    by_id[shape->id()] = shape.get();
    ++owned_by[std::string{shape->owner()}];  // forget() may have changed the map
    if (generation.table->shapes().size() > config.shapes_with_values_max) shape->values().stop(budget);
    if (!near_capacity && 2 * generation.table->shapes().size() >= config.shapes_max) near_capacity = true;
  }

  /// Begins a generation without the shapes that are worth least (of `owner`, or of all), so that `keep` of those are left.
  void forget(std::string_view owner, std::size_t keep) {
    const std::string name{owner};  // its shape may be among them
    const std::vector<ShapeId> gone = usage.least_worth(*generation.table, name, keep, pinned);
    auto next = new_table();
    for (const auto& shape : generation.table->shapes()) {
      if (!std::binary_search(gone.begin(), gone.end(), shape->id())) {
        next->insert(shape);
        continue;
      }
      budget.count(-static_cast<std::int64_t>(shape->values().sample_size()));
      if (auto owned = owned_by.find(std::string{shape->owner()}); owned != owned_by.end() && --owned->second == 0) owned_by.erase(owned);
      forgotten.push_back(shape->id());
      by_id.erase(shape->id());
    }
    usage.forget(gone);
    counters.hit(Limit::shapes, gone.size());
    const std::scoped_lock lock{mutex};
    generation = {generation.number + 1, std::move(next)};
  }

  void trim_samples() {
    while (budget.exceeded()) {
      budget.halve();
      trim_to_budget();
    }
  }

  void trim_to_budget() {
    for (const auto& shape : generation.table->shapes()) shape->values().trim(budget);
  }

  MinerConfig config;
  SampleBudget budget;
  RunCounters& counters;
  std::mutex mutex;  // guards `generation` against the workers; the learner alone changes it
  Generation generation;
  MessageScanner scanner, elements_scanner;  // the learner's
  std::vector<Element> elements;             // the learner's, kept for its memory
  ShapeUsage usage;
  bool near_capacity = false;  // there are so many shapes that the usage is kept
  absl::flat_hash_map<std::string, std::size_t> owned_by;
  absl::flat_hash_map<ShapeId, Shape*> by_id;  // those of `generation`
  std::vector<ShapeId> pinned;                 // sorted
  std::vector<ShapeId> forgotten;
  std::uint64_t learned_alone = 0;  // by learn(): stands for the record
};

namespace {

bool is_mined(const Record& record) noexcept { return !record.has(RecordFlag::blank) && !record.has(RecordFlag::excluded); }

class ScannerStage final : public Stage {
 public:
  ScannerStage(std::function<Generation()> current, SampleBudget& budget, bool leave_timeless)
      : current_{std::move(current)}, budget_{budget}, leave_timeless_{leave_timeless} {}
  Result<void> run(Batch& batch) override {
    const Generation generation = current_();
    batch.mined_with = generation.number;
    for (Record& record : batch.records) {
      if (!is_mined(record) || record.shape != kNoShape || (leave_timeless_ && record.time == kNoTime)) continue;
      const ScannedMessage& scanned = scanner_.scan(record.message, severity_class(record.severity));
      Shape* const shape = generation.table->find(scanned.key, scanned.slots);
      if (shape == nullptr || !shape->knows(scanned)) continue;
      record.shape = shape->id();
      shape->values().observe(hash_of(record), scanned, scanner_.text().data(), budget_);
    }
    return {};
  }

 private:
  std::function<Generation()> current_;
  SampleBudget& budget_;
  const bool leave_timeless_;
  MessageScanner scanner_;
};

template <class State>
class LearnerStage final : public Stage {
 public:
  explicit LearnerStage(State& state) : state_{state} {}
  Result<void> run(Batch& batch) override {
    for (Record& record : batch.records) {
      if (!is_mined(record)) continue;
      // A shape of an earlier generation may be forgotten by now: as if it had not been looked up.
      if (record.shape == kNoShape || batch.mined_with != state_.generation.number)
        record.shape = state_.learn(record.message, severity_class(record.severity), service_of(batch, record), hash_of(record));
      if (state_.near_capacity) state_.usage.note(record.shape);
    }
    state_.trim_samples();
    return {};
  }

 private:
  State& state_;
};

}  // namespace

TemplateMiner::TemplateMiner(MinerConfig config, RunCounters& counters) : state_{std::make_unique<State>(config, counters)} {}
TemplateMiner::~TemplateMiner() = default;

std::unique_ptr<Stage> TemplateMiner::make_scanner() {
  return std::make_unique<ScannerStage>([state = state_.get()] { return state->current(); }, state_->budget, state_->config.leave_timeless);
}

std::unique_ptr<Stage> TemplateMiner::make_learner() { return std::make_unique<LearnerStage<State>>(*state_); }

ShapeId TemplateMiner::learn(std::string_view message, Severity severity, std::string_view service) {
  const RecordHash record{mix(++state_->learned_alone, kMixA)};
  const ShapeId shape = state_->learn(message, severity_class(severity), service, record);
  if (state_->near_capacity) state_->usage.note(shape);
  state_->trim_samples();
  return shape;
}

TemplateCatalog TemplateMiner::derive_templates(const TemplateMarks& marks, const DerivationRules& rules, DerivationTrace* trace) {
  state_->trim_to_budget();
  return loglode::derive_templates(state_->generation.table->shapes(), rules, marks, trace);
}

TemplateInfo TemplateMiner::describe(ShapeId shape) const {
  const auto known = state_->by_id.find(shape);
  if (known == state_->by_id.end()) return TemplateCatalog{}.of(shape);
  const Form form = make_form(*known->second);
  const Form* const forms[] = {&form};
  TemplateInfo info = loglode::describe(forms).info;
  info.id = template_of(shape);
  return info;
}

Result<void> TemplateMiner::absorb(std::string_view bytes) {
  SampleBudget scratch;
  auto decoded = decode_shape(bytes, scratch);
  if (!decoded) return tl::unexpected<Error>(decoded.error());
  state_->budget.lower_to(scratch.per_shape());
  if (Shape* known = state_->generation.table->find((*decoded)->key(), (*decoded)->slots()); known != nullptr) {
    known->join(**decoded);
    known->values().join((*decoded)->values(), state_->budget);
  } else {
    state_->budget.count(static_cast<std::int64_t>((*decoded)->values().sample_size()));
    (*decoded)->values().trim(state_->budget);
    state_->insert(*decoded);
  }
  state_->trim_samples();
  return {};
}

std::vector<EncodedShape> TemplateMiner::take_changed() {
  std::vector<EncodedShape> changed;
  for (const auto& shape : state_->generation.table->shapes())
    if (shape->take_changed()) changed.push_back({shape->id(), encode(*shape)});
  std::sort(changed.begin(), changed.end(), [](const EncodedShape& a, const EncodedShape& b) { return a.id < b.id; });
  return changed;
}

void TemplateMiner::forget_changes() {
  for (const auto& shape : state_->generation.table->shapes()) static_cast<void>(shape->take_changed());
}

std::vector<ShapeId> TemplateMiner::take_forgotten() {
  std::vector<ShapeId> gone = std::exchange(state_->forgotten, {});
  std::sort(gone.begin(), gone.end());
  gone.erase(std::unique(gone.begin(), gone.end()), gone.end());
  std::erase_if(gone, [&](ShapeId id) { return state_->by_id.contains(id); });
  return gone;
}

void TemplateMiner::pin(std::vector<ShapeId> shapes) {
  shapes.resize(std::min(shapes.size(), state_->config.shapes_max / 2));  // some must be free to go
  std::sort(shapes.begin(), shapes.end());
  state_->pinned = std::move(shapes);
}

}  // namespace loglode
