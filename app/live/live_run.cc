#include "app/live/live_run.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <filesystem>
#include <thread>
#include <utility>

#include "app/builtin_rules.h"
#include "app/live/clean_originals.h"
#include "app/live/live_events.h"
#include "app/live/standing_codec.h"
#include "app/state_renewal.h"
#include "app/state_session.h"
#include "app/template_labels.h"
#include "base/crash_point.h"
#include "ingest/stream_identity.h"
#include "parse/parser.h"
#include "parse/redact/redactor.h"
#include "pipeline/future_marker.h"

namespace loglode {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kGlance = std::chrono::milliseconds{20};  // between looks for something to do
constexpr auto kBetweenTries = std::chrono::milliseconds{200};
constexpr auto kBetweenForgetting = std::chrono::minutes{10};  // by the records' times: a backlog passes faster than the clock

Timestamp wall_clock() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

}  // namespace

LiveRun::LiveRun(const LiveOptions& options, const std::atomic<bool>& stop)
    : options_{options},
      stop_{stop},
      steps_{{options.judged, options.kept, std::chrono::hours{1}, options.lateness}},
      frequent_{options.frequent},
      mutes_{options.mutes} {}
LiveRun::~LiveRun() = default;

Result<void> LiveRun::load() {
  auto framers = make_framer_factory(parse_config(options_.reading));
  if (!framers) return tl::unexpected<Error>(framers.error());
  auto loaded = load_rules_for(options_.reading);
  if (!loaded) return tl::unexpected<Error>(loaded.error());
  framers_ = *framers;
  loaded_ = std::move(*loaded);
  if (options_.originals) {
    auto probes = load_probes();
    if (!probes) return tl::unexpected<Error>(probes.error());
    probes_ = std::move(*probes);
  }
  return {};
}

Result<void> LiveRun::prepare() {
  if (framers_ == nullptr)
    if (auto loaded = load(); !loaded) return loaded;
  miner_.emplace(options_.mining, counters_);
  AggregateConfig aggregate;
  aggregate.lateness = options_.lateness;
  aggregate.by_span = true;
  aggregator_.emplace(aggregate, loaded_.catalog, counters_);
  if (auto opened = open_state(); !opened) return opened;
  labels_ = std::make_unique<TemplateLabels>(*miner_, marks_);
  return {};
}

Result<void> LiveRun::open_state() {
  if (options_.state.empty()) return {};
  auto store = open_state_store(options_.state, options_.read_only_state ? StateAccess::read_only : StateAccess::read_write);
  if (!store) return tl::unexpected<Error>(store.error());
  auto contents = store->load();
  if (!contents) return tl::unexpected<Error>(contents.error());
  if (!contents->set_aside.empty())
    notice_ = "the state in " + options_.state + " was damaged: it was set aside as " + contents->set_aside + " and a new one begun";
  marks_ = StateSession::marks_of(*contents);
  std::vector<ShapeId> pinned;
  for (const TemplateNote& note : contents->notes) {
    if (note.pinned) pinned.push_back(shape_of(note.id));
    if (note.ignored) ignored_.push_back(note.id);
  }
  for (const ServiceWarmUp& one : contents->warm_ups) warm_ups_.push_back({one.service, one.since});
  for (StoredShape& shape : contents->shapes) {
    if (auto absorbed = miner_->absorb(shape.bytes); !absorbed) return absorbed;
    shape = {};
  }
  miner_->forget_changes();
  miner_->pin(std::move(pinned));
  for (const StoredTold& each : contents->told) restore_told(each);
  if (!told_known_) told_ = std::string{};  // from the first cut on it is known that nothing was
  restored_ = !contents->windows.empty();
  restore_windows(std::move(contents->windows));
  contents->shapes = {};
  contents->windows = {};
  contents->told = {};
  contents_ = std::move(*contents);
  if (!options_.read_only_state) writer_ = std::make_unique<StateWriter>(std::move(*store));
  return {};
}

void LiveRun::restore_told(const StoredTold& told) {
  if (told.teller == options_.teller) {
    told_known_ = true;
    told_before_ = told.bytes;
  } else if (told.teller == options_.teller + std::string{kPendingTeller}) {
    if (auto pending = decode_events(told.bytes)) outbox_.assign(pending->begin(), pending->end());
    pending_kept_ = !outbox_.empty();
  } else if (told.teller == options_.teller + std::string{kStandingTeller}) {
    auto standing = decode_standing(told.bytes);
    if (!standing) return;
    steps_.begin_at(std::move(*standing));
    standing_known_ = true;
    base_kept_ = steps_.base().at;
    needed_from_ = base_needs_from_ = steps_.needs_from();
  }
}

