// Reads the sources of a configuration once more, as `run` read them, and notes of each record what the receipt asks for. Nothing is
// committed, learned or written. Made, run once, thrown away.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "app/service/source_framers.h"
#include "config/pipeline_config.h"
#include "core/run_counters.h"
#include "parse/time/time_range.h"
#include "patterns/rules/rule_set.h"
#include "pipeline/record_selection.h"
#include "pipeline/run_pipeline.h"
#include "sinks/elasticsearch/receipt_text.h"
#include "sinks/elasticsearch/source_records.h"
#include "state/state_store.h"

namespace loglode {

/// Which records are asked about; all of them, where nothing is said.
struct RereadWanted {
  std::string source{};  // its name
  TimeRange times{};
  std::string topic{};
  std::uint64_t first_offset = 0, last_offset = std::numeric_limits<std::uint64_t>::max();  // of messages, both inclusive
  std::string file{};                                                                       // path
  std::string group{};  // of the consumer that reads topics again; empty: one of its own
};

struct RereadStream {
  ReceiptOrigin origin{};
  StreamIdentity identity{};
  std::vector<std::string> paths{};                               // of a file
  std::uint64_t end = std::numeric_limits<std::uint64_t>::max();  // Record::offset before which the run has delivered
  bool begins_late = false;                                       // the run need not have read it from its beginning
};

class SourceReread {
 public:
  /// `sink`: position in the configuration of the one whose selection counts. All references must outlive it.
  SourceReread(const config::PipelineConfig& config, std::size_t sink, RereadWanted wanted, const std::atomic<bool>& stop);

  /// Errors: the state, rules, formats, a source that cannot be read or stands still.
  [[nodiscard]] Result<void> read(SourceRecords& into);

  // After read():
  /// Those with records, and those that the state knows and that are not there any more, in order of source and origin.
  [[nodiscard]] std::vector<RereadStream> streams() const;
  [[nodiscard]] const std::vector<std::string>& notes() const noexcept { return notes_; }
  [[nodiscard]] bool is_complete() const noexcept { return is_complete_; }

 private:
  class Notes;
  struct Known {  // of the state
    std::string source, path;
    std::uint64_t end = 0;
  };
  using Key = std::pair<std::uint64_t, std::uint64_t>;

  [[nodiscard]] Result<void> take_state();
  [[nodiscard]] Result<void> read_source(const config::SourceConfig& source, SourceRecords& into);
  [[nodiscard]] Result<WorkerChain> make_worker();
  void tell_problems();
  [[nodiscard]] bool is_asked_for(const RereadStream& stream) const;

  const config::PipelineConfig& config_;
  const RecordSelection selection_;
  const std::string hash_key_;
  const RereadWanted wanted_;
  const std::atomic<bool>& stop_;
  RunCounters counters_;
  SourceFramers framers_;
  LoadedRules rules_;
  std::function<Result<std::unique_ptr<Stage>>()> make_transforms_;  // none: there are none
  std::vector<std::string> bookmarks_;
  std::map<Key, Known> known_;
  std::map<Key, RereadStream> streams_;
  std::vector<std::string> notes_;
  std::uint64_t undelivered_ = 0;  // records behind the positions
  std::uint32_t next_stream_ = 0;
  bool is_complete_ = true;
};

}  // namespace loglode
