#include "app/service/operations.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/terminal_text.h"

namespace loglode {

Result<void> Operations::start(const config::HttpConfig& http) {
  manager_.keep_watchdog([this] { return health().good; });
  if (!http.on) return {};
  auto server =
      start_status_server(http, {[this] { return to_prometheus(figures()); }, [this] { return health(); }, [this] { return readiness(); }});
  if (!server) return tl::unexpected<Error>(server.error());
  server_ = std::move(*server);
  return {};
}

void Operations::tick() {
  if (!told_ready_ && started().good) told_ready_ = manager_.ready("running") || true;
  if (!told_stopping_ && observed_.stop.load()) told_stopping_ = manager_.stopping("delivering what was read") || true;
}

void Operations::end_sources() {
  const std::scoped_lock lock{sources_mutex_};
  sources_there_ = false;
}

std::vector<PartitionLag> Operations::lags(LiveFigures* into) {
  std::vector<PartitionLag> all;
  const std::scoped_lock lock{sources_mutex_};
  if (!sources_there_) return all;
  for (const auto& [name, source] : observed_.kafka) {
    const KafkaStatistics statistics = source->statistics();
    for (const KafkaLag& lag : statistics.partitions) {
      const std::int64_t from = std::max(lag.committed, std::int64_t{0});
      if (lag.high_watermark < 0) continue;
      all.push_back({name, lag.topic, lag.partition, static_cast<std::uint64_t>(std::max<std::int64_t>(0, lag.high_watermark - from))});
    }
    if (into == nullptr) continue;
    into->dropped_lines["unreadable"] += statistics.unreadable;
    into->commits += statistics.commits;
    into->commit_failures += statistics.commit_failures;
    into->stalls += statistics.stalls;
    into->lost_records["expired"] += statistics.expired;
  }
  return all;
}

LiveFigures Operations::figures() {
  LiveRun& live = observed_.live;
  Engine& engine = live.engine();
  LiveFigures out;
  read_counters(live.counters(), out);
  out.dropped_lines["sink_full"] = observed_.dropped_by_sinks;
  out.flow = engine.flow().read();
  out.now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  out.newest = engine.judging().newest();
  out.lags = lags(&out);
  out.files = file_figures();
  out.templates = engine.judging().templates();
  out.findings = observed_.events.findings_by_kind();
  out.findings_muted = observed_.events.muted_by_kind();
  out.incidents_open = observed_.events.incidents_open();
  out.snapshots = engine.checkpoints();
  out.snapshot_failures = engine.checkpoint_failures();
  out.snapshot_age_s = engine.checkpoint_age_s();
  for (const SinkMeter& meter : observed_.sinks)
    out.sinks.push_back({meter.name, meter.documents, meter.rejected, meter.errors, meter.answers.rows(), meter.answers.trouble()});
  out.dead_letters = observed_.verdicts.rejected();
  if (observed_.dead_letters != nullptr) out.dead_letter_bytes = observed_.dead_letters->bytes();
  out.process = read_process();
  out.version = LOGLODE_VERSION;
  return out;
}

Health Operations::health() {
  PipelineStatus status;
  const FlowFigures flow = observed_.live.engine().flow().read();
  status.moves = observed_.live.counters().records + observed_.live.engine().checkpoints();
  for (const SinkMeter& meter : observed_.sinks) status.moves += meter.documents;
  const std::vector<PartitionLag> behind = lags(nullptr);
  status.work_waiting =
      flow.batches > 0 || std::any_of(behind.begin(), behind.end(), [](const PartitionLag& lag) { return lag.messages > 0; });
  status.trouble = observed_.live.engine().trouble();
  return watch_.judge(status, std::chrono::steady_clock::now());
}

Health Operations::started() const {
  if (observed_.stop.load()) return {false, "stopping: what was read is being delivered"};
  if (observed_.live.engine().checkpoints() == 0) return {false, "no checkpoint was written yet"};
  return {true, {}};
}

Health Operations::readiness() {
  if (Health begun = started(); !begun.good) return begun;
  if (const std::string waiting = waiting_source(); !waiting.empty())
    return {false, "source " + waiting + " has not been given its partitions yet"};
  const std::vector<std::string> found = unmet();
  return {true, found.empty() ? std::string{} : fmt::format("ready; {}", fmt::join(found, "; "))};
}

std::vector<FileFigures> Operations::file_figures() {
  std::vector<FileFigures> all;
  const std::scoped_lock lock{sources_mutex_};
  if (!sources_there_) return all;
  for (const auto& [name, source] : observed_.files) {
    FollowStatus status = source->status();
    all.push_back({name, status.files, std::move(status.unmatched), std::move(status.refused), status.lost_bytes});
  }
  return all;
}

std::vector<std::string> Operations::unmet() {
  std::vector<std::string> all;
  for (const SinkMeter& meter : observed_.sinks)
    if (const std::string trouble = meter.answers.trouble(); !trouble.empty())
      all.push_back(fmt::format("sink {}: {}", meter.name, trouble));
  for (const FileFigures& source : file_figures()) {
    for (const std::string& pattern : source.unmatched)
      all.push_back(fmt::format("source {}: nothing matches {}", source.name, printable(pattern)));
    if (!source.refused.empty())
      all.push_back(fmt::format("source {}: {} link{} not followed, such as: {}", source.name, source.refused.size(),
                                source.refused.size() == 1 ? " is" : "s are", printable(source.refused.front())));
  }
  return all;
}

std::string Operations::waiting_source() {
  const std::scoped_lock lock{sources_mutex_};
  if (!sources_there_) return {};
  for (const auto& [name, source] : observed_.kafka)
    if (source->statistics().rebalances == 0) return name;
  return {};
}

}  // namespace loglode
