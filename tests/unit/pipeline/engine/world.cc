#include "tests/unit/pipeline/engine/world.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace loglode::simulation {

namespace {

constexpr int kProcessesMax = 200;  // of one world; more would not be bad luck
constexpr Timestamp kBegin{std::chrono::hours{500'000}};

std::string id_of(std::size_t stream, std::uint64_t number) { return fmt::format("{}/{}", stream, number); }

/// What is learned of one stream: how many records, and a number that depends on each of them and on their order.
struct Learned {
  std::uint64_t count = 0, mix = 0;
};

class FakeAnalysis final : public Analysis, public Stage {
 public:
  FakeAnalysis(const Checkpoint& state, const std::optional<std::string>& base) : base_{base ? std::stoull(*base) : 0} {
    for (const StoredShape& row : state.shapes) {
      Learned& one = learned_.at(static_cast<std::size_t>(row.id.high));
      const auto colon = row.bytes.find(':');
      one = {std::stoull(row.bytes.substr(0, colon)), std::stoull(row.bytes.substr(colon + 1))};
    }
  }

  /// A record that was learned before, and is read again, teaches nothing.
  Result<void> run(Batch& batch) override {
    const auto stream = static_cast<std::size_t>(batch.stream->info.identity.high);
    for (const Record& record : batch.records) {
      Learned& one = learned_.at(stream);
      if (record.offset < one.count) continue;
      gaps_ = gaps_ || record.offset > one.count;
      one.count = record.offset + 1;
      for (const char c : record.message) one.mix = one.mix * 31 + static_cast<unsigned char>(c);
    }
    return {};
  }
  void add_changes(Checkpoint& to, bool) override {
    for (std::size_t stream = 0; stream < kStreams; ++stream)
      if (std::exchange(kept_[stream], learned_[stream].count) != learned_[stream].count)
        to.shapes.push_back({ShapeId{stream, 1}, fmt::format("{}:{}", learned_[stream].count, learned_[stream].mix)});
  }
  void forget_windows_before(Timestamp) override {}
  AssessmentInput input() override {
    judged_ = learned_;
    return {{}, std::make_unique<TemplateCatalog>(), std::make_shared<const RuleCatalog>()};
  }
  /// What stands: one finding for each fifty records of a stream, and a provisional one for those since.
  Judgement assess(const AssessmentInput&, bool) override {
    Judgement judgement;
    std::uint64_t records = 0;
    for (std::size_t stream = 0; stream < kStreams; ++stream) {
      records += judged_[stream].count;
      for (std::uint64_t i = 1; i <= judged_[stream].count / kFindingEvery; ++i) add(judgement, fmt::format("{}-{}", stream, i));
      if (const std::uint64_t rest = judged_[stream].count % kFindingEvery; rest != 0)
        add(judgement, fmt::format("{}-provisional-{}", stream, judged_[stream].count / kFindingEvery));
    }
    base_ = std::max(base_, records / 100);
    return judgement;
  }
  const std::set<std::string>& lasting() const override { return lasting_; }
  AssessmentBase base() const override {
    return {kBegin + std::chrono::hours{static_cast<std::int64_t>(base_)}, kBegin + std::chrono::hours{static_cast<std::int64_t>(base_)}};
  }
  std::string encode_base() const override { return std::to_string(base_); }
  [[nodiscard]] bool gaps() const noexcept { return gaps_; }
  [[nodiscard]] bool any() const {
    return std::any_of(learned_.begin(), learned_.end(), [](const Learned& one) { return one.count > 0; });
  }

 private:
  static void add(Judgement& judgement, std::string id) { judgement.findings.emplace_back().finding_id = std::move(id); }

  std::array<Learned, kStreams> learned_{}, judged_{};
  std::array<std::uint64_t, kStreams> kept_{};  // as of the latest checkpoint
  std::uint64_t base_;
  std::set<std::string> lasting_;
  bool gaps_ = false;
};

/// Announces what stands and was not announced, and withdraws what was announced and stands no longer.
class FakeAnnouncer final : public Announcer {
 public:
  void restore(const Announced& before) {
    for (const PublishedDocument& one : before.documents) announced_.insert(one.id);
    last_revision_ = before.last_revision;
  }
  std::vector<OutgoingEvent> announce(const std::shared_ptr<const Assessment>& assessment) override {
    std::set<std::string> standing;
    for (const Finding& finding : assessment->judgement.findings) standing.insert(finding.finding_id);
    std::vector<OutgoingEvent> events;
    for (const std::string& id : standing)
      if (!announced_.contains(id)) events.push_back({{Document::finding, id, "stands", EventChange::opened, ++last_revision_}});
    for (const std::string& id : announced_)
      if (!standing.contains(id)) events.push_back({{Document::finding, id, "withdrawn", EventChange::withdrawn, ++last_revision_}});
    announced_ = std::move(standing);
    return events;
  }
  Announced announced() const override {
    Announced all;
    all.last_revision = last_revision_;
    for (const std::string& id : announced_) all.documents.emplace_back().id = id;
    return all;
  }

 private:
  std::set<std::string> announced_;
  std::uint64_t last_revision_ = 0;
};

class FakeStore final : public CheckpointStore {
 public:
  /// `meanwhile`: what other threads do while it writes.
  FakeStore(Durable& durable, Dice& dice, std::function<void()> meanwhile)
      : durable_{durable}, dice_{dice}, meanwhile_{std::move(meanwhile)} {}
  Result<void> write(Checkpoint checkpoint) override {
    dice_.step();
    meanwhile_();
    if (kept_)
      join(*kept_, std::move(checkpoint));
    else
      kept_ = std::move(checkpoint);
    if (dice_.one_in(15)) return fail(std::make_error_code(std::errc::no_space_on_device), "the disk is full", true);
    join(durable_.state, *std::exchange(kept_, std::nullopt));
    durable_.any_state = true;
    dice_.step();
    return {};
  }

 private:
  Durable& durable_;
  Dice& dice_;
  std::function<void()> meanwhile_;
  std::optional<Checkpoint> kept_;  // could not be written yet
};

/// Holds what it takes until it is flushed; what it holds when the process ends may have arrived or not.
class FakeSink final : public RecordSink, public EventSink {
 public:
  FakeSink(Kept& kept, Dice& dice) : kept_{kept}, dice_{dice} {}
  ~FakeSink() override {
    for (const auto& change : held_)
      if (dice_.below(2) == 0)
        keep(change);
      else
        break;  // in order
  }
  FakeSink(const FakeSink&) = delete;
  FakeSink& operator=(const FakeSink&) = delete;

  Result<void> write(std::shared_ptr<const Batch> batch, SelectedRecords selected, Verdicts& to) override {
    dice_.step();
    if (dice_.one_in(10)) return fail(std::make_error_code(std::errc::connection_refused), "refused", true);
    const auto stream = static_cast<std::size_t>(batch->stream->info.identity.high);
    for (const std::uint32_t i : selected) {
      const Record& record = batch->records[i];
      if (dice_.one_in(60))
        to.settle(*batch, i, Verdict::rejected, "never");
      else
        held_.push_back({true, id_of(stream, record.offset), std::string{record.message}});
    }
    return {};
  }
  Result<void> write(const Event& event, EventVerdicts&) override {
    dice_.step();
    if (dice_.one_in(10)) return fail(std::make_error_code(std::errc::connection_refused), "refused", true);
    held_.push_back({false, event.key, event.json});
    return {};
  }
  Result<void> flush(Deadline) override {
    dice_.step();
    if (dice_.one_in(12)) return fail(std::make_error_code(std::errc::timed_out), "hangs", true);
    if (dice_.one_in(80)) {
      held_.clear();  // what the system may have dropped
      return fail(std::make_error_code(std::errc::io_error), "fsync failed");
    }
    for (const Change& change : held_) keep(change);
    held_.clear();
    dice_.step();
    return {};
  }

 private:
  struct Change {
    bool record;
    std::string key, text;
  };
  void keep(const Change& change) {
    if (change.record)
      kept_.records[change.key] = change.text;
    else if (change.text == "withdrawn")
      kept_.events.erase(change.key);
    else
      kept_.events[change.key] = change.text;
  }

  Kept& kept_;
  Dice& dice_;
  std::vector<Change> held_;
};

/// Rejected records, kept when secure() is called.
class FakeDeadLetters final : public Verdicts, public EventVerdicts {
 public:
  explicit FakeDeadLetters(Durable& durable) : durable_{durable} {}
  void settle(const Batch& batch, std::size_t record, Verdict verdict, std::string_view) noexcept override {
    if (verdict == Verdict::rejected)
      held_.push_back(id_of(static_cast<std::size_t>(batch.stream->info.identity.high), batch.records[record].offset));
  }
  void settle(const Event&, Verdict, std::string_view) noexcept override {}
  void secure() {
    durable_.dead_letters.insert(held_.begin(), held_.end());
    held_.clear();
  }

 private:
  Durable& durable_;
  std::vector<std::string> held_;
};

/// One process: an engine over what is durable, driven between two batches by the source.
class Process final : public Source {
 public:
  Process(std::uint64_t seed, Durable& durable, Dice& dice, const ManualClock& clock)
      : seed_{seed},
        durable_{durable},
        dice_{dice},
        clock_{clock},
        store_{durable, dice, [this] { judge_now_and_then(); }},
        dead_letters_{durable},
        analysis_{restored(), base_before()},
        engine_{
            {"test", std::chrono::milliseconds{1000}, std::chrono::seconds{20}, std::chrono::milliseconds{200}, std::chrono::hours{1}, 1},
            {analysis_, announcer_, &store_, stop_, clock}} {
    for (const StoredAnnounced& row : durable_.state.announced) engine_.outbox().restore(row);
    for (const StoredPending& row : durable_.state.pending) engine_.outbox().restore(row);
    for (const StoredBase& row : durable_.state.bases) engine_.outbox().restore(row);
    announcer_.restore(engine_.outbox().announced_before().value_or(Announced{}));
    for (std::size_t stream = 0; stream < kStreams; ++stream) next_[stream] = position_of(stream);
    engine_.set_workers([] { return Result<WorkerChain>{}; });
    engine_.add_ordered_stage(analysis_);
    engine_.set_sinks([this]() -> Result<std::vector<EngineSink>> {
      std::vector<EngineSink> sinks;
      for (std::size_t sink = 0; sink < kSinks; ++sink)
        sinks.push_back({OpenedSink::of_both(std::make_unique<FakeSink>(durable_.sinks[sink], dice_)),
                         {RecordSelection::Of::kept, route_of_sink(sink)},
                         only(Document::finding)});
      return sinks;
    });
    engine_.set_verdicts(
        dead_letters_, dead_letters_,
        [this]() -> Result<void> {
          dice_.step();
          dead_letters_.secure();
          return {};
        },
        [this] { return dice_.one_in(40); });
    engine_.begin_after_state(analysis_.any(), kNoTime);
  }

  /// True: everything was read and delivered.
  [[nodiscard]] bool run() {
    const auto times = engine_.run_on_this_thread(*this);
    return times && !times->stopped && !analysis_.gaps();
  }
  [[nodiscard]] bool gaps() const noexcept { return analysis_.gaps(); }

  Result<Fill> fill(Batch& out, Deadline) override {
    dice_.step();
    happen();
    if (stopped_) return Fill::end;
    const auto first = static_cast<std::size_t>(dice_.below(kStreams));
    for (std::size_t i = 0; i < kStreams; ++i) {
      const std::size_t stream = (first + i) % kStreams;
      if (next_[stream] == kRecords) continue;
      give(stream, out);
      return Fill::more;
    }
    return Fill::end;
  }
  void stop() noexcept override { stopped_ = true; }
  Result<void> commit(std::span<const StreamPosition> positions) override {
    dice_.step();
    judge_now_and_then();
    if (dice_.one_in(15)) return fail(std::make_error_code(std::errc::connection_reset), "the broker is away", true);
    for (const StreamPosition& position : positions) {
      const auto owner = streams_.find(position.stream);
      if (owner == streams_.end() || ids_[owner->second] != position.stream) continue;  // of an assignment that is over
      durable_.committed[owner->second] = std::max(durable_.committed[owner->second], position.offset);
    }
    dice_.step();
    return {};
  }

 private:
  const Checkpoint& restored() const { return durable_.state; }
  [[nodiscard]] std::optional<std::string> base_before() const {
    for (const StoredBase& row : durable_.state.bases) return row.bytes;
    return std::nullopt;
  }
  /// Where the state says that it goes on; the broker's position is never further.
  [[nodiscard]] std::uint64_t position_of(std::size_t stream) const {
    for (const StoredStream& row : durable_.state.streams)
      if (row.identity.high == stream) return row.reaches;
    return 0;
  }

  /// What other threads do between two batches.
  void happen() {
    clock_.sleep_for(std::chrono::milliseconds{dice_.below(400)});
    if (dice_.below(4) == 0) static_cast<void>(engine_.take_checkpoint(Checkpointer::Kind::during));
    judge_now_and_then();
    if (dice_.one_in(60)) engine_.reload([]() -> Result<void> { return {}; });
    if (dice_.one_in(120)) stop_ = true;
    if (dice_.one_in(50)) take_away(static_cast<std::size_t>(dice_.below(kStreams)));
  }
  void judge_now_and_then() {
    if (dice_.below(3) == 0) engine_.judging().step();
  }
  /// A partition comes back, from the position that was committed.
  void take_away(std::size_t stream) {
    ids_[stream].reset();
    next_[stream] = durable_.committed[stream];
  }
  void give(std::size_t stream, Batch& out) {
    if (!ids_[stream]) {
      ids_[stream] = StreamId{next_id_++};
      streams_[*ids_[stream]] = stream;
    }
    auto info = std::make_shared<Stream>();
    info->info.id = *ids_[stream];
    info->info.identity = {stream, 1};
    out.stream = info;
    const std::uint64_t end = std::min(kRecords, next_[stream] + 1 + dice_.below(12));
    for (; next_[stream] < end; ++next_[stream]) {
      Record& record = out.records.emplace_back();
      record.offset = next_[stream];
      record.message = out.keep(payload_of(seed_, stream, next_[stream]));
      if (!is_for(0, next_[stream])) record.routes = route_of_sink(1);
      if (!is_for(1, next_[stream])) record.routes = route_of_sink(0);
      record.time = kBegin + std::chrono::seconds{static_cast<std::int64_t>(next_[stream])};
    }
    out.end = end;
  }

  const std::uint64_t seed_;
  Durable& durable_;
  Dice& dice_;
  const ManualClock& clock_;
  std::atomic<bool> stop_{false};
  bool stopped_ = false;
  FakeStore store_;
  FakeDeadLetters dead_letters_;
  FakeAnnouncer announcer_;
  FakeAnalysis analysis_;
  std::array<std::uint64_t, kStreams> next_{};
  std::array<std::optional<StreamId>, kStreams> ids_{};
  std::map<StreamId, std::size_t> streams_;
  std::uint32_t next_id_ = 0;
  Engine engine_;
};

/// A position never runs ahead of what was delivered or kept as a dead letter, and what was delivered says what was read.
void ask_oracle(std::uint64_t seed, const Durable& durable, std::vector<std::string>& wrong) {
  std::array<std::uint64_t, kStreams> positions = durable.committed;
  for (const StoredStream& row : durable.state.streams) {
    std::uint64_t& position = positions.at(static_cast<std::size_t>(row.identity.high));
    if (position > row.reaches) wrong.push_back("a position was committed that no state knows");
    position = std::max(position, row.reaches);
  }
  for (std::size_t stream = 0; stream < kStreams; ++stream)
    for (std::uint64_t number = 0; number < positions[stream]; ++number)
      for (std::size_t sink = 0; sink < kSinks; ++sink) {
        const std::string id = id_of(stream, number);
        const bool kept = durable.sinks[sink].records.contains(id);
        if (is_for(sink, number) ? !kept && !durable.dead_letters.contains(id) : kept)
          wrong.push_back(fmt::format("sink {} {}: {}", sink, kept ? "got what is not for it" : "lost", id));
      }
  // Whatever a sink holds of events, the state knows of: a later run can take it back.
  std::set<std::string> known;
  for (const StoredAnnounced& row : durable.state.announced)
    for (const PublishedDocument& one : row.announced.documents) known.insert(one.id);
  for (const StoredPending& row : durable.state.pending)
    for (const Event& event : row.events) known.insert(event.key);
  for (const Kept& sink : durable.sinks) {
    for (const auto& [key, text] : sink.events)
      if (!known.contains(key)) wrong.push_back("a sink holds what no state knows of: " + key);
    for (const auto& [id, text] : sink.records) {
      const auto slash = id.find('/');
      if (text != payload_of(seed, std::stoul(id), std::stoull(id.substr(slash + 1)))) wrong.push_back("not what was read: " + id);
    }
  }
}

}  // namespace

std::string payload_of(std::uint64_t seed, std::size_t stream, std::uint64_t number) {
  return fmt::format("{} {} {}", stream, number, seed * 1'000'003 + stream * 10'007 + number * 31);
}

std::vector<std::string> live_through(std::uint64_t seed, bool disturbed, Durable& durable) {
  Dice dice{seed};
  if (!disturbed) dice.make_peace();
  const ManualClock clock;
  std::vector<std::string> wrong;
  for (int process = 0; process < kProcessesMax && wrong.empty(); ++process) {
    if (process == kProcessesMax / 2) dice.make_peace();
    Process one{seed, durable, dice, clock};
    bool done = false;
    try {
      done = one.run();
    } catch (const Crash&) {  // the process is gone; what is durable stands
    }
    if (one.gaps()) wrong.emplace_back("records were left out between two that were learned");
    ask_oracle(seed, durable, wrong);
    if (done) return wrong;
  }
  if (wrong.empty()) wrong.emplace_back("it never came to an end");
  return wrong;
}

}  // namespace loglode::simulation
