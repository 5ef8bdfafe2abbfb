// Wires a Source, workers, ordered stages and sinks together with oneTBB: bounded batches in flight, everything that must be in
// source order in source order. app/reading/worker_chain.cc knows the order of the rooms; this knows only the interfaces.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "core/flow_gauges.h"
#include "core/pipeline_parts.h"
#include "core/sink.h"
#include "pipeline/record_selection.h"

namespace loglode {

using WorkerChain = std::vector<std::unique_ptr<Stage>>;  // run one after the other on a batch, by one worker

/// A sink, and which records of each batch it is given. It is not called for a batch of which it gets none.
struct PipelineSink {
  RecordSink& sink;
  RecordSelection gets{};
};

struct Pipeline {
  Source& source;
  std::function<Result<WorkerChain>()> make_worker;  // called `threads` times before anything is read
  std::vector<Stage*> ordered;                       // run in batch order, by one thread at a time
  std::vector<PipelineSink> sinks;                   // after them, the same
  unsigned threads = 1;
  const std::atomic<bool>* stop = nullptr;   // set from a signal handler: nothing more is taken in, what was read is finished
  const std::atomic<bool>* pause = nullptr;  // set: run_pipeline() returns when what was read is finished; it may be called again
  Verdicts* verdicts = nullptr;              // null: nobody asks what became of a record
  Mutex* lock = nullptr;  // held from a batch's first ordered stage to its last sink: who takes it sees all of them between batches
  std::function<void(const Batch&)> delivered{};          // after a batch's last sink, with the lock
  FlowGauges* flow = nullptr;                             // told of each batch; null: nobody looks
  std::function<bool()> gives_up{};                       // true: a sink that refuses is not asked again, the run ends with its error
  std::function<void(const std::string& why)> refused{};  // a sink has been in the way for a while; then, with nothing: it is not any more
  std::function<bool()> hold{};                           // true: nothing more is read for now, until `gives_up`
  const Clock* clock = &system_clock();                   // by which a sink that refused is asked again
};

/// Seconds spent in each part; `work` is summed over workers.
struct PipelineTimes {
  double read = 0, work = 0, aggregate = 0, deliver = 0;
  bool stopped = false;  // before the source was at its end
  bool paused = false;   // the same, to be gone on with
};

/// Sinks are flushed when it ends, unless verdicts are asked for: then that is the caller's, with a time of its own.
/// Runs until the source ends, `stop` is set or something fails. Where verdicts are asked for, a sink that fails retryably is asked again
/// with the same batch, a little later each time, until `gives_up`. Errors: the first of any part; batches before it are finished.
[[nodiscard]] Result<PipelineTimes> run_pipeline(const Pipeline& pipeline);

}  // namespace loglode
