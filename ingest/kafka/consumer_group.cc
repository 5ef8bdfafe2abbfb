// Who owns which partition, where it goes on, and up to where it is committed.
#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>
#include <utility>

#include "ingest/kafka/consumer.h"

namespace loglode::kafka {

namespace {

using std::chrono::milliseconds;

constexpr int kAskMs = 2000;
constexpr milliseconds kAskAgain{1000};
constexpr milliseconds kCommitAgain{1000};
constexpr milliseconds kCommitLost{5000};  // the answer to a commit that did not come: the next one holds all of it
constexpr std::size_t kPartitionsNamed = 20;
constexpr int kCommitNowMs = 5000;

bool cooperative(rd_kafka_t* client) {
  const char* const protocol = rd_kafka_rebalance_protocol(client);
  return protocol != nullptr && std::string_view{protocol} == "COOPERATIVE";
}

constexpr std::string_view kGeneration = " generation ";

/// The topic's id would say that it was made anew; librdkafka does not give it. So generations are counted, and kept beside the offset.
std::string with_generation(std::string metadata, unsigned generation) {
  if (generation != 0) metadata.append(kGeneration).append(std::to_string(generation));
  return metadata;
}

/// Takes the generation off the end of what was written beside an offset.
unsigned take_generation(std::string_view& metadata) {
  const std::size_t at = metadata.rfind(kGeneration);
  if (at == std::string_view::npos) return 0;
  const std::string_view digits = metadata.substr(at + kGeneration.size());
  unsigned generation = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), generation);
  if (error != std::errc{} || end != digits.data() + digits.size()) return 0;
  metadata = metadata.substr(0, at);
  return generation;
}

PartitionList list_of(const std::string& topic, std::int32_t number, std::int64_t offset) {
  PartitionList list = new_list();
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), number)->offset = offset;
  return list;
}

void no_callback(rd_kafka_t*, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*, void*) noexcept {}

}  // namespace

void Consumer::name(Partition& partition) const {
  std::string text{"kafka"};
  text.append(1, '\0').append(cluster_).append(1, '\0').append(partition.topic).append(1, '\0').append(std::to_string(partition.number));
  if (partition.generation != 0) text.append(1, '\0').append(std::to_string(partition.generation));
  const XXH128_hash_t digest = ::XXH3_128bits(text.data(), text.size());
  partition.identity = {digest.high64, digest.low64};
}

