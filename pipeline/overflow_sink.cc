#include "pipeline/overflow_sink.h"

#include <utility>

namespace loglode {

namespace {

class OverflowSink final : public RecordSink, public EventSink {
 public:
  OverflowSink(OpenedSink sink, WhenRefused then, std::atomic<std::uint64_t>& dropped)
      : sink_{std::move(sink)}, then_{then}, dropped_{dropped} {}

  Result<void> write(std::shared_ptr<const Batch> batch, SelectedRecords selected, Verdicts& to) override {
    auto written = sink_.records->write(batch, selected, to);
    if (written || !written.error().retryable) return written;
    if (then_ == WhenRefused::drop) {
      dropped_ += selected.size();
      return {};
    }
    for (const std::uint32_t i : selected) to.settle(*batch, i, Verdict::rejected, written.error().message);
    return {};
  }
  Result<void> write(const Event& event, EventVerdicts& to) override {
    auto written = sink_.events->write(event, to);
    if (written || !written.error().retryable) return written;
    if (then_ == WhenRefused::drop)
      ++dropped_;
    else
      to.settle(event, Verdict::rejected, written.error().message);
    return {};
  }
  Result<void> flush(Deadline until) override { return sink_.sink->flush(until); }

 private:
  const OpenedSink sink_;
  const WhenRefused then_;
  std::atomic<std::uint64_t>& dropped_;
};

}  // namespace

OpenedSink make_overflow_sink(OpenedSink sink, WhenRefused then, std::atomic<std::uint64_t>& dropped) {
  return OpenedSink::around(std::move(sink),
                            [&](OpenedSink inner) { return std::make_unique<OverflowSink>(std::move(inner), then, dropped); });
}

}  // namespace loglode
