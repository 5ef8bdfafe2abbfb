// The thread that talks to the brokers: polls message by message, answers rebalances, commits positions, pauses what cannot be taken.
// Owned by the source. Everything of this client happens on this thread; others meet it in StagingQueue and in a few atomics. A search for
// the end of a damaged batch runs beside it, with a client of its own.
#pragma once

#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "core/run_counters.h"
#include "ingest/kafka/kafka_source.h"
#include "ingest/kafka/position_mark.h"
#include "ingest/kafka/staging_queue.h"
#include "kafka/handles.h"

namespace loglode::kafka {

inline constexpr std::size_t kPartitionsNamed = 20;  // in a sentence

struct ConsumerCounts {
  std::atomic<std::uint64_t> messages{0}, bytes{0}, tombstones{0}, rebalances{0}, commits{0}, commit_failures{0}, repeats_dropped{0};
  std::atomic<std::uint64_t> unreadable{0}, stalls{0}, expired{0};
  std::atomic<bool> paused{false}, brokers_down{false};
};

class Consumer {
 public:
  /// `staging` and `counters` must outlive it.
  Consumer(const KafkaSourceConfig& config, StagingQueue& staging, RunCounters& counters)
      : config_{config}, staging_{staging}, counters_{counters} {}
  ~Consumer();
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  /// Joins the group. Errors: the configuration.
  Result<void> start();
  /// Looks at what has changed (an acknowledgement, a stop) at once.
  void wake() noexcept;

  [[nodiscard]] bool wants_commit() const noexcept { return wants_commit_; }
  [[nodiscard]] const ConsumerCounts& counts() const noexcept { return counts_; }
  /// Set when the group has no place for us any more.
  [[nodiscard]] std::optional<Error> fatal() const;
  /// What the client knows without asking; -1 when it does not.
  [[nodiscard]] std::int64_t high_watermark(const std::string& topic, std::int32_t partition) const;

 private:
  using Current = std::shared_ptr<Partition>;
  /// A batch that cannot be read. Asked for again a few times before its end is searched for: a broker or a wire may do better.
  struct Damage {
    static constexpr unsigned kTimes = 3;
    Current partition;
    std::int64_t from = 0;
    rd_kafka_resp_err_t error{};
    unsigned times = 0;
    [[nodiscard]] bool is_due() const noexcept { return times >= kTimes; }
  };
  /// For the end of a damaged batch, on a thread of its own. Waits for it when it is destroyed.
  struct Search {
    Current partition;
    std::int64_t from = 0;
    std::atomic<bool> stop{false};
    std::future<std::optional<std::int64_t>> behind;
    Search(Current in, std::int64_t first) : partition{std::move(in)}, from{first} {}
    ~Search() { stop = true; }
    Search(const Search&) = delete;
    Search& operator=(const Search&) = delete;
  };

  void run();
  void look_after();
  void poll();
  void note_standstill(Clock::time_point since);
  void handle(Event event);

  // consumer_messages: what comes out of the queue
  void take_messages(rd_kafka_event_t& event);
  void take(const rd_kafka_message_t& message);
  void take_error(rd_kafka_event_t& event);
  void give_up(const std::string& why);
  void reached_end(rd_kafka_event_t& event);
  void note_trouble(rd_kafka_event_t& event, bool worth_telling);
  void tell_trouble();
  void brokers_went_away();
  void ask_brokers();
  void refuse(const Current& partition);
  void reset_positions();
  bool reset_position(const Current& partition);
  void reassign();
  void start_over(const Current& partition, std::int64_t offset);
  void hold_or_pause();
  void pause();
  void resume();
  void unpause();
  bool wake_fetcher();

  // consumer_damage: batches that cannot be read
  void take_damage(const Current& partition, std::int64_t batch, rd_kafka_resp_err_t error);
  void pass_over_damage();
  void take_found();
  void search_next();
  void tell_passed_over(const Damage& damage, std::int64_t next);
  /// `next` comes: a batch in front of it that could not be read went well after all, or librdkafka has passed over it.
  void note_passed_over(const Partition& partition, std::int64_t next);
  [[nodiscard]] bool is_searched(const Current& partition) const;

  // consumer_stalls: partitions that have more and give none
  void look_for_stalls();
  [[nodiscard]] Current find_stalled();
  bool learn_ends(std::span<const Current> partitions);

