#include "ops/live_metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <tuple>
#include <utility>

namespace loglode {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

/// Collects families; a sample belongs to the family that was begun last.
class Families {
 public:
  void counter(std::string name, std::string help) { begin(std::move(name), std::move(help), MetricType::Counter); }
  void gauge(std::string name, std::string help) { begin(std::move(name), std::move(help), MetricType::Gauge); }
  void histogram(std::string name, std::string help) { begin(std::move(name), std::move(help), MetricType::Histogram); }

  void sample(double value, Labels labels = {}) {
    ClientMetric& metric = families_.back().metric.emplace_back();
    metric.label = std::move(labels);
    (families_.back().type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  }
  void sample(std::uint64_t value, Labels labels = {}) { sample(static_cast<double>(value), std::move(labels)); }
  void sample(const WaitFigures& waits, Labels labels) {
    ClientMetric& metric = families_.back().metric.emplace_back();
    metric.label = std::move(labels);
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < waits.counts.size(); ++i) {
      so_far += waits.counts[i];
      const double bound = i < kWaitBounds.size() ? kWaitBounds[i] : std::numeric_limits<double>::infinity();
      metric.histogram.bucket.push_back({so_far, bound});
    }
    metric.histogram.sample_count = so_far;
    metric.histogram.sample_sum = waits.sum_s;
  }

  [[nodiscard]] std::string text() const { return prometheus::TextSerializer{}.Serialize(families_); }

