// Batches that are damaged on the broker's disk: where they end is searched for, one search at a time, and they are passed over.
#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "ingest/kafka/consumer.h"
#include "ingest/kafka/readable_again.h"

namespace loglode::kafka {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kSearchAgain{5000};  // after there was no thread to be had

}  // namespace

void Consumer::take_damage(const Current& partition, std::int64_t batch, rd_kafka_resp_err_t error) {
  auto damage = std::find_if(damaged_.begin(), damaged_.end(), [&](const Damage& each) { return each.partition == partition; });
  if (damage == damaged_.end()) damage = damaged_.insert(damaged_.end(), Damage{partition});
  partition->to_verify = {};  // nobody will read it
  // librdkafka asks again by itself, a little later each time.
  damage->from = std::max(batch, staging_.locked([&] { return partition->next; }));
  damage->error = error;
  ++damage->times;
}

void Consumer::pass_over_damage() {
  if (pending_revoke_ || pending_assign_) return;  // as in reset_positions
  std::erase_if(damaged_,
                [&](const Damage& damage) { return damage.partition != find(damage.partition->topic, damage.partition->number); });
  if (search_) take_found();
  if (!search_) search_next();
}

void Consumer::take_found() {
  const auto damage = std::find_if(damaged_.begin(), damaged_.end(), [&](const Damage& each) {
    return each.is_due() && each.partition == search_->partition && each.from == search_->from;
  });
  // Not when it went well meanwhile, when the partition was taken away, and when nothing more is taken.
  const bool wanted = damage != damaged_.end() && !staging_.stopped();
  if (!wanted) search_->stop = true;
  if (search_->behind.wait_for(milliseconds{0}) != std::future_status::ready) return;
  const std::optional<std::int64_t> behind = search_->behind.get();
  search_.reset();
  if (!wanted) return;
  const Damage searched = std::move(*damage);
  damaged_.erase(damage);
  if (!behind || *behind <= searched.from) return;  // if it is not over, it comes again
  tell_passed_over(searched, *behind);
  staging_.move_past(*searched.partition, *behind);
  reassign();
}

void Consumer::search_next() {
  if (staging_.stopped() || Clock::now() < search_at_) return;
  const auto damage = std::find_if(damaged_.begin(), damaged_.end(), [](const Damage& each) { return each.is_due(); });
  if (damage == damaged_.end()) return;
  auto search = std::make_unique<Search>(damage->partition, damage->from);
  try {
    search->behind = std::async(std::launch::async, [this, partition = search->partition, from = search->from, stop = &search->stop] {
      return readable_again(config_, partition->topic, partition->number, from, *stop);
    });
  } catch (const std::system_error& error) {
    search_at_ = Clock::now() + kSearchAgain;
    return tell(shown(*damage->partition), std::string{"a batch is damaged, and no thread can be started to search for its end: "} +
                                               error.what() + "; this is tried again");
  }
  search_ = std::move(search);
}

void Consumer::note_passed_over(const Partition& partition, std::int64_t next) {
  std::erase_if(damaged_, [&](const Damage& damage) {
    if (damage.partition.get() != &partition || next < damage.from) return false;
    if (next > damage.from) tell_passed_over(damage, next);  // else it went well this time
    return true;
  });
}

void Consumer::tell_passed_over(const Damage& damage, std::int64_t next) {
  tell(shown(*damage.partition), "offsets " + std::to_string(damage.from) + " to " + std::to_string(next - 1) +
                                     " cannot be read, their batch is damaged (" + rd_kafka_err2str(damage.error) +
                                     "): they were passed over");
  counts_.unreadable += static_cast<std::uint64_t>(next - damage.from);
}

bool Consumer::is_searched(const Current& partition) const {
  return std::any_of(damaged_.begin(), damaged_.end(), [&](const Damage& each) { return each.is_due() && each.partition == partition; });
}

}  // namespace loglode::kafka