  // consumer_start: where a partition begins, and whether its topic is still the one that it was
  /// Its identity, of cluster, topic, number and generation.
  void name(Partition& partition) const;
  bool find_start(const rd_kafka_topic_partition_t& committed, Partition& partition);
  bool find_position(const rd_kafka_topic_partition_t& committed, const CommitNote& note, Partition& partition);
  void tell_forgotten(const std::vector<Current>& described);
  bool look_up_start(Partition& partition);
  static void learn_mark(Partition& partition);
  [[nodiscard]] bool is_reread(const Partition& partition, const CommitNote& note, const PartitionBookmark* kept);
  [[nodiscard]] bool is_new(const Partition& partition);
  bool learn_topics(const rd_kafka_topic_partition_list_t& list);
  void begin_at(Partition& partition, std::int64_t offset, const std::string& why) const;
  void remember_all(const std::vector<std::string>& bookmarks);
  void remember(const Partition& partition);
  [[nodiscard]] const PartitionBookmark* remembered(const std::string& topic, std::int32_t number) const;
  /// Whether `message` is to be taken: false for the one that is read once more, and from a topic that is another one.
  bool verify(Partition& partition, const Message& message);
  /// Whether what comes is not to be taken. Asks for a verification when one is due.
  bool is_doubted(const Partition& partition);
  /// Its fetches were interrupted. No topic: of any of them; no number: of any partition.
  void suspect(std::string_view topic = {}, std::int32_t number = -1);
  void verify_suspected();
  void take_interruptions();
  void note_interruption(std::string_view topic, std::int32_t number);

  // consumer_group: who owns what, and up to where
  void take_rebalance(rd_kafka_event_t& event);
  void assign_pending();
  void say_assigned(const std::vector<Current>& partitions) const;
  [[nodiscard]] std::optional<std::vector<Current>> describe(rd_kafka_topic_partition_list_t& list);
  void begin_revoke(PartitionList list);
  void finish_revoke();
  void hand_back(PartitionList list);
  void commit_acknowledged();
  void take_commit_result(rd_kafka_event_t& event);
  [[nodiscard]] PartitionList to_commit();
  void commit_now();
  void note_commit(rd_kafka_resp_err_t error, const rd_kafka_topic_partition_list_t* list);
  void forget_all();
  void close();
  static void destroy(rd_kafka_t* client);
  static void on_log(const rd_kafka_t* client, int level, const char* facility, const char* message) noexcept;

  [[nodiscard]] Current find(std::string_view topic, std::int32_t number) const;
  // To a person. Each line names the source and, where there is one, the topic or partition.
  [[nodiscard]] std::string place(const std::string& where) const;
  void tell(const std::string& where, std::string what);        // once
  void tell_again(const std::string& where, std::string what);  // each time that it happens
  void say(const std::string& what) const;                      // what is no fault

  const KafkaSourceConfig& config_;
  StagingQueue& staging_;
  RunCounters& counters_;
  ConsumerCounts counts_;
  std::atomic<bool> closing_{false}, wants_commit_{false}, interrupted_any_{false};
  rd_kafka_t* client_ = nullptr;  // left behind when it does not close in time
  Queue queue_;
  std::chrono::milliseconds patience_{0};  // for commits before partitions are given back
  std::thread thread_;

  // The thread's own.
  std::vector<Current> assigned_;
  struct ByTopic {
    const rd_kafka_topic_t* topic = nullptr;
    std::int32_t number = -1;
    friend bool operator==(const ByTopic&, const ByTopic&) = default;
  };
  struct HashByTopic {
    std::size_t operator()(const ByTopic& key) const noexcept {
      return std::hash<const void*>{}(key.topic) ^ (static_cast<std::size_t>(key.number) * 0x9E3779B97F4A7C15U);
    }
  };
  std::unordered_map<ByTopic, Partition*, HashByTopic> by_topic_;  // a shortcut into assigned_
  std::vector<Current> to_reset_;
  std::vector<std::string_view> headers_;  // of the message at hand, as config_.headers names them
  std::vector<Damage> damaged_;            // in the order in which they were met, which is that of the searches
  std::unique_ptr<Search> search_;         // one at a time, since each has a client of its own
  PartitionList pending_assign_, pending_revoke_;
  Clock::time_point revoke_until_{}, ask_at_{}, reset_at_{}, assign_at_{}, commit_at_{}, full_since_{}, commit_sent_{}, wake_at_{},
      stalls_at_{}, reassign_at_{}, search_at_{}, trouble_at_{}, stood_still_{};
  std::chrono::milliseconds reassign_pause_{0};  // between two times that partitions are reassigned for a stall
  bool commit_on_its_way_ = false;
  bool any_suspected_ = false;
  bool lagging_ = false;  // there is more to come, and the queue is empty
  std::size_t woken_ = 0;
  unsigned wakes_in_vain_ = 0;
  std::set<std::pair<std::string, std::int32_t>> paused_;                                       // by us, of those assigned
  std::map<std::tuple<std::string, std::string, std::int32_t>, PartitionBookmark> remembered_;  // by cluster, topic and number
  std::set<std::pair<std::string, std::int32_t>> reread_;                                       // begun, of config_.reread
  std::map<std::string, int> partitions_first_;  // how many a topic had when the first of it was assigned
  std::set<std::string> told_;
  std::string trouble_, trouble_told_;  // why the latest connection failed, and why all did
  std::string trouble_untold_;          // of one that a person can mend
  std::string cluster_;

  struct Interruption {
    std::string topic{};
    std::int32_t number = -1;
  };
  std::mutex interruptions_mutex_;
  std::vector<Interruption> interruptions_;  // guarded by interruptions_mutex_

  mutable std::mutex fatal_mutex_;
  std::optional<Error> fatal_;  // guarded by fatal_mutex_
};

}  // namespace loglode::kafka