 private:
  void begin(std::string name, std::string help, MetricType type) {
    families_.push_back({"loglode_" + std::move(name), std::move(help), type, {}});
  }
  std::vector<MetricFamily> families_;
};

void add_lines(const LiveFigures& figures, Families& out) {
  out.counter("lines_total", "Physical lines read.");
  out.sample(figures.lines);
  out.counter("bytes_total", "Bytes read, after decompression.");
  out.sample(figures.bytes);
  out.counter("records_total", "Records made of the lines.");
  out.sample(figures.records);
  out.counter("dropped_lines_total", "Lines that were not made into records or not delivered, by reason.");
  for (const auto& [reason, lines] : figures.dropped_lines) out.sample(lines, {{"reason", reason}});
  out.counter("lost_records_total", "Records that were gone before they were read, by reason.");
  for (const auto& [reason, lost] : figures.lost_records) out.sample(lost, {{"reason", reason}});
  out.counter("limit_hits_total", "Times that a limit cut something, by limit.");
  for (const auto& [limit, hits] : figures.limit_hits) out.sample(hits, {{"limit", limit}});
  out.counter("late_records_total", "Records older than their stream's watermark less its lateness.");
  out.sample(figures.late);
  out.counter("records_without_time_total", "Records in which no time was found.");
  out.sample(figures.without_time);
  out.counter("records_not_utf8_total", "Records with bytes that are not UTF-8.");
  out.sample(figures.not_utf8);
  out.counter("secrets_masked_total", "Secrets masked in messages.");
  out.sample(figures.secrets_masked);
}

/// The label sets do not depend on the lags themselves: those that do not fit are the same from scrape to scrape.
void add_partition_lags(std::vector<PartitionLag> lags, Families& out) {
  std::sort(lags.begin(), lags.end(), [](const PartitionLag& a, const PartitionLag& b) {
    return std::tie(a.source, a.topic, a.partition) < std::tie(b.source, b.topic, b.partition);
  });
  const std::size_t shown = lags.size() > kLagLabelsMax ? kLagLabelsMax - 1 : lags.size();
  std::uint64_t others = 0;
  for (std::size_t i = 0; i < lags.size(); ++i) {
    const PartitionLag& lag = lags[i];
    if (i < shown)
      out.sample(lag.messages, {{"source", lag.source}, {"topic", lag.topic}, {"partition", std::to_string(lag.partition)}});
    else
      others += lag.messages;
  }
  if (shown < lags.size()) out.sample(others, {{"source", "_other"}, {"topic", "_other"}, {"partition", "_other"}});
}

void add_flow(const LiveFigures& figures, Families& out) {
  out.gauge("batches_in_flight", "Batches read and not yet delivered.");
  out.sample(figures.flow.batches);
  out.gauge("in_flight_bytes", "Bytes of the batches in flight.");
  out.sample(figures.flow.bytes);
  out.histogram("queue_wait_seconds", "Time that batches waited for a stage.");
  for (std::size_t stage = 0; stage < figures.flow.waits.size(); ++stage)
    out.sample(figures.flow.waits[stage], {{"stage", std::string{name_of(static_cast<FlowStage>(stage))}}});
  out.gauge("watermark_lag_seconds", "Now less the time of the newest record.");
  if (figures.newest != kNoTime && figures.now != kNoTime) out.sample(std::chrono::duration<double>(figures.now - figures.newest).count());
  out.gauge("source_lag_messages", "Messages between our position and the end of the partition.");
  add_partition_lags(figures.lags, out);
  out.gauge("source_files", "Files that are followed.");
  for (const FileFigures& source : figures.files) out.sample(std::uint64_t{source.files}, {{"source", source.name}});
  out.gauge("source_patterns_unmatched", "Patterns of paths that match nothing.");
  for (const FileFigures& source : figures.files) out.sample(std::uint64_t{source.unmatched.size()}, {{"source", source.name}});
  out.gauge("source_links_refused", "Links that lead out of the folders that their source names, and are not followed.");
  for (const FileFigures& source : figures.files) out.sample(std::uint64_t{source.refused.size()}, {{"source", source.name}});
  out.counter("source_lost_bytes_total", "Bytes of files that were truncated or deleted before they were read, without a copy.");
  for (const FileFigures& source : figures.files) out.sample(source.lost_bytes, {{"source", source.name}});
}

void add_findings(const LiveFigures& figures, Families& out) {
  out.gauge("templates", "Templates known.");
  out.sample(figures.templates);
  out.counter("findings_total", "Findings, by kind.");
  for (const auto& [kind, count] : figures.findings) out.sample(count, {{"kind", kind}});
  out.counter("findings_muted_total", "Findings that a mute kept from being told, by kind.");
  for (const auto& [kind, count] : figures.findings_muted) out.sample(count, {{"kind", kind}});
  out.gauge("incidents_open", "Incidents that are open.");
  out.sample(figures.incidents_open);
}

void add_durable(const LiveFigures& figures, Families& out) {
  out.counter("commits_total", "Positions committed to sources.");
  out.sample(figures.commits);
  out.counter("commit_failures_total", "Commits that failed.");
  out.sample(figures.commit_failures);
  out.counter("source_stalls_total", "Times that partitions had more, gave none and were reassigned.");
  out.sample(figures.stalls);
  out.counter("snapshots_total", "Snapshots that became durable.");
  out.sample(figures.snapshots);
  out.counter("snapshot_failures_total", "Snapshots that could not be taken.");
  out.sample(figures.snapshot_failures);
  out.gauge("snapshot_age_seconds", "Time since the last good snapshot.");
  if (figures.snapshot_age_s) out.sample(*figures.snapshot_age_s);
  out.counter("sink_documents_total", "Documents delivered, by sink.");
  for (const SinkFigures& sink : figures.sinks) out.sample(sink.documents, {{"sink", sink.name}});
  out.counter("sink_rejected_total", "Documents that a sink will never take, by sink.");
  for (const SinkFigures& sink : figures.sinks) out.sample(sink.rejected, {{"sink", sink.name}});
  out.counter("sink_errors_total", "Writes that failed, tried again or not, by sink.");
  for (const SinkFigures& sink : figures.sinks) out.sample(sink.errors, {{"sink", sink.name}});
  out.counter("sink_answers_total", "What the server said of documents, by sink, verdict and reason; one that is sent again counts again.");
  for (const SinkFigures& sink : figures.sinks)
    for (const SinkAnswers::Row& row : sink.answers)
      out.sample(row.count, {{"sink", sink.name}, {"verdict", std::string{row.verdict}}, {"reason", std::string{row.reason}}});
  out.gauge("sink_blocked", "1: something is in the way of the sink; /readyz says what.");
  for (const SinkFigures& sink : figures.sinks) out.sample(std::uint64_t{sink.trouble.empty() ? 0U : 1U}, {{"sink", sink.name}});
  out.counter("dead_letters_total", "Records and events kept as dead letters.");
  out.sample(figures.dead_letters);
  out.counter("dead_letter_bytes_total", "Bytes of what was kept as dead letters.");
  out.sample(figures.dead_letter_bytes);
}

void add_process(const LiveFigures& figures, Families& out) {
  out.gauge("resident_memory_bytes", "Resident memory of the process.");
  out.sample(figures.process.resident_bytes);
  out.gauge("open_fds", "File descriptors that are open.");
  out.sample(figures.process.open_fds);
  out.gauge("start_time_seconds", "When the process started, in seconds since 1970.");
  out.sample(figures.process.start_s);
  out.gauge("build_info", "Always 1; the version is in its label.");
  out.sample(1.0, {{"version", figures.version}});
}

double start_of_process() {
  std::ifstream stat{"/proc/self/stat"}, uptime{"/proc/uptime"};
  std::string text{std::istreambuf_iterator<char>{stat}, {}};
  double up_s = 0;
  if (!(uptime >> up_s)) return 0;
  // The second field is the program's name in brackets, which may hold anything; the start is field 22.
  std::istringstream rest{text.substr(std::min(text.rfind(')') + 1, text.size()))};
  std::string field;
  for (int i = 3; i <= 22; ++i) rest >> field;
  std::istringstream number{field};
  double ticks = 0;
  if (!(number >> ticks)) return 0;
  const double now_s = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  return now_s - up_s + ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

void read_counters(const RunCounters& counters, LiveFigures& out) {
  out.lines = counters.lines;
  out.bytes = counters.bytes;
  out.records = counters.records;
  out.late = counters.late;
  out.without_time = counters.without_time;
  out.not_utf8 = counters.not_utf8;
  out.secrets_masked = counters.secrets_masked;
  for (std::size_t i = 0; i < static_cast<std::size_t>(DropReason::kCount); ++i) {
    const auto reason = static_cast<DropReason>(i);
    out.dropped_lines[std::string{name_of(reason)}] = counters.dropped(reason);
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(Limit::kCount); ++i) {
    const auto limit = static_cast<Limit>(i);
    out.limit_hits[std::string{name_of(limit)}] = counters.hits(limit);
  }
}

ProcessFigures read_process() {
  static const double start_s = start_of_process();
  ProcessFigures out;
  out.start_s = start_s;
  std::ifstream statm{"/proc/self/statm"};
  std::uint64_t size = 0, resident = 0;
  if (statm >> size >> resident) out.resident_bytes = resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::error_code code;
  for (std::filesystem::directory_iterator at{"/proc/self/fd", code}, end; !code && at != end; at.increment(code)) ++out.open_fds;
  if (out.open_fds > 0) --out.open_fds;  // the folder's own
  return out;
}

std::string to_prometheus(const LiveFigures& figures) {
  Families out;
  add_lines(figures, out);
  add_flow(figures, out);
  add_findings(figures, out);
  add_durable(figures, out);
  add_process(figures, out);
  return out.text();
}

}  // namespace loglode
