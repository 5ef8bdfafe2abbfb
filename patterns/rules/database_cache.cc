#include "patterns/rules/database_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "base/owned_file.h"
#include "patterns/rules/database_image.h"

namespace loglode {
namespace {

constexpr std::string_view kSuffix = ".rules.hsdb";
constexpr std::size_t kCacheBytesMax = 512 * kMiB;

class FileHandle {
 public:
  explicit FileHandle(int descriptor) : descriptor_(descriptor) {}
  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;
  ~FileHandle() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] int get() const noexcept { return descriptor_; }
  [[nodiscard]] bool close() noexcept { return ::close(std::exchange(descriptor_, -1)) == 0; }

 private:
  int descriptor_;
};

std::string checksum(std::string_view bytes) { return fmt::format("{:016x}", XXH3_64bits(bytes.data(), bytes.size())); }

bool only_ours(const struct stat& info) {
  return S_ISREG(info.st_mode) && info.st_uid == ::geteuid() && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

std::optional<std::string> read_own_file(const std::string& path) {
  const FileHandle file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  struct stat info {};
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0 || !only_ours(info) || static_cast<std::size_t>(info.st_size) > kCacheBytesMax)
    return std::nullopt;
  std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::read(file.get(), bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    have += static_cast<std::size_t>(got);
  }
  return bytes;
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(descriptor, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  return true;
}

void replace_file(const std::string& path, std::string_view bytes) {
  // It ends like the others, so that what a crash leaves behind is once the oldest and goes too.
  std::string temporary = path + ".XXXXXX" + std::string(kSuffix);
  FileHandle file{::mkostemps(temporary.data(), static_cast<int>(kSuffix.size()), O_CLOEXEC)};  // mode 0600
  if (file.get() < 0) return;
  const bool written = write_all(file.get(), bytes) && ::fsync(file.get()) == 0;
  if (!file.close() || !written || ::rename(temporary.c_str(), path.c_str()) != 0) static_cast<void>(::unlink(temporary.c_str()));
}

/// Each change of a pack leaves a file behind; the oldest go.
void remove_oldest(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  for (fs::directory_iterator entry{folder, error}, end; !error && entry != end; entry.increment(error)) {
    if (!entry->path().filename().string().ends_with(kSuffix)) continue;
    std::error_code gone;
    const fs::file_time_type time = entry->last_write_time(gone);
    if (!gone) files.emplace_back(time, entry->path());
  }
  if (files.size() <= kCacheFilesMax) return;
  std::sort(files.begin(), files.end());
  for (std::size_t i = 0; i + kCacheFilesMax < files.size(); ++i) fs::remove(files[i].second, error);
}

}  // namespace

DatabaseCache::DatabaseCache(std::string folder, const RuleSet& rules) : folder_(std::move(folder)) {
  if (folder_.empty()) return;
  const std::string hash = hash_rules(rules, fmt::format("{}{}", kDatabasesMagic, hyperscan_platform()));
  path_ = fmt::format("{}/{}{}", folder_, hash, kSuffix);
  header_ = fmt::format("{}{} {}\n", kDatabasesMagic, hyperscan_platform(), hash);
}

bool DatabaseCache::load(RuleSet& rules) const {
  if (folder_.empty()) return false;
  const std::optional<std::string> file = read_own_file(path_);
  if (!file) return false;
  std::string_view rest = *file;
  const auto header = take_field(rest), sum = take_field(rest);
  if (!header || !sum || *header != header_ || *sum != checksum(rest)) return false;
  return decode_databases(rest, rules);
}

void DatabaseCache::store(const RuleSet& rules) const {
  if (folder_.empty()) return;
  const auto body = encode_databases(rules);
  if (!body) return;
  static_cast<void>(make_folders(folder_, 0700));
  std::string file;
  put_field(file, header_);
  put_field(file, checksum(*body));
  replace_file(path_, file + *body);
  remove_oldest(folder_);
}

}  // namespace loglode
