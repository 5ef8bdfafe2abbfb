// Engine::run() with all its threads, and run_to_end(), on fakes that a test holds by the hand: what ends a run, what a refusal stops, and
// in which order positions, checkpoints and deliveries come. (world.h has the same engine on one thread, with chance.)
#include "pipeline/engine/engine.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace loglode {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// What happened, in order, as any thread wrote it down.
class Happened {
 public:
  void add(std::string what) {
    const std::lock_guard lock{mutex_};
    all_.push_back(std::move(what));
    changed_.notify_all();
  }
  /// False: it did not happen within ten seconds.
  [[nodiscard]] bool wait_for(const std::string& what, std::size_t times = 1) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, seconds{10}, [&] { return count(what) >= times; });
  }
  [[nodiscard]] std::size_t times(const std::string& what) {
    const std::lock_guard lock{mutex_};
    return count(what);
  }
  /// Where it happened first; after everything when it did not.
  [[nodiscard]] std::size_t place_of(const std::string& what) {
    const std::lock_guard lock{mutex_};
    return static_cast<std::size_t>(std::find(all_.begin(), all_.end(), what) - all_.begin());
  }

 private:
  [[nodiscard]] std::size_t count(const std::string& what) const {
    return static_cast<std::size_t>(std::count(all_.begin(), all_.end(), what));
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> all_;
};

/// Gives records 0, 1, 2 … of one stream, one a batch; then ends, or waits to be stopped.
class FakeSource final : public Source {
 public:
  struct Plan {
    std::uint64_t records = 3;
    bool endless = false;
    bool breaks = false;  // after its records
  };
  FakeSource(Plan plan, Happened& happened) : plan_{plan}, happened_{happened} {
    auto stream = std::make_shared<Stream>();
    stream->info.id = StreamId{1};
    stream->info.identity = {7, 7};
    stream_ = std::move(stream);
  }
  Result<Fill> fill(Batch& out, Deadline until) override {
    std::unique_lock lock{mutex_};
    if (next_ < plan_.records) {
      out.clear();
      out.stream = stream_;
      Record& record = out.records.emplace_back();
      record.message = record.raw = out.keep("record " + std::to_string(next_));
      record.offset = next_;
      out.end = ++next_;
      return Fill::more;
    }
    if (plan_.breaks) return fail(std::make_error_code(std::errc::io_error), "the source broke");
    if (!plan_.endless || stopped_) return Fill::end;
    changed_.wait_until(lock, until, [this] { return stopped_; });
    return stopped_ ? Fill::end : Fill::more;
  }
  void stop() noexcept override {
    const std::lock_guard lock{mutex_};
    stopped_ = true;
    changed_.notify_all();
  }
  Result<void> commit(std::span<const StreamPosition> positions) override {
    for (const StreamPosition& position : positions) happened_.add("committed " + std::to_string(position.offset));
    return {};
  }

 private:
  const Plan plan_;
  Happened& happened_;
  std::shared_ptr<const Stream> stream_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t next_ = 0;
  bool stopped_ = false;
};

using Trouble = std::atomic<const Error*>;  // null: none

Result<void> as_it_is(const Trouble& trouble) {
  const Error* const error = trouble.load();
  return error == nullptr ? Result<void>{} : tl::unexpected<Error>(*error);
}

class FakeSink final : public RecordSink {
 public:
  FakeSink(Happened& happened, const Trouble& on_write, const Trouble& on_flush)
      : happened_{happened}, on_write_{on_write}, on_flush_{on_flush} {
    happened_.add("sink made");
  }
  ~FakeSink() override { happened_.add("sink closed"); }
  FakeSink(const FakeSink&) = delete;
  FakeSink& operator=(const FakeSink&) = delete;
  Result<void> write(std::shared_ptr<const Batch> batch, SelectedRecords selected, Verdicts&) override {
    if (auto can = as_it_is(on_write_); !can) {
      happened_.add("refused");
      return can;
    }
    for (const std::uint32_t i : selected) happened_.add("written " + std::to_string(batch->records[i].offset));
    return {};
  }
  Result<void> flush(Deadline) override { return as_it_is(on_flush_); }

 private:
  Happened& happened_;
  const Trouble &on_write_, &on_flush_;
};

