#include "pipeline/overflow_sink.h"

#include <utility>

namespace loglode {

namespace {

class OverflowSink final : public RecordSink {
 public:
  OverflowSink(std::unique_ptr<RecordSink> sink, WhenRefused then, std::atomic<std::uint64_t>& dropped)
      : sink_{std::move(sink)}, then_{then}, dropped_{dropped} {}

  Result<void> write(std::shared_ptr<const Batch> batch, SelectedRecords selected, Verdicts& to) override {
    auto written = sink_->write(batch, selected, to);
    if (written || !written.error().retryable) return written;
    if (then_ == WhenRefused::drop) {
      dropped_ += selected.size();
      return {};
    }
    for (const std::uint32_t i : selected) to.settle(*batch, i, Verdict::rejected, written.error().where);
    return {};
  }
  Result<void> write_document(Document kind, std::string_view key, std::string_view json) override {
    auto written = sink_->write_document(kind, key, json);
    if (written || !written.error().retryable) return written;
    ++dropped_;
    return {};
  }
  Result<void> flush(Deadline until) override { return sink_->flush(until); }

 private:
  std::unique_ptr<RecordSink> sink_;
  WhenRefused then_;
  std::atomic<std::uint64_t>& dropped_;
};

}  // namespace

std::unique_ptr<RecordSink> make_overflow_sink(std::unique_ptr<RecordSink> sink, WhenRefused then, std::atomic<std::uint64_t>& dropped) {
  return std::make_unique<OverflowSink>(std::move(sink), then, dropped);
}

}  // namespace loglode
