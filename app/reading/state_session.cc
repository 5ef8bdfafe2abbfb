#include "app/reading/state_session.h"

#include <algorithm>
#include <iterator>
#include <utility>

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
    session_.state_.writer->submit(session_.snapshot_of(miner_, aggregator_.take_changed(), false));
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
  auto state = open_state(options.folder, options.read_only);
  if (!state) return tl::unexpected<Error>(state.error());
  return std::unique_ptr<StateSession>{new StateSession{std::move(options), std::move(*state)}};
}

std::vector<StoredStream> StateSession::outgrown(const PathsRead& paths) const {
  constexpr std::uint64_t kLineEnds[] = {1, 0, 2};  // what may stand behind the last record: LF, nothing, CR LF
  std::vector<StoredStream> found;
  for (const StoredStream& stored : state_.contents.streams) {
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
  std::vector<WindowSummary> baseline = std::exchange(state_.contents.windows, {});
  std::erase_if(baseline, [&](const WindowSummary& window) { return reading.contains({window.stream.high, window.stream.low}); });
  for (WindowSummary& window : baseline) window.baseline = true;
  return baseline;
}

std::unique_ptr<Stage> StateSession::make_recorder(TemplateMiner& miner, WindowAggregator& aggregator) {
  return state_.writer == nullptr ? nullptr : std::make_unique<Recorder>(*this, miner, aggregator);
}

Checkpoint StateSession::snapshot_of(TemplateMiner& miner, std::vector<WindowSummary> windows, bool ended) {
  Checkpoint snapshot;
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
  if (state_.writer == nullptr) return StateWritten{};
  Checkpoint last = snapshot_of(miner, aggregator.summaries(), ended);
  PathsRead paths;
  for (const auto& [identity, stream] : streams_) paths.emplace(identity, stream.path);
  for (const StoredStream& stream : outgrown(paths)) {
    last.streams.push_back(stream);
    last.whole_streams.push_back(stream.identity);  // by none of its windows: they are in those of the file as it is now
  }
  last.has_templates = true;
  for (const TemplateInfo& info : catalog.templates()) last.templates.push_back({info.id, info.text, info.severity});
  last.events = merges(state_.contents.templates, catalog, now());
  state_.writer->submit(std::move(last));
  return state_.writer->finish();
}

}  // namespace loglode
