// What the sinks of a pipeline are given, and what is counted and kept of it: with transforms that drop and route, and sinks that refuse.
#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/metered_sink.h"
#include "pipeline/overflow_sink.h"
#include "pipeline/run_pipeline.h"

using namespace loglode;

namespace {

enum class Answer { takes, refuses, takes_and_rejects_odd, settles_at_flush };

/// One batch of records whose message is their number.
class OneBatch final : public Source {
 public:
  explicit OneBatch(std::size_t records) : records_{records} {}
  Result<Fill> fill(Batch& out, Deadline) override {
    out.stream = std::make_shared<const Stream>();
    for (std::size_t i = 0; i < records_; ++i) out.records.emplace_back().message = out.keep(std::to_string(i));
    return Fill::end;
  }
  void stop() noexcept override {}
  Result<void> commit(std::span<const StreamPosition>) override { return {}; }

 private:
  const std::size_t records_;
};

/// Of ten records: 0 is blank, 1 and 2 are dropped, 3 to 5 go to the first sink alone, 6 to the second alone, the others everywhere.
class Transformed final : public Stage {
 public:
  Result<void> run(Batch& batch) override {
    batch.records[0].set(RecordFlag::blank);
    for (const std::size_t i : {1U, 2U}) batch.records[i].set(RecordFlag::excluded);
    for (const std::size_t i : {3U, 4U, 5U}) batch.records[i].routes = route_of_sink(0);
    batch.records[6].routes = route_of_sink(1);
    return {};
  }
};
constexpr std::size_t kRecords = 10;

class FakeSink final : public RecordSink, public EventSink {
 public:
  FakeSink(Answer answer, std::vector<std::string>& got) : answer_{answer}, got_{got} {}
  Result<void> write(std::shared_ptr<const Batch> batch, SelectedRecords selected, Verdicts& to) override {
    if (answer_ == Answer::refuses) return fail(std::make_error_code(std::errc::no_space_on_device), "full", true);
    for (const std::uint32_t i : selected) {
      got_.emplace_back(batch->records[i].message);
      if (answer_ == Answer::settles_at_flush) continue;
      const bool odd = answer_ == Answer::takes_and_rejects_odd && i % 2 == 1;
      to.settle(*batch, i, odd ? Verdict::rejected : Verdict::delivered, odd ? "odd" : "");
    }
    return {};
  }
  Result<void> write(const Event& event, EventVerdicts& to) override {
    if (answer_ == Answer::refuses) return fail(std::make_error_code(std::errc::no_space_on_device), "full", true);
    got_.push_back(event.key);
    if (answer_ == Answer::settles_at_flush) return {};
    const bool odd = answer_ == Answer::takes_and_rejects_odd && event.key == "odd";
    to.settle(event, odd ? Verdict::rejected : Verdict::delivered, odd ? "odd" : "");
    return {};
  }
  Result<void> flush(Deadline) override { return {}; }

 private:
  const Answer answer_;
  std::vector<std::string>& got_;
};

struct Rejections final : Verdicts {
  std::vector<std::string> records;
  void settle(const Batch& batch, std::size_t record, Verdict verdict, std::string_view) noexcept override {
    if (verdict == Verdict::rejected) records.emplace_back(batch.records[record].message);
  }
};

using Lines = std::vector<std::string>;

struct Delivered {
  Lines got, rejected;
  SinkMeter meter;
  std::atomic<std::uint64_t> dropped{0};
};

/// A sink with a number, of a pipeline that reads the ten records.
void deliver(Answer answer, RecordSelection gets, std::optional<WhenRefused> when_full, Delivered& out) {
  auto sink = make_metered_sink(OpenedSink::of_both(std::make_unique<FakeSink>(answer, out.got)), out.meter);
  if (when_full) sink = make_overflow_sink(std::move(sink), *when_full, out.dropped);
  OneBatch source{kRecords};
  Rejections rejections;
  Pipeline pipeline{source,
                    [] {
                      WorkerChain chain;
                      chain.push_back(std::make_unique<Transformed>());
                      return chain;
                    },
                    {},
                    {}};
  pipeline.sinks.push_back({*sink.records, gets});
  pipeline.verdicts = &rejections;
  REQUIRE(run_pipeline(pipeline).has_value());
  REQUIRE(sink.sink->flush(Deadline::max()).has_value());
  out.rejected = rejections.records;
}

RecordSelection sink_number(std::size_t number) { return {RecordSelection::Of::kept, route_of_sink(number)}; }

}  // namespace

TEST_CASE("a sink is given the records that are kept and routed to it, and no others", "[app][delivery]") {
  struct Row {
    RecordSelection gets;
    Lines expected;
  };
  const std::vector<Row> rows{
      {sink_number(0), {"3", "4", "5", "7", "8", "9"}},
      {sink_number(1), {"6", "7", "8", "9"}},
      {sink_number(2), {"7", "8", "9"}},
      {sink_number(40), {"3", "4", "5", "6", "7", "8", "9"}},  // more sinks than routes choose among: there is no route then
      {{RecordSelection::Of::every}, {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}},
      {{RecordSelection::Of::none}, {}},
  };
  for (const Row& row : rows) {
    Delivered delivered;
    deliver(Answer::takes, row.gets, std::nullopt, delivered);
    CHECK(delivered.got == row.expected);
    CHECK(delivered.meter.documents == row.expected.size());
  }
}

