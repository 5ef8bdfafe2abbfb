#include "app/service/metered_sink.h"

#include <utility>

namespace loglode {

namespace {

class MeteredSink final : public Sink {
 public:
  MeteredSink(std::unique_ptr<Sink> sink, DocumentKinds what, SinkMeter& meter) : sink_{std::move(sink)}, what_{what}, meter_{meter} {}
  Result<void> write(std::shared_ptr<const Batch> batch, Verdicts& to) override {
    const std::size_t records = batch->records.size();
    return count(Document::record, sink_->write(std::move(batch), to), records);
  }
  Result<void> write_document(Document kind, std::string_view key, std::string_view json) override {
    return count(kind, sink_->write_document(kind, key, json), 1);
  }
  Result<void> flush(Deadline until) override { return count(Document::record, sink_->flush(until), 0); }

 private:
  Result<void> count(Document kind, Result<void> done, std::size_t documents) {
    if (!done)
      ++meter_.errors;
    else if (what_[static_cast<std::size_t>(kind)])
      meter_.documents += documents;
    return done;
  }

  std::unique_ptr<Sink> sink_;
  const DocumentKinds what_;
  SinkMeter& meter_;
};

}  // namespace

std::unique_ptr<Sink> make_metered_sink(std::unique_ptr<Sink> sink, DocumentKinds what, SinkMeter& meter) {
  return std::make_unique<MeteredSink>(std::move(sink), what, meter);
}

}  // namespace loglode
