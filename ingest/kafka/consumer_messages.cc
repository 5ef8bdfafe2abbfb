// What comes out of the consumer's queue: messages, ends of partitions, errors; and what to do when there is no room for more.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "ingest/kafka/consumer.h"
#include "kafka/connection_trouble.h"

namespace loglode::kafka {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kHeadersMax = 1000;  // of a message; those of a bomb are not looked at
constexpr std::size_t kHeaderBytesMax = 256;
constexpr int kAskMs = 1000;
constexpr int kWakeMs = 100;
constexpr milliseconds kAskEvery{2000};
// Pausing throws away what is prefetched: worth it only when the pipeline really stands still. Until then nothing is taken from the queue,
// and rebalances wait behind the messages in it.
constexpr milliseconds kHold{20};
constexpr milliseconds kPauseAfter{1000};

/// `text` or its beginning, which cuts no character of UTF-8.
std::string_view beginning(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  for (int i = 0; i < 3 && end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80; ++i) --end;
  return text.substr(0, end);
}

std::string_view header(const rd_kafka_headers_t* headers, const char* name, std::size_t bytes_max = kHeaderBytesMax) {
  const void* value = nullptr;
  std::size_t size = 0;
  if (rd_kafka_header_get_last(headers, name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR || value == nullptr) return {};
  return beginning({static_cast<const char*>(value), size}, bytes_max);
}

std::string_view bytes(const void* data, std::size_t size) {
  return data == nullptr ? std::string_view{} : std::string_view{static_cast<const char*>(data), size};
}

}  // namespace

void Consumer::take_messages(rd_kafka_event_t& event) {
  while (const rd_kafka_message_t* const message = rd_kafka_event_message_next(&event)) take(*message);
}

void Consumer::take(const rd_kafka_message_t& message) {
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  Partition*& partition = by_topic_[{message.rkt, message.partition}];
  if (partition == nullptr) partition = find(rd_kafka_topic_name(message.rkt), message.partition).get();
  if (partition == nullptr) return;  // was taken away meanwhile

  Message taken;
  taken.offset = message.offset;
  rd_kafka_timestamp_type_t type{};
  taken.timestamp_ms = rd_kafka_message_timestamp(&message, &type);
  if (type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE) taken.timestamp_ms = -1;
  taken.payload = bytes(message.payload, message.len);
  if (is_doubted(*partition) || (partition->to_verify.known() && !verify(*partition, taken))) return;
  taken.key = beginning(bytes(message.key, message.key_len), kKafkaFieldBytesMax);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR && rd_kafka_header_cnt(headers) <= kHeadersMax) {
    taken.service = header(headers, "service.name");
    taken.traceparent = header(headers, "traceparent");
    headers_.clear();
    for (const std::string& name : config_.headers) headers_.push_back(header(headers, name.c_str(), kKafkaFieldBytesMax));
    taken.headers = headers_;
  }
  if (!damaged_.empty()) note_passed_over(*partition, message.offset);
  const Added added = staging_.add(*partition, taken);
  if (added == Added::repeat) ++counts_.repeats_dropped;
  if (added != Added::staged) return;
  wakes_in_vain_ = 0;
  ++counts_.messages;
  counts_.bytes += message.len;
  if (message.payload == nullptr) ++counts_.tombstones;
  if (counts_.brokers_down) ask_at_ = {};  // it may have waited in the queue since before: a broker is asked now
}

void Consumer::take_error(rd_kafka_event_t& event) {
  const rd_kafka_resp_err_t error = rd_kafka_event_error(&event);
  const OnePartition at{rd_kafka_event_topic_partition(&event)};
  const std::string topic = at && at->topic != nullptr ? at->topic : "";
  switch (error) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      return reached_end(event);
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      if (const Current partition = at ? find(topic, at->partition) : nullptr) refuse(partition);
      return;
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
      return brokers_went_away();
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      return note_trouble(event, true);
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
      return note_trouble(event, false);  // of one broker; when it is all of them, that is an event of its own
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      suspect(topic);
      return tell(topic, "there is no such topic; it is read as soon as there is");
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
    case RD_KAFKA_RESP_ERR__FATAL: {
      std::array<char, 512> said{};
      const rd_kafka_resp_err_t cause = rd_kafka_fatal_error(client_, said.data(), said.size());
      const std::string why = cause == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID || error == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID
                                  ? "another member of group '" + config_.group + "' runs as instance '" + config_.instance +
                                        "': give each member an instance of its own"
                                  : std::string{said.data()};
      return give_up(why);
    }
    case RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND:  // with 2.16 and KIP-848: a member that never joins again
      return give_up("group '" + config_.group +
                     "' was deleted while it was read, and librdkafka does not join it again: start loglode again, which goes on where its "
                     "state is");
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
    case RD_KAFKA_RESP_ERR__BAD_MSG:
      if (const Current partition = at ? find(topic, at->partition) : nullptr) return take_damage(partition, at->offset, error);
      [[fallthrough]];
    default:
      return tell(topic, std::string{rd_kafka_err2str(error)} + " (error " + std::to_string(error) + ")");
  }
}