TEST_CASE("a full sink gives up what it was to get: not what a transform dropped, nor what goes elsewhere", "[app][delivery]") {
  for (const std::size_t number : {0U, 1U}) {
    const Lines its = number == 0 ? Lines{"3", "4", "5", "7", "8", "9"} : Lines{"6", "7", "8", "9"};
    Delivered kept;
    deliver(Answer::refuses, sink_number(number), WhenRefused::dead_letter, kept);
    CHECK(kept.rejected == its);
    CHECK(kept.dropped == 0);
    CHECK(kept.meter.documents == 0);
    CHECK(kept.meter.errors == 1);
    Delivered dropped;
    deliver(Answer::refuses, sink_number(number), WhenRefused::drop, dropped);
    CHECK(dropped.rejected.empty());
    CHECK(dropped.dropped == its.size());
    CHECK(dropped.meter.documents == 0);
  }
}

TEST_CASE("a sink's documents are those that it has taken for good", "[app][delivery]") {
  struct Row {
    Answer answer;
    std::uint64_t documents, rejected;
  };
  for (const Row& row : {Row{Answer::takes, 6, 0}, Row{Answer::settles_at_flush, 6, 0}, Row{Answer::takes_and_rejects_odd, 2, 4}}) {
    Delivered delivered;
    deliver(row.answer, sink_number(0), std::nullopt, delivered);
    CHECK(delivered.meter.documents == row.documents);
    CHECK(delivered.meter.rejected == row.rejected);
    CHECK(delivered.rejected.size() == row.rejected);
  }
}

TEST_CASE("what a sink settles at its flush is counted by the flush, once", "[app][delivery]") {
  Lines got;
  SinkMeter meter;
  const auto sink = make_metered_sink(OpenedSink::of_both(std::make_unique<FakeSink>(Answer::settles_at_flush, got)), meter);
  auto batch = std::make_shared<Batch>();
  batch->records.resize(3);
  IgnoreVerdicts ignore;
  const std::vector<std::uint32_t> selected{0, 2};
  for (const std::uint64_t before : {0U, 2U, 4U}) {
    CHECK(meter.documents == before);
    REQUIRE(sink.records->write(batch, selected, ignore).has_value());
    CHECK(meter.documents == before);
    REQUIRE(sink.sink->flush(Deadline::max()).has_value());
    REQUIRE(sink.sink->flush(Deadline::max()).has_value());
    CHECK(meter.documents == before + 2);
  }
}

TEST_CASE("an event has a verdict as a record has: what a sink refuses or rejects is kept, what it takes is counted", "[app][delivery]") {
  struct Kept final : EventVerdicts {
    Lines rejected;
    void settle(const Event& event, Verdict verdict, std::string_view reason) noexcept override {
      if (verdict == Verdict::rejected) rejected.push_back(event.key + ": " + std::string{reason});
    }
  };
  struct Row {
    Answer answer;
    std::optional<WhenRefused> when_full;
    std::uint64_t documents, rejected, dropped;
    Lines kept;
  };
  const std::vector<Row> rows{
      {Answer::takes, std::nullopt, 2, 0, 0, {}},
      {Answer::settles_at_flush, std::nullopt, 2, 0, 0, {}},
      {Answer::takes_and_rejects_odd, std::nullopt, 1, 1, 0, {"odd: odd"}},
      {Answer::refuses, WhenRefused::dead_letter, 0, 0, 0, {"even: full", "odd: full"}},
      {Answer::refuses, WhenRefused::drop, 0, 0, 2, {}},
  };
  for (const Row& row : rows) {
    Lines got;
    SinkMeter meter;
    std::atomic<std::uint64_t> dropped{0};
    OpenedSink sink = make_metered_sink(OpenedSink::of_both(std::make_unique<FakeSink>(row.answer, got)), meter);
    if (row.when_full) sink = make_overflow_sink(std::move(sink), *row.when_full, dropped);
    Kept kept;
    for (const char* const key : {"even", "odd"}) REQUIRE(sink.events->write({Document::finding, key, "{}"}, kept).has_value());
    REQUIRE(sink.sink->flush(Deadline::max()).has_value());
    CHECK(meter.documents == row.documents);
    CHECK(meter.rejected == row.rejected);
    CHECK(dropped == row.dropped);
    CHECK(kept.rejected == row.kept);
  }
}

TEST_CASE("what a sink does not take stays so when it is wrapped", "[app][delivery]") {
  class RecordsAlone final : public RecordSink {
   public:
    Result<void> write(std::shared_ptr<const Batch>, SelectedRecords, Verdicts&) override { return {}; }
    Result<void> flush(Deadline) override { return {}; }
  };
  SinkMeter meter;
  std::atomic<std::uint64_t> dropped{0};
  OpenedSink sink = make_metered_sink(OpenedSink::of_records(std::make_unique<RecordsAlone>()), meter);
  CHECK(sink.events == nullptr);
  sink = make_overflow_sink(std::move(sink), WhenRefused::drop, dropped);
  CHECK(sink.events == nullptr);
  CHECK(sink.records != nullptr);
}
