#include "sinks/replay_target.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <system_error>
#include <utility>

#include "base/standard_output.h"
#include "core/limits.h"

namespace loglode {

namespace {
constexpr std::size_t kChunkBytes = 256 * kKiB;
}  // namespace

Result<ReplayTarget> ReplayTarget::open(const std::string& path) {
  ReplayTarget target;
  if (path == "-") return target;
  target.path_ = path;
  struct stat status {};
  const bool device = path.starts_with("/dev/");
  const bool there = (device ? ::stat(path.c_str(), &status) : ::lstat(path.c_str(), &status)) == 0;
  if (there && ((S_ISREG(status.st_mode) && status.st_size != 0) || S_ISLNK(status.st_mode)))
    return fail(std::make_error_code(std::errc::invalid_argument),
                path + " is there already: nothing is overwritten, and no link is followed; choose another name");
  auto file = open_file(path, O_WRONLY | O_APPEND | O_CREAT | (device ? 0 : O_NOFOLLOW), 0600);
  if (!file) return tl::unexpected<Error>(file.error());
  target.file_ = std::move(*file);
  return target;
}

Result<void> ReplayTarget::add(std::string_view record) {
  text_ += record;
  text_ += '\n';
  return text_.size() >= kChunkBytes ? hand_over() : Result<void>{};
}

Result<void> ReplayTarget::finish() {
  if (auto written = hand_over(); !written || !file_) return written;
  return sync_file(file_, path_);
}

Result<void> ReplayTarget::hand_over() {
  auto written = file_ ? append_whole(file_, text_, path_) : print_text(text_);
  text_.clear();
  return written;
}

}  // namespace loglode
