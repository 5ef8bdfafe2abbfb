#include "app/service/metered_sink.h"

#include <utility>

namespace loglode {

namespace {

class MeteredSink final : public Sink {
 public:
  MeteredSink(std::unique_ptr<Sink> sink, SinkMeter& meter) : sink_{std::move(sink)}, meter_{meter} {}
  Result<void> write(std::shared_ptr<const Batch> batch, Verdicts& to) override {
    const std::size_t records = batch->records.size();
    return count(sink_->write(std::move(batch), to), records);
  }
  Result<void> write_document(Document kind, std::string_view key, std::string_view json) override {
    return count(sink_->write_document(kind, key, json), 1);
  }
  Result<void> flush(Deadline until) override { return count(sink_->flush(until), 0); }

 private:
  Result<void> count(Result<void> done, std::size_t documents) {
    if (done)
      meter_.documents += documents;
    else
      ++meter_.errors;
    return done;
  }

  std::unique_ptr<Sink> sink_;
  SinkMeter& meter_;
};

}  // namespace

std::unique_ptr<Sink> make_metered_sink(std::unique_ptr<Sink> sink, SinkMeter& meter) {
  return std::make_unique<MeteredSink>(std::move(sink), meter);
}

}  // namespace loglode
