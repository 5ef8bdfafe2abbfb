#include "app/state_session.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "app/state_renewal.h"

namespace loglode {

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kIdleFactor = 10;  // a snapshot that took long is followed by ten times as long without one

Timestamp now() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

/// What merged since: templates of the last snapshot that are only aliases now.
std::vector<TemplateEvent> merges(const std::vector<StoredTemplate>& before, const TemplateCatalog& catalog, Timestamp at) {
  std::vector<TemplateEvent> events;
  for (const StoredTemplate& known : before) {
    const TemplateInfo* const found = catalog.find(known.id);
    if (found != nullptr && found->id != known.id) events.push_back({"merged", known.id, found->id, known.text, at});
  }
  return events;
}

}  // namespace

/// Counts how far each stream was read, and takes a snapshot when one is due.
class StateSession::Recorder final : public Stage {
 public:
  Recorder(StateSession& session, TemplateMiner& miner, WindowAggregator& aggregator)
      : session_{session}, miner_{miner}, aggregator_{aggregator} {}

  Result<void> run(Batch& batch) override {
    const StreamInfo& info = batch.stream->info;
    if (info.baseline || batch.records.empty()) return {};
    StoredStream& stream = session_.streams_[{info.identity.high, info.identity.low}];
    stream.identity = info.identity;
    stream.path = info.path;
    const Record& last = batch.records.back();
    stream.reaches = std::max(stream.reaches, last.offset + last.raw.size());
    const auto begin = Clock::now();
    if (begin < due_) return {};
    session_.writer_->submit(session_.snapshot_of(miner_, aggregator_.take_changed(), false));
    const auto end = Clock::now();
    due_ = end + std::max<Clock::duration>(session_.options_.interval, kIdleFactor * (end - begin));
    return {};
  }

 private:
  StateSession& session_;
  TemplateMiner& miner_;
  WindowAggregator& aggregator_;
  Clock::time_point due_ = Clock::now() + session_.options_.interval;
};

Result<std::unique_ptr<StateSession>> StateSession::open(Options options) {
  auto store = open_state_store(options.folder, options.read_only ? StateAccess::read_only : StateAccess::read_write);
  if (!store) return tl::unexpected<Error>(store.error());
  auto contents = store->load();
  if (!contents) return tl::unexpected<Error>(contents.error());
  std::unique_ptr<StateSession> session{new StateSession{std::move(options)}};
  session->contents_ = std::move(*contents);
  if (!session->contents_.set_aside.empty())
    session->notice_ = "the state in " + session->options_.folder + " was damaged: it was set aside as " + session->contents_.set_aside +
                       " and a new one begun";
  if (!session->options_.read_only) session->writer_ = std::make_unique<StateWriter>(std::move(*store));
  return session;
}

TemplateMarks StateSession::marks_of(const StateContents& contents) {
  TemplateMarks marks;
  for (const FormerId& one : contents.former_ids) marks.former.emplace_back(one.id, one.now);
  for (const TemplateNote& note : contents.notes) {
    if (note.alias_of != kNoTemplate) marks.aliases.emplace_back(note.id, note.alias_of);
    if (!note.pinned) continue;
    KeptTemplate kept{note.id, SeverityClass::quiet, note.text};
    const auto known =
        std::find_if(contents.templates.begin(), contents.templates.end(), [&](const StoredTemplate& one) { return one.id == note.id; });
    if (known != contents.templates.end()) kept.severity = known->severity;
    for (const SeverityClass severity : {SeverityClass::quiet, SeverityClass::warning, SeverityClass::error})
      if (seeded_id(note.text, severity) == note.id) kept.severity = severity;
    marks.kept.push_back(std::move(kept));
  }
  return marks;
}

std::vector<TemplateId> StateSession::ignored() const {
  std::vector<TemplateId> ids;
  for (const TemplateNote& note : contents_.notes)
    if (note.ignored) ids.push_back(note.id);
  return ids;
}

