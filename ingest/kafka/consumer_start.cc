// Where a partition begins: at the group's position, at our state's, or where the configuration says; and whether the topic is still the
// one that the position was kept for.
#include <xxhash.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "ingest/kafka/consumer.h"

namespace loglode::kafka {

namespace {

using std::chrono::milliseconds;

constexpr int kAskMs = 2000;

PartitionList list_of(const std::string& topic, std::int32_t number, std::int64_t offset) {
  PartitionList list = new_list();
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), number)->offset = offset;
  return list;
}

std::string at_offset(std::int64_t offset) { return "offset " + std::to_string(offset); }

}  // namespace

void Consumer::name(Partition& partition) const {
  partition.cluster = cluster_;
  std::string text{"kafka"};
  text.append(1, '\0').append(cluster_).append(1, '\0').append(partition.topic).append(1, '\0').append(std::to_string(partition.number));
  if (partition.generation != 0) text.append(1, '\0').append(std::to_string(partition.generation));
  const XXH128_hash_t digest = ::XXH3_128bits(text.data(), text.size());
  partition.identity = {digest.high64, digest.low64};
}

bool Consumer::find_start(const rd_kafka_topic_partition_t& committed, Partition& partition) {
  const CommitNote note = read_commit_note(committed.metadata == nullptr
                                               ? std::string_view{}
                                               : std::string_view{static_cast<const char*>(committed.metadata), committed.metadata_size});
  const PartitionBookmark* const kept = remembered(partition.topic, partition.number);
  partition.generation = std::max(note.generation, kept != nullptr ? kept->note.generation : 0);
  partition.from_beginning_once = config_.start == KafkaStart::beginning_once;
  name(partition);
  if (!is_reread(partition, note, committed.offset < 0 ? kept : nullptr)) return find_position(committed, note, partition);
  std::int64_t low = 0, high = 0;
  if (rd_kafka_query_watermark_offsets(client_, partition.topic.c_str(), partition.number, &low, &high, kAskMs) !=
      RD_KAFKA_RESP_ERR_NO_ERROR)
    return false;
  begin_at(partition, low, ", its beginning (read again, as was asked)");
  return true;
}

bool Consumer::find_position(const rd_kafka_topic_partition_t& committed, const CommitNote& note, Partition& partition) {
  std::optional<std::uint64_t> position;
  if (committed.offset >= 0) {
    position = static_cast<std::uint64_t>(committed.offset) << kKafkaOffsetShift;
    partition.committed = partition.requested = committed.offset;
  }
  const PartitionBookmark* const kept = remembered(partition.topic, partition.number);
  const bool of_this = kept != nullptr && kept->note.generation == partition.generation;
  if (config_.known_position) {
    std::optional<std::uint64_t> known = config_.known_position(partition.identity, position, note.words);
    // What the state said when this run began may be of a topic before: what was noted since counts.
    if (known && kept != nullptr) {
      const std::uint64_t noted = of_this && kept->position >= 0 ? static_cast<std::uint64_t>(kept->position) << kKafkaOffsetShift : 0;
      known = std::max(position.value_or(0), std::min(*known, noted));
    }
    if (known) position = known;
  }
  if (committed.offset < 0 && of_this && kept->position >= 0)
    position = std::max(position.value_or(0), static_cast<std::uint64_t>(kept->position) << kKafkaOffsetShift);
  if (!position) return look_up_start(partition);
  const auto next = static_cast<std::int64_t>(*position >> kKafkaOffsetShift);
  partition.next = next;
  for (const PositionMark& mark :
       {note.generation == partition.generation ? note.mark : PositionMark{}, of_this ? kept->note.mark : PositionMark{}})
    if (mark.offset < next && mark.offset > partition.to_verify.offset) partition.to_verify = mark;
  if (partition.to_verify.known())
    partition.marks.emplace_back(next, partition.to_verify);
  else
    learn_mark(partition);
  if (next == committed.offset)
    partition.begins = at_offset(next) + " (committed)";
  else
    begin_at(partition, next, " (from the state)");  // so that the group gets it back before the next message comes
  partition.forgotten = committed.offset < 0;
  return true;
}

