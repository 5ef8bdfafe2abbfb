// Sends bulks until each of their documents has its verdict: a thread of its own with several requests on their way. What becomes of a
// document is decided by item_verdict.h; what becomes of a request that has no such answers is decided here (sinks/README.md has the
// table).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "net/http_client.h"
#include "sinks/elasticsearch/bulk.h"
#include "sinks/elasticsearch/bulk_answer.h"
#include "sinks/elasticsearch/item_verdict.h"
#include "sinks/elasticsearch/look_up.h"
#include "sinks/elasticsearch/search_config.h"
#include "sinks/elasticsearch/search_nodes.h"
#include "sinks/open_writes.h"

namespace loglode {

class BulkSender {
 public:
  /// `writes` takes the verdicts and outlives it. Its thread begins at once; nothing is sent before the cluster has the index templates.
  BulkSender(const SearchSinkConfig& config, OpenWrites& writes, SearchSinkLinks links);
  BulkSender(const BulkSender&) = delete;
  BulkSender& operator=(const BulkSender&) = delete;
  /// Does not wait for answers: what has no verdict gets none.
  ~BulkSender();

  /// Adds all documents of `bulk` to what is sent next. Any thread.
  void add(const Bulk& bulk);
  /// What was added goes now, not when it is old enough. Any thread.
  void hurry();

 private:
  using Clock = std::chrono::steady_clock;
  using TimePoint = Clock::time_point;
  struct Flight;
  struct Refused {   // documents of one answer that were not stored
    Bulk later;      // again, after a pause
    Bulk repaired;   // again at once, changed
    Bulk conflicts;  // their ids are taken: each one's index is in `places`
    std::vector<StoredPlace> places;
    std::size_t throttled = 0;
    std::string why;  // of the first that goes again
  };

  void run();
  void notice_reload();
  [[nodiscard]] bool ask_for_templates(TimePoint now);
  void templates_answered(std::size_t node, const HttpAnswer& answer);
  [[nodiscard]] bool look_over_cluster(TimePoint now);
  void start_due(TimePoint now);
  [[nodiscard]] bool next_bulk(TimePoint now, Bulk& out);
  void start(Bulk bulk, std::size_t node);
  void ended(Flight& flight, const HttpAnswer& answer);
  void answered(Flight& flight);
  void count_answers(const Flight& flight);
  void judge(Flight& flight, const BulkItem& item);
  void refuse_item(Flight& flight, std::size_t position, Refused& refused);
  void refused_whole(Flight& flight, const HttpAnswer& answer);
  void split(Flight& flight);
  void refuse_alone(Flight& flight, const std::string& reason);
  void unanswered(Flight& flight, const HttpAnswer& answer);
  // Looking up what may be stored (look_ups.cc).
  struct LookUp {
    Bulk bulk;
    std::size_t node;
    bool is_conflict = false;  // the server said that their ids are taken
    std::vector<StoredPlace> places{};
    std::string body{};
  };
  [[nodiscard]] bool is_to_be_looked_up(Bulk& bulk);
  void look_up(Bulk bulk, std::size_t node);
  void indices_answered(const std::shared_ptr<LookUp>& look_up, const HttpAnswer& answer);
  void ask_where_stored(const std::shared_ptr<LookUp>& look_up);
  void cannot_look_up(LookUp& look_up, const HttpAnswer& answer, const char* privilege);
  void looked_up(LookUp& look_up, const std::vector<StoredAs>& stored);
  [[nodiscard]] std::uint64_t& stored_by(std::size_t node, bool events) { return stored_[2 * node + (events ? 1 : 0)]; }
  void again(Bulk bulk, const std::string& why);
  void pause(TimePoint now, const std::string& why);
  void set_trouble(const std::string& why);
  void renew_access();
  [[nodiscard]] std::chrono::milliseconds wait_from(TimePoint now);
  [[nodiscard]] std::chrono::milliseconds told_pause(const HttpAnswer& answer) const;

  const SearchSinkConfig config_;
  OpenWrites& writes_;
  const SearchSinkLinks links_;

  mutable std::mutex mutex_;
  Bulk filling_;  // guarded by mutex_, like those below
  TimePoint filling_since_{};
  std::vector<Bulk> full_;
  std::atomic<bool> hurry_{false}, stop_{false};
  std::atomic<std::size_t> body_bytes_max_;  // of a request; less than configured once the server has said 413

  // The thread's own.
  HttpAccess access_;
  SearchNodes nodes_;
  SendWindow window_;
  BackOff back_off_, throttle_back_off_;
  std::multimap<TimePoint, Bulk> later_;  // by when they are due
  std::size_t in_flight_ = 0;
  std::vector<std::uint64_t> stored_;  // documents since it began, by node: of records, of events
  unsigned refused_since_stored_ = 0;  // whole requests (400), one after the other
  unsigned throttled_ = 0;             // whole requests (429), one after the other
  TimePoint throttled_at_{};           // the latest of those
  std::size_t unsure_bytes_;           // more of this run's first documents are looked up, as an earlier run may have stored them
  bool cannot_look_up_told_ = false;
  std::vector<std::string> templates_to_ask_for_;
  bool asks_ = false;
  std::set<std::string> told_of_cluster_;
  std::uint32_t reloads_seen_ = 0;
  unsigned pauses_ = 0;  // one after the other
  TimePoint paused_until_{};
  HttpExchanges exchanges_;
  std::thread thread_;  // last: uses all above
};

}  // namespace loglode