Result<void> StateSession::restore(TemplateMiner& miner) {
  for (StoredShape& shape : contents_.shapes) {
    if (auto absorbed = miner.absorb(shape.bytes); !absorbed) return absorbed;
    shape = {};
  }
  contents_.shapes = {};
  miner.forget_changes();
  std::vector<ShapeId> pinned;
  for (const TemplateNote& note : contents_.notes)
    if (note.pinned) pinned.push_back(shape_of(note.id));
  miner.pin(std::move(pinned));
  return {};
}

std::vector<StoredStream> StateSession::outgrown(const PathsRead& paths) const {
  constexpr std::uint64_t kLineEnds[] = {1, 0, 2};  // what may stand behind the last record: LF, nothing, CR LF
  std::vector<StoredStream> found;
  for (const StoredStream& stored : contents_.streams) {
    if (paths.contains({stored.identity.high, stored.identity.low})) continue;
    const bool grew = std::any_of(paths.begin(), paths.end(), [&](const auto& reading) {
      return std::any_of(std::begin(kLineEnds), std::end(kLineEnds),
                         [&](std::uint64_t end) { return identity_when_shorter(reading.second, stored.reaches + end) == stored.identity; });
    });
    if (grew) found.push_back(stored);
  }
  return found;
}

std::vector<WindowSummary> StateSession::take_baseline_beside(const std::vector<WindowSummary>& windows) {
  PathsRead reading;
  for (const WindowSummary& window : windows) reading.try_emplace({window.stream.high, window.stream.low}, window.path);
  for (const StoredStream& stream : outgrown(reading)) reading.try_emplace({stream.identity.high, stream.identity.low}, stream.path);
  std::vector<WindowSummary> baseline = std::exchange(contents_.windows, {});
  std::erase_if(baseline, [&](const WindowSummary& window) { return reading.contains({window.stream.high, window.stream.low}); });
  for (WindowSummary& window : baseline) window.baseline = true;
  return baseline;
}

std::unique_ptr<Stage> StateSession::make_recorder(TemplateMiner& miner, WindowAggregator& aggregator) {
  return writer_ == nullptr ? nullptr : std::make_unique<Recorder>(*this, miner, aggregator);
}

StateSnapshot StateSession::snapshot_of(TemplateMiner& miner, std::vector<WindowSummary> windows, bool ended) {
  StateSnapshot snapshot;
  for (EncodedShape& shape : miner.take_changed()) snapshot.shapes.push_back({shape.id, std::move(shape.bytes)});
  snapshot.shapes_gone = miner.take_forgotten();
  const Timestamp at = now();
  for (auto& [identity, stream] : streams_) {
    stream.finished = ended && options_.whole_inputs;
    stream.learned_at = at;
    snapshot.streams.push_back(stream);
    if (stream.finished) snapshot.whole_streams.push_back(stream.identity);
  }
  std::erase_if(windows, [](const WindowSummary& window) { return window.baseline; });  // forgotten with the process
  snapshot.windows = std::move(windows);
  return snapshot;
}

Result<StateWritten> StateSession::finish(TemplateMiner& miner, const WindowAggregator& aggregator, const TemplateCatalog& catalog,
                                          bool ended) {
  if (writer_ == nullptr) return StateWritten{};
  StateSnapshot last = snapshot_of(miner, aggregator.summaries(), ended);
  PathsRead paths;
  for (const auto& [identity, stream] : streams_) paths.emplace(identity, stream.path);
  for (const StoredStream& stream : outgrown(paths)) {
    last.streams.push_back(stream);
    last.whole_streams.push_back(stream.identity);  // by none of its windows: they are in those of the file as it is now
  }
  last.has_templates = true;
  for (const TemplateInfo& info : catalog.templates()) last.templates.push_back({info.id, info.text, info.severity});
  last.events = merges(contents_.templates, catalog, now());
  writer_->submit(std::move(last));
  return writer_->finish();
}

}  // namespace loglode
