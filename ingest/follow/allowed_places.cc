#include "ingest/follow/allowed_places.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/descriptor_limit.h"
#include "ingest/follow/glob.h"

namespace loglode::ingest {

namespace {

namespace fs = std::filesystem;

bool is_below(std::string_view path, std::string_view folder) {
  if (folder.ends_with('/')) folder.remove_suffix(1);
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

std::string absolute(const std::string& path) {
  std::error_code error;
  fs::path whole = fs::absolute(path.empty() ? "." : path, error).lexically_normal();
  if (error) whole = path;
  if (!whole.has_filename() && whole.has_relative_path()) whole = whole.parent_path();
  return whole.string();
}

/// Empty: it is not there.
std::string canonical(const std::string& path) {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  return error ? std::string{} : real.string();
}

/// A kubernetes node has links in …/log/containers to …/log/pods, where with docker links to …/lib/docker/containers are.
void add_layout(const std::string& folder, std::vector<std::string>& real) {
  const auto add = [&](const fs::path& place) {
    if (std::string there = canonical(place.string()); !there.empty()) real.push_back(std::move(there));
  };
  for (fs::path at{folder}; at.has_relative_path(); at = at.parent_path()) {
    const bool containers = at == folder && at.filename() == "containers", pods = at.filename() == "pods";
    if (!containers && !pods) continue;
    if (containers) add(at.parent_path() / "pods");
    add(at.parent_path().parent_path() / "lib/docker/containers");
    add("/var/lib/docker/containers");
  }
}

/// Where an open file is; empty: the kernel does not say.
std::string place_of(const std::string& link) {
  std::array<char, 4096> place{};
  const ssize_t size = ::readlink(link.c_str(), place.data(), place.size());
  if (size <= 0 || static_cast<std::size_t>(size) == place.size()) return {};
  return {place.data(), static_cast<std::size_t>(size)};
}

tl::unexpected<Error> failed(const std::string& path, int error) {
  return fail({error, std::generic_category()}, why_not_opened(path, error));
}

}  // namespace

std::string fixed_part_of(const std::string& pattern) {
  const std::size_t magic = pattern.find_first_of("*?[\\");
  if (magic != std::string::npos) {
    const std::size_t slash = pattern.rfind('/', magic);
    return absolute(slash == std::string::npos ? "." : pattern.substr(0, slash + 1));
  }
  struct stat status {};
  const bool folder = ::stat(pattern.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  return folder ? absolute(pattern) : fs::path{absolute(pattern)}.parent_path().string();
}

AllowedPlaces::AllowedPlaces(const std::vector<std::string>& patterns, const std::vector<std::string>& roots, bool anywhere)
    : roots_{roots}, anywhere_{anywhere} {
  for (const std::string& pattern : patterns)
    for (std::string& each : alternatives_of(pattern)) places_.push_back({std::move(each), {}, {}});
  look();
}

void AllowedPlaces::look() {
  if (anywhere_) return;
  for (Place& place : places_) {
    place.written = fixed_part_of(place.pattern);
    place.real.clear();
    std::string real = canonical(place.written);
    if (real.empty()) continue;
    add_layout(real, place.real);
    place.real.push_back(std::move(real));
  }
  real_roots_.clear();
  for (const std::string& root : roots_)
    if (std::string real = canonical(root); !real.empty()) real_roots_.push_back(std::move(real));
}

bool AllowedPlaces::allows(const std::string& path, std::string_view real) const {
  const auto has = [](const std::vector<std::string>& folders, std::string_view what) {
    return std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) { return is_below(what, folder); });
  };
  const std::string found = absolute(path);
  return has(real_roots_, real) || std::any_of(places_.begin(), places_.end(), [&](const Place& place) {
           return (is_below(found, place.written) || has(place.real, found)) && has(place.real, real);
         });
}

Result<OpenedFile> AllowedPlaces::open(const std::string& path) {
  auto opened = open_allowed(path);
  if (opened && is_reserved_descriptor(opened->descriptor.number()))
    return fail(
        std::make_error_code(std::errc::too_many_files_open),
        path + " is not followed: the process may open no more files; raise its limit (LimitNOFILE= of a systemd unit, ulimit -Hn)");
  return opened;
}

Result<OpenedFile> AllowedPlaces::open_allowed(const std::string& path) {
  if (anywhere_) return open_input({path, 0, 0, false, false});
  // Without reading or waking what it is: a device does something as soon as it is opened.
  const FileDescriptor found{::open(path.c_str(), O_PATH | O_CLOEXEC)};
  struct stat status {};
  if (found.number() < 0 || ::fstat(found.number(), &status) != 0) return failed(path, errno);
  const std::string link = "/proc/self/fd/" + std::to_string(found.number());
  const std::string real = place_of(link);
  if (!allows(path, real)) {
    const std::string folder = fs::path{real}.parent_path().string();
    std::string why = real.empty() ? path + " is not read: where it really is cannot be seen without /proc"
                                   : path + " leads to " + real + ", outside of the folders that its source names, and is not read: add `" +
                                         folder + "` to the source's `roots` if it should be";
    if (refused_.size() < kRefusedMax) refused_.insert_or_assign(path, why);
    return fail(std::make_error_code(std::errc::operation_not_permitted), std::move(why));
  }
  refused_.erase(path);
  auto opened = open_input({link, 0, 0, false, false});
  if (!opened) return failed(path, opened.error().code.value());
  return opened;
}

void AllowedPlaces::forget_gone() {
  std::erase_if(refused_, [](const auto& each) {
    struct stat status {};
    return ::stat(each.first.c_str(), &status) != 0;
  });
}

}  // namespace loglode::ingest
