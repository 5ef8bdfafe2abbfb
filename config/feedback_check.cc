#include "config/feedback_check.h"

#include <fmt/format.h>
#include <fnmatch.h>
#include <regex.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "base/near_word.h"
#include "config/section.h"

namespace loglode::config {
namespace {

namespace fs = std::filesystem;

/// Without symbolic links as far as it is there, and without a last slash.
std::string real(const std::string& path) {
  std::error_code error;
  fs::path out = fs::weakly_canonical(fs::absolute(path.empty() ? "." : path, error), error);
  if (error) out = fs::path{path}.lexically_normal();
  if (!out.has_filename() && out.has_relative_path()) out = out.parent_path();
  return out.string();
}

/// A glob of a source's paths, and what a file that it finds is called there.
class PathPattern {
 public:
  explicit PathPattern(const std::string& written) {
    const auto wild = written.find_first_of("*?[\\");
    const auto slash = wild == std::string::npos ? std::string::npos : written.rfind('/', wild);
    const auto cut = wild == std::string::npos ? written.size() : slash == std::string::npos ? 0 : slash + 1;
    prefix_ = written.substr(0, cut);
    real_prefix_ = real(prefix_);
    if (cut < written.size() && !real_prefix_.ends_with('/')) real_prefix_ += '/';
    for (const char c : real_prefix_) {
      if (std::string_view{"*?[\\"}.find(c) != std::string_view::npos) glob_ += '\\';
      glob_ += c;
    }
    glob_ += written.substr(cut);
  }

  /// The name under which `path` would be read; empty when it would not. In folders that the pattern names, all logs are read.
  [[nodiscard]] std::string name_of(const std::string& path, const FileNames& names) const {
    const fs::path given{path};
    for (const std::string& at : {real(path), (fs::path{real(given.parent_path().string())} / given.filename()).string()}) {
      bool found = matches(at);
      for (fs::path folder = fs::path{at}.parent_path(); !found && !names.is_no_log(at); folder = folder.parent_path()) {
        found = matches(folder.string());
        if (folder == folder.parent_path()) break;
      }
      if (!found) continue;
      const std::string rest = at.size() > real_prefix_.size() ? at.substr(real_prefix_.size()) : "";
      return prefix_ + rest;
    }
    return {};
  }