class FakeAnalysis : public Analysis {
 public:
  void add_changes(Checkpoint&, bool) override {}
  void forget_windows_before(Timestamp) override {}
  AssessmentInput input() override { return {{}, std::make_unique<TemplateCatalog>(), std::make_shared<const RuleCatalog>()}; }
  Judgement assess(const AssessmentInput&, bool) override { return {}; }
  const std::set<std::string>& lasting() const override { return lasting_; }
  AssessmentBase base() const override { return {}; }
  std::string encode_base() const override { return {}; }

 private:
  std::set<std::string> lasting_;
};

class FakeAnnouncer final : public Announcer {
 public:
  explicit FakeAnnouncer(Happened& happened) : happened_{happened} {}
  std::vector<OutgoingEvent> announce(const std::shared_ptr<const Assessment>& assessment) override {
    happened_.add(assessment->last ? "last assessment" : "assessment");
    return {};
  }
  Announced announced() const override { return {}; }

 private:
  Happened& happened_;
};

class FakeStore final : public CheckpointStore {
 public:
  FakeStore(Happened& happened, const Trouble& trouble) : happened_{happened}, trouble_{trouble} {}
  Result<void> write(Checkpoint checkpoint) override {
    if (auto can = as_it_is(trouble_); !can) return can;
    for (const StoredStream& stream : checkpoint.streams) happened_.add("stored " + std::to_string(stream.reaches));
    return {};
  }

 private:
  Happened& happened_;
  const Trouble& trouble_;
};

Error error_of(std::errc code, std::string message, bool retryable) { return {std::make_error_code(code), std::move(message), retryable}; }

