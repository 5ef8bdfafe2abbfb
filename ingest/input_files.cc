// From command-line arguments to the files behind them, in the canonical order.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "ingest/file_reader.h"
#include "ingest/input_source.h"
#include "ingest/log_name.h"

namespace loglode {

namespace {

struct Found {
  InputFile file;
  dev_t device = 0;
  ino_t inode = 0;
  bool regular = false;
  std::string folder;  // as in the path, with the last '/'
  ingest::LogName name;
};

std::pair<std::string, std::string> split_path(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::pair{std::string{}, path} : std::pair{path.substr(0, slash + 1), path.substr(slash + 1)};
}

/// Folder by folder, log by log, the parts of a log from the oldest on. Names decide, never times of change: copying a folder does not
/// change what is read first.
bool canonically_before(const Found& left, const Found& right) {
  if (left.folder != right.folder) return ingest::natural_less(left.folder, right.folder);
  if (left.name.log != right.name.log) return ingest::natural_less(left.name.log, right.name.log);
  if (ingest::is_older(left.name, right.name)) return true;
  if (ingest::is_older(right.name, left.name)) return false;
  return std::tie(left.file.path, left.file.given) < std::tie(right.file.path, right.file.given);
}

std::string real_path(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real{::realpath(path.c_str(), nullptr), &std::free};
  return real ? real.get() : "";
}

class Finder {
 public:
  Finder(const std::vector<std::string>& paths, RunCounters& counters, bool baseline) : counters_{counters}, baseline_{baseline} {
    for (const std::string& path : paths) {
      if (std::string real = path == "-" ? "" : real_path(path); !real.empty()) roots_.push_back(std::move(real));
    }
  }

  void add(const std::string& path, std::uint32_t given) {
    if (path == "-") return add_standard_input(given);
    struct stat status {};
    if (path.empty()) return report(path, "no such file: the name is empty", true);
    if (::stat(path.c_str(), &status) != 0) return report(path, why_not_there(path, errno), true);
    if (S_ISSOCK(status.st_mode)) return report(path, ingest::why_not_opened(path, ENXIO), true);
    if (S_ISDIR(status.st_mode)) return add_folder(path, given);
    if (::faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) != 0) return report(path, ingest::why_not_opened(path, errno), true);
    add_file(path, status, given, false);
  }

  [[nodiscard]] std::vector<InputFile> in_canonical_order() {
    std::sort(found_.begin(), found_.end(), canonically_before);
    std::vector<InputFile> files;
    std::map<std::tuple<dev_t, ino_t, std::string>, std::size_t> seen;  // hard links and other names of a file are that file
    for (Found& found : found_) {
      const auto key = found.regular ? std::tuple{found.device, found.inode, std::string{}} : std::tuple{dev_t{}, ino_t{}, found.file.path};
      const auto [place, is_new] = seen.emplace(key, files.size());
      if (is_new) {
        files.push_back(std::move(found.file));
      } else if (!found.file.in_folder) {
        files[place->second].in_folder = false;
      }
    }
    return files;
  }

  [[nodiscard]] const std::string& sentences() const noexcept { return sentences_; }

 private:
  static std::string why_not_there(const std::string& path, int error) {
    const bool pattern = error == ENOENT && path.find_first_of("*?[") != std::string::npos;
    return ingest::why_not_opened(path, error) +
           (pattern ? " (a pattern: without quotes the shell expands it; `tail` takes it as it is)" : "");
  }

  void add_standard_input(std::uint32_t given) {
    struct stat status {};
    if (::fstat(STDIN_FILENO, &status) != 0) return report("-", "standard input is closed", true);
    const bool regular = S_ISREG(status.st_mode);
    Found& found = found_.emplace_back();
    found.file = {"-", regular ? static_cast<std::uint64_t>(status.st_size) : 0, given, baseline_, false};
  }

  void add_file(const std::string& path, const struct stat& status, std::uint32_t given, bool in_folder) {
    Found& found = found_.emplace_back();
    found.regular = S_ISREG(status.st_mode);
    found.file = {path, found.regular ? static_cast<std::uint64_t>(status.st_size) : 0, given, baseline_, in_folder};
    found.device = status.st_dev;
    found.inode = status.st_ino;
    std::string name;
    std::tie(found.folder, name) = split_path(path);
    found.name = ingest::parse_log_name(name);
  }

