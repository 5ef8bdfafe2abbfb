// What a WindowAggregator holds: tables of windows, and the streams and services that their cells are of. Owned by one WindowAggregator,
// used by its thread only.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <xxhash.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "patterns/aggregate/clock_leads.h"
#include "patterns/aggregate/excerpt_sample.h"
#include "patterns/aggregate/window_aggregator.h"
#include "patterns/aggregate/window_table.h"

namespace loglode {

inline constexpr std::uint32_t kNone = ~std::uint32_t{0};
inline constexpr std::string_view kOtherServices = "_other";

struct KeptStep {
  std::uint64_t trace = 0;
  Timestamp time = kNoTime;
  ShapeId shape = kNoShape;
  std::uint32_t service = 0;
  Severity severity = Severity::unspecified;
};

struct AggregatedStream {
  StreamIdentity identity;
  std::string path, service_name, source;
  std::uint32_t service = kNone;  // of service_name, once a record needed it
  bool baseline = false, timed = false;
  Timestamp previous = kNoTime, watermark = kNoTime;
  std::uint64_t untimed = 0;             // records before the first time
  bool since_boot = false;               // those tell the time since the start of their machine
  Duration boot{};                       // where the latest start lies, when there were several
  std::unique_ptr<WindowTable> ordinal;  // what they became, until there is one
  std::vector<KeptStep> steps;
  absl::flat_hash_map<std::pair<std::uint32_t, ShapeId>, std::pair<Timestamp, std::uint64_t>>
      firsts;  // earliest record of each (service, shape)
};

/// Lets a map of strings be asked with a view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return XXH3_64bits(text.data(), text.size()); }
};

struct WindowAggregator::State {
  State(AggregateConfig settings, std::shared_ptr<const RuleCatalog> catalog, RunCounters& run)
      : config{settings}, rules{std::move(catalog)}, counters{run} {}

  AggregateConfig config;
  std::shared_ptr<const RuleCatalog> rules;
  RunCounters& counters;

  std::vector<AggregatedStream> streams;
  absl::flat_hash_map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> stream_index;
  std::vector<std::string> services;
  absl::flat_hash_map<std::string, std::uint32_t, TextHash, std::equal_to<>> service_index;
  std::vector<std::uint32_t> free_services;  // places in `services` that are no service's now
  std::uint64_t asked_for_room = 0;          // in vain, since there was some
  bool told_services = false;                // that there are more than there is room for
  // The services met lately, by a few bytes of their names: nearly every record names one of them.
  static constexpr std::size_t kRecentServices = 256;
  std::vector<std::uint32_t> recent_services = std::vector<std::uint32_t>(kRecentServices, kNone);

  WindowTable timed;
  std::size_t ordinal_cells = 0;
  std::size_t excerpt_bytes = 0, step_count = 0;
  ExcerptSample sample;
  ClockLeads leads;
  Timestamp read_at = kNoTime, latest = Timestamp::max();  // of the batch, and what its records may be dated at most
  std::uint64_t trace_sample_below = ~std::uint64_t{0};

  // Where the previous record went: nearly always where the next one goes.
  WindowTable* table = nullptr;
  std::uint32_t stream_at = kNone, frame_at = 0;
  Timestamp frame_start = kNoTime;

  // Where cells were found lately: a window's cells are few and come again and again, so most records need no probe of the index.
  struct Recent {
    const WindowTable* table = nullptr;
    std::uint32_t frame = 0, service = 0, cell = 0;
    ShapeId shape = kNoShape;
  };
  static constexpr std::size_t kRecent = 2048;
  std::vector<Recent> recent = std::vector<Recent>(kRecent);

  struct Tally {
    std::uint64_t records = 0, continuation_lines = 0, blank_lines = 0, without_time = 0, late = 0, future = 0;
  };

  std::uint32_t stream_of(const StreamInfo& info);
  std::uint32_t service_of(std::string_view name, AggregatedStream& stream);
  std::uint32_t service_of(const Record& record, AggregatedStream& stream);
  [[nodiscard]] bool make_room_for_services();
  void give_up_services(const std::vector<std::uint32_t>& given_up);
  void tell_too_many_services(const AggregatedStream& stream, bool alone);
  void aggregate(Batch& batch, Record& record, std::uint32_t stream_number, Tally& tally);
  static Timestamp place_since_boot(const Record& record, AggregatedStream& stream);
  Timestamp place_in_time(Record& record, std::uint32_t stream_number, bool& late, Tally& tally);
  void note_lead(const Record& record, const AggregatedStream& stream, std::uint32_t service);
  void ask_clock();
  void tell_leads();
  void begin_time(std::uint32_t stream_number, Timestamp time);
  AggregatedCell& cell_of(std::uint32_t service, ShapeId shape);
  void forget_places();
  void enter_frame(std::uint32_t stream_number, Timestamp time);
  bool is_too_fine() const;
  void hold_bounds(std::uint32_t stream_number, Timestamp time);
  void widen(WindowTable& widened);
  void keep_step(const Record& record, AggregatedStream& stream, std::uint32_t service, Timestamp time);
  static void note_duration(AggregatedCell& cell, const Record& record);
  void begin_hits(AggregatedRuleCell& cell, const Record& record);
  void begin_cell(AggregatedCell& cell, const Record& record, bool error_rule, Timestamp time);
  bool wants_excerpt(const AggregatedCell& cell, const AggregatedStream& stream) const;
  void recount_excerpts();
  void hold_excerpt_budget();
  void append_summaries(const WindowTable& from, bool ordinal, bool changed_only, std::vector<WindowSummary>& out) const;
  [[nodiscard]] std::vector<WindowSummary> summaries(bool changed_only) const;
  void restore(const WindowSummary& summary);

  template <class Visit>
  void for_each_table(Visit visit) {
    visit(timed);
    for (AggregatedStream& stream : streams)
      if (stream.ordinal) visit(*stream.ordinal);
  }
};

}  // namespace loglode
