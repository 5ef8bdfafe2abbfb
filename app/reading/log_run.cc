#include "app/reading/log_run.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "app/reading/chosen_files.h"
#include "base/progress_bar.h"
#include "sinks/record_file.h"

namespace loglode {

namespace {

constexpr auto kFlushTimeout = std::chrono::seconds{60};

double cpu_seconds(const rusage& usage) {
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Of this program alone: ru_maxrss also holds what the process was before it became this program, for example a large parent.
std::uint64_t peak_resident_bytes(const rusage& usage) {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (line.compare(0, 6, "VmHWM:") == 0) return std::strtoull(line.c_str() + 6, nullptr, 10) * kKiB;
  return static_cast<std::uint64_t>(usage.ru_maxrss) * kKiB;
}

IngestConfig ingest_config(const AnalyzeOptions& options) {
  IngestConfig config;
  config.service = options.reading.service;
  config.keep_blank_lines = options.reading.format == "message";
  if (options.batch_bytes != 0) config.batch_bytes = options.batch_bytes;
  return config;
}

bool wants_progress(const AnalyzeOptions& options) {
  return !options.quiet && (options.progress == When::always || (options.progress == When::automatic && isatty(STDERR_FILENO) == 1));
}

}  // namespace

Result<void> LogRun::run() {
  if (auto ready = prepare(); !ready) return ready;
  if (auto done = read_and_assess(); !done) return done;
  if (StateSession* const state = analysis_.state(); state != nullptr) {
    auto written = state->finish();
    if (!written) return tl::unexpected<Error>(written.error());
    written_ = *written;
  }
  if (spool_ == nullptr) return {};
  return spool_->write_rows(options_.assignments, given_order(inputs_), *assessment()->input.catalog, options_.csv_safe);
}

Result<void> LogRun::prepare() {
  if (auto loaded = analysis_.load(); !loaded) return loaded;
  auto inputs = [&] {
    const ProgressBar looking{"looking for files", wants_progress(options_)};  // a folder may hold very many
    return chosen_inputs(options_, counters_);
  }();
  if (!inputs) return tl::unexpected<Error>(inputs.error());
  if (auto sound = check_outputs(options_, *inputs); !sound) return sound;
  inputs_ = std::move(*inputs);
  return analysis_.begin();
}

Result<std::vector<EngineSink>> LogRun::make_sinks() {
  std::vector<EngineSink> sinks;
  if (!options_.assignments.empty()) {
    auto spool = AssignmentSpool::open();
    if (!spool) return tl::unexpected<Error>(spool.error());
    spool_ = spool->get();
    sinks.push_back({OpenedSink::of_records(std::move(*spool)), {RecordSelection::Of::every}, {}});  // each line has a row
  }
  if (options_.records.empty()) return sinks;
  auto records = make_record_file(options_.records, *analysis_.rules(),
                                  [this](ShapeId shape) -> const std::string& { return analysis_.template_members_of(shape); });
  if (!records) return tl::unexpected<Error>(records.error());
  sinks.push_back({OpenedSink::of_records(std::move(*records)), {}, {}});
  return sinks;
}

Result<void> LogRun::read_and_assess() {
  EngineConfig config;
  config.checkpoint = std::chrono::milliseconds{options_.snapshot_ms};
  config.drain = kFlushTimeout;
  config.threads = threads_;
  config.finite = true;
  CheckpointStore* const store = analysis_.state() == nullptr ? nullptr : analysis_.state()->store();
  engine_ = std::make_unique<Engine>(config, Engine::Parts{analysis_, report_, store, stop_});
  engine_->set_workers([this] { return analysis_.make_worker(); });
  engine_->set_sinks([this] { return make_sinks(); });
  for (Stage* const stage : analysis_.ordered_stages()) engine_->add_ordered_stage(*stage);
  if (options_.verbose) engine_->add_ordered_stage(reading_notes_);
  source_ = make_input_source(ingest_config(options_), inputs_, analysis_.framers(), counters_);
  const std::uint64_t bytes_total = std::accumulate(inputs_.begin(), inputs_.end(), std::uint64_t{0},
                                                    [](std::uint64_t sum, const InputFile& input) { return sum + input.bytes; });
  std::optional<ProgressBar> bar;
  bar.emplace(counters_, bytes_total, wants_progress(options_));
  double read_at = 0;
  const auto run = engine_->run_to_end(*source_, [&](const PipelineTimes& times) {
    bar.reset();
    times_ = times;
    read_at = elapsed();
    analysis_.note_end(!times.stopped);
  });
  if (!run) return tl::unexpected<Error>(run.error());
  if (purpose_ == Purpose::analyze) judging_ = elapsed() - read_at;
  return {};
}

RunStats LogRun::stats() const {
  RunStats stats = read_counters(counters_);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  stats.seconds_wall = elapsed();
  stats.seconds_cpu = cpu_seconds(usage);
  stats.seconds_by_stage = {
      {"read", times_.read}, {"work", times_.work}, {"fold", times_.aggregate}, {"deliver", times_.deliver}, {"judge", judging_}};
  stats.rss_bytes_peak = peak_resident_bytes(usage);
  stats.threads = threads_;
  stats.inputs = inputs_.size();
  stats.stopped_early = times_.stopped;
  stats.how_read = reading_notes_.lines();
  stats.template_ids_shown_twice = assessment()->input.catalog->shown_twice();
  return stats;
}

}  // namespace loglode