  void add_folder(const std::string& root, std::uint32_t given) {
    const std::size_t before = found_.size() + problems_;
    links_outside_ = no_logs_ = 0;
    std::vector<std::string> folders{root};
    while (!folders.empty()) {
      const std::string folder = std::move(folders.back());
      folders.pop_back();
      list(folder, given, folder == root, folders);
    }
    if (links_outside_ > 0) report_links(root);
    if (no_logs_ > 0) {
      report(root,
             std::to_string(no_logs_) + " file(s) in folder " + root + " are no logs by their names, such as " + first_no_log_ +
                 ": name one itself to have it read",
             false);
    }
    if (found_.size() + problems_ == before) report(root, "no files in folder " + root, false);
  }

  void list(const std::string& folder, std::uint32_t given, bool named, std::vector<std::string>& folders) {
    const auto close = [](DIR* open) { ::closedir(open); };
    const std::unique_ptr<DIR, decltype(close)> open{::opendir(folder.c_str()), close};
    if (!open) return report(folder, "folder not read: " + ingest::why_not_opened(folder, errno), named);
    const std::string prefix = folder.ends_with('/') ? folder : folder + '/';
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(open.get())) names.emplace_back(entry->d_name);
    std::sort(names.begin(), names.end());  // so that problems are told in the same order on every file system
    for (const std::string& name : names) {
      if (name != "." && name != "..") add_entry(prefix + name, given, folders);
    }
  }

  void add_entry(const std::string& path, std::uint32_t given, std::vector<std::string>& folders) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return report(path, ingest::why_not_opened(path, errno), false);
    if (S_ISLNK(status.st_mode)) return add_link(path);
    if (S_ISDIR(status.st_mode)) return folders.push_back(path);
    if (!S_ISREG(status.st_mode)) {
      return report(path, path + " is a FIFO, socket or device and was left out: name it itself to read from it", false);
    }
    if (::faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) != 0) return report(path, ingest::why_not_opened(path, errno), false);
    if (ingest::is_no_log_by_name(path)) {
      if (no_logs_++ == 0) first_no_log_ = path;
      return;
    }
    add_file(path, status, given, true);
  }

  /// What a link leads to is read under its own name when it is within what was named; elsewhere it is not ours to follow.
  void add_link(const std::string& path) {
    const std::string target = real_path(path);
    const bool inside = std::any_of(roots_.begin(), roots_.end(), [&](const std::string& root) {
      return target == root || (target.starts_with(root) && (root.ends_with('/') || target[root.size()] == '/'));
    });
    struct stat status {};
    if (target.empty() && ::stat(path.c_str(), &status) != 0 && errno == ELOOP)
      return report(path, path + " is a symbolic link that leads in a circle and was left out", false);
    if (inside || target.empty()) return;  // a folder of links (/var/log/containers) keeps those of containers that are gone
    if (links_outside_++ == 0) std::tie(first_link_, first_target_) = std::tie(path, target);
  }

  void report_links(const std::string& root) {
    report(root,
           std::to_string(links_outside_) + " symbolic link(s) lead out of folder " + root + " and were not followed, such as " +
               first_link_ + " to " + first_target_ + ": name that file or its folder as well",
           false);
  }

  void report(const std::string& path, const std::string& sentence, bool fatal) {
    ++problems_;
    sentences_ += (sentences_.empty() ? "" : "; ") + sentence;
    counters_.report({path, sentence, fatal});
  }

  RunCounters& counters_;
  bool baseline_;
  std::vector<std::string> roots_;  // real paths of all that was named
  std::vector<Found> found_;
  std::size_t problems_ = 0, links_outside_ = 0, no_logs_ = 0;
  std::string sentences_, first_link_, first_target_, first_no_log_;
};

}  // namespace

Result<std::vector<InputFile>> find_inputs(const std::vector<std::string>& paths, RunCounters& counters, bool baseline) {
  const auto invalid = std::make_error_code(std::errc::invalid_argument);
  if (paths.empty()) return fail(invalid, "no input was named: give a file, a folder or - for standard input");
  Finder finder{paths, counters, baseline};
  for (std::uint32_t given = 0; given < paths.size(); ++given) finder.add(paths[given], given);
  std::vector<InputFile> files = finder.in_canonical_order();
  if (files.empty()) return fail(invalid, finder.sentences());
  return files;
}

}  // namespace loglode
