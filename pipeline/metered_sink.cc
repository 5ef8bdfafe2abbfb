#include "pipeline/metered_sink.h"

#include <map>
#include <utility>

namespace loglode {

namespace {

struct Count {
  explicit Count(SinkMeter& counted) : meter{counted} {}
  void note(Verdict verdict) noexcept {
    if (verdict == Verdict::delivered) ++meter.documents;
    if (verdict == Verdict::rejected) ++meter.rejected;
    if (verdict != Verdict::retry) ++settled;
  }

  SinkMeter& meter;
  std::atomic<std::int64_t> taken{0}, settled{0};  // written without an error; with a verdict of their own
};

/// Counts verdicts on their way to who asked for them.
class CountedVerdicts final : public Verdicts {
 public:
  CountedVerdicts(Verdicts& to, Count& count) : to_{to}, count_{count} {}
  void settle(const Batch& batch, std::size_t record, Verdict verdict, std::string_view reason) noexcept override {
    count_.note(verdict);
    to_.settle(batch, record, verdict, reason);
  }

 private:
  Verdicts& to_;
  Count& count_;
};

class CountedEventVerdicts final : public EventVerdicts {
 public:
  CountedEventVerdicts(EventVerdicts& to, Count& count) : to_{to}, count_{count} {}
  void settle(const Event& event, Verdict verdict, std::string_view reason) noexcept override {
    count_.note(verdict);
    to_.settle(event, verdict, reason);
  }

 private:
  EventVerdicts& to_;
  Count& count_;
};

class MeteredSink final : public RecordSink, public EventSink {
 public:
  MeteredSink(OpenedSink sink, SinkMeter& meter) : count_{meter}, sink_{std::move(sink)} {}

  Result<void> write(std::shared_ptr<const Batch> batch, SelectedRecords selected, Verdicts& to) override {
    CountedVerdicts& counted = verdicts_.try_emplace(&to, to, count_).first->second;
    return note(sink_.records->write(std::move(batch), selected, counted), selected.size());
  }

  Result<void> write(const Event& event, EventVerdicts& to) override {
    CountedEventVerdicts& counted = event_verdicts_.try_emplace(&to, to, count_).first->second;
    return note(sink_.events->write(event, counted), 1);
  }

  Result<void> flush(Deadline until) override {
    const std::int64_t taken = count_.taken;
    auto flushed = note(sink_.sink->flush(until), 0);
    if (!flushed) return flushed;
    // What the sink has not settled one by one is delivered by the flush.
    if (const std::int64_t unsettled = taken - count_.settled - flushed_; unsettled > 0) {
      flushed_ += unsettled;
      count_.meter.documents += static_cast<std::uint64_t>(unsettled);
    }
    return flushed;
  }

 private:
  Result<void> note(Result<void> done, std::size_t taken) {
    if (done)
      count_.taken += static_cast<std::int64_t>(taken);
    else
      ++count_.meter.errors;
    return done;
  }

  Count count_;
  std::int64_t flushed_ = 0;  // delivered by a flush; the flushing thread's
  // Changed by the writing thread alone; the sink keeps references.
  std::map<Verdicts*, CountedVerdicts> verdicts_;
  std::map<EventVerdicts*, CountedEventVerdicts> event_verdicts_;
  const OpenedSink sink_;  // last: its threads use the others
};

}  // namespace

OpenedSink make_metered_sink(OpenedSink sink, SinkMeter& meter) {
  return OpenedSink::around(std::move(sink), [&](OpenedSink inner) { return std::make_unique<MeteredSink>(std::move(inner), meter); });
}

}  // namespace loglode
