// `type: file` of a source.
#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "app/registry/connect_check.h"
#include "app/registry/kafka_clients.h"
#include "app/registry/types.h"
#include "base/free_with.h"
#include "base/near_word.h"
#include "base/terminal_text.h"
#include "base/yaml_lines.h"
#include "ingest/follow/allowed_places.h"
#include "ingest/follow/follow_source.h"
#include "ingest/follow/path_patterns.h"

namespace loglode::config {
namespace {

constexpr KeyRow kKeys[] = {
    {"start", "`start`, `end`, `state`, for files the state does not know", "`state` when there is one, else `start`"},
    {"paths exclude", "globs; an `exclude` without a slash is held against the file's name", "`paths` required"},
    {"rotated", "globs of where rotated parts go when they leave their folder", "none"},
    {"roots", "folders below which links may lead, besides what stands in `paths` before the first `*`", "none"},
};

std::string parent_of(const std::string& path) {
  const std::string parent = std::filesystem::path{path}.parent_path().string();
  return parent.empty() ? "." : parent;
}

void read(const Section& section, SourceConfig& out) {
  out.paths = section.paths("paths", true);
  out.exclude = section.texts("exclude");
  for (Text& pattern : out.exclude) section.reading().expand_home(pattern);
  out.roots = section.paths("roots");
  out.rotated = section.paths("rotated");
  constexpr StartAt::Kind kStarts[] = {StartAt::Kind::start, StartAt::Kind::end, StartAt::Kind::state};
  constexpr std::string_view kWords[] = {"start", "end", "state"};
  out.start.kind = StartAt::Kind::state;
  const Text text = section.text("start");
  if (text.empty()) return;
  if (const auto index = section.word_index("start", text, kWords)) out.start = {kStarts[*index], kNoTime, text.line};
}

void check(const SourceConfig&, ConfigReading&) {}

/// Files may still come, as long as their folder is there.
void tell_no_files(const SourceConfig& source, ConnectTrial& trial) {
  const auto has_folder = [](const Text& path) {
    glob_t globbed{};
    const std::unique_ptr<glob_t, FreeWith<&globfree>> owner{&globbed};
    return ::glob(parent_of(path.value).c_str(), GLOB_ONLYDIR, nullptr, &globbed) == 0;
  };
  if (std::any_of(source.paths.begin(), source.paths.end(), has_folder))
    return trial.found(fmt::format("source {}: no file matches yet", in_quotes(source.name)));
  trial.problem(source.paths.front().line,
                fmt::format("source {}: no file matches, and there is no folder {} either", in_quotes(source.name),
                            source.paths.front().hidden ? quoted(source.paths.front()) : in_quotes(parent_of(source.paths.front().value))));
}

void connect(const SourceConfig& source, ConnectTrial& trial) {
  std::vector<std::string> unmatched, odd;
  const std::vector<std::string> files = ingest::matching_files(values_of(source.paths), values_of(source.exclude), unmatched, odd);
  for (const std::string& each : ingest::unread_matches(values_of(source.paths), values_of(source.exclude)))
    trial.found(fmt::format("source {}: {}", in_quotes(source.name), printable(each)));
  if (files.empty()) return tell_no_files(source, trial);
  ingest::AllowedPlaces places{values_of(source.paths), values_of(source.roots), false};
  std::size_t readable = 0;
  for (const std::string& file : files) readable += places.open(file) ? 1 : 0;
  const std::size_t refused = places.refused().size();
  if (refused != 0)
    trial.found(fmt::format("source {}: {} link{} not followed, such as: {}", in_quotes(source.name), refused,
                            refused == 1 ? " is" : "s are", printable(places.refused().begin()->second)));
  for (const std::string& pattern : unmatched)
    trial.found(fmt::format("source {}: nothing matches {} yet", in_quotes(source.name), in_quotes(pattern)));
  if (readable + refused < files.size())
    return trial.problem(source.paths.front().line, fmt::format("source {}: {} of {} files cannot be read by this user",
                                                                in_quotes(source.name), files.size() - readable - refused, files.size()));
  trial.found(fmt::format("source {}: {} readable file{}", in_quotes(source.name), readable, readable == 1 ? "" : "s"));
}

Result<std::unique_ptr<Source>> make(const SourceConfig& source, const SourceMaking& with) {
  auto framers = with.framers(source, source.format.value);
  if (!framers) return tl::unexpected<Error>(framers.error());
  FollowConfig follow;
  follow.name = source.name;
  follow.paths = values_of(source.paths);
  follow.exclude = values_of(source.exclude);
  follow.roots = values_of(source.roots);
  follow.rotated = values_of(source.rotated);
  follow.from_end = source.start.kind == StartAt::Kind::end && !with.again;
  follow.bookmarks = with.bookmarks();
  follow.has_state = !with.again;  // where there is none, commits come all the same
  follow.again = with.again;
  follow.next_stream = with.next_stream;
  follow.reading.source = source.name;
  follow.reading.line_bytes_max = with.line_bytes_max;
  follow.reading.batch_bytes = with.batch_bytes;
  if (source.service.kind == ServiceFrom::Kind::fixed) follow.reading.service = source.service.name;
  std::unique_ptr<FileSource> made = make_follow_source(std::move(follow), **framers, with.counters);
  with.files.emplace_back(source.name, made.get());
  return made;
}

}  // namespace

const SourceType& file_source_type() {
  static constexpr SourceType kType{{"file", SourceConfig::Type::file, kKeys, read, check}, connect, make};
  return kType;
}

}  // namespace loglode::config