/// Of what the state has, no more than a run that was never ended would have.
void LiveRun::restore_windows(std::vector<WindowSummary> windows) {
  Timestamp from = needed_from_;
  if (!standing_known_) {
    Timestamp newest = kNoTime;
    for (const WindowSummary& window : windows)
      if (!window.ordinal) newest = std::max(newest, window.start);
    if (newest != kNoTime) from = newest - options_.kept;
  }
  SummaryStore store;
  for (WindowSummary& window : windows)
    if (window.ordinal || window.start + window.width > from) store.accept(std::move(window));
  aggregator_->restore(store.take_windows());
  if (standing_known_) return;
  steps_.begin_after(aggregator_->summaries());
  base_kept_ = steps_.base().at;
  base_next_ = encode_standing(steps_.base());  // from the first cut on it is known where steps begin
  base_needs_from_ = steps_.needs_from();
}

std::vector<std::string> LiveRun::bookmarks() const {
  std::vector<std::string> marks;
  if (contents_)
    for (const StoredBookmark& mark : contents_->bookmarks) marks.push_back(mark.bytes);
  return marks;
}

std::string LiveRun::commit_metadata() const {
  if (writer_ == nullptr) return {};
  std::error_code ignored;
  const std::string folder = std::filesystem::weakly_canonical(options_.state, ignored).string() + '\0' + ingest::host_id();
  return fmt::format("loglode {:016x}", XXH3_64bits(folder.data(), folder.size()));
}

KnownPosition LiveRun::known_position() const {
  if (!contents_) return {};
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> reached;
  for (const StoredStream& stream : contents_->streams) reached[{stream.identity.high, stream.identity.low}] = stream.reaches;
  return [reached = std::move(reached), ours = commit_metadata()](const StreamIdentity& stream, std::optional<std::uint64_t> committed,
                                                                  std::string_view metadata) -> std::optional<std::uint64_t> {
    const auto known = reached.find({stream.high, stream.low});
    // Another member, or a person, has moved the group since: theirs counts.
    if (known == reached.end() || (committed && metadata != ours)) return std::nullopt;
    return committed ? std::max(*committed, known->second) : known->second;
  };
}

const std::string& LiveRun::template_members_of(ShapeId shape) { return labels_->of(shape); }

Result<WorkerChain> LiveRun::make_chain() {
  auto classifier = make_classifier(loaded_.rules, counters_);
  if (!classifier) return tl::unexpected<Error>(classifier.error());
  WorkerChain chain;
  chain.push_back(make_parser(counters_));
  chain.push_back(std::make_unique<FutureMarker>(counters_));
  chain.push_back(std::move(*classifier));
  for (const auto& make : worker_stages_) {
    auto stage = make();
    if (!stage) return tl::unexpected<Error>(stage.error());
    chain.push_back(std::move(*stage));
  }
  if (probes_) {
    auto originals = make_clean_originals(probes_);
    if (!originals) return tl::unexpected<Error>(originals.error());
    chain.push_back(std::move(*originals));
  }
  chain.push_back(make_redactor(counters_));
  chain.push_back(miner_->make_scanner());
  return chain;
}

void LiveRun::note_delivered(const Batch& batch) {
  Place& place = places_[batch.stream->info.id];
  if (place.end == 0) place.info = batch.stream->info;
  if (batch.end != 0) place.end = batch.end;
  fresh_ = true;
  note_time(batch);
}

/// With the turn: everything up to here, nothing of what comes after.
LiveRun::Cut LiveRun::take_cut() {
  Cut cut;
  for (const auto& [stream, place] : places_) {
    cut.positions.push_back({stream, place.end});
    if (writer_ == nullptr) continue;
    cut.snapshot.streams.push_back({place.info.identity, place.info.path, place.end, false, false, wall_clock()});
    if (std::string bytes = source_->bookmark(stream, place.end); !bytes.empty())
      cut.snapshot.bookmarks.push_back({place.info.identity, std::move(bytes)});
  }
  places_.clear();
  if (writer_ == nullptr) return cut;
  for (EncodedShape& shape : miner_->take_changed()) cut.snapshot.shapes.push_back({shape.id, std::move(shape.bytes)});
  cut.snapshot.shapes_gone = miner_->take_forgotten();
  cut.snapshot.windows = aggregator_->take_changed();
  cut_told(cut.snapshot);
  cut.snapshot.given_up_before = needed_from_;
  return cut;
}

