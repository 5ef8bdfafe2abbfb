#include "sinks/record_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <utility>

#include "core/limits.h"

namespace loglode {

namespace {

constexpr std::size_t kBufferBytes = 1 * kMiB;

class FileHandle {
 public:
  explicit FileHandle(int fd) noexcept : fd_{fd} {}
  FileHandle(FileHandle&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  FileHandle& operator=(FileHandle&&) = delete;
  ~FileHandle() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

class RecordFile final : public RecordSink {
 public:
  RecordFile(std::string path, FileHandle file, const RuleCatalog& rules, TemplateMembers members)
      : path_{std::move(path)}, file_{std::move(file)}, json_{rules}, members_{std::move(members)} {}

  Result<void> write(std::shared_ptr<const Batch> batch, SelectedRecords selected, Verdicts& to) override {
    const std::scoped_lock lock{mutex_};
    for (const std::uint32_t i : selected) {
      const Record& record = batch->records[i];
      json_.append(buffer_, *batch, record, members_(record.shape));
      if (buffer_.size() >= kBufferBytes)
        if (auto written = hand_over(); !written) return written;
    }
    if (auto written = hand_over(); !written) return written;
    for (const std::uint32_t i : selected) to.settle(*batch, i, Verdict::delivered);
    return {};
  }

  Result<void> flush(Deadline) override {
    const std::scoped_lock lock{mutex_};
    return hand_over();
  }

 private:
  Result<void> hand_over() {
    for (std::size_t at = 0; at < buffer_.size();) {
      const ssize_t written = ::write(file_.get(), buffer_.data() + at, buffer_.size() - at);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return fail_errno("cannot write all of " + path_);
      at += static_cast<std::size_t>(written);
    }
    buffer_.clear();
    return {};
  }

  std::string path_;
  FileHandle file_;
  RecordJson json_;
  TemplateMembers members_;
  std::mutex mutex_;  // write() and flush() come from two threads
  std::string buffer_;
};

}  // namespace

Result<std::unique_ptr<RecordSink>> make_record_file(const std::string& path, const RuleCatalog& rules, TemplateMembers members,
                                                     bool append) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC) | O_CLOEXEC, 0666);
  if (fd < 0) return fail_errno("cannot write " + path);
  return std::make_unique<RecordFile>(path, FileHandle{fd}, rules, std::move(members));
}

}  // namespace loglode
