#include "sinks/file_sink.h"

#include <algorithm>
#include <utility>

namespace loglode {

namespace {

constexpr std::size_t kBufferBytesKept = 8 * kMiB;  // one batch with long originals may need more; that memory is given back

class FileSink final : public RecordSink, public EventSink {
 public:
  FileSink(FileSinkConfig config, std::unique_ptr<RotatingFile> file, const RuleCatalog& rules, TemplateMembers members)
      : name_{std::move(config.name)},
        sync_{config.sync},
        file_{std::move(file)},
        json_{rules, std::move(config.original)},
        members_{std::move(members)} {}

  Result<void> write(std::shared_ptr<const Batch> batch, SelectedRecords selected, Verdicts& to) override {
    buffer_.clear();
    for (const std::uint32_t i : selected) append_record(*batch, batch->records[i]);
    if (auto written = named(file_->append(buffer_)); !written) return written;
    if (buffer_.capacity() > kBufferBytesKept) buffer_ = {};
    if (sync_ == SyncWhen::never)
      for (const std::uint32_t i : selected) to.settle(*batch, i, Verdict::delivered);
    return {};
  }

  Result<void> write(const Event& event, EventVerdicts& to) override {
    buffer_.assign(event.json);
    // A line is an object; newlines can only stand between its members.
    std::replace(buffer_.begin(), buffer_.end(), '\n', ' ');
    buffer_ += '\n';
    if (auto written = named(file_->append(buffer_)); !written) return written;
    if (sync_ == SyncWhen::never) to.settle(event, Verdict::delivered);
    return {};
  }

  Result<void> flush(Deadline) override { return named(file_->sync()); }

 private:
  void append_record(const Batch& batch, const Record& record) { json_.append(buffer_, batch, record, members_(record.shape)); }

  Result<void> named(Result<void> result) const {
    if (!result) result.error().message = "sink " + name_ + ": " + result.error().message;
    return result;
  }

  const std::string name_;
  const SyncWhen sync_;
  const std::unique_ptr<RotatingFile> file_;
  RecordJson json_;
  TemplateMembers members_;
  std::string buffer_;
};

}  // namespace

Result<OpenedSink> make_file_sink(FileSinkConfig config, const RuleCatalog& rules, TemplateMembers members) {
  config.file.durable = config.sync == SyncWhen::snapshot;
  auto file = RotatingFile::open(config.file);
  if (!file) return fail(file.error().code, "sink " + config.name + ": " + file.error().message, file.error().retryable);
  return OpenedSink::of_both(std::make_unique<FileSink>(std::move(config), std::move(*file), rules, std::move(members)));
}

}  // namespace loglode