void Consumer::tell_forgotten(const std::vector<Current>& described) {
  std::string names;
  std::size_t count = 0;
  for (const Current& partition : described)
    if (partition->forgotten && ++count <= kPartitionsNamed) names += (count == 1 ? "" : ", ") + shown(*partition);
  if (count == 0) return;
  if (count > kPartitionsNamed) names += " and " + std::to_string(count - kPartitionsNamed) + " more";
  tell_again("", "group '" + config_.group + "' has no position for " + names +
                     " (it expired, or the group or the topic was deleted): reading goes on where it was, by the state; to read all of it "
                     "once more: start: from-beginning-once, or loglode run --reread " +
                     config_.name);
}

/// `kept`: where the group knows nothing.
bool Consumer::is_reread(const Partition& partition, const CommitNote& note, const PartitionBookmark* kept) {
  if (config_.reread && !reread_.contains({partition.topic, partition.number})) return true;
  return config_.start == KafkaStart::beginning_once && !note.from_beginning_once && (kept == nullptr || !kept->note.from_beginning_once);
}

bool Consumer::look_up_start(Partition& partition) {
  const bool is_new_one = config_.start == KafkaStart::latest && is_new(partition);
  partition.begins = is_new_one ? "its beginning (it is new)" : "its beginning (nothing is committed)";
  if (config_.start == KafkaStart::earliest || is_new_one) return true;
  std::int64_t low = 0, high = 0;
  if (rd_kafka_query_watermark_offsets(client_, partition.topic.c_str(), partition.number, &low, &high, kAskMs) !=
      RD_KAFKA_RESP_ERR_NO_ERROR)
    return false;
  if (config_.start == KafkaStart::latest) {
    begin_at(partition, high, ", its end (nothing is committed)");
    if (high > low) learn_mark(partition);
    return true;
  }
  std::int64_t start = high;
  const auto since = std::chrono::duration_cast<milliseconds>(config_.start_time.time_since_epoch()).count();
  const PartitionList list = list_of(partition.topic, partition.number, since);
  if (rd_kafka_offsets_for_times(client_, list.get(), kAskMs) != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  if (list->elems[0].offset >= 0) start = list->elems[0].offset;
  begin_at(partition, start, ", by its start time (nothing is committed)");
  if (start > low) learn_mark(partition);
  return true;
}

/// What is added while we follow is new from its first message on; `latest` means what was there when it was first looked at.
bool Consumer::is_new(const Partition& partition) {
  const auto known = partitions_first_.find(partition.topic);
  return known != partitions_first_.end() && partition.number >= known->second;
}

bool Consumer::learn_topics(const rd_kafka_topic_partition_list_t& list) {
  if (config_.start != KafkaStart::latest) return true;
  bool all_known = true;
  for (int i = 0; i < list.cnt; ++i) all_known = all_known && partitions_first_.contains(list.elems[i].topic);
  if (all_known) return true;
  for (const auto& [key, bookmark] : remembered_)  // of an earlier run
    if (bookmark.cluster == cluster_) {
      int& count = partitions_first_[bookmark.topic];
      count = std::max(count, bookmark.number + 1);
    }
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(client_, 0, nullptr, &metadata, kAskMs) != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  for (int i = 0; i < metadata->topic_cnt; ++i) partitions_first_.emplace(metadata->topics[i].topic, metadata->topics[i].partition_cnt);
  rd_kafka_metadata_destroy(metadata);
  return true;
}

void Consumer::begin_at(Partition& partition, std::int64_t offset, const std::string& why) const {
  partition.begins = at_offset(offset) + why;
  // Handed out as a position, so that it is committed before the first message comes: after a restart it is not the end of then.
  Chunk chunk;
  chunk.since = Clock::now();
  chunk.end = partition.next = offset;
  partition.chunks.push_back(std::move(chunk));
}

void Consumer::remember_all(const std::vector<std::string>& bookmarks) {
  for (const std::string& bytes : bookmarks) {
    const auto read = read_partition_bookmark(bytes);
    if (!read) continue;
    const auto [at, first] = remembered_.try_emplace({read->cluster, read->topic, read->number}, *read);
    if (!first && at->second.note.generation <= read->note.generation) at->second = *read;  // the later is the newer
  }
}

void Consumer::remember(const Partition& partition) {
  staging_.locked([&] {
    if (partition.acknowledged < 0) return;  // what is kept of it says more
    remembered_[{partition.cluster, partition.topic, partition.number}] = {
        partition.cluster,
        partition.topic,
        partition.number,
        partition.acknowledged,
        {{}, partition.mark_before(partition.acknowledged), partition.generation, partition.from_beginning_once}};
  });
}

const PartitionBookmark* Consumer::remembered(const std::string& topic, std::int32_t number) const {
  const auto found = remembered_.find({cluster_, topic, number});
  return found == remembered_.end() ? nullptr : &found->second;
}

/// From the message before the position, which is not taken.
void Consumer::learn_mark(Partition& partition) {
  partition.learns_mark = partition.next > 0;
  if (partition.learns_mark) partition.to_verify.offset = partition.next - 1;
}

bool Consumer::is_doubted(const Partition& partition) {
  any_suspected_ = any_suspected_ || partition.doubt == Doubt::interrupted;
  return partition.doubt != Doubt::none;
}

bool Consumer::verify(Partition& partition, const Message& message) {
  const PositionMark wanted = partition.to_verify;
  if (message.offset < wanted.offset) return false;
  partition.to_verify = {};
  const bool learns = std::exchange(partition.learns_mark, false);
  if (message.offset > wanted.offset) return true;  // it was compacted away, or deleted in time: nobody can tell
  const PositionMark found = mark_of(message.offset, message.timestamp_ms, message.payload);
  if (learns) {
    staging_.locked([&] {
      partition.marks.emplace_front(partition.next, found);
      if (partition.acknowledged >= 0)
        partition.committed = std::min(partition.committed, partition.acknowledged - 1);  // once more, with it
    });
  } else if (found != wanted) {
    partition.doubt = Doubt::another;
    to_reset_.push_back(find(partition.topic, partition.number));
  }
  return false;
}

void Consumer::suspect(std::string_view topic, std::int32_t number) {
  for (const Current& partition : assigned_) {
    if ((!topic.empty() && partition->topic != topic) || (number >= 0 && partition->number != number) || partition->doubt != Doubt::none)
      continue;
    const bool is_asked = partition->to_verify.known();
    if (!is_asked && !staging_.locked([&] { return partition->latest_mark(); }).known()) continue;
    partition->doubt = Doubt::interrupted;
    any_suspected_ = any_suspected_ || !is_asked;  // else once more when the answer comes: it may be of before
  }
}

void Consumer::verify_suspected() {
  if (pending_revoke_ || pending_assign_) return;  // as in reset_positions
  any_suspected_ = false;
  bool any = false;
  for (const Current& partition : assigned_) {
    if (partition->doubt != Doubt::interrupted) continue;
    any = true;
    partition->doubt = Doubt::none;
    if (!partition->learns_mark) partition->to_verify = staging_.locked([&] { return partition->latest_mark(); });
  }
  if (any) reassign();
}

void Consumer::note_interruption(std::string_view topic, std::int32_t number) {
  constexpr std::size_t kNamedMax = 1000;
  const std::scoped_lock lock{interruptions_mutex_};
  if (interruptions_.size() < kNamedMax)
    interruptions_.push_back({std::string{topic}, number});
  else
    interruptions_.back() = {};
  interrupted_any_ = true;
}

void Consumer::take_interruptions() {
  std::vector<Interruption> taken;
  {
    const std::scoped_lock lock{interruptions_mutex_};
    interrupted_any_ = false;
    taken.swap(interruptions_);
  }
  for (const Interruption& each : taken) suspect(each.topic, each.number);
}

}  // namespace loglode::kafka