void Consumer::take_rebalance(rd_kafka_event_t& event) {
  ++counts_.rebalances;
  commit_on_its_way_ = false;  // an answer to it, if there is one, is of an assignment that is over
  PartitionList list{rd_kafka_topic_partition_list_copy(rd_kafka_event_topic_partition_list(&event))};
  if (rd_kafka_event_error(&event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    if (pending_revoke_) finish_revoke();
    pending_assign_ = std::move(list);
    assign_at_ = {};
    return assign_pending();
  }
  pending_assign_.reset();
  begin_revoke(std::move(list));
}

void Consumer::assign_pending() {
  if (pending_revoke_ || Clock::now() < assign_at_) return;
  std::optional<std::vector<Current>> described = describe(*pending_assign_);
  if (!described) {
    assign_at_ = Clock::now() + kAskAgain;  // the brokers do not answer; the queue is served meanwhile
    return;
  }
  const PartitionList list = std::move(pending_assign_);
  if (cooperative(client_)) {
    const KafkaError refused{rd_kafka_incremental_assign(client_, list.get())};
    if (refused) return;
  } else {
    if (rd_kafka_assign(client_, list.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  }
  say_assigned(*described);
  for (Current& partition : *described) {
    staging_.open(partition);
    assigned_.push_back(std::move(partition));
  }
}

void Consumer::say_assigned(const std::vector<Current>& partitions) const {
  const std::string group = "joined group '" + config_.group + "', ";
  if (partitions.empty()) return say(group + (assigned_.empty() ? "other members have all partitions" : "its partitions stay as they are"));
  std::string text = group + std::to_string(partitions.size()) + (partitions.size() == 1 ? " partition: " : " partitions: ");
  for (std::size_t i = 0; i < std::min(partitions.size(), kPartitionsNamed); ++i)
    text += (i == 0 ? "" : ", ") + shown(*partitions[i]) + " from " + partitions[i]->begins;
  if (partitions.size() > kPartitionsNamed) text += " and " + std::to_string(partitions.size() - kPartitionsNamed) + " more";
  say(text);
}

void Consumer::reassign() {
  // A partition whose position was refused cannot be sought in; given out again, all go on where they are.
  const PartitionList list = new_list(static_cast<int>(assigned_.size()));
  staging_.locked([&] {
    for (const Current& partition : assigned_)
      rd_kafka_topic_partition_list_add(list.get(), partition->topic.c_str(), partition->number)->offset =
          partition->next >= 0 ? partition->next : static_cast<std::int64_t>(RD_KAFKA_OFFSET_BEGINNING);
  });
  paused_.clear();
  counts_.paused = false;
  if (cooperative(client_)) {
    const KafkaError away{rd_kafka_incremental_unassign(client_, list.get())};
    const KafkaError back{rd_kafka_incremental_assign(client_, list.get())};
  } else {
    rd_kafka_assign(client_, list.get());
  }
}

std::optional<std::vector<Consumer::Current>> Consumer::describe(rd_kafka_topic_partition_list_t& list) {
  std::vector<Current> described;
  if (list.cnt == 0) return described;
  if (cluster_.empty()) {
    char* const id = rd_kafka_clusterid(client_, kAskMs);
    if (id == nullptr) return std::nullopt;
    cluster_ = id;
    rd_kafka_mem_free(client_, id);
  }
  const PartitionList committed{rd_kafka_topic_partition_list_copy(&list)};
  if (rd_kafka_committed(client_, committed.get(), kAskMs) != RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  for (int i = 0; i < committed->cnt; ++i) {
    const rd_kafka_topic_partition_t& at = committed->elems[i];
    if (at.err != RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
    auto partition = std::make_shared<Partition>();
    partition->topic = at.topic;
    partition->number = at.partition;
    if (!find_start(at, *partition)) return std::nullopt;
    described.push_back(std::move(partition));
  }
  for (Current& partition : described) {
    partition->stream = config_.next_stream();
    rd_kafka_topic_partition_list_find(&list, partition->topic.c_str(), partition->number)->offset =
        partition->next >= 0 ? partition->next : static_cast<std::int64_t>(RD_KAFKA_OFFSET_BEGINNING);
  }
  return described;
}

bool Consumer::find_start(const rd_kafka_topic_partition_t& committed, Partition& partition) {
  std::optional<std::uint64_t> position;
  if (committed.offset >= 0) {
    position = static_cast<std::uint64_t>(committed.offset) << kKafkaOffsetShift;
    partition.committed = partition.requested = committed.offset;
  }
  std::string_view metadata = committed.metadata == nullptr
                                  ? std::string_view{}
                                  : std::string_view{static_cast<const char*>(committed.metadata), committed.metadata_size};
  partition.generation = take_generation(metadata);
  name(partition);
  if (config_.known_position) {
    if (const auto known = config_.known_position(partition.identity, position, metadata)) position = known;
  }
  if (!position) return look_up_start(partition);
  partition.next = static_cast<std::int64_t>(*position >> kKafkaOffsetShift);
  partition.begins =
      "offset " + std::to_string(partition.next) + (partition.next == committed.offset ? " (committed)" : " (from the state)");
  return true;
}

bool Consumer::look_up_start(Partition& partition) {
  partition.begins = "its beginning (nothing is committed)";
  if (config_.start == KafkaStart::earliest) return true;
  std::int64_t low = 0, high = 0;
  if (rd_kafka_query_watermark_offsets(client_, partition.topic.c_str(), partition.number, &low, &high, kAskMs) !=
      RD_KAFKA_RESP_ERR_NO_ERROR)
    return false;
  std::int64_t start = high;
  if (config_.start == KafkaStart::time) {
    const auto since = std::chrono::duration_cast<milliseconds>(config_.start_time.time_since_epoch()).count();
    const PartitionList list = list_of(partition.topic, partition.number, since);
    if (rd_kafka_offsets_for_times(client_, list.get(), kAskMs) != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
    if (list->elems[0].offset >= 0) start = list->elems[0].offset;
  }
  // Handed out as a position, so that it is committed before the first message comes: after a restart it is not the end of then.
  partition.begins =
      "offset " + std::to_string(start) +
      (config_.start == KafkaStart::latest ? ", its end (nothing is committed)" : ", by its start time (nothing is committed)");
  Chunk chunk;
  chunk.since = Clock::now();
  chunk.end = partition.next = start;
  partition.chunks.push_back(std::move(chunk));
  return true;
}

void Consumer::begin_revoke(PartitionList list) {
  const bool lost = rd_kafka_assignment_lost(client_) != 0;
  for (int i = 0; i < list->cnt; ++i) {
    if (const Current partition = find(list->elems[i].topic, list->elems[i].partition)) staging_.close(*partition);
  }
  pending_revoke_ = std::move(list);
  revoke_until_ = lost ? Clock::time_point{} : Clock::now() + patience_;
  finish_revoke();
}

void Consumer::finish_revoke() {
  bool settled = true;
  for (int i = 0; i < pending_revoke_->cnt; ++i) {
    const Current partition = find(pending_revoke_->elems[i].topic, pending_revoke_->elems[i].partition);
    settled = settled && (!partition || staging_.locked([&] { return partition->settled(); }));
  }
  wants_commit_ = !settled;
  if (!settled && Clock::now() < revoke_until_ && rd_kafka_assignment_lost(client_) == 0) return;
  wants_commit_ = false;
  if (rd_kafka_assignment_lost(client_) == 0) commit_now();
  hand_back(std::move(pending_revoke_));
}

void Consumer::hand_back(PartitionList list) {
  if (list->cnt > 0)
    say("gave back " + std::to_string(list->cnt) + (list->cnt == 1 ? " partition" : " partitions") + " of group '" + config_.group + "'");
  if (cooperative(client_)) {
    const KafkaError ignored{rd_kafka_incremental_unassign(client_, list.get())};
  } else {
    rd_kafka_assign(client_, nullptr);
  }
  by_topic_.clear();
  for (int i = 0; i < list->cnt; ++i) {
    const Current partition = find(list->elems[i].topic, list->elems[i].partition);
    if (!partition) continue;
    staging_.close(*partition);
    staging_.forget(*partition);
    paused_.erase({partition->topic, partition->number});
    std::erase(assigned_, partition);
  }
  if (!cooperative(client_)) forget_all();
  counts_.paused = !paused_.empty();
}

void Consumer::forget_all() {
  for (const Current& partition : assigned_) {
    staging_.close(*partition);
    staging_.forget(*partition);
  }
  assigned_.clear();
  paused_.clear();
  by_topic_.clear();
  to_reset_.clear();
  damaged_.clear();
}

PartitionList Consumer::to_commit() {
  PartitionList list = new_list(static_cast<int>(assigned_.size()));
  staging_.locked([&] {
    for (const Current& partition : assigned_) {
      if (partition->acknowledged <= partition->committed) continue;
      rd_kafka_topic_partition_t* const entry = rd_kafka_topic_partition_list_add(list.get(), partition->topic.c_str(), partition->number);
      entry->offset = partition->requested = partition->acknowledged;
      const std::string metadata = with_generation(config_.commit_metadata, partition->generation);
      if (metadata.empty()) continue;
      entry->metadata = ::strdup(metadata.c_str());  // freed with the list
      if (entry->metadata != nullptr) entry->metadata_size = metadata.size();
    }
  });
  return list;
}

void Consumer::commit_acknowledged() {
  // Not while partitions come or go: a commit then can cost the assignment.
  const Clock::time_point now = Clock::now();
  if (commit_on_its_way_ && now - commit_sent_ > kCommitLost) commit_on_its_way_ = false;
  if (assigned_.empty() || pending_revoke_ || pending_assign_ || commit_on_its_way_ || now < commit_at_) return;
  const PartitionList list = to_commit();
  if (list->cnt == 0) return;
  const rd_kafka_resp_err_t error = rd_kafka_commit_queue(client_, list.get(), queue_.get(), &no_callback, nullptr);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return note_commit(error, nullptr);
  commit_on_its_way_ = true;
  commit_sent_ = now;
}

void Consumer::take_commit_result(rd_kafka_event_t& event) {
  commit_on_its_way_ = false;
  note_commit(rd_kafka_event_error(&event), rd_kafka_event_topic_partition_list(&event));
}

void Consumer::note_commit(rd_kafka_resp_err_t error, const rd_kafka_topic_partition_list_t* list) {
  bool failed = error != RD_KAFKA_RESP_ERR_NO_ERROR;
  for (int i = 0; list != nullptr && i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& at = list->elems[i];
    if (at.err != RD_KAFKA_RESP_ERR_NO_ERROR) failed = true;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR || at.err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    if (const Current partition = find(at.topic, at.partition))
      staging_.locked([&] { partition->committed = std::max(partition->committed, at.offset); });
  }
  // The group is rebalancing, or the coordinator moves: what was acknowledged is tried again, and if the partitions are gone by then,
  // who has them now reads on from the older position.
  if (failed) commit_at_ = Clock::now() + kCommitAgain;
  ++(failed ? counts_.commit_failures : counts_.commits);
}

void Consumer::commit_now() {
  const PartitionList list = to_commit();
  if (list->cnt == 0) return;
  const Queue answers{rd_kafka_queue_new(client_)};
  const rd_kafka_resp_err_t error = rd_kafka_commit_queue(client_, list.get(), answers.get(), &no_callback, nullptr);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return note_commit(error, nullptr);
  const Event answer{rd_kafka_queue_poll(answers.get(), kCommitNowMs)};
  if (!answer) return note_commit(RD_KAFKA_RESP_ERR__TIMED_OUT, nullptr);
  note_commit(rd_kafka_event_error(answer.get()), rd_kafka_event_topic_partition_list(answer.get()));
}

}  // namespace loglode::kafka