 private:
  [[nodiscard]] bool matches(const std::string& path) const {
    return ::fnmatch(glob_.c_str(), path.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0;
  }

  std::string prefix_, real_prefix_, glob_;
};

/// What a run writes under one key.
struct Written {
  std::string what;  // in a sentence: `sink "out": its file "x"`
  int line = 0;
  std::vector<std::string> paths;
  std::string exclude;  // a pattern that leaves it out; empty: its name came from outside
  bool of_sink = false;
};

bool is_excluded(const std::string& path, const SourceConfig& source) {
  const std::string name = fs::path{path}.filename().string();
  return std::any_of(source.exclude.begin(), source.exclude.end(), [&](const Text& pattern) {
    return ::fnmatch(pattern.value.c_str(), path.c_str(), 0) == 0 || ::fnmatch(pattern.value.c_str(), name.c_str(), 0) == 0;
  });
}

std::string in_folder(const Text& folder, std::string_view name) { return (fs::path{folder.value} / name).string(); }

std::string exclude_of(const Text& path, std::string_view before, std::string_view behind) {
  std::string name = fs::path{path.value}.lexically_normal().filename().string();
  if (path.hidden || name.empty() || name.find_first_of("*?[\\'") != std::string::npos) return {};
  return fmt::format("{}{}{}", before, name, behind);
}

void add_dead_letters(const Text& folder, std::vector<std::string>& paths) {
  for (const std::string_view name : {"0000000001.dlq", "0000000001.dlq.torn", "lock"}) paths.push_back(in_folder(folder, name));
}

std::vector<Written> written_by(const PipelineConfig& config, const FileNames& names) {
  std::vector<Written> out;
  for (const SinkConfig& sink : config.sinks) {
    const std::string& path = sink.path.value;
    if (sink.type != SinkConfig::Type::file || path.empty() || path.starts_with("/dev/")) continue;
    const std::string name = in_quotes(sink.name), exclude = exclude_of(sink.path, "", "*");
    out.push_back({fmt::format("sink {}: its file {}", name, quoted(sink.path)), sink.path.line, {path}, exclude, true});
    if (!sink.rotate.bytes && !sink.rotate.age) continue;
    out.push_back(
        {fmt::format("sink {}: the rotated parts of {}", name, quoted(sink.path)), sink.path.line, names.parts_of(sink), exclude, true});
  }
  const Text& dead_letters = config.dead_letters.path;
  if (!config.state.empty()) {
    Written state{
        fmt::format("state: what is in {}", quoted(config.state)), config.state.line, {}, exclude_of(config.state, "*", "/*"), false};
    for (const std::string_view name : {"state.db", "state.db-wal", "state.db-shm", "state.lock"})
      state.paths.push_back(in_folder(config.state, name));
    if (dead_letters.line == 0) add_dead_letters(dead_letters, state.paths);
    out.push_back(std::move(state));
  }
  if (dead_letters.line > 0 && !dead_letters.empty()) {
    Written own{fmt::format("dead letters: what is in {}", quoted(dead_letters)),
                dead_letters.line,
                {},
                exclude_of(dead_letters, "*", "/*"),
                false};
    add_dead_letters(dead_letters, own.paths);
    out.push_back(std::move(own));
  }
  return out;
}

using FileKey = std::pair<dev_t, ino_t>;

std::optional<FileKey> key_of(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? std::optional{FileKey{status.st_dev, status.st_ino}} : std::nullopt;
}

/// What a source reads now, by what links and other names of a file have in common, and the one of its paths that does.
std::map<FileKey, const Text*> files_read_by(const SourceConfig& source, const FileNames& names) {
  std::vector<std::string> exclude;
  for (const Text& pattern : source.exclude) exclude.push_back(pattern.value);
  std::map<FileKey, const Text*> out;
  for (const Text& path : source.paths)
    for (const std::string& file : names.matching({path.value}, exclude))
      if (const auto key = key_of(file)) out.emplace(*key, &path);
  return out;
}

/// The one of the source's paths that reads any of `written`; null when none does.
const Text* reading_path(const SourceConfig& source, const std::map<FileKey, const Text*>& read_now, const Written& written,
                         const FileNames& names) {
  for (const Text& path : source.paths) {
    const PathPattern pattern{path.value};
    const auto is_read = [&](const std::string& file) {
      const std::string name = pattern.name_of(file, names);
      return !name.empty() && !is_excluded(name, source);
    };
    if (std::any_of(written.paths.begin(), written.paths.end(), is_read)) return &path;
  }
  for (const std::string& path : written.paths) {
    const auto key = key_of(path);
    const auto found = key ? read_now.find(*key) : read_now.end();
    if (found != read_now.end()) return found->second;
  }
  return nullptr;
}

/// Host and port of each, in lower case and with one name for this machine.
std::set<std::string> addresses_of(const std::vector<Text>& brokers) {
  std::set<std::string> out;
  for (const Text& broker : brokers) {
    std::string_view rest = broker.value;
    while (!rest.empty()) {
      std::string_view one = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), one.size() + 1));
      if (const auto scheme = one.find("://"); scheme != std::string_view::npos) one.remove_prefix(scheme + 3);
      std::string address;
      for (const char c : one) address += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      for (const std::string_view local : {"localhost:", "[::1]:"})
        if (address.starts_with(local)) address.replace(0, local.size(), "127.0.0.1:");
      if (!address.empty()) out.insert(std::move(address));
    }
  }
  return out;
}

bool matches_topic(const Text& wanted, const std::string& topic) {
  if (!wanted.value.starts_with('^')) return wanted.value == topic;
  regex_t compiled;
  if (topic.starts_with("__") || ::regcomp(&compiled, wanted.value.c_str(), REG_EXTENDED | REG_NOSUB) != 0) return false;
  const bool found = ::regexec(&compiled, topic.c_str(), 0, nullptr, 0) == 0;
  ::regfree(&compiled);
  return found;
}

bool share_broker(const SourceConfig& source, const SinkConfig& sink) {
  const std::set<std::string> read = addresses_of(source.brokers);
  const std::set<std::string> written = addresses_of(sink.brokers);
  return std::any_of(written.begin(), written.end(), [&](const std::string& address) { return read.contains(address); });
}