/// An engine with one source and one sink, on a thread of its own.
class Run {
 public:
  explicit Run(FakeSource::Plan plan, milliseconds drain = milliseconds{20'000})
      : store_{happened, store_trouble},
        announcer_{happened},
        engine_{
            {"test", milliseconds{5}, std::chrono::seconds{std::chrono::ceil<seconds>(drain)}, milliseconds{5}, std::chrono::hours{1}, 2},
            {analysis_, announcer_, &store_, stop_}} {
    engine_.set_workers([] { return Result<WorkerChain>{}; });
    engine_.set_sinks([this]() -> Result<std::vector<EngineSink>> {
      std::vector<EngineSink> sinks;
      sinks.push_back({OpenedSink::of_records(std::make_unique<FakeSink>(happened, write_trouble, flush_trouble)), {}, {}});
      return sinks;
    });
    engine_.set_verdicts(ignored_, ignored_events_, {}, {});
    engine_.add_source("fake", std::make_unique<FakeSource>(plan, happened));
  }
  ~Run() {
    if (thread_.joinable()) static_cast<void>(stop());
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  void start() {
    thread_ = std::thread{[this] { ended_ = engine_.run(); }};
  }
  Result<PipelineTimes> wait() {
    thread_.join();
    return *ended_;
  }
  Result<PipelineTimes> stop() {
    stop_ = true;
    return wait();
  }
  Result<PipelineTimes> to_the_end() {
    start();
    return wait();
  }
  [[nodiscard]] Engine& engine() noexcept { return engine_; }

  Happened happened;
  Trouble write_trouble{nullptr}, flush_trouble{nullptr}, store_trouble{nullptr};

 private:
  std::atomic<bool> stop_{false};
  FakeAnalysis analysis_;
  FakeStore store_;
  FakeAnnouncer announcer_;
  IgnoreVerdicts ignored_;
  IgnoreEventVerdicts ignored_events_;
  Engine engine_;
  std::optional<Result<PipelineTimes>> ended_;
  std::thread thread_;
};

/// True when it holds within ten seconds.
bool comes_true(const std::function<bool()>& holds) {
  const auto until = std::chrono::steady_clock::now() + seconds{10};
  while (!holds() && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(milliseconds{1});
  return holds();
}

}  // namespace

TEST_CASE("engine: a run that reads to the end delivers all, then stores, then commits", "[pipeline][engine]") {
  Run run{{3}};
  const auto times = run.to_the_end();
  REQUIRE(times);
  CHECK_FALSE(times->stopped);
  for (const char* const once : {"written 0", "written 1", "written 2", "stored 3", "committed 3", "last assessment"})
    CHECK(run.happened.times(once) == 1);
  CHECK(run.happened.place_of("written 2") < run.happened.place_of("stored 3"));
  CHECK(run.happened.place_of("stored 3") < run.happened.place_of("committed 3"));
}

TEST_CASE("engine: a stop ends a source that waits, and what was read is kept", "[pipeline][engine]") {
  Run run{{3, true}};
  run.start();
  REQUIRE(run.happened.wait_for("written 2"));
  const auto times = run.stop();
  REQUIRE(times);
  CHECK(run.happened.times("committed 3") == 1);
  CHECK(run.happened.times("sink made") == 1);
}

TEST_CASE("engine: a sink that refuses is given the same records again, and nothing is committed meanwhile", "[pipeline][engine]") {
  const Error away = error_of(std::errc::connection_refused, "nobody answers", true);
  Run run{{3, true}};
  run.write_trouble = &away;
  run.start();
  REQUIRE(run.happened.wait_for("refused", 3));
  CHECK(comes_true([&] { return run.engine().refusal().find("nobody answers") != std::string::npos; }));
  for (const char* const nothing : {"committed 1", "committed 2", "committed 3", "stored 1"}) CHECK(run.happened.times(nothing) == 0);
  run.write_trouble = nullptr;
  REQUIRE(run.happened.wait_for("committed 3"));
  CHECK(comes_true([&] { return run.engine().refusal().empty(); }));
  for (const char* const once : {"written 0", "written 1", "written 2"}) CHECK(run.happened.times(once) == 1);
  CHECK(run.stop());
}

TEST_CASE("engine: a sink that refuses for longer than the drain ends a stopped run with its error", "[pipeline][engine]") {
  const Error away = error_of(std::errc::connection_refused, "nobody answers", true);
  Run run{{3, true}, milliseconds{1000}};
  run.write_trouble = &away;
  run.start();
  REQUIRE(run.happened.wait_for("refused"));
  const auto times = run.stop();
  REQUIRE_FALSE(times);
  CHECK(times.error().message.find("nobody answers") != std::string::npos);
  CHECK(run.happened.times("committed 3") == 0);
}

TEST_CASE("engine: an error that is final ends the run, and nothing behind it is committed", "[pipeline][engine]") {
  const Error lost = error_of(std::errc::io_error, "fsync failed", false);
  SECTION("of a sink's flush") {
    Run run{{3, true}};
    run.flush_trouble = &lost;
    run.start();
    const auto times = run.wait();  // by itself
    REQUIRE_FALSE(times);
    CHECK(times.error().message.find("fsync failed") != std::string::npos);
    for (const char* const nothing : {"committed 1", "committed 2", "committed 3"}) CHECK(run.happened.times(nothing) == 0);
  }
  SECTION("of a sink's write") {
    Run run{{3, true}};
    run.write_trouble = &lost;
    run.start();
    CHECK_FALSE(run.wait());
    CHECK(run.happened.times("committed 3") == 0);
  }
  SECTION("of a source") {
    Run run{{3, false, true}};
    const auto times = run.to_the_end();
    REQUIRE_FALSE(times);
    CHECK(times.error().message == "the source broke");
  }
}

TEST_CASE("engine: a store that fails is told and tried again; positions wait for it", "[pipeline][engine]") {
  const Error full = error_of(std::errc::no_space_on_device, "the disk is full", true);
  Run run{{3, true}};
  run.store_trouble = &full;
  run.start();
  REQUIRE(run.happened.wait_for("written 2"));
  CHECK(comes_true([&] { return run.engine().checkpoint_failures() >= 2 && run.engine().trouble() == "the disk is full"; }));
  CHECK(run.happened.times("committed 3") == 0);
  run.store_trouble = nullptr;
  REQUIRE(run.happened.wait_for("committed 3"));
  CHECK(comes_true([&] { return run.engine().trouble().empty(); }));
  CHECK(run.stop());
}

TEST_CASE("engine: a reload waits until what was read is committed, and opens the sinks again", "[pipeline][engine]") {
  Run run{{3, true}};
  run.start();
  REQUIRE(run.happened.wait_for("written 2"));
  run.engine().reload([&]() -> Result<void> {
    run.happened.add("reloaded");
    return {};
  });
  REQUIRE(run.happened.wait_for("sink made", 2));
  CHECK(run.happened.place_of("committed 3") < run.happened.place_of("reloaded"));
  CHECK(run.happened.place_of("reloaded") < run.happened.place_of("sink closed"));
  SECTION("a reload that fails ends the run with its error") {
    run.engine().reload([] { return Result<void>{fail(std::make_error_code(std::errc::invalid_argument), "cannot be")}; });
    const auto times = run.wait();
    REQUIRE_FALSE(times);
    CHECK(times.error().message == "cannot be");
  }
}

namespace {

/// A run over input that ends: the analysis is the one who says how far streams were read.
class FiniteRun {
 public:
  explicit FiniteRun(FakeSource::Plan plan = {3}) : source_{plan, happened} {
    engine_.set_workers([] { return Result<WorkerChain>{}; });
    engine_.set_sinks([this]() -> Result<std::vector<EngineSink>> {
      std::vector<EngineSink> sinks;
      sinks.push_back({OpenedSink::of_records(std::make_unique<FakeSink>(happened, write_trouble, flush_trouble)), {}, {}});
      return sinks;
    });
  }
  Result<PipelineTimes> run() {
    return engine_.run_to_end(source_, [this](const PipelineTimes& times) { happened.add(times.stopped ? "stopped" : "read"); });
  }
  void stop() { stop_ = true; }

  Happened happened;
  Trouble write_trouble{nullptr}, flush_trouble{nullptr}, store_trouble{nullptr};

 private:
  class Analysis final : public FakeAnalysis {
   public:
    void add_changes(Checkpoint& to, bool last) override { to.streams.push_back({{7, 7}, "log", last ? 30U : 10U, last, false, {}}); }
  };
  std::atomic<bool> stop_{false};
  Analysis analysis_;
  FakeStore store_{happened, store_trouble};
  FakeAnnouncer announcer_{happened};
  FakeSource source_;
  Engine engine_{[] {
                   EngineConfig config{"test", milliseconds{60'000}};
                   config.threads = 2;
                   config.finite = true;
                   return config;
                 }(),
                 {analysis_, announcer_, &store_, stop_}};
};

}  // namespace

TEST_CASE("engine: input that ends is read, kept, then assessed once, and nothing is committed", "[pipeline][engine]") {
  FiniteRun run;
  const auto times = run.run();
  REQUIRE(times);
  const char* const order[] = {"written 0", "written 1", "written 2", "read", "stored 30", "last assessment"};
  for (std::size_t i = 0; i < std::size(order); ++i) {
    INFO(order[i]);
    CHECK(run.happened.times(order[i]) == 1);
    if (i > 0) CHECK(run.happened.place_of(order[i - 1]) < run.happened.place_of(order[i]));
  }
  for (const char* const nothing : {"assessment", "committed 3"}) CHECK(run.happened.times(nothing) == 0);
}

TEST_CASE("engine: a stop ends the reading of input that would go on, and what was read is assessed", "[pipeline][engine]") {
  FiniteRun run{{3, true}};
  std::thread stopper{[&run] {
    static_cast<void>(run.happened.wait_for("written 2"));
    run.stop();
  }};
  const auto times = run.run();
  stopper.join();
  REQUIRE(times);
  CHECK(times->stopped);
  for (const char* const once : {"stopped", "stored 30", "last assessment"}) CHECK(run.happened.times(once) == 1);
}

TEST_CASE("engine: whatever fails ends a run over input that ends, with nothing assessed", "[pipeline][engine]") {
  const Error away = error_of(std::errc::resource_unavailable_try_again, "come again", true);
  const Error full = error_of(std::errc::no_space_on_device, "the disk is full", false);
  FiniteRun run;
  std::string expected = full.message;
  SECTION("a sink that asks to be asked again: whoever waits for a report is told now") {
    run.write_trouble = &away;
    expected = away.message;
  }
  SECTION("a sink's write") { run.write_trouble = &full; }
  SECTION("a sink's flush") { run.flush_trouble = &full; }
  SECTION("the store") { run.store_trouble = &full; }
  const auto times = run.run();
  REQUIRE_FALSE(times);
  CHECK(times.error().message == expected);
  CHECK(run.happened.times("last assessment") == 0);
  CHECK(run.happened.times("refused") <= 1);
}

}  // namespace loglode
