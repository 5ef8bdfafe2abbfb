#include "pipeline/run_pipeline.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>

namespace loglode {

namespace {

using TimePoint = std::chrono::steady_clock::time_point;
TimePoint steady_now() { return std::chrono::steady_clock::now(); }
constexpr auto kFillPatience = std::chrono::milliseconds{100};

constexpr auto kFirstRest = std::chrono::milliseconds{10}, kLongestRest = std::chrono::milliseconds{1000};
constexpr auto kHoldGlance = std::chrono::milliseconds{20};
// A full queue is how a slow sink slows the reading; only one that does not move at all is worth a word.
constexpr auto kFaultTold = std::chrono::seconds{1}, kFullQueueTold = std::chrono::seconds{10};

class Stopwatch {
 public:
  explicit Stopwatch(std::atomic<std::int64_t>& total) : total_{total}, start_{steady_now()} {}
  ~Stopwatch() { total_ += (steady_now() - start_).count(); }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  std::atomic<std::int64_t>& total_;
  TimePoint start_;
};

class Run {
 public:
  explicit Run(const Pipeline& pipeline) : pipeline_{pipeline} {}

  Result<PipelineTimes> run() {
    for (unsigned i = 0; i < pipeline_.threads; ++i) {
      auto chain = pipeline_.make_worker();
      if (!chain) return tl::unexpected<Error>(chain.error());
      chains_.push_back(std::make_unique<WorkerChain>(std::move(*chain)));
    }
    if (pipeline_.threads == 1) {
      while (auto flight = take_off()) finish(work(std::move(flight)));
    } else {
      run_parallel();
    }
    if (error_) return tl::unexpected<Error>(*error_);
    if (pipeline_.verdicts == nullptr)
      for (const PipelineSink& each : pipeline_.sinks)
        if (auto flushed = each.sink.flush(steady_now() + std::chrono::seconds{60}); !flushed)
          return tl::unexpected<Error>(flushed.error());
    const auto seconds = [](const std::atomic<std::int64_t>& ticks) {
      return std::chrono::duration<double>(std::chrono::steady_clock::duration{ticks.load()}).count();
    };
    return PipelineTimes{seconds(read_ticks_), seconds(work_ticks_), seconds(aggregate_ticks_), seconds(deliver_ticks_), stopped_,
                         !ended_ && !stopped_};
  }

 private:
  using BatchPtr = std::shared_ptr<Batch>;
  struct Flight {  // a batch on its way, and since when it waits for its next stage
    BatchPtr batch;
    std::size_t bytes = 0;
    TimePoint since = steady_now();
  };
  using FlightPtr = std::shared_ptr<Flight>;

  void run_parallel() {
    namespace tbb = oneapi::tbb;
    // Without this oneTBB keeps to the cores, says so on standard error, and gives fewer threads than were asked for.
    const tbb::global_control allowed{tbb::global_control::max_allowed_parallelism, pipeline_.threads};
    tbb::task_arena arena{static_cast<int>(pipeline_.threads)};
    arena.execute([&] {
      tbb::parallel_pipeline(
          2 * pipeline_.threads + 1,  // one more than busy workers and a full hand-over to each side need
          tbb::make_filter<void, FlightPtr>(tbb::filter_mode::serial_in_order, [&](tbb::flow_control& flow) {
            FlightPtr flight = take_off();
            if (!flight) flow.stop();
            return flight;
          }) & tbb::make_filter<FlightPtr, FlightPtr>(tbb::filter_mode::parallel, [&](FlightPtr flight) {
            return work(std::move(flight));
          }) & tbb::make_filter<FlightPtr, void>(tbb::filter_mode::serial_in_order, [&](FlightPtr flight) { finish(std::move(flight)); }));
    });
  }

  // The next batch with records; null at the end and after an error. A stop is an end: what the source holds back comes before it.
  BatchPtr read() {
    const Stopwatch watch{read_ticks_};
    while (!ended_ && !failed_) {
      if (!stopped_ && pipeline_.stop != nullptr && pipeline_.stop->load()) {
        stopped_ = true;
        pipeline_.source.stop();
      }
      if (pipeline_.pause != nullptr && pipeline_.pause->load() && !stopped_) return nullptr;
      if (pipeline_.hold && pipeline_.hold()) {
        if (gives_up()) return nullptr;
        pipeline_.clock->sleep_for(kHoldGlance);
        continue;
      }
      BatchPtr batch = take_batch();
      auto filled = pipeline_.source.fill(*batch, steady_now() + kFillPatience);
      if (!filled) {
        set_error(filled.error());
        return nullptr;
      }
      ended_ = *filled == Fill::end;
      if (batch->records.empty() && !batch->stream) {
        give_back(std::move(batch));
        continue;
      }
      batch->sequence = next_sequence_++;
      return batch;
    }
    return nullptr;
  }