/// Everything that was written before: with the sinks, or a dead letter.
Result<void> LiveRun::deliver_cut(Deadline until) {
  {
    const std::scoped_lock lock{flush_mutex_};
    for (const LiveSink& each : sinks_)
      if (auto flushed = each.opened.sink->flush(until); !flushed) return flushed;
  }
  if (!uncommitted_.empty()) crash_point("flushed");
  if (secure_)
    if (auto secured = secure_(); !secured) return secured;
  if (!uncommitted_.empty()) crash_point("letters_kept");
  return {};
}

/// What is final stays so however often it is tried: the run ends, positions stay, and the next run reads again what came after them.
Result<void> LiveRun::end_if_final(Result<void> delivered) {
  if (delivered || delivered.error().retryable) return delivered;
  const std::scoped_lock lock{mutex_};
  if (!failed_) failed_ = delivered.error();
  give_up_ = pause_ = true;
  return delivered;
}

/// `whole`: what it tells at its end is delivered too.
Result<void> LiveRun::secure_cut(bool last, bool whole) {
  const std::scoped_lock alone{cut_mutex_};
  if (auto cut = cut_once(last); !cut) return cut;
  return whole && pending_kept_ ? cut_once(last) : Result<void>{};
}

/// Cut, flush, make durable, commit, tell what is announced: in this order.
Result<void> LiveRun::cut_once(bool last) {
  Cut cut;
  {
    const std::scoped_lock turn{turn_};
    if (auto written = end_if_final(write_events()); !written) return written;
    cut = take_cut();
    if (writer_ == nullptr) {
      const std::scoped_lock lock{mutex_};
      needed_from_ = base_needs_from_;
    }
    // Everything that changed is in the cut.
    if (needed_from_ != Timestamp::min() && (forgot_at_ == Timestamp::min() || needed_from_ >= forgot_at_ + kBetweenForgetting)) {
      aggregator_->forget_before(needed_from_);
      forgotten_to_ = forgot_at_ = needed_from_;
    }
    if (last && writer_ != nullptr) {
      const TemplateCatalog catalog = miner_->derive_templates(marks_);
      cut.snapshot.has_templates = true;
      for (const TemplateInfo& info : catalog.templates()) cut.snapshot.templates.push_back({info.id, info.text, info.severity});
    }
  }
  for (const StreamPosition& position : cut.positions) uncommitted_[position.stream] = position.offset;
  const auto reach = [moves = !uncommitted_.empty()](std::string_view point) {
    if (moves) crash_point(point);
  };
  reach("cut");
  if (pending_) {
    join(*pending_, std::move(cut.snapshot));
  } else {
    pending_ = std::move(cut.snapshot);
  }
  if (auto delivered = end_if_final(deliver_cut(Clock::now() + (last ? options_.drain : std::chrono::seconds{5}))); !delivered)
    return delivered;
  if (writer_ != nullptr) {
    if (auto durable = writer_->wait_for(writer_->submit(*std::exchange(pending_, std::nullopt))); !durable) return durable;
  }
  pending_.reset();
  reach("state_durable");
  std::vector<StreamPosition> positions;
  for (const auto& [stream, offset] : uncommitted_) positions.push_back({stream, offset});
  if (auto committed = source_->commit(positions); !committed) return committed;
  reach("committed");
  uncommitted_.clear();
  ++snapshots_;
  snapshot_at_ = Clock::now();
  return end_if_final(write_announced());
}

void LiveRun::keep_snapshots() {
  auto due = Clock::now() + options_.snapshot;
  for (;;) {
    {
      std::unique_lock lock{mutex_};
      if (wake_.wait_for(lock, kGlance, [this] { return ending_; })) return;
    }
    if (Clock::now() < due && !source_->wants_commit() && !cut_wanted_) continue;
    const auto begin = Clock::now();
    auto secured = secure_cut(false);
    const auto end = Clock::now();
    due = end + std::max<Clock::duration>(options_.snapshot, end - begin);
    if (!secured) ++snapshot_failures_;
    if (cut_wanted_.exchange(false)) hurry_ = false;
    const std::scoped_lock lock{mutex_};
    trouble_ = secured ? std::string{} : secured.error().message;
  }
}

void LiveRun::end_threads() {
  {
    const std::scoped_lock lock{mutex_};
    ending_ = true;
  }
  wake_.notify_all();
}

void LiveRun::reload(LiveReload with) {
  const std::scoped_lock lock{mutex_};
  reload_ = std::move(with);
  pause_ = true;
}

