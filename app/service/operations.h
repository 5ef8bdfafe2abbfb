// What the world sees of a running service: metrics, health and readiness over HTTP, the service manager, the watchdog.
// Owned by the ServiceRun; its callbacks run on threads of the status server and of the watchdog.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/live/live_run.h"
#include "base/service_manager.h"
#include "config/pipeline_config.h"
#include "incidents/event_documents.h"
#include "ingest/follow/follow_source.h"
#include "ingest/kafka/kafka_source.h"
#include "ops/health.h"
#include "ops/live_metrics.h"
#include "ops/status_server.h"
#include "pipeline/metered_sink.h"
#include "sinks/rejected_records.h"

namespace loglode {

/// Everything must outlive the Operations; nothing but counters is read.
struct Observed {
  LiveRun& live;
  const EventDocuments& events;
  const std::vector<std::pair<std::string, KafkaSource*>>& kafka;       // not changed while it runs
  const std::vector<std::pair<std::string, const FileSource*>>& files;  // the same
  const std::deque<SinkMeter>& sinks;                                   // the same
  const std::atomic<std::uint64_t>& dropped_by_sinks;
  const DeadLetters* dead_letters;  // null: there is no place for them
  const RejectedRecords& verdicts;
  const std::atomic<bool>& stop;
};

class Operations {
 public:
  explicit Operations(Observed observed) : observed_{observed} {}
  /// Errors: as HttpServer::start.
  [[nodiscard]] Result<void> start(const config::HttpConfig& http);
  /// To be called several times a second: tells the service manager when things begin and end.
  void tick();
  void reloading() { manager_.reloading(); }
  void reloaded() { manager_.ready("running"); }
  /// Sources are about to be taken apart: their figures are not read any more.
  void end_sources();
  /// The name of a Kafka source that no partitions were given to yet, nor told that there are none for it; empty when there is none.
  [[nodiscard]] std::string waiting_source();
  /// What sources of files do not read as their configuration hopes: patterns that match nothing, links that lead too far.
  [[nodiscard]] std::vector<std::string> unmet();
  [[nodiscard]] std::vector<FileFigures> file_figures();

 private:
  [[nodiscard]] LiveFigures figures();
  [[nodiscard]] Health health();
  [[nodiscard]] Health started() const;
  [[nodiscard]] Health readiness();
  [[nodiscard]] std::vector<PartitionLag> lags(LiveFigures* into);

  Observed observed_;
  HealthWatch watch_;
  ServiceManager manager_;
  std::mutex sources_mutex_;
  bool sources_there_ = true;  // guarded by sources_mutex_
  bool told_ready_ = false, told_stopping_ = false;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace loglode
