#include "sinks/kafka_sink.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "core/window_summary.h"
#include "sinks/kafka_producer.h"
#include "sinks/open_writes.h"
#include "sinks/record_json.h"

namespace loglode {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kWaitForRoom{1000};
constexpr std::size_t kMessageBytes = 128;  // what librdkafka and we keep for each beside its bytes

class KafkaSink final : public RecordSink, public EventSink {
 public:
  KafkaSink(KafkaSinkConfig config, const RuleCatalog& rules, TemplateMembers members)
      : config_{std::move(config)},
        json_{rules},
        members_{std::move(members)},
        writes_{config_.queue_bytes_max},
        producer_{{config_.name, config_.brokers, config_.topic, config_.options}, [this](void* mark, std::string_view reason) {
                    writes_.settle(*static_cast<OpenWrite::Mark*>(mark), reason.empty() ? Verdict::delivered : Verdict::rejected, reason);
                  }} {}

  Result<void> start() { return producer_.start(); }

  Result<void> write(std::shared_ptr<const Batch> batch, SelectedRecords selected, Verdicts& to) override {
    if (rendered_ != batch) render(batch, selected);
    if (auto room = wait_for_room(batch->capacity() + text_.size() + pieces_.size() * kMessageBytes); !room) return room;
    send(batch, to);
    rendered_.reset();
    return {};
  }

  Result<void> write(const Event& event, EventVerdicts& to) override {
    const std::size_t bytes = 2 * event.json.size() + kMessageBytes;  // librdkafka's copy, and ours for who asks why it was rejected
    if (auto room = wait_for_room(bytes); !room) return room;
    auto write = open_write_of(event, to);
    write->marks.push_back({write.get(), 0, bytes});
    OpenWrite::Mark& mark = writes_.open(std::move(write)).marks.front();
    producer_.send(event.key, event.json, &mark);
    return {};
  }

  Result<void> flush(Deadline until) override {
    const std::uint64_t before = writes_.next_ticket();
    while (!writes_.wait_for_settled(before, std::min(until, Clock::now() + kWaitForRoom))) {
      if (producer_.failed()) return failed();
      if (Clock::now() < until) continue;
      writes_.note_flush(false);
      return in_the_way(std::to_string(writes_.size()) + " writes are not yet acknowledged");
    }
    writes_.note_flush(true);
    return {};
  }

 private:
  struct Piece {
    std::size_t record = 0, begin = 0, size = 0;
  };

  void render(const std::shared_ptr<const Batch>& batch, SelectedRecords selected) {
    text_.clear();
    pieces_.clear();
    for (const std::uint32_t i : selected) {
      const Record& record = batch->records[i];
      const std::size_t begin = text_.size();
      json_.append(text_, *batch, record, members_(record.shape));
      text_.pop_back();  // the newline
      pieces_.push_back({i, begin, text_.size() - begin});
    }
    rendered_ = batch;
  }

  void send(const std::shared_ptr<const Batch>& batch, Verdicts& to) {
    if (pieces_.empty()) return;
    auto write = open_write_of(batch, to);
    write->marks.reserve(pieces_.size());
    for (const Piece& piece : pieces_) write->marks.push_back({write.get(), piece.record, piece.size + kMessageBytes});
    // Its last message may settle while it is sent: nothing of it may be touched behind that.
    OpenWrite::Mark* mark = writes_.open(std::move(write)).marks.data();
    const std::string_view text = text_;
    for (const Piece& piece : pieces_) {
      const std::string id = record_id(batch->stream->info.identity, batch->records[piece.record].offset);
      producer_.send(id, text.substr(piece.begin, piece.size), mark++);
    }
  }

  Result<void> wait_for_room(std::size_t bytes) {
    if (producer_.failed()) return failed();
    if (writes_.wait_for_room(bytes, kWaitForRoom)) return {};
    return in_the_way("its queue of " + std::to_string(config_.queue_bytes_max / kKiB) + " KiB is full");
  }

  [[nodiscard]] Result<void> in_the_way(const std::string& what) const {
    const std::string trouble = producer_.trouble();
    return fail(std::make_error_code(std::errc::resource_unavailable_try_again),
                "sink '" + config_.name + "': " + what + (trouble.empty() ? "" : ": " + trouble), true);
  }
  [[nodiscard]] Result<void> failed() const {
    return fail(std::make_error_code(std::errc::io_error),
                "sink '" + config_.name + "' cannot go on without a restart: " + producer_.trouble());
  }

  const KafkaSinkConfig config_;
  RecordJson json_;
  TemplateMembers members_;
  // The writing thread's: the batch that is being written, or waits for room.
  std::shared_ptr<const Batch> rendered_;
  std::string text_;
  std::vector<Piece> pieces_;

  OpenWrites writes_;
  KafkaProducer producer_;  // last: its thread uses the others
};

}  // namespace

Result<void> try_kafka_sink(const KafkaSinkConfig& config) {
  return KafkaProducer{{config.name, config.brokers, config.topic, config.options}, {}}.try_client();
}

Result<OpenedSink> make_kafka_sink(KafkaSinkConfig config, const RuleCatalog& rules, TemplateMembers members) {
  auto sink = std::make_unique<KafkaSink>(std::move(config), rules, std::move(members));
  if (auto started = sink->start(); !started) return tl::unexpected<Error>(started.error());
  return OpenedSink::of_both(std::move(sink));
}

}  // namespace loglode