/// Between two runs of the pipeline: nothing is in flight.
Result<void> LiveRun::apply_reload() {
  LiveReload with;
  {
    const std::scoped_lock lock{mutex_};
    if (failed_) return tl::unexpected<Error>(*failed_);
    if (!reload_) return {};
    with = std::move(*reload_);
    reload_.reset();
    frequent_ = with.frequent;
    mutes_ = std::move(with.mutes);
    pause_ = false;
  }
  // Sinks are about to be closed: what they hold is delivered first, however long that takes.
  while (!secure_cut(false, true) && !stop_.load() && !give_up_.load()) std::this_thread::sleep_for(kBetweenTries);
  if (stop_.load() || give_up_.load()) return {};
  const std::scoped_lock turn{turn_};
  const std::scoped_lock flushing{flush_mutex_};
  loaded_ = std::move(with.rules);
  worker_stages_ = std::move(with.worker_stages);
  aggregator_->change_rules(loaded_.catalog);
  fresh_ = true;   // what is muted no more is told, though nothing comes
  sinks_.clear();  // before the new ones: they may write to the same files
  outbox_sink_ = 0;
  auto sinks = make_sinks_ ? make_sinks_(*loaded_.catalog) : Result<std::vector<LiveSink>>{};
  if (!sinks) return tl::unexpected<Error>(sinks.error());
  sinks_ = std::move(*sinks);
  return {};
}

Result<PipelineTimes> LiveRun::run_until_ended() {
  const std::unique_ptr<Stage> learner = miner_->make_learner();
  for (;;) {
    Pipeline pipeline{*source_, [this] { return make_chain(); }, {learner.get(), &*aggregator_}, {}, options_.threads, &stop_};
    for (const LiveSink& each : sinks_)
      if (each.opened.records != nullptr) pipeline.sinks.push_back({*each.opened.records, each.gets});
    pipeline.pause = &pause_;
    pipeline.verdicts = verdicts_;
    pipeline.ordered_turn = &turn_;
    pipeline.delivered = [this](const Batch& batch) { note_delivered(batch); };
    pipeline.flow = &flow_;
    pipeline.give_up = &give_up_;
    pipeline.hold = [this] { return hurry_.load() || (hold_ && hold_()); };
    pipeline.refused = [this](const std::string& why) {
      const std::scoped_lock lock{mutex_};
      refusal_ = why;
    };
    auto times = run_pipeline(pipeline);
    if (!times || !times->paused) return times;
    if (auto reloaded = apply_reload(); !reloaded) return tl::unexpected<Error>(reloaded.error());
  }
}

Result<PipelineTimes> LiveRun::run(const std::function<void()>& before_sources_go) {
  auto sinks = make_sinks_ ? make_sinks_(*loaded_.catalog) : Result<std::vector<LiveSink>>{};
  if (!sinks) return tl::unexpected<Error>(sinks.error());
  sinks_ = std::move(*sinks);
  source_ = std::make_unique<SourceSet>(std::exchange(sources_, {}));
  begin_judging();
  std::thread snapshots{[this] { keep_snapshots(); }}, judging{[this] { keep_judging(); }};
  // A stop gives sinks that refuse so long, then the run ends where it is: positions stay, nothing is lost.
  std::thread drain{[this] {
    std::unique_lock lock{mutex_};
    while (!wake_.wait_for(lock, kGlance, [this] { return ending_; }))
      if (stop_.load()) break;
    if (!wake_.wait_for(lock, options_.drain, [this] { return ending_; })) give_up_ = true;
  }};
  auto times = run_until_ended();
  end_threads();
  snapshots.join();
  judging.join();
  drain.join();
  if (times) {
    judge_now(Occasion::end);
    if (auto secured = secure_cut(true, true); !secured) times = tl::unexpected<Error>(secured.error());
  }
  if (before_sources_go) before_sources_go();
  source_.reset();
  if (writer_ != nullptr)
    if (auto finished = writer_->finish(); !finished && times) times = tl::unexpected<Error>(finished.error());
  return times;
}

std::optional<double> LiveRun::snapshot_age_s() const {
  const auto at = snapshot_at_.load();
  if (at == Clock::time_point{}) return std::nullopt;
  return std::chrono::duration<double>(Clock::now() - at).count();
}

std::string LiveRun::trouble() const {
  const std::scoped_lock lock{mutex_};
  return trouble_;
}

std::string LiveRun::refusal() const {
  const std::scoped_lock lock{mutex_};
  return refusal_;
}

}  // namespace loglode
