// Who owns which partition, and up to where it is committed.
#include <algorithm>
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
constexpr int kCommitNowMs = 5000;

bool cooperative(rd_kafka_t* client) {
  const char* const protocol = rd_kafka_rebalance_protocol(client);
  return protocol != nullptr && std::string_view{protocol} == "COOPERATIVE";
}

/// The message of its mark is read once more, to see that it is still there.
std::int64_t fetched_from(const Partition& partition) {
  if (partition.to_verify.known()) return partition.to_verify.offset;
  return partition.next >= 0 ? partition.next : static_cast<std::int64_t>(RD_KAFKA_OFFSET_BEGINNING);
}

void no_callback(rd_kafka_t*, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*, void*) noexcept {}

}  // namespace

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
      rd_kafka_topic_partition_list_add(list.get(), partition->topic.c_str(), partition->number)->offset = fetched_from(*partition);
  });
  unpause();  // given out again, what was paused would stay so
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
  if (!learn_topics(list)) return std::nullopt;
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
  tell_forgotten(described);
  for (Current& partition : described) {
    if (config_.reread) reread_.insert({partition->topic, partition->number});
    partition->stream = config_.next_stream();
    rd_kafka_topic_partition_list_find(&list, partition->topic.c_str(), partition->number)->offset = fetched_from(*partition);
  }
  return described;
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
    remember(*partition);
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
    remember(*partition);
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
      const std::string metadata = encode(CommitNote{config_.commit_metadata, partition->mark_before(partition->acknowledged),
                                                     partition->generation, partition->from_beginning_once});
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
