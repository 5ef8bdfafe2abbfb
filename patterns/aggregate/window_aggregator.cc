#include "patterns/aggregate/window_aggregator.h"

#include <absl/container/flat_hash_map.h>
#include <xxhash.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "core/assert.h"
#include "patterns/aggregate/excerpt.h"
#include "patterns/aggregate/excerpt_sample.h"
#include "patterns/aggregate/window_table.h"

namespace loglode {

namespace {

constexpr std::string_view kOtherServices = "_other";
constexpr std::uint32_t kNone = ~std::uint32_t{0};
constexpr Duration kBucket = std::chrono::seconds{10};  // what detection works on (detection.md)

struct KeptStep {
  std::uint64_t trace = 0;
  Timestamp time = kNoTime;
  ShapeId shape = kNoShape;
  std::uint32_t service = 0;
  Severity severity = Severity::unspecified;
};

struct AggregatedStream {
  StreamIdentity identity;
  std::string path, service_name;
  std::uint32_t service = kNone;  // of service_name, once a record needed it
  bool baseline = false, timed = false;
  Timestamp previous = kNoTime, watermark = kNoTime;
  std::uint64_t untimed = 0;             // records before the first time
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

/// Tells the names of a few dozen services apart, mostly.
std::size_t place_of_name(std::string_view name) noexcept {
  if (name.empty()) return 0;
  const auto byte = [name](std::size_t at) { return std::size_t{static_cast<unsigned char>(name[at])}; };
  return name.size() * 7 + byte(0) * 3 + byte(name.size() / 2) * 31 + byte(name.size() - 1) * 5;
}

/// Zeros, dashes: what is written where there is no trace.
bool says_no_trace(std::string_view trace_id) noexcept {
  return trace_id.empty() || trace_id.find_first_not_of(trace_id.front()) == std::string_view::npos;
}

}  // namespace

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
  // The services met lately, by a few bytes of their names: nearly every record names one of them.
  static constexpr std::size_t kRecentServices = 256;
  std::vector<std::uint32_t> recent_services = std::vector<std::uint32_t>(kRecentServices, kNone);

  WindowTable timed;
  std::size_t ordinal_cells = 0;
  std::size_t excerpt_bytes = 0, step_count = 0;
  ExcerptSample sample;
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
    std::uint64_t records = 0, continuation_lines = 0, blank_lines = 0, without_time = 0, late = 0;
  };

