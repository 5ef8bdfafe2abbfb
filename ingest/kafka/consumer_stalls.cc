// A partition that has more, whose leader answers, and that gives nothing. librdkafka can stay like that for as long as its metadata are
// good (five minutes) when brokers were away or leaders moved; seen with 2.0.2 after a broker was killed. What helps is what a person would
// do: ask for the metadata, then reassign the partitions where they are. Messages that come twice by that are known by their offsets.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "ingest/kafka/consumer.h"

namespace loglode::kafka {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLookEvery{5000};
constexpr milliseconds kReassignFirst{10'000}, kReassignAtMost{300'000};
constexpr int kAskMs = 1000;
constexpr std::int64_t kLatest = -1;  // of ListOffsets: behind the last message that is not of an open transaction

}  // namespace

bool Consumer::learn_ends(std::span<const Current> partitions) {
  const PartitionList list = new_list(static_cast<int>(partitions.size()));
  for (const Current& partition : partitions)
    rd_kafka_topic_partition_list_add(list.get(), partition->topic.c_str(), partition->number)->offset = kLatest;
  // Waits behind whatever the leaders are sending: an answer says that no fetch is on its way.
  if (rd_kafka_offsets_for_times(client_, list.get(), kAskMs) != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    const rd_kafka_topic_partition_t& end = list->elems[i];
    partitions[i]->end_known = end.err == RD_KAFKA_RESP_ERR_NO_ERROR ? end.offset : -1;
  }
  return true;
}

/// One that had more at the latest look too and has not moved since; learns the ends of all that have not moved.
Consumer::Current Consumer::find_stalled() {
  Current stalled;
  std::vector<Current> silent;
  for (const Current& partition : assigned_) {
    const std::int64_t next = staging_.locked([&] { return partition->next; });
    if (std::exchange(partition->next_before, next) != next || is_searched(partition)) {
      partition->end_known = -1;
      continue;
    }
    if (!stalled && partition->end_known > next) stalled = partition;
    silent.push_back(partition);
  }
  if (silent.empty() || !learn_ends(silent)) return nullptr;
  return stalled;
}

void Consumer::look_for_stalls() {
  const Clock::time_point now = Clock::now();
  if (now < stalls_at_ || assigned_.empty()) return;
  stalls_at_ = now + kLookEvery;
  const bool waits = counts_.brokers_down || !paused_.empty() || full_since_ != Clock::time_point{} || pending_revoke_ || pending_assign_ ||
                     !to_reset_.empty();
  if (waits) {
    for (const Current& partition : assigned_) partition->end_known = -1;
    return;
  }
  const Current stalled = find_stalled();
  if (!stalled) reassign_pause_ = {};
  if (!stalled || now < reassign_at_) return;
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(client_, 0, nullptr, &metadata, kAskMs) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  rd_kafka_metadata_destroy(metadata);
  ++counts_.stalls;
  tell(shown(*stalled), "has more messages and gave none for a while: all partitions of the source were reassigned at their positions");
  reassign_pause_ = std::clamp(2 * reassign_pause_, kReassignFirst, kReassignAtMost);
  reassign_at_ = now + reassign_pause_;
  reassign();
}

}  // namespace loglode::kafka
