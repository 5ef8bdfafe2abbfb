#include "patterns/aggregate/window_aggregator.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "core/assert.h"
#include "patterns/aggregate/aggregator_state.h"
#include "patterns/aggregate/excerpt.h"
#include "patterns/aggregate/told_duration.h"

namespace loglode {

namespace {

constexpr Duration kBucket = std::chrono::seconds{10};  // what detection works on (detection.md)

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

std::uint32_t WindowAggregator::State::stream_of(const StreamInfo& info) {
  const auto [place, is_new] =
      stream_index.try_emplace({info.identity.high, info.identity.low}, static_cast<std::uint32_t>(streams.size()));
  if (is_new) {
    AggregatedStream& stream = streams.emplace_back();
    stream.identity = info.identity;
    stream.path = info.path;
    stream.service_name = info.service;
    stream.source = info.source;
    stream.baseline = info.baseline;
  }
  return place->second;
}

std::uint32_t WindowAggregator::State::service_of(std::string_view name, AggregatedStream& stream) {
  std::uint32_t& recent_service = recent_services[place_of_name(name) % kRecentServices];
  if (recent_service != kNone && services[recent_service] == name) return recent_service;
  const auto found = service_index.find(name);
  if (found != service_index.end()) return recent_service = found->second;
  if (service_index.size() >= config.services_max && name != kOtherServices) {
    // All of them are looked through for it: where there is none to be made, that is asked more and more seldom.
    const bool room = std::has_single_bit(++asked_for_room) && make_room_for_services();
    if (room) asked_for_room = 0;
    tell_too_many_services(stream, false);
    if (!room) {
      counters.hit(Limit::services);
      return service_of(kOtherServices, stream);
    }
  }
  std::uint32_t place = static_cast<std::uint32_t>(services.size());
  if (free_services.empty()) {
    services.emplace_back(name);
  } else {
    place = free_services.back();
    free_services.pop_back();
    services[place] = name;
  }
  service_index.emplace(services[place], place);
  return recent_service = place;
}

std::uint32_t WindowAggregator::State::service_of(const Record& record, AggregatedStream& stream) {
  if (!record.service.empty()) return service_of(record.service, stream);
  if (stream.service == kNone) stream.service = service_of(stream.service_name, stream);
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

/// A machine that starts again counts from the beginning: what it says then came after all it had said.
Timestamp WindowAggregator::State::place_since_boot(const Record& record, AggregatedStream& stream) {
  constexpr Duration kOutOfOrder = std::chrono::seconds{10};  // its processors do not write in order, but nearly so
  if (stream.previous == kNoTime) stream.previous = Timestamp{};
  if (record.since_boot < Duration::zero()) return stream.previous;
  if (Timestamp{stream.boot + record.since_boot} < stream.previous - kOutOfOrder) stream.boot = stream.previous.time_since_epoch();
  const Timestamp time{stream.boot + record.since_boot};
  stream.previous = std::max(stream.previous, time);
  return time;
}

Timestamp WindowAggregator::State::place_in_time(Record& record, std::uint32_t stream_number, bool& late, Tally& tally) {
  AggregatedStream& stream = streams[stream_number];
  if (record.time != kNoTime) {
    const Timestamp time = std::min(record.time, latest);
    tally.future += time < record.time ? 1 : 0;
    if (!stream.timed) begin_time(stream_number, time);
    late = time < stream.watermark && stream.watermark.time_since_epoch() - config.lateness > time.time_since_epoch();
    stream.watermark = std::max(stream.watermark, time);
    stream.previous = time;
    return time;
  }
  if (stream.timed) {
    ++tally.without_time;
    record.time = stream.previous;
    record.set(RecordFlag::time_inherited);
    return record.time;
  }
  if (!stream.ordinal) {
    stream.ordinal = std::make_unique<WindowTable>();
    stream.since_boot = record.since_boot >= Duration::zero();
  }
  if (stream.since_boot) return place_since_boot(record, stream);
  ++tally.without_time;
  return Timestamp{kOrdinalStep * static_cast<std::int64_t>(stream.untimed++)};
}

void WindowAggregator::State::note_lead(const Record& record, const AggregatedStream& stream, std::uint32_t service) {
  if (record.has(RecordFlag::time_inherited)) return;
  if (record.time > latest)
    leads.note_ahead(services[service], stream.path, record.time - read_at, read_at);
  else
    leads.note_on_time(services[service]);
}

void WindowAggregator::State::ask_clock() {
  if (!config.now) return;
  read_at = config.now();
  latest = read_at + config.lateness;
}

void WindowAggregator::State::tell_leads() {
  for (ClockLeads::Told& told : leads.take_told()) counters.report({std::move(told.path), std::move(told.what), false});
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
  // The window that holds the first instant there is is shorter than its width: asked for each time.
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
    for (const AggregatedRuleCell& cell : each.rule_cells())
      if (cell.first_hit) excerpt_bytes += cell.first_hit->excerpt.size();
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
      for (AggregatedRuleCell& cell : each.rule_cells())
        if (cell.first_hit && !sample.keeps(cell.shape, cell.first_hit->offset, false)) cell.first_hit->excerpt.clear();
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
  cell.excerpt = std::make_unique<std::string>(make_excerpt(record.text.empty() ? record.message : record.text));
  excerpt_bytes += cell.excerpt->size();
}

/// `record` is the earliest that the rule hits in `cell`, as far as we know.
void WindowAggregator::State::begin_hits(AggregatedRuleCell& cell, const Record& record) {
  if (cell.first_hit != nullptr) excerpt_bytes -= cell.first_hit->excerpt.size();
  cell.first_hit = std::make_unique<FirstHit>(FirstHit{record.offset, record.line, record.line_count, {}});
  if (!sample.keeps(cell.shape, record.offset, false)) return;
  cell.first_hit->excerpt = make_excerpt(record.text.empty() ? record.message : record.text);
  excerpt_bytes += cell.first_hit->excerpt.size();
}

/// A shape's records either all tell a duration or none does: a cell whose first record tells none is asked no more.
void WindowAggregator::State::note_duration(AggregatedCell& cell, const Record& record) {
  const std::uint64_t place[] = {record.shape.high, record.offset};
  const auto key = static_cast<std::uint32_t>(XXH3_64bits(place, sizeof place) >> 32);
  // Most records of a full cell would not be kept whatever they say.
  if (cell.durations != nullptr && cell.durations->size() == kDurationsKept && key > cell.durations->back().key) return;
  const std::optional<std::uint32_t> microseconds = record.took_us != kUntold ? record.took_us : told_duration(record.message);
  if (!microseconds) return;
  if (cell.durations == nullptr) cell.durations = std::make_unique<std::vector<DurationSample>>();
  keep_duration(*cell.durations, {key, *microseconds});
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
  if (record.time > latest || leads.any()) [[unlikely]]
    note_lead(record, stream, service);
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
    LOGLODE_ASSERT(rule < 2 * rules->size());  // told hits lie behind
    const bool tells_error = (*rules)[rule % rules->size()].category == RuleCategory::error;
    error_rule = error_rule || tells_error;
    AggregatedRuleCell& cell = table->rule_cell_of(frame_at, service, rule, full ? kNoShape : shape);
    if (tells_error && (cell.count == 0 || std::tuple{time, record.offset} < std::tuple{cell.first, cell.first_offset()}))
      begin_hits(cell, record);
    cell.first = cell.count == 0 ? time : std::min(cell.first, time);
    cell.last = cell.count == 0 ? time : std::max(cell.last, time);
    cell.count += record.weight;
  }
  AggregatedCell& cell = cell_of(service, shape);
  if (cell.count == 0 || std::tie(time, record.offset) < std::tie(cell.first, cell.first_offset))
    begin_cell(cell, record, error_rule, time);
  cell.last = cell.count == 0 ? time : std::max(cell.last, time);
  if (cell.count == 0 || cell.durations != nullptr) note_duration(cell, record);
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
  state_->ask_clock();
  for (Record& record : batch.records) state_->aggregate(batch, record, stream, tally);
  RunCounters& counters = state_->counters;
  counters.records += tally.records;
  counters.continuation_lines += tally.continuation_lines;
  counters.without_time += tally.without_time;
  counters.late += tally.late;
  counters.future += tally.future;
  state_->tell_leads();
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
  fresh->leads = std::move(state_->leads);
  state_ = std::move(fresh);
  restore(all);
}

void WindowAggregator::forget_before(Timestamp time) {
  std::vector<WindowSummary> kept = state_->summaries(false);
  std::erase_if(kept, [&](const WindowSummary& summary) { return !summary.ordinal && summary.start + summary.width <= time; });
  auto fresh = std::make_unique<State>(state_->config, state_->rules, state_->counters);
  fresh->sample = state_->sample;
  fresh->leads = std::move(state_->leads);
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