/// A sink's file that is something else already, which `run` would find out when it opens it.
void check_sinks_files(const PipelineConfig& config, const std::vector<Written>& all, ConfigReading& reading) {
  std::error_code none;
  for (const SinkConfig& sink : config.sinks) {
    if (sink.type != SinkConfig::Type::file || sink.path.empty()) continue;
    const std::string path = real(sink.path.value);
    const auto refuse = [&](std::string_view why) {
      reading.problem(sink.path.line, fmt::format("sink {}: its file {} {}", in_quotes(sink.name), quoted(sink.path), why));
    };
    if (fs::is_directory(path, none)) refuse("is a folder: name a file in it");
    for (const Written& other : all)
      if (!other.of_sink &&
          std::any_of(other.paths.begin(), other.paths.end(), [&](const std::string& each) { return real(each) == path; }))
        refuse(fmt::format("belongs to {}: write elsewhere", other.what));
  }
  for (const Text* folder : {&config.state, &config.dead_letters.path})
    if (!folder->empty() && fs::exists(folder->value, none) && !fs::is_directory(folder->value, none))
      reading.problem(folder->line, fmt::format("{} is no folder, as {} must be", quoted(*folder),
                                                folder == &config.state ? "the state" : "that of dead letters"));
}

/// Two sources that name the same files, now or by their patterns: each line would be counted and sent twice.
void tell_shared_files(const PipelineConfig& config, const FileNames& names, ConfigReading& reading) {
  const auto names_same = [&](const SourceConfig& left, const SourceConfig& right) {
    for (const Text& one : left.paths) {
      const PathPattern pattern{one.value};
      for (const Text& other : right.paths) {
        const std::string name = pattern.name_of(other.value, names);
        if (!name.empty() && !is_excluded(name, left) && !is_excluded(other.value, right)) return true;
      }
    }
    return false;
  };
  std::vector<std::map<FileKey, const Text*>> read;
  for (auto source = config.sources.begin(); source != config.sources.end(); ++source) {
    const bool files = source->type == SourceConfig::Type::file;
    read.push_back(files ? files_read_by(*source, names) : std::map<FileKey, const Text*>{});
    for (auto other = config.sources.begin(); files && other != source; ++other) {
      if (other->type != SourceConfig::Type::file) continue;
      const auto& read_there = read[static_cast<std::size_t>(other - config.sources.begin())];
      const bool now =
          std::any_of(read.back().begin(), read.back().end(), [&](const auto& file) { return read_there.contains(file.first); });
      if (!now && !names_same(*source, *other) && !names_same(*other, *source)) continue;
      reading.warn(source->line,
                   fmt::format("source {} names files of source {} as well: their lines are read and counted twice; leave them "
                               "out of one with `exclude`",
                               in_quotes(source->name), in_quotes(other->name)));
    }
  }
}

}  // namespace

void check_files(const PipelineConfig& config, const FileNames& names, ConfigReading& reading) {
  std::vector<ConfigProblem>& out = reading.problems;
  const std::vector<Written> all = written_by(config, names);
  check_sinks_files(config, all, reading);
  tell_shared_files(config, names, reading);
  for (const SourceConfig& source : config.sources) {
    const auto read_now = source.type == SourceConfig::Type::file ? files_read_by(source, names) : std::map<FileKey, const Text*>{};
    for (const Written& written : all) {
      const Text* path = source.type == SourceConfig::Type::file ? reading_path(source, read_now, written, names) : nullptr;
      if (path == nullptr) continue;
      const std::string exclude = written.exclude.empty() ? std::string{} : fmt::format(": exclude: ['{}']", written.exclude);
      out.push_back({config.file, written.line,
                     fmt::format("{} would be read by source {} (paths {}), so that the run feeds itself for ever: write where no source "
                                 "reads, or leave it out there{}",
                                 written.what, in_quotes(source.name), quoted(*path), exclude)});
    }
    for (const SinkConfig& sink : config.sinks) {
      if (source.type != SourceConfig::Type::kafka || sink.type != SinkConfig::Type::kafka || !share_broker(source, sink)) continue;
      const auto topic = std::find_if(source.topics.begin(), source.topics.end(),
                                      [&](const Text& wanted) { return matches_topic(wanted, sink.topic.value); });
      if (topic == source.topics.end()) continue;
      out.push_back(
          {config.file, sink.topic.line,
           fmt::format("sink {}: its topic {} is read by source {} (topics {}) from the same brokers, so that the run feeds itself "
                       "for ever: write to another topic{}",
                       in_quotes(sink.name), quoted(sink.topic), in_quotes(source.name), quoted(*topic),
                       topic->value.starts_with('^') ? ", or write the pattern so that it does not match" : "")});
    }
  }
}

}  // namespace loglode::config
