// `type: file` of a source.
#include <fmt/format.h>
#include <glob.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "app/registry/connect_check.h"
#include "app/registry/kafka_clients.h"
#include "app/registry/types.h"
#include "base/free_with.h"
#include "base/near_word.h"
#include "base/yaml_lines.h"
#include "ingest/follow/follow_source.h"

namespace loglode::config {
namespace {

constexpr KeyRow kKeys[] = {
    {"start", "`start`, `end`, `state`, for files the state does not know", "`state` when there is one, else `start`"},
    {"paths exclude", "globs; an `exclude` without a slash is held against the file's name", "`paths` required"},
};

std::string parent_of(const std::string& path) {
  const std::string parent = std::filesystem::path{path}.parent_path().string();
  return parent.empty() ? "." : parent;
}

void read(const Section& section, SourceConfig& out) {
  out.paths = section.paths("paths", true);
  out.exclude = section.texts("exclude");
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
  const std::vector<std::string> files = files_of(source);
  std::size_t readable = 0;
  for (const std::string& file : files) readable += ::access(file.c_str(), R_OK) == 0 ? 1 : 0;
  if (files.empty()) return tell_no_files(source, trial);
  if (readable < files.size())
    return trial.problem(source.paths.front().line, fmt::format("source {}: {} of {} files cannot be read by this user",
                                                                in_quotes(source.name), files.size() - readable, files.size()));
  trial.found(fmt::format("source {}: {} readable file{}", in_quotes(source.name), readable, readable == 1 ? "" : "s"));
}

Result<std::unique_ptr<Source>> make(const SourceConfig& source, const SourceMaking& with) {
  auto framers = with.framers(source, source.format.value);
  if (!framers) return tl::unexpected<Error>(framers.error());
  FollowConfig follow;
  follow.name = source.name;
  follow.paths = values_of(source.paths);
  follow.exclude = values_of(source.exclude);
  follow.from_end = source.start.kind == StartAt::Kind::end;
  follow.bookmarks = with.bookmarks();
  follow.next_stream = with.next_stream;
  follow.reading.source = source.name;
  follow.reading.line_bytes_max = with.line_bytes_max;
  follow.reading.batch_bytes = with.batch_bytes;
  if (source.service.kind == ServiceFrom::Kind::fixed) follow.reading.service = source.service.name;
  return make_follow_source(std::move(follow), **framers, with.counters);
}

}  // namespace

const SourceType& file_source_type() {
  static constexpr SourceType kType{"file", SourceConfig::Type::file, kKeys, read, check, connect, make};
  return kType;
}

}  // namespace loglode::config
