#include "app/service/metered_sink.h"

#include <map>
#include <utility>

namespace loglode {

namespace {

/// Counts verdicts on their way to who asked for them.
class CountedVerdicts final : public Verdicts {
 public:
  CountedVerdicts(Verdicts& to, SinkMeter& meter, std::atomic<std::int64_t>& settled) : to_{to}, meter_{meter}, settled_{settled} {}
  void settle(const Batch& batch, std::size_t record, Verdict verdict, std::string_view reason) noexcept override {
    if (verdict == Verdict::delivered) ++meter_.documents;
    if (verdict == Verdict::rejected) ++meter_.rejected;
    if (verdict != Verdict::retry) ++settled_;
    to_.settle(batch, record, verdict, reason);
  }

 private:
  Verdicts& to_;
  SinkMeter& meter_;
  std::atomic<std::int64_t>& settled_;
};

class MeteredSink final : public RecordSink {
 public:
  MeteredSink(std::unique_ptr<RecordSink> sink, DocumentKinds documents, SinkMeter& meter)
      : documents_{documents}, meter_{meter}, sink_{std::move(sink)} {}

  Result<void> write(std::shared_ptr<const Batch> batch, SelectedRecords selected, Verdicts& to) override {
    CountedVerdicts& counted = counted_.try_emplace(&to, to, meter_, settled_).first->second;
    auto written = sink_->write(std::move(batch), selected, counted);
    if (!written)
      ++meter_.errors;
    else
      taken_ += static_cast<std::int64_t>(selected.size());
    return written;
  }

  Result<void> write_document(Document kind, std::string_view key, std::string_view json) override {
    auto written = sink_->write_document(kind, key, json);
    if (!written)
      ++meter_.errors;
    else if (documents_[static_cast<std::size_t>(kind)])
      ++meter_.documents;
    return written;
  }

  Result<void> flush(Deadline until) override {
    const std::int64_t taken = taken_;
    auto flushed = sink_->flush(until);
    if (!flushed) {
      ++meter_.errors;
      return flushed;
    }
    // What the sink has not settled one by one is delivered by the flush.
    if (const std::int64_t unsettled = taken - settled_ - flushed_; unsettled > 0) {
      flushed_ += unsettled;
      meter_.documents += static_cast<std::uint64_t>(unsettled);
    }
    return flushed;
  }

 private:
  const DocumentKinds documents_;
  SinkMeter& meter_;
  std::atomic<std::int64_t> taken_{0}, settled_{0};  // records: written without an error; with a verdict of their own
  std::int64_t flushed_ = 0;                         // records that a flush delivered; the flushing thread's
  std::map<Verdicts*, CountedVerdicts> counted_;     // changed by the writing thread alone; the sink keeps references
  const std::unique_ptr<RecordSink> sink_;           // last: its threads use the others
};

}  // namespace

std::unique_ptr<RecordSink> make_metered_sink(std::unique_ptr<RecordSink> sink, DocumentKinds documents, SinkMeter& meter) {
  return std::make_unique<MeteredSink>(std::move(sink), documents, meter);
}

}  // namespace loglode
