// The metrics of a running pipeline (docs/operations.md): from plain figures, read at one moment, to the Prometheus text format.
// Stateless: any thread may call these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/flow_gauges.h"
#include "core/run_counters.h"
#include "core/sink_answers.h"
#include "core/timestamp.h"

namespace loglode {

/// Label sets of loglode_source_lag_messages; further partitions are summed under `_other`: how many topics there are is not ours to say.
inline constexpr std::size_t kLagLabelsMax = 1000;

struct PartitionLag {
  std::string source, topic;
  std::int32_t partition = 0;
  std::uint64_t messages = 0;  // between our position and the end of the partition
};

struct FileFigures {
  std::string name;  // of the source
  std::size_t files = 0;
  std::vector<std::string> unmatched, refused;  // as of FollowStatus
  std::uint64_t lost_bytes = 0;                 // the same
};

struct SinkFigures {
  std::string name;
  std::uint64_t documents = 0;  // delivered
  std::uint64_t rejected = 0;   // never to be taken: dead letters
  std::uint64_t errors = 0;     // requests or writes that failed, tried again or not
  std::vector<SinkAnswers::Row> answers{};
  std::string trouble{};  // what is in its way; empty: nothing
};

struct ProcessFigures {
  std::uint64_t resident_bytes = 0, open_fds = 0;
  double start_s = 0;  // seconds since 1970
};

struct LiveFigures {
  // RunCounters
  std::uint64_t lines = 0, bytes = 0, records = 0, late = 0, without_time = 0, not_utf8 = 0, secrets_masked = 0;
  std::map<std::string, std::uint64_t> dropped_lines;                 // by reason; also those of transforms and full sinks
  std::map<std::string, std::uint64_t> limit_hits;                    // by limit
  std::map<std::string, std::uint64_t> lost_records{{"expired", 0}};  // by reason
  // batches in flight
  FlowFigures flow;
  Timestamp now = kNoTime, newest = kNoTime;  // newest: time of the newest record
  std::vector<PartitionLag> lags;
  std::vector<FileFigures> files;
  // templates, findings, incidents
  std::uint64_t templates = 0;
  std::map<std::string, std::uint64_t> findings, findings_muted;  // by kind
  std::uint64_t incidents_open = 0;
  // commits, snapshots, deliveries
  std::uint64_t commits = 0, commit_failures = 0, stalls = 0, snapshots = 0, snapshot_failures = 0;
  std::optional<double> snapshot_age_s;  // since the last good one; nothing before the first
  std::vector<SinkFigures> sinks;
  std::uint64_t dead_letters = 0, dead_letter_bytes = 0;  // since the start
  // the process
  ProcessFigures process;
  std::string version;
};

/// Sets what RunCounters knows: every reason and limit, those at zero too, so that an alert sees the first one happen.
void read_counters(const RunCounters& counters, LiveFigures& out);
/// From /proc; what cannot be read is 0.
[[nodiscard]] ProcessFigures read_process();

/// Text format 0.0.4. Families come in a fixed order; each has its HELP and TYPE, also those without a sample.
[[nodiscard]] std::string to_prometheus(const LiveFigures& figures);

}  // namespace loglode