  FlightPtr take_off() {
    BatchPtr batch = read();
    if (!batch) return nullptr;
    auto flight = std::make_shared<Flight>();
    flight->bytes = batch->capacity();
    flight->batch = std::move(batch);
    if (pipeline_.flow != nullptr) pipeline_.flow->entered(flight->bytes);
    return flight;
  }

  void note_wait(Flight& flight, FlowStage stage) {
    if (pipeline_.flow != nullptr) pipeline_.flow->waited(stage, steady_now() - flight.since);
  }

  FlightPtr work(FlightPtr flight) {
    if (failed_) return flight;
    note_wait(*flight, FlowStage::parse);
    BatchPtr& batch = flight->batch;
    const Stopwatch watch{work_ticks_};
    auto chain = take_chain();
    for (auto& stage : *chain) {
      if (auto done = stage->run(*batch); !done) {
        set_error(done.error());
        break;
      }
    }
    const std::scoped_lock lock{mutex_};
    chains_.push_back(std::move(chain));
    flight->since = steady_now();
    return flight;
  }

  void finish(FlightPtr flight) {
    aggregate_and_deliver(*flight);
    if (pipeline_.flow != nullptr) pipeline_.flow->left(flight->bytes);
  }

  void aggregate_and_deliver(Flight& flight) {
    if (failed_) return;
    BatchPtr& batch = flight.batch;
    const std::unique_lock lock = pipeline_.lock == nullptr ? std::unique_lock<Mutex>{} : std::unique_lock{*pipeline_.lock};
    note_wait(flight, FlowStage::aggregate);
    {
      const Stopwatch watch{aggregate_ticks_};
      for (Stage* stage : pipeline_.ordered)
        if (auto done = stage->run(*batch); !done) return set_error(done.error());
    }
    for (const PipelineSink& each : pipeline_.sinks) {
      select_records(*batch, each.gets, selected_);
      if (selected_.empty()) continue;
      if (auto written = deliver(each.sink, batch); !written) return set_error(written.error());
    }
    if (pipeline_.delivered) pipeline_.delivered(*batch);
    give_back(std::move(batch));
  }

  /// Of what is selected_.
  Result<void> deliver(RecordSink& sink, const BatchPtr& batch) {
    const Stopwatch watch{deliver_ticks_};
    const auto begin = pipeline_.clock->now();
    bool told = false;
    for (auto rest = kFirstRest;; rest = std::min(2 * rest, kLongestRest)) {
      auto written = sink.write(batch, selected_, pipeline_.verdicts == nullptr ? ignore_verdicts_ : *pipeline_.verdicts);
      const bool again = !written && written.error().retryable && !gives_up();
      if (!again || pipeline_.verdicts == nullptr) {
        if (told && written) pipeline_.refused({});
        return written;
      }
      if (!told && pipeline_.refused && pipeline_.clock->now() - begin >= told_after(written.error())) {
        pipeline_.refused(written.error().message);
        told = true;
      }
      pipeline_.clock->sleep_for(rest);
    }
  }

  static std::chrono::steady_clock::duration told_after(const Error& error) {
    return error.code == std::errc::resource_unavailable_try_again ? kFullQueueTold : kFaultTold;
  }

  [[nodiscard]] bool gives_up() const { return pipeline_.gives_up && pipeline_.gives_up(); }

  std::unique_ptr<WorkerChain> take_chain() {
    const std::scoped_lock lock{mutex_};
    auto chain = std::move(chains_.back());  // as many as workers: never empty here
    chains_.pop_back();
    return chain;
  }

  BatchPtr take_batch() {
    const std::scoped_lock lock{mutex_};
    if (spare_.empty()) return std::make_shared<Batch>();
    BatchPtr batch = std::move(spare_.back());
    spare_.pop_back();
    return batch;
  }

  // A sink may still hold the batch; then it is not used again.
  void give_back(BatchPtr batch) {
    if (batch.use_count() != 1) return;
    batch->clear();
    const std::scoped_lock lock{mutex_};
    spare_.push_back(std::move(batch));
  }

  void set_error(const Error& error) {
    const std::scoped_lock lock{mutex_};
    if (!error_) error_ = error;
    failed_ = true;
  }

  const Pipeline& pipeline_;
  IgnoreVerdicts ignore_verdicts_;
  std::vector<std::uint32_t> selected_;  // of the batch at hand, for the sink at hand; aggregate_and_deliver() only
  bool ended_ = false;                   // read() only
  bool stopped_ = false;                 // read() only
  std::uint64_t next_sequence_ = 0;      // read() only
  std::atomic<bool> failed_{false};
  std::atomic<std::int64_t> read_ticks_{0}, work_ticks_{0}, aggregate_ticks_{0}, deliver_ticks_{0};
  std::mutex mutex_;                                  // guards all below
  std::vector<std::unique_ptr<WorkerChain>> chains_;  // idle ones
  std::vector<BatchPtr> spare_;
  std::optional<Error> error_;
};

}  // namespace

Result<PipelineTimes> run_pipeline(const Pipeline& pipeline) { return Run{pipeline}.run(); }

}  // namespace loglode