void Consumer::give_up(const std::string& why) {
  {
    const std::scoped_lock lock{fatal_mutex_};
    if (!fatal_) fatal_ = Error{std::make_error_code(std::errc::operation_not_permitted), "source '" + config_.name + "': " + why, false};
  }
  staging_.wake();
}

void Consumer::reached_end(rd_kafka_event_t& event) {
  const OnePartition at{rd_kafka_event_topic_partition(&event)};
  if (!at) return;
  // What lies between the last message and the end are marks of transactions, or messages that were compacted away.
  if (const Current partition = find(at->topic, at->partition); partition && at->offset >= 0 && !is_doubted(*partition)) {
    // Fewer messages than were read: the position is behind the end.
    if (partition->to_verify.known() && at->offset < staging_.locked([&] { return partition->next; })) return refuse(partition);
    partition->to_verify = {};
    partition->learns_mark = false;
    note_passed_over(*partition, at->offset);
    staging_.move_past(*partition, at->offset);
    staging_.note_end(*partition, at->offset);
  }
  if (counts_.brokers_down) ask_at_ = {};  // it may have waited in the queue since before: a broker is asked now
}

void Consumer::note_trouble(rd_kafka_event_t& event, bool worth_telling) {
  const ConnectionTrouble trouble = connection_trouble(rd_kafka_event_error_string(&event));
  trouble_ = config_.hide ? config_.hide(trouble.text()) : trouble.text();
  if (worth_telling && trouble_untold_.empty()) {
    trouble_untold_ = trouble_;
    trouble_at_ = Clock::now();
  }
  commit_on_its_way_ = false;  // its answer may have died with the connection
}

/// Of one broker: where all are away, that sentence says why, and comes a moment later.
void Consumer::tell_trouble() {
  constexpr milliseconds kMoment{1'000};
  if (Clock::now() < trouble_at_ + kMoment) return;
  const std::string trouble = std::exchange(trouble_untold_, {});
  if (trouble != trouble_told_) tell("", "a broker cannot be talked to: " + trouble);
}

void Consumer::brokers_went_away() {
  if (counts_.brokers_down.exchange(true)) return;
  ask_at_ = Clock::now() + kAskEvery;
  commit_on_its_way_ = false;  // its answer died with them
  trouble_untold_.clear();
  trouble_told_ = trouble_;
  tell_again("", "no broker can be reached at " + (config_.brokers_shown.empty() ? config_.brokers : config_.brokers_shown) +
                     (trouble_.empty() ? "" : ": " + trouble_) + "; reading goes on as soon as one can");
}

void Consumer::ask_brokers() {
  if (Clock::now() < ask_at_) return;
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(client_, 0, nullptr, &metadata, kAskMs) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    rd_kafka_metadata_destroy(metadata);
    counts_.brokers_down = false;
    tell_again("", "the brokers can be reached again; nothing was lost");
  }
  ask_at_ = Clock::now() + kAskEvery;
}

void Consumer::refuse(const Current& partition) {
  if (partition->doubt == Doubt::refused || partition->doubt == Doubt::another) return;
  partition->doubt = Doubt::refused;
  to_reset_.push_back(partition);
}

void Consumer::reset_positions() {
  // Not while partitions come or go: reassigned, those that are being given back would be fetched again.
  if (pending_revoke_ || pending_assign_ || Clock::now() < reset_at_) return;
  bool any = false;
  std::erase_if(to_reset_, [&](const Current& partition) {
    if (partition != find(partition->topic, partition->number)) return true;
    const bool done = reset_position(partition);
    any = any || done;
    return done;
  });
  if (!to_reset_.empty()) reset_at_ = Clock::now() + kAskEvery;
  if (any) reassign();
}