  std::uint32_t stream_of(const StreamInfo& info);
  std::uint32_t service_of(std::string_view name);
  std::uint32_t service_of(const Record& record, AggregatedStream& stream);
  void aggregate(Batch& batch, Record& record, std::uint32_t stream_number, Tally& tally);
  Timestamp place_in_time(Record& record, std::uint32_t stream_number, bool& late, Tally& tally);
  void begin_time(std::uint32_t stream_number, Timestamp time);
  AggregatedCell& cell_of(std::uint32_t service, ShapeId shape);
  void forget_places();
  void enter_frame(std::uint32_t stream_number, Timestamp time);
  bool is_too_fine() const;
  void hold_bounds(std::uint32_t stream_number, Timestamp time);
  void widen(WindowTable& widened);
  void keep_step(const Record& record, AggregatedStream& stream, std::uint32_t service, Timestamp time);
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

std::uint32_t WindowAggregator::State::stream_of(const StreamInfo& info) {
  const auto [place, is_new] =
      stream_index.try_emplace({info.identity.high, info.identity.low}, static_cast<std::uint32_t>(streams.size()));
  if (is_new) {
    AggregatedStream& stream = streams.emplace_back();
    stream.identity = info.identity;
    stream.path = info.path;
    stream.service_name = info.service;
    stream.baseline = info.baseline;
  }
  return place->second;
}

std::uint32_t WindowAggregator::State::service_of(std::string_view name) {
  std::uint32_t& recent_service = recent_services[place_of_name(name) % kRecentServices];
  if (recent_service != kNone && services[recent_service] == name) return recent_service;
  const auto found = service_index.find(name);
  if (found != service_index.end()) return recent_service = found->second;
  if (services.size() >= config.services_max && name != kOtherServices) {
    counters.hit(Limit::services);
    return service_of(kOtherServices);
  }
  recent_service = static_cast<std::uint32_t>(services.size());
  services.emplace_back(name);
  service_index.emplace(services.back(), recent_service);
  return recent_service;
}

std::uint32_t WindowAggregator::State::service_of(const Record& record, AggregatedStream& stream) {
  if (!record.service.empty()) return service_of(record.service);
  if (stream.service == kNone) stream.service = service_of(stream.service_name);
  return stream.service;
}

/// The stream shows its first time: what came before it happened then, or earlier, who knows.
void WindowAggregator::State::begin_time(std::uint32_t stream_number, Timestamp time) {
  AggregatedStream& stream = streams[stream_number];
  stream.timed = true;
  stream.previous = stream.watermark = time;
  if (!stream.ordinal) return;
  ordinal_cells -= stream.ordinal->cell_count();
  timed.absorb(std::move(*stream.ordinal), time);
  stream.ordinal.reset();
  for (KeptStep& step : stream.steps) step.time = time;
  for (auto& [shape, first] : stream.firsts) first.first = time;
  recount_excerpts();
  forget_places();
}

/// After frames and cells have moved.
void WindowAggregator::State::forget_places() {
  table = nullptr;
  std::fill(recent.begin(), recent.end(), Recent{});
}

AggregatedCell& WindowAggregator::State::cell_of(std::uint32_t service, ShapeId shape) {
  Recent& place = recent[(shape.low ^ service) % kRecent];
  if (place.table != table || place.frame != frame_at || place.service != service || place.shape != shape)
    place = Recent{table, frame_at, service, table->cell_of(frame_at, service, shape), shape};
  return table->cells()[place.cell];
}

Timestamp WindowAggregator::State::place_in_time(Record& record, std::uint32_t stream_number, bool& late, Tally& tally) {
  AggregatedStream& stream = streams[stream_number];
  if (record.time != kNoTime) {
    if (!stream.timed) begin_time(stream_number, record.time);
    late = record.time < stream.watermark && stream.watermark.time_since_epoch() - config.lateness > record.time.time_since_epoch();
    stream.watermark = std::max(stream.watermark, record.time);
    stream.previous = record.time;
    return record.time;
  }
  ++tally.without_time;
  if (stream.timed) {
    record.time = stream.previous;
    record.set(RecordFlag::time_inherited);
    return record.time;
  }
  if (!stream.ordinal) stream.ordinal = std::make_unique<WindowTable>();
  return Timestamp{kOrdinalStep * static_cast<std::int64_t>(stream.untimed++)};
}

void WindowAggregator::State::enter_frame(std::uint32_t stream_number, Timestamp time) {
  AggregatedStream& stream = streams[stream_number];
  WindowTable& wanted = stream.timed ? timed : *stream.ordinal;
  // The subtraction wraps for what lies before the window, which is then as far away as it can be.
  const auto into_frame =
      static_cast<std::uint64_t>(time.time_since_epoch().count()) - static_cast<std::uint64_t>(frame_start.time_since_epoch().count());
  if (table == &wanted && stream_at == stream_number && into_frame < static_cast<std::uint64_t>(wanted.width().count())) return;
  frame_at = wanted.frame_of(stream_number, time);
  frame_start = wanted.frame(frame_at).start;
  stream_at = stream_number;
  table = &wanted;
  // The window that holds the first instant there is is shorter than its width: asked for anew each time.
  if (frame_start.time_since_epoch().count() % wanted.width().count() != 0) stream_at = kNone;
}

void WindowAggregator::State::widen(WindowTable& widened) {
  const std::size_t before = widened.cell_count();
  widened.widen();
  if (&widened != &timed) ordinal_cells -= before - widened.cell_count();
  if (widened.width() > kBucket) counters.hit(Limit::windows);
  recount_excerpts();
}

bool WindowAggregator::State::is_too_fine() const {
  const bool fine = table->width() < kBucket;
  const std::size_t cells = table == &timed ? timed.cell_count() : ordinal_cells;
  const bool by_span = config.by_span && table == &timed;
  const bool too_many = by_span
                            ? fine && table->spans_more_than(config.fine_windows_max)
                            : table->window_count() > (fine ? std::min(config.fine_windows_max, config.windows_max) : config.windows_max);
  return table->can_widen() && (too_many || cells > (fine ? std::min(config.fine_cells_max, config.cells_max) : config.cells_max));
}

/// Widens until what has just been entered fits.
void WindowAggregator::State::hold_bounds(std::uint32_t stream_number, Timestamp time) {
  bool widened = false;
  while (is_too_fine()) {
    widen(*table);
    widened = true;
  }
  if (!widened) return;
  forget_places();
  enter_frame(stream_number, time);
}

void WindowAggregator::State::keep_step(const Record& record, AggregatedStream& stream, std::uint32_t service, Timestamp time) {
  const std::uint64_t trace = XXH3_64bits(record.trace_id.data(), record.trace_id.size());
  if (trace >= trace_sample_below || says_no_trace(record.trace_id)) return;
  stream.steps.push_back(KeptStep{trace, time, record.shape, service, record.severity});
  ++step_count;
  while (step_count > config.trace_steps_max && trace_sample_below > 0) {
    trace_sample_below >>= 1;
    counters.hit(Limit::trace_steps);
    step_count = 0;
    for (AggregatedStream& each : streams) {
      std::erase_if(each.steps, [this](const KeptStep& step) { return step.trace >= trace_sample_below; });
      step_count += each.steps.size();
    }
  }
}

bool WindowAggregator::State::wants_excerpt(const AggregatedCell& cell, const AggregatedStream& stream) const {
  if (cell.notable) return sample.keeps(cell.shape, cell.first_offset, false);
  const auto first = stream.firsts.find({cell.service, cell.shape});
  const bool is_first = first != stream.firsts.end() && first->second == std::pair{cell.first, cell.first_offset};
  return sample.keeps(cell.shape, cell.first_offset, !is_first);
}

void WindowAggregator::State::recount_excerpts() {
  excerpt_bytes = 0;
  for_each_table([this](const WindowTable& each) {
    for (const AggregatedCell& cell : each.cells())
      if (cell.excerpt) excerpt_bytes += cell.excerpt->size();
  });
}

void WindowAggregator::State::hold_excerpt_budget() {
  while (excerpt_bytes > config.excerpts_bytes_max) {
    const std::size_t before = excerpt_bytes;
    sample.tighten();
    counters.hit(Limit::excerpts);
    for_each_table([this](WindowTable& each) {
      for (AggregatedCell& cell : each.cells())
        if (cell.excerpt && !wants_excerpt(cell, streams[each.frame(cell.frame).stream])) cell.excerpt.reset();
    });
    recount_excerpts();
    if (excerpt_bytes == before && excerpt_bytes <= kExcerptBytesMax) return;
  }
}

/// `record` is the earliest of `cell` as far as we know.
void WindowAggregator::State::begin_cell(AggregatedCell& cell, const Record& record, bool error_rule, Timestamp time) {
  AggregatedStream& stream = streams[table->frame(cell.frame).stream];
  if (cell.excerpt) excerpt_bytes -= cell.excerpt->size();
  cell.excerpt.reset();
  cell.first = time;
  cell.first_offset = record.offset;
  cell.first_line = record.line;
  cell.first_line_count = record.line_count;
  cell.notable = error_rule || record.severity >= Severity::warn;
  const std::pair place{time, record.offset};
  const auto [first, is_new] = stream.firsts.try_emplace({cell.service, cell.shape}, place);
  if (!is_new) first->second = std::min(first->second, place);
  if (!wants_excerpt(cell, stream)) return;
  cell.excerpt = std::make_unique<std::string>(make_excerpt(record.message));
  excerpt_bytes += cell.excerpt->size();
}

void WindowAggregator::State::aggregate(Batch& batch, Record& record, std::uint32_t stream_number, Tally& tally) {
  if (record.has(RecordFlag::excluded)) return;
  if (record.has(RecordFlag::blank)) {
    tally.blank_lines += record.line_count;
    return;
  }
  ++tally.records;
  tally.continuation_lines += record.line_count - 1;
  bool late = false;
  const bool timeless = record.time == kNoTime;
  const bool begins = !timeless && !streams[stream_number].timed;
  const Timestamp time = place_in_time(record, stream_number, late, tally);
  tally.late += late ? 1 : 0;
  AggregatedStream& stream = streams[stream_number];
  const std::uint32_t service = service_of(record, stream);
  enter_frame(stream_number, time);

  ShapeId shape = record.shape;
  const std::size_t cells_before = table->cell_count();
  // On the widest step there is nowhere to go: what is new shares the overflow shape, so that memory stays bounded.
  const bool full = cells_before >= config.cells_max && !table->can_widen();
  if (full && !table->has_cell(frame_at, service, shape)) {
    counters.hit(Limit::windows);
    shape = kNoShape;
  }
  bool error_rule = false;
  for (const RuleHit hit : batch.hits_of(record)) {
    const auto rule = static_cast<std::uint32_t>(hit.rule);
    LOGLODE_ASSERT(rule < rules->size());
    error_rule = error_rule || (*rules)[rule].category == RuleCategory::error;
    AggregatedRuleCell& cell = table->rule_cell_of(frame_at, service, rule, full ? kNoShape : shape);
    cell.first = cell.count == 0 ? time : std::min(cell.first, time);
    cell.last = cell.count == 0 ? time : std::max(cell.last, time);
    cell.count += record.weight;
  }
  AggregatedCell& cell = cell_of(service, shape);
  if (cell.count == 0 || std::tie(time, record.offset) < std::tie(cell.first, cell.first_offset))
    begin_cell(cell, record, error_rule, time);
  cell.last = cell.count == 0 ? time : std::max(cell.last, time);
  cell.severity = std::max(cell.severity, record.severity);
  cell.count += record.weight;

  WindowFrame& frame = table->frame(frame_at);
  ++frame.records;
  frame.changed = true;
  frame.without_time += timeless ? 1 : 0;
  frame.late += late ? 1 : 0;
  // A line that a transform masked may be longer than it was: it still ends within its batch.
  const std::uint64_t reaches = record.offset + record.raw.size();
  frame.reaches = std::max(frame.reaches, batch.end != 0 ? std::min(reaches, batch.end) : reaches);
  if (!record.trace_id.empty()) keep_step(record, stream, service, time);

  if (table->cell_count() == cells_before && !begins) return;
  if (table != &timed) ordinal_cells += table->cell_count() - cells_before;
  hold_bounds(stream_number, time);
  if (excerpt_bytes > config.excerpts_bytes_max) hold_excerpt_budget();
}

void WindowAggregator::State::append_summaries(const WindowTable& from, bool ordinal, bool changed_only,
                                               std::vector<WindowSummary>& out) const {
  const std::size_t base = out.size();
  std::vector<std::uint32_t> places(from.frames().size(), kNone);
  for (std::uint32_t i = 0; i < places.size(); ++i) {
    const WindowFrame& frame = from.frames()[i];
    if (changed_only && !frame.changed) continue;
    places[i] = static_cast<std::uint32_t>(out.size() - base);
    const AggregatedStream& stream = streams[frame.stream];
    WindowSummary& summary = out.emplace_back();
    summary.stream = stream.identity;
    summary.path = stream.path;
    summary.path_service = stream.service_name;
    summary.baseline = stream.baseline;
    summary.ordinal = ordinal;
    summary.start = frame.start;
    summary.width = from.width();
    summary.reaches = frame.reaches;
    summary.records = frame.records;
    summary.without_time = frame.without_time;
    summary.late = frame.late;
    summary.trace_sample_below = trace_sample_below;
  }
  // Names get their place in each summary the first time that they are used there.
  absl::flat_hash_map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> service_places, rule_places;
  const auto place_of = [](auto& known, std::vector<std::string>& names, std::uint32_t frame, std::uint32_t number,
                           const std::string& name) {
    const auto [place, is_new] = known.try_emplace({frame, number}, static_cast<std::uint32_t>(names.size()));
    if (is_new) names.push_back(name);
    return place->second;
  };
  const auto service_place = [&](std::uint32_t frame, std::uint32_t service) {
    return place_of(service_places, out[base + frame].services, frame, service, services[service]);
  };
  for (const AggregatedCell& cell : from.cells()) {
    const std::uint32_t place = places[cell.frame];
    if (place == kNone) continue;
    const AggregatedStream& stream = streams[from.frames()[cell.frame].stream];
    Cell made{service_place(place, cell.service),
              cell.shape,
              cell.severity,
              cell.count,
              cell.first,
              cell.last,
              cell.first_offset,
              cell.first_line,
              cell.first_line_count,
              {}};
    // An earlier record of its shape may have come since: then this is not the first any more.
    if (cell.excerpt && wants_excerpt(cell, stream)) made.excerpt = *cell.excerpt;
    made.error_rule = cell.notable && cell.severity < Severity::warn;
    out[base + place].cells.push_back(std::move(made));
  }
  for (const AggregatedRuleCell& cell : from.rule_cells()) {
    const std::uint32_t place = places[cell.frame];
    if (place == kNone) continue;
    const std::uint32_t rule = place_of(rule_places, out[base + place].rules, place, cell.rule, (*rules)[cell.rule].id);
    out[base + place].rule_cells.push_back(
        RuleCell{service_place(place, cell.service), rule, cell.shape, cell.count, cell.first, cell.last});
  }
  for (std::uint32_t number = 0; number < streams.size(); ++number) {
    const AggregatedStream& stream = streams[number];
    if (ordinal ? stream.ordinal.get() != &from : !stream.timed) continue;
    for (const KeptStep& step : stream.steps) {
      const std::uint32_t place = places[from.known_frame(number, step.time)];
      if (place == kNone) continue;
      out[base + place].trace_steps.push_back(
          TraceStep{step.trace, service_place(place, step.service), step.shape, step.severity, step.time});
    }
  }
}

std::vector<WindowSummary> WindowAggregator::State::summaries(bool changed_only) const {
  std::vector<WindowSummary> out;
  append_summaries(timed, false, changed_only, out);
  for (const AggregatedStream& stream : streams)
    if (stream.ordinal) append_summaries(*stream.ordinal, true, changed_only, out);
  for (WindowSummary& summary : out) normalise(summary);
  std::sort(out.begin(), out.end(), [](const WindowSummary& a, const WindowSummary& b) {
    return std::tie(a.start, a.stream.high, a.stream.low) < std::tie(b.start, b.stream.high, b.stream.low);
  });
  return out;
}

void WindowAggregator::State::restore(const WindowSummary& summary) {
  StreamInfo info;
  info.identity = summary.stream;
  info.path = summary.path;
  info.service = summary.path_service;
  info.baseline = summary.baseline;
  const std::uint32_t number = stream_of(info);
  AggregatedStream& stream = streams[number];
  if (summary.ordinal && !stream.ordinal) stream.ordinal = std::make_unique<WindowTable>(summary.width);
  WindowTable& into = summary.ordinal ? *stream.ordinal : timed;
  while (into.width() < summary.width) into.widen();
  stream.timed = stream.timed || !summary.ordinal;
  const std::uint32_t at = into.frame_of(number, summary.start);
  WindowFrame& frame = into.frame(at);
  frame.reaches = std::max(frame.reaches, summary.reaches);
  frame.records += summary.records;
  frame.without_time += summary.without_time;
  frame.late += summary.late;
  frame.changed = false;
  if (summary.ordinal) stream.untimed += summary.records;
  for (const Cell& cell : summary.cells) {
    const std::uint32_t service = service_of(summary.services[cell.service]);
    AggregatedCell& made = into.cells()[into.cell_of(at, service, cell.shape)];
    if (made.count == 0 || std::tie(cell.first, cell.first_offset) < std::tie(made.first, made.first_offset)) {
      made.first = cell.first;
      made.first_offset = cell.first_offset;
      made.first_line = cell.first_line;
      made.first_line_count = cell.first_line_count;
      made.notable = cell.error_rule || cell.severity >= Severity::warn;
      made.excerpt = cell.excerpt.empty() ? nullptr : std::make_unique<std::string>(cell.excerpt);
    }
    made.last = made.count == 0 ? cell.last : std::max(made.last, cell.last);
    made.severity = std::max(made.severity, cell.severity);
    made.count += cell.count;
    const std::pair place{cell.first, cell.first_offset};
    const auto [first, is_new] = stream.firsts.try_emplace({service, cell.shape}, place);
    if (!is_new) first->second = std::min(first->second, place);
    if (!summary.ordinal) stream.previous = stream.watermark = std::max(stream.watermark, cell.last);
  }
  for (const RuleCell& cell : summary.rule_cells) {
    const auto known =
        std::find_if(rules->begin(), rules->end(), [&](const RuleInfo& rule) { return rule.id == summary.rules[cell.rule]; });
    if (known == rules->end()) continue;
    AggregatedRuleCell& made =
        into.rule_cell_of(at, service_of(summary.services[cell.service]), static_cast<std::uint32_t>(known - rules->begin()), cell.shape);
    made.first = made.count == 0 ? cell.first : std::min(made.first, cell.first);
    made.last = made.count == 0 ? cell.last : std::max(made.last, cell.last);
    made.count += cell.count;
  }
  trace_sample_below = std::min(trace_sample_below, summary.trace_sample_below);
  for (const TraceStep& step : summary.trace_steps)
    stream.steps.push_back(KeptStep{step.trace, step.time, step.shape, service_of(summary.services[step.service]), step.severity});
  step_count += summary.trace_steps.size();
}

WindowAggregator::WindowAggregator(AggregateConfig config, std::shared_ptr<const RuleCatalog> rules, RunCounters& counters)
    : state_{new State{config, std::move(rules), counters}} {
  LOGLODE_ASSERT(state_->rules != nullptr);
}

WindowAggregator::~WindowAggregator() = default;

Result<void> WindowAggregator::run(Batch& batch) {
  if (batch.records.empty()) return {};
  LOGLODE_ASSERT(batch.stream != nullptr);
  const std::uint32_t stream = state_->stream_of(batch.stream->info);
  State::Tally tally;
  for (Record& record : batch.records) state_->aggregate(batch, record, stream, tally);
  RunCounters& counters = state_->counters;
  counters.records += tally.records;
  counters.continuation_lines += tally.continuation_lines;
  counters.without_time += tally.without_time;
  counters.late += tally.late;
  if (tally.blank_lines > 0) counters.drop(DropReason::blank, tally.blank_lines);
  return {};
}

void WindowAggregator::restore(const std::vector<WindowSummary>& summaries) {
  Duration width = state_->timed.width();
  for (const WindowSummary& summary : summaries)
    if (!summary.ordinal) width = std::max(width, summary.width);
  while (state_->timed.width() < width && state_->timed.can_widen()) state_->timed.widen();
  for (const WindowSummary& summary : summaries) state_->restore(summary);
  state_->for_each_table([&](const WindowTable& each) { state_->ordinal_cells += &each == &state_->timed ? 0 : each.cell_count(); });
  for (AggregatedStream& stream : state_->streams)
    std::erase_if(stream.steps, [&](const KeptStep& step) { return step.trace >= state_->trace_sample_below; });
  state_->recount_excerpts();
  state_->forget_places();
}

void WindowAggregator::change_rules(std::shared_ptr<const RuleCatalog> rules) {
  LOGLODE_ASSERT(rules != nullptr);
  const std::vector<WindowSummary> all = state_->summaries(false);
  auto fresh = std::make_unique<State>(state_->config, std::move(rules), state_->counters);
  fresh->sample = state_->sample;
  state_ = std::move(fresh);
  restore(all);
}

void WindowAggregator::forget_before(Timestamp time) {
  std::vector<WindowSummary> kept = state_->summaries(false);
  std::erase_if(kept, [&](const WindowSummary& summary) { return !summary.ordinal && summary.start + summary.width <= time; });
  auto fresh = std::make_unique<State>(state_->config, state_->rules, state_->counters);
  fresh->sample = state_->sample;
  state_ = std::move(fresh);
  restore(kept);
}

std::vector<WindowSummary> WindowAggregator::summaries() const { return state_->summaries(false); }

std::vector<WindowSummary> WindowAggregator::take_changed() {
  std::vector<WindowSummary> changed = state_->summaries(true);
  state_->for_each_table([](WindowTable& each) { each.mark_unchanged(); });
  return changed;
}

}  // namespace loglode
