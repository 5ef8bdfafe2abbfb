#include "patterns/rules/database_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

namespace loglode {
namespace {

constexpr std::string_view kMagic =
    "loglode compiled rules 3\n";  // the number is raised with the layout below or the checks a pattern must pass
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

void put(std::string& out, std::string_view field) {
  const std::uint64_t size = field.size();
  out.append(reinterpret_cast<const char*>(&size), sizeof size);
  out.append(field);
}

std::optional<std::string_view> take(std::string_view& in) {
  std::uint64_t size = 0;
  if (in.size() < sizeof size) return std::nullopt;
  std::memcpy(&size, in.data(), sizeof size);
  in.remove_prefix(sizeof size);
  if (size > in.size()) return std::nullopt;
  const std::string_view field = in.substr(0, size);
  in.remove_prefix(size);
  return field;
}

std::string checksum(std::string_view bytes) { return fmt::format("{:016x}", XXH3_64bits(bytes.data(), bytes.size())); }

/// Everything that decides what Hyperscan makes of the rules.
std::string describe(const RuleSet& rules) {
  std::string out{kMagic};
  put(out, hyperscan_platform());
  for (std::size_t i = 0; i < rules.expressions.size(); ++i) {
    put(out, rules.expressions[i].pattern);
    out += rules.expressions[i].case_sensitive ? 's' : 'i';
    out += rules.is_probe(i) ? 'p' : 'r';
  }
  return out;
}

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

std::string prefilter_marks(const RuleSet& rules) {
  std::string out;
  for (const Expression& expression : rules.expressions) out += expression.prefilter ? '1' : '0';
  return out;
}

}  // namespace

DatabaseCache::DatabaseCache(std::string folder, const RuleSet& rules) : folder_(std::move(folder)) {
  if (folder_.empty()) return;
  const std::string made_from = describe(rules);
  const XXH128_hash_t hash = XXH3_128bits(made_from.data(), made_from.size());
  path_ = fmt::format("{}/{:016x}{:016x}{}", folder_, hash.high64, hash.low64, kSuffix);
  header_ = fmt::format("{}{} {:016x}{:016x}\n", kMagic, hyperscan_platform(), hash.high64, hash.low64);
}

bool DatabaseCache::load(RuleSet& rules) const {
  if (folder_.empty()) return false;
  const std::optional<std::string> file = read_own_file(path_);
  if (!file) return false;
  std::string_view rest = *file;
  const auto header = take(rest), sum = take(rest);
  if (!header || !sum || *header != header_ || *sum != checksum(rest)) return false;
  const auto marks = take(rest), all = take(rest), blocks = take(rest);
  if (!marks || !all || !blocks || !rest.empty() || marks->size() != rules.expressions.size()) return false;
  auto all_database = deserialize(*all), blocks_database = deserialize(*blocks);
  if (!all_database || !blocks_database) return false;
  rules.all = std::move(*all_database);
  rules.blocks = std::move(*blocks_database);
  for (std::size_t i = 0; i < marks->size(); ++i) rules.expressions[i].prefilter = (*marks)[i] == '1';
  return true;
}

void DatabaseCache::store(const RuleSet& rules) const {
  if (folder_.empty()) return;
  const auto all = serialize(rules.all.get()), blocks = serialize(rules.blocks.get());
  if (!all || !blocks) return;
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  std::string body;
  put(body, prefilter_marks(rules));
  put(body, *all);
  put(body, *blocks);
  std::string file;
  put(file, header_);
  put(file, checksum(body));
  replace_file(path_, file + body);
  remove_oldest(folder_);
}

}  // namespace loglode
