#include "ingest/follow/glob.h"

#include <dirent.h>
#include <fnmatch.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "base/free_with.h"

namespace loglode::ingest {

namespace {

constexpr std::size_t kAlternativesMax = 1000;  // that braces may stand for
constexpr std::size_t kDepthMax = 64;           // of folders below `**`

bool is_there(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

bool is_folder(const std::string& path, bool follow_links) {
  struct stat status {};
  return (follow_links ? ::stat(path.c_str(), &status) : ::lstat(path.c_str(), &status)) == 0 && S_ISDIR(status.st_mode);
}

bool has_magic(std::string_view part) { return part.find_first_of("*?[\\") != std::string_view::npos; }

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, FreeWith<&::closedir>> open{::opendir(folder.empty() ? "." : folder.c_str())};
  if (!open) return names;
  while (const dirent* entry = ::readdir(open.get()))
    if (const std::string_view name{entry->d_name}; name != "." && name != "..") names.emplace_back(name);
  return names;
}

/// The end of the part of a brace that begins at `begin`: at a comma or brace that is not inside another brace; npos: it is not closed.
std::size_t end_of_part(std::string_view pattern, std::size_t begin) {
  std::size_t depth = 0;
  for (std::size_t at = begin; at < pattern.size(); ++at) {
    if (pattern[at] == '\\') {
      ++at;
    } else if (pattern[at] == '{') {
      ++depth;
    } else if (depth == 0 && (pattern[at] == ',' || pattern[at] == '}')) {
      return at;
    } else if (pattern[at] == '}') {
      --depth;
    }
  }
  return std::string_view::npos;
}

/// `a{b,c}d` is `abd` and `acd`. A brace without a comma, or that is not closed, is what it is.
void expand_braces(const std::string& pattern, std::size_t from, std::vector<std::string>& out) {
  if (out.size() >= kAlternativesMax) return;
  const std::size_t open = pattern.find('{', from);
  if (open == std::string::npos) return out.push_back(pattern);
  std::vector<std::string> parts;
  std::size_t begin = open + 1, end = end_of_part(pattern, begin);
  for (; end != std::string::npos; end = end_of_part(pattern, begin)) {
    parts.push_back(pattern.substr(begin, end - begin));
    begin = end + 1;
    if (pattern[end] == '}') break;
  }
  if (end == std::string::npos || parts.size() < 2) return expand_braces(pattern, open + 1, out);
  for (const std::string& part : parts) expand_braces(pattern.substr(0, open) + part + pattern.substr(begin), open, out);
}

class Walk {
 public:
  explicit Walk(std::vector<std::string>& found) : found_{found} {}

  /// `base`: empty, or a path that ends in a slash. `rest`: of the pattern.
  void go(const std::string& base, std::string_view rest) {
    const std::size_t begin = std::min(rest.find_first_not_of('/'), rest.size());
    if (begin > 0) return go(base + '/', rest.substr(begin));
    const std::size_t slash = rest.find('/');
    const std::string part{rest.substr(0, slash)};
    const bool last = slash == std::string_view::npos;
    if (part == "**") return go_down(base, last ? std::string_view{"*"} : rest.substr(slash + 1), 0);
    if (!has_magic(part)) {
      if (!last || is_there(base + part)) step(base + part, last, last ? std::string_view{} : rest.substr(slash));
      return;
    }
    for (const std::string& name : names_in(base))
      if (name == part || ::fnmatch(part.c_str(), name.c_str(), FNM_PERIOD) == 0)
        step(base + name, last, last ? std::string_view{} : rest.substr(slash));
  }

 private:
  void step(const std::string& path, bool last, std::string_view rest) {
    if (last) {
      found_.push_back(path);
    } else if (is_folder(path, true)) {
      go(path, rest);
    }
  }

  void go_down(const std::string& base, std::string_view rest, std::size_t depth) {
    go(base, rest);
    if (depth == kDepthMax) return;
    for (const std::string& name : names_in(base))
      if (!name.starts_with('.') && is_folder(base + name, false)) go_down(base + name + '/', rest, depth + 1);
  }

  std::vector<std::string>& found_;
};

}  // namespace

std::vector<std::string> alternatives_of(const std::string& pattern) {
  std::vector<std::string> patterns;
  const char* const home = pattern.starts_with("~/") ? std::getenv("HOME") : nullptr;  // NOLINT(concurrency-mt-unsafe): nobody sets it
  expand_braces(home == nullptr ? pattern : home + pattern.substr(1), 0, patterns);
  return patterns;
}

std::vector<std::string> expand_glob(const std::string& pattern) {
  std::vector<std::string> found;
  if (pattern.empty()) return found;
  if (is_there(pattern)) found.push_back(pattern);
  for (const std::string& each : alternatives_of(pattern)) Walk{found}.go("", each);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace loglode::ingest
