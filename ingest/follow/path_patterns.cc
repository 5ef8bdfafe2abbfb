#include "ingest/follow/path_patterns.h"

#include <fnmatch.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <set>

#include "ingest/file_reader.h"
#include "ingest/follow/glob.h"
#include "ingest/input_source.h"
#include "ingest/log_name.h"

namespace loglode::ingest {

namespace {

namespace fs = std::filesystem;

bool is_excluded(const std::string& path, const std::vector<std::string>& exclude) {
  const std::string name = fs::path{path}.filename().string();
  return std::any_of(exclude.begin(), exclude.end(), [&](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), path.c_str(), 0) == 0 || ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
  });
}

std::string folder_of(const std::string& path) {
  const std::string folder = fs::path{path}.parent_path().string();
  return folder.empty() ? "." : folder;
}

/// `3.log`: a container's log since its third restart.
bool is_restart(const std::string& log) {
  return log.size() > 4 && log.ends_with(".log") && log.find_first_not_of("0123456789") == log.size() - 4;
}
/// `NAMESPACE_POD_UID`, as the kubelet names them.
bool is_folder_of_pod(const std::string& name) { return std::count(name.begin(), name.end(), '_') == 2; }

/// The log's name without what rolling adds to it, wherever that stands: `app-11-29-2026-1.log.gz`, `app.3.log`, `app.log` -> `app.log`.
std::string unrolled_name_of(const std::string& path) {
  const std::string log = parse_log_name(fs::path{path}.filename().string()).log;
  std::string stem = fs::path{log}.stem().string();
  const std::size_t last = stem.find_last_not_of("0123456789-_.");
  if (last != std::string::npos) stem.erase(last + 1);
  return stem + fs::path{log}.extension().string();
}

/// A sentence, of a match whose `stat` gave `error` and `mode`; empty: it is a file or a folder.
std::string why_unread(const std::string& path, int error, mode_t mode) {
  if (error == ENOENT) return path + " is a symbolic link to what is not there (yet), and nothing is read from it";
  if (error != 0) return why_not_opened(path, error);
  if (S_ISREG(mode) || S_ISDIR(mode)) return {};
  return path + " is " + std::string{kind_of(mode)} + " and is not read: only files are followed" +
         (S_ISFIFO(mode) ? "; `loglode tail - < " + path + "` reads it" : "");
}

}  // namespace

std::vector<std::string> matching_files(const std::vector<std::string>& patterns, const std::vector<std::string>& exclude) {
  std::vector<std::string> unmatched, odd;
  return matching_files(patterns, exclude, unmatched, odd);
}