bool Consumer::reset_position(const Current& partition) {
  std::int64_t low = 0, high = 0;
  if (rd_kafka_query_watermark_offsets(client_, partition->topic.c_str(), partition->number, &low, &high, kAskMs) !=
      RD_KAFKA_RESP_ERR_NO_ERROR)
    return false;
  const std::int64_t wanted = staging_.locked([&] { return partition->next; });
  std::int64_t offset = wanted;
  const PositionMark asked = std::exchange(partition->to_verify, {});
  const PositionMark mark = asked.known() ? asked : staging_.locked([&] { return partition->latest_mark(); });
  if (std::exchange(partition->doubt, Doubt::none) == Doubt::another) {
    tell(shown(*partition), "the topic was deleted and created again under the same name (the message before offset " +
                                std::to_string(wanted) +
                                " is not the one that was read there): it is read from its beginning, under new record ids");
    start_over(partition, low);
    return true;
  }
  if (wanted < low) {
    offset = low;
    // A position that nobody has: the partition is read from its beginning, wherever that is by now.
    if (wanted >= 0) {
      counts_.expired += static_cast<std::uint64_t>(low - wanted);
      tell(shown(*partition), std::to_string(low - wanted) + " messages were deleted before they were read (offsets " +
                                  std::to_string(wanted) + " to " + std::to_string(low - 1) +
                                  "): the topic keeps them for a shorter time than reading is behind (retention.ms, retention.bytes)");
    }
  } else if (wanted <= high && mark.offset >= low) {
    partition->to_verify = mark;  // the end was before it, and is behind it by now: the topic has grown, or is another one that has
  } else if (wanted > high || (wanted > low && !mark.known())) {
    offset = low;
    tell(shown(*partition), "the position " + std::to_string(wanted) + " is behind the end " + std::to_string(high) +
                                ": the topic was deleted and made again, or lost messages; it is read from its beginning, "
                                "and messages that were read before come under new record ids");
  }
  partition->learns_mark = partition->learns_mark && partition->to_verify.known();
  if (offset < wanted) {
    start_over(partition, offset);
  } else {
    staging_.move_past(*partition, offset);
  }
  return true;
}

void Consumer::start_over(const Current& partition, std::int64_t offset) {
  // A position never goes back within a stream: it is a new one from here on.
  auto successor = std::make_shared<Partition>();
  successor->cluster = partition->cluster;
  successor->topic = partition->topic;
  successor->number = partition->number;
  successor->generation = partition->generation + 1;
  successor->from_beginning_once = partition->from_beginning_once;
  name(*successor);
  successor->stream = config_.next_stream();
  successor->next = offset;
  staging_.close(*partition);
  staging_.forget(*partition);
  by_topic_.clear();
  std::replace(assigned_.begin(), assigned_.end(), partition, successor);
  staging_.open(std::move(successor));
}

void Consumer::hold_or_pause() {
  const bool stopped = staging_.stopped();
  if (!stopped && !staging_.full()) {
    full_since_ = {};
    return resume();
  }
  if (full_since_ == Clock::time_point{}) full_since_ = Clock::now();
  if (stopped || Clock::now() - full_since_ >= kPauseAfter) return pause();
  static_cast<void>(staging_.wait_for_room(Clock::now() + kHold));
}

bool Consumer::wake_fetcher() {
  // Before fetch.queue.backoff.ms there was (2.2), a broker's thread that found the queue full looked at it again after a second, or when
  // it had something to send: asking for a partition's bounds makes it. Without this, a pipeline slower than its brokers gets a queueful a
  // second.
  constexpr int kBackoffIsAnOption = 0x02020000;
  constexpr milliseconds kEvery{10}, kSeldom{1000};
  constexpr unsigned kFruitless = 20;  // what is missing may be an open transaction, which no asking ends
  const Clock::time_point now = Clock::now();
  if (rd_kafka_version() >= kBackoffIsAnOption || assigned_.empty() || !paused_.empty() || counts_.brokers_down) return false;
  if (now < wake_at_) return lagging_;
  const bool hopeful = ++wakes_in_vain_ < kFruitless;
  wake_at_ = now + (hopeful ? kEvery : kSeldom);
  for (std::size_t i = 0; i < assigned_.size(); ++i) {
    const Partition& partition = *assigned_[++woken_ % assigned_.size()];
    const std::int64_t next = staging_.locked([&] { return partition.next; });
    if (high_watermark(partition.topic, partition.number) <= next) continue;
    std::int64_t low = 0, high = 0;
    rd_kafka_query_watermark_offsets(client_, partition.topic.c_str(), partition.number, &low, &high, kWakeMs);
    return hopeful;
  }
  return false;
}

void Consumer::pause() {
  const PartitionList list = new_list(static_cast<int>(assigned_.size()));
  for (const Current& partition : assigned_)
    if (!paused_.contains({partition->topic, partition->number}))
      rd_kafka_topic_partition_list_add(list.get(), partition->topic.c_str(), partition->number);
  if (list->cnt == 0 || rd_kafka_pause_partitions(client_, list.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  for (const Current& partition : assigned_) paused_.emplace(partition->topic, partition->number);
  counts_.paused = true;
}

void Consumer::resume() {
  if (paused_.empty()) return;
  suspect();  // nothing was fetched meanwhile
  if (any_suspected_ && !pending_revoke_ && !pending_assign_) return verify_suspected();
  unpause();
}

void Consumer::unpause() {
  if (paused_.empty()) return;
  // Only what was paused and is still here: resuming anything else may rewind it.
  const PartitionList list = new_list(static_cast<int>(paused_.size()));
  for (const auto& [topic, number] : paused_) rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), number);
  if (rd_kafka_resume_partitions(client_, list.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  paused_.clear();
  counts_.paused = false;
}

}  // namespace loglode::kafka
