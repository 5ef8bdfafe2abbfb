#include "app/live/live_run.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <filesystem>
#include <map>
#include <system_error>

#include "ingest/stream_identity.h"

namespace loglode {

LiveRun::LiveRun(const LiveOptions& options, Announcer& announcer, const std::atomic<bool>& stop)
    : options_{options}, announcer_{announcer}, stop_{stop}, analysis_{options, counters_} {}
LiveRun::~LiveRun() = default;

Result<void> LiveRun::prepare() {
  if (!analysis_.is_loaded())
    if (auto loaded = load(); !loaded) return loaded;
  if (!options_.state.empty()) {
    auto state = open_state(options_.state, options_.read_only_state);
    if (!state) return tl::unexpected<Error>(state.error());
    state_ = std::move(*state);
  }
  engine_ = std::make_unique<Engine>(
      EngineConfig{options_.announcer, options_.checkpoint, options_.drain, options_.assess_every, options_.judged, options_.threads,
                   [lateness = options_.lateness] { return LiveAnalysis::wall_clock() + lateness; }},
      Engine::Parts{analysis_, announcer_, state_.writer.get(), stop_});
  Outbox& outbox = engine_->outbox();
  for (StoredAnnounced& row : state_.contents.announced) outbox.restore(std::move(row));
  for (StoredPending& row : state_.contents.pending) outbox.restore(std::move(row));
  for (StoredBase& row : state_.contents.bases) outbox.restore(std::move(row));
  announced_before_ = outbox.announced_before().value_or(Announced{});
  if (auto restored = analysis_.restore(state_.contents, outbox.base_before()); !restored) return restored;
  engine_->set_workers([this] { return analysis_.make_worker(); });
  engine_->add_ordered_stage(analysis_.learner());
  engine_->add_ordered_stage(analysis_.aggregator());
  return {};
}

void LiveRun::set_sinks(MakeSinks make) {
  engine_->set_sinks([this, make = std::move(make)] { return make(*analysis_.rules().catalog); });
}

std::vector<std::string> LiveRun::bookmarks() const {
  std::vector<std::string> marks;
  for (const StoredBookmark& mark : state_.contents.bookmarks) marks.push_back(mark.bytes);
  return marks;
}

std::string LiveRun::commit_metadata() const {
  if (state_.writer == nullptr) return {};
  std::error_code ignored;
  const std::string folder = std::filesystem::weakly_canonical(options_.state, ignored).string() + '\0' + ingest::host_id();
  return fmt::format("loglode {:016x}", XXH3_64bits(folder.data(), folder.size()));
}

KnownPosition LiveRun::known_position() const {
  if (options_.state.empty()) return {};
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> reached;
  for (const StoredStream& stream : state_.contents.streams) reached[{stream.identity.high, stream.identity.low}] = stream.reaches;
  return [reached = std::move(reached), ours = commit_metadata()](const StreamIdentity& stream, std::optional<std::uint64_t> committed,
                                                                  std::string_view metadata) -> std::optional<std::uint64_t> {
    const auto known = reached.find({stream.high, stream.low});
    // Another member, or a person, has moved the group since: theirs counts.
    if (known == reached.end() || (committed && metadata != ours)) return std::nullopt;
    return committed ? std::max(*committed, known->second) : known->second;
  };
}

void LiveRun::reload(LiveReload with) {
  auto once = std::make_shared<LiveReload>(std::move(with));  // std::function copies what it holds
  engine_->reload([this, once]() -> Result<void> {
    analysis_.reload(std::move(*once));
    return {};
  });
}

Result<PipelineTimes> LiveRun::run(const std::function<void()>& before_sources_go) {
  engine_->begin_after_state(analysis_.has_windows(), analysis_.restored_to());
  auto times = engine_->run(before_sources_go);
  if (state_.writer != nullptr)
    if (auto finished = state_.writer->finish(); !finished && times) times = tl::unexpected<Error>(finished.error());
  return times;
}

}  // namespace loglode
