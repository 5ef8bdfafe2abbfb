#include "sinks/elasticsearch/elasticsearch_sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "sinks/elasticsearch/bulk_sender.h"
#include "sinks/elasticsearch/search_document.h"
#include "sinks/open_writes.h"

namespace loglode {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kWaitForRoom{1000};
constexpr std::size_t kDocumentBytes = 2 * sizeof(BulkDocument);  // kept for each beside its bytes

Timestamp now() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

class ElasticsearchSink final : public RecordSink, public EventSink {
 public:
  ElasticsearchSink(SearchSinkConfig config, const RuleCatalog& rules, TemplateMembers members, MaskText mask, SearchSinkLinks links)
      : config_{std::move(config)},
        documents_{rules, StreamRouter{config_.data_stream, config_.route, links.answers, config_.shape}, config_.hash_key, std::move(mask),
                   config_.shape},
        members_{std::move(members)},
        writes_{config_.queue_bytes_max},
        answers_{links.answers},
        sender_{config_, writes_, std::move(links)} {}

  Result<void> write(std::shared_ptr<const Batch> batch, SelectedRecords selected, Verdicts& to) override {
    if (rendered_batch_ != batch) render(batch, selected);
    if (rendered_.empty()) return {};
    if (auto room = wait_for_room(batch->capacity() + bytes_of(rendered_)); !room) return room;
    auto write = open_write_of(std::exchange(rendered_batch_, nullptr), to);
    for (const BulkDocument& document : rendered_.documents)
      write->marks.push_back({write.get(), document.mark.record, document.size + kDocumentBytes});
    send(std::move(write));
    return {};
  }

  Result<void> write(const Event& event, EventVerdicts& to) override {
    rendered_batch_.reset();
    rendered_ = {};
    BulkDocument document;
    document.is_event = true;
    std::string lines;
    document.action_size = append_event(lines, event, config_.events_prefix, config_.events_by_month, now(), next_version());
    rendered_.add(document, lines);
    const std::size_t bytes = bytes_of(rendered_) + event.json.size();
    if (auto room = wait_for_room(bytes); !room) return room;
    auto write = open_write_of(event, to);
    write->marks.push_back({write.get(), 0, bytes});
    send(std::move(write));
    return {};
  }

  Result<void> flush(Deadline until) override {
    const std::uint64_t before = writes_.next_ticket();
    do sender_.hurry();
    while (!writes_.wait_for_settled(before, std::min(until, Clock::now() + kWaitForRoom)) && Clock::now() < until);
    const bool in_time = writes_.wait_for_settled(before, Clock::now());
    writes_.note_flush(in_time);
    if (in_time) return {};
    return in_the_way(fmt::format("{} writes have no verdict yet", writes_.size()));
  }

 private:
  /// Of an event that has no revision: grows, over restarts too, as the clock does.
  std::uint64_t next_version() {
    const auto clock = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now().time_since_epoch()).count());
    return version_ = std::max(version_ + 1, clock);
  }

  static std::size_t bytes_of(const Bulk& bulk) { return bulk.body.size() + bulk.documents.size() * kDocumentBytes; }

  void render(const std::shared_ptr<const Batch>& batch, SelectedRecords selected) {
    rendered_.body.clear();
    rendered_.documents.clear();
    const Timestamp read = now();
    for (const std::uint32_t i : selected) {
      const Record& record = batch->records[i];
      BulkDocument document;
      document.mark.record = i;
      document.begin = rendered_.body.size();
      document.action_size = documents_.append(rendered_.body, *batch, record, members_(record.shape), read);
      document.size = rendered_.body.size() - document.begin;
      rendered_.documents.push_back(document);
    }
    rendered_batch_ = batch;
  }

  void send(std::unique_ptr<OpenWrite> write) {
    for (std::size_t i = 0; i < rendered_.documents.size(); ++i) rendered_.documents[i].mark = write->marks[i];
    writes_.open(std::move(write));
    sender_.add(rendered_);
  }

  Result<void> wait_for_room(std::size_t bytes) {
    if (writes_.wait_for_room(bytes, kWaitForRoom)) return {};
    return in_the_way(fmt::format("its queue of {} KiB is full", config_.queue_bytes_max / kKiB));
  }

  [[nodiscard]] Result<void> in_the_way(const std::string& what) const {
    const std::string trouble = answers_.trouble();
    return fail(std::make_error_code(std::errc::resource_unavailable_try_again),
                fmt::format("sink '{}': {}{}{}", config_.name, what, trouble.empty() ? "" : ": ", trouble), true);
  }

  const SearchSinkConfig config_;
  SearchDocuments documents_;
  TemplateMembers members_;
  // The writing thread's: what is being written, or waits for room.
  std::shared_ptr<const Batch> rendered_batch_;
  Bulk rendered_;
  std::uint64_t version_ = 0;

  OpenWrites writes_;
  const SinkAnswers& answers_;
  BulkSender sender_;  // last: its thread uses the others
};

}  // namespace

Result<OpenedSink> make_elasticsearch_sink(SearchSinkConfig config, const RuleCatalog& rules, TemplateMembers members, MaskText mask,
                                           SearchSinkLinks links) {
  return OpenedSink::of_both(
      std::make_unique<ElasticsearchSink>(std::move(config), rules, std::move(members), std::move(mask), std::move(links)));
}

}  // namespace loglode