std::vector<std::string> matching_files(const std::vector<std::string>& patterns, const std::vector<std::string>& exclude,
                                        std::vector<std::string>& unmatched, std::vector<std::string>& odd) {
  std::vector<std::string> files;
  unmatched.clear(), odd.clear();
  const auto add = [&](const std::string& path) {
    if (!is_excluded(path, exclude)) files.push_back(path);
  };
  for (const std::string& pattern : patterns) {
    const std::size_t before = files.size();
    for (const std::string& path : expand_glob(pattern)) {
      struct stat status {};
      const int error = ::stat(path.c_str(), &status) == 0 ? 0 : errno;
      if (error == 0 && S_ISREG(status.st_mode)) add(path);
      if (error != ENOENT && !is_excluded(path, exclude))  // what a link leads to may come yet
        if (std::string why = why_unread(path, error, status.st_mode); !why.empty()) odd.push_back(std::move(why));
      if (error != 0 || !S_ISDIR(status.st_mode)) continue;
      RunCounters unheard;  // an empty folder is nothing to complain about: files may come
      if (const auto inside = find_inputs({path}, unheard))
        for (const InputFile& file : *inside) add(file.path);
    }
    if (files.size() == before) unmatched.push_back(pattern);
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

std::vector<std::string> unread_matches(const std::vector<std::string>& patterns, const std::vector<std::string>& exclude) {
  constexpr std::size_t kSentencesMax = 5;
  std::vector<std::string> sentences;
  for (const std::string& pattern : patterns) {
    for (const std::string& path : expand_glob(pattern)) {
      struct stat status {};
      const int error = ::stat(path.c_str(), &status) == 0 ? 0 : errno;
      std::string why = why_unread(path, error, status.st_mode);
      if (why.empty() || is_excluded(path, exclude)) continue;
      if (sentences.size() == kSentencesMax) return sentences;
      sentences.push_back(std::move(why));
    }
  }
  return sentences;
}

std::vector<std::string> folders_of(const std::vector<std::string>& patterns, const std::vector<std::string>& files) {
  std::vector<std::string> folders;
  std::string_view latest = "/";  // of files that are sorted most have the same
  for (const std::string& file : files) {
    const std::string_view folder = std::string_view{file}.substr(0, file.rfind('/'));
    if (folder == latest) continue;
    latest = folder;
    folders.push_back(folder_of(file));
  }
  for (const std::string& pattern : patterns) {
    std::error_code ignored;
    if (fs::is_directory(pattern, ignored)) folders.push_back(pattern);
    for (const std::string& folder : expand_glob(folder_of(pattern))) folders.push_back(folder);
  }
  std::sort(folders.begin(), folders.end());
  folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
  return folders;
}

std::vector<std::string> parts_elsewhere(const std::vector<std::string>& patterns, const std::vector<std::string>& paths) {
  if (patterns.empty()) return {};
  const auto stem_of = [](const std::string& path) { return fs::path{unrolled_name_of(path)}.stem(); };  // old/app of app.log
  std::set<fs::path> logs;
  for (const std::string& path : paths) logs.insert(stem_of(path));
  std::vector<std::string> parts = matching_files(patterns, {});
  std::erase_if(parts, [&](const std::string& path) { return !logs.contains(stem_of(path)); });
  return parts;
}

std::vector<std::string> files_named_like(const std::vector<std::string>& paths) {
  std::map<std::string, std::set<std::string>> logs;  // by folder
  for (const std::string& path : paths) logs[folder_of(path)].insert(unrolled_name_of(path));
  std::vector<std::string> files;
  for (const auto& [folder, names] : logs) {
    std::error_code error;
    for (fs::directory_iterator entry{folder, error}, end; !error && entry != end; entry.increment(error)) {
      std::string path = entry->path().string();
      if (names.contains(unrolled_name_of(path))) files.push_back(std::move(path));
    }
  }
  return files;
}

bool is_named_like(const std::string& path, const std::string& of) {
  return folder_of(path) == folder_of(of) && unrolled_name_of(path) == unrolled_name_of(of);
}

std::string log_of(const std::string& path) {
  const fs::path folder = folder_of(path);
  std::string name = parse_log_name(fs::path{path}.filename().string()).log;
  if (is_restart(name) && is_folder_of_pod(folder.parent_path().filename().string())) name = "*.log";
  return (folder / name).string();
}

bool is_older_part(const std::string& one, const std::string& other) {
  const LogName left = parse_log_name(fs::path{one}.filename().string()), right = parse_log_name(fs::path{other}.filename().string());
  if (left.log != right.log) return natural_less(left.log, right.log);
  return is_older(left, right);
}

std::vector<std::string> parts_of_logs(const std::vector<std::string>& paths) {
  std::map<std::string, std::set<std::string>> logs;  // by folder: listed once for all of them
  for (const std::string& path : paths) logs[folder_of(path)].insert(log_of(path));
  std::vector<std::string> parts;
  for (const auto& [folder, names] : logs) {
    std::error_code error;
    for (fs::directory_iterator entry{folder, error}, end; !error && entry != end; entry.increment(error)) {
      std::string path = entry->path().string();
      if (names.contains(log_of(path))) parts.push_back(std::move(path));
    }
  }
  std::sort(parts.begin(), parts.end());
  return parts;
}

std::string real_path_of(const std::string& path) {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error) return path;
  const bool same = fs::absolute(path, error).lexically_normal() == real;
  return same || error ? path : real.string();
}

bool is_other_part(const std::string& path, const std::string& of) {
  const std::string name = fs::path{path}.filename().string(), other = fs::path{of}.filename().string();
  const std::string log = parse_log_name(name).log;
  if (name == log || log != parse_log_name(other).log) return false;
  const fs::path folder = fs::path{path}.lexically_normal().parent_path(), above = fs::path{of}.lexically_normal().parent_path();
  if (std::mismatch(above.begin(), above.end(), folder.begin(), folder.end()).first != above.end()) return false;
  return folder != above || name != other;
}

}  // namespace loglode::ingest
