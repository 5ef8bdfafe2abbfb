#include "state/state_session.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace loglode {

namespace {

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

class StateSession::StreamExtents final : public Stage {
 public:
  explicit StreamExtents(StateSession& session) : session_{session} {}

  Result<void> run(Batch& batch) override {
    const StreamInfo& info = batch.stream->info;
    if (info.baseline || batch.records.empty()) return {};
    StoredStream& stream = session_.streams_[{info.identity.high, info.identity.low}];
    stream.identity = info.identity;
    stream.path = info.path;
    const Record& last = batch.records.back();
    stream.reaches = std::max(stream.reaches, last.offset + last.raw.size());
    return {};
  }

 private:
  StateSession& session_;
};

StateSession::StateSession(OpenState state, Options options)
    : options_{std::move(options)}, state_{std::move(state)}, extents_{std::make_unique<StreamExtents>(*this)} {}
StateSession::~StateSession() = default;

std::vector<StoredStream> StateSession::outgrown(const PathsRead& paths) const {
  constexpr std::uint64_t kLineEnds[] = {1, 0, 2};  // what may stand behind the last record: LF, nothing, CR LF
  std::vector<StoredStream> found;
  for (const StoredStream& stored : state_.contents.streams) {
    if (paths.contains({stored.identity.high, stored.identity.low})) continue;
    const bool grew = std::any_of(paths.begin(), paths.end(), [&](const auto& reading) {
      return std::any_of(std::begin(kLineEnds), std::end(kLineEnds), [&](std::uint64_t end) {
        return options_.identity_when_shorter(reading.second, stored.reaches + end) == stored.identity;
      });
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

void StateSession::add_streams(Checkpoint& to, bool ended) {
  const Timestamp at = now();
  for (auto& [identity, stream] : streams_) {
    stream.finished = ended && options_.whole_inputs;
    stream.learned_at = at;
    to.streams.push_back(stream);
    if (stream.finished) to.whole_streams.push_back(stream.identity);
  }
}

void StateSession::add_end(Checkpoint& to, const TemplateCatalog& catalog) const {
  PathsRead paths;
  for (const auto& [identity, stream] : streams_) paths.emplace(identity, stream.path);
  for (const StoredStream& stream : outgrown(paths)) {
    to.streams.push_back(stream);
    to.whole_streams.push_back(stream.identity);  // by none of its windows: they are in those of the file as it is now
  }
  to.has_templates = true;
  for (const TemplateInfo& info : catalog.templates()) to.templates.push_back({info.id, info.text, info.severity});
  to.events = merges(state_.contents.templates, catalog, now());
}

Result<StateWritten> StateSession::finish() { return state_.writer == nullptr ? StateWritten{} : state_.writer->finish(); }

}  // namespace loglode
