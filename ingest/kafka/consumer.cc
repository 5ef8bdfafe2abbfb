#include "ingest/kafka/consumer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "ingest/kafka/consumer_conf.h"

namespace loglode::kafka {

namespace {

using std::chrono::milliseconds;

constexpr int kPollMs = 50;
constexpr int kPollLaggingMs = 5;
constexpr std::size_t kPollsAtOnce = 1000;  // between two looks at everything else
constexpr std::size_t kToldMax = 100;       // sentences to a person, of one source
constexpr std::size_t kTopicsNamed = 3;     // of a source, where a sentence is of all of them
constexpr milliseconds kCloseWithin{10'000}, kDestroyWithin{3'000};

milliseconds session_timeout(const rd_kafka_conf_t* conf) {
  std::array<char, 32> text{};
  std::size_t size = text.size();
  constexpr milliseconds kDefault{45'000};
  if (rd_kafka_conf_get(conf, "session.timeout.ms", text.data(), &size) != RD_KAFKA_CONF_OK) return kDefault;
  const long long value = std::strtoll(text.data(), nullptr, 10);
  return value > 0 ? milliseconds{value} : kDefault;
}

struct NamedPartition {
  std::string_view topic{};
  std::int32_t number = -1;
};

/// Of `… TOPIC [NUMBER]: broker unavailable: …`.
NamedPartition partition_named(std::string_view text) {
  const std::size_t end = text.find("]: broker unavailable");
  const std::size_t open = text.rfind(" [", end);
  if (end == std::string_view::npos || open == std::string_view::npos) return {};
  const std::size_t begin = text.rfind(' ', open == 0 ? 0 : open - 1) + 1;
  NamedPartition found{text.substr(begin, open - begin)};
  std::from_chars(text.data() + open + 2, text.data() + end, found.number);
  return found;
}

tl::unexpected<Error> refused(std::string what) { return fail(std::make_error_code(std::errc::invalid_argument), std::move(what)); }

}  // namespace

Result<void> Consumer::start() {
  Result<Conf> conf = make_consumer_conf(config_);
  if (!conf) return tl::unexpected<Error>(conf.error());
  patience_ = session_timeout(conf->get()) / 2;
  rd_kafka_conf_set_opaque(conf->get(), this);
  rd_kafka_conf_set_log_cb(conf->get(), &on_log);
  std::array<char, 512> said{};
  client_ = rd_kafka_new(RD_KAFKA_CONSUMER, conf->get(), said.data(), said.size());
  if (client_ == nullptr) return refused("source '" + config_.name + "': " + said.data());
  static_cast<void>(conf->release());  // the client's now
  rd_kafka_poll_set_consumer(client_);
  queue_.reset(rd_kafka_queue_get_consumer(client_));

  const PartitionList topics = new_list(static_cast<int>(config_.topics.size()));
  for (const std::string& topic : config_.topics) rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  if (const rd_kafka_resp_err_t error = rd_kafka_subscribe(client_, topics.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    queue_.reset();
    rd_kafka_destroy_flags(std::exchange(client_, nullptr), RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    return refused("source '" + config_.name + "': cannot subscribe to its topics: " + rd_kafka_err2str(error));
  }
  remember_all(config_.bookmarks);
  thread_ = std::thread{[this] { run(); }};
  return {};
}

Consumer::~Consumer() {
  closing_ = true;
  wake();
  if (thread_.joinable()) thread_.join();
}

void Consumer::wake() noexcept {
  if (queue_) rd_kafka_queue_yield(queue_.get());
}

std::optional<Error> Consumer::fatal() const {
  const std::scoped_lock lock{fatal_mutex_};
  return fatal_;
}

std::int64_t Consumer::high_watermark(const std::string& topic, std::int32_t partition) const {
  std::int64_t low = -1, high = -1;
  if (rd_kafka_get_watermark_offsets(client_, topic.c_str(), partition, &low, &high) != RD_KAFKA_RESP_ERR_NO_ERROR) return -1;
  return high;
}

void Consumer::run() {
  while (!closing_) {
    look_after();
    poll();
  }
  close();
}

void Consumer::look_after() {
  if (pending_revoke_) finish_revoke();
  if (pending_assign_) assign_pending();
  if (interrupted_any_) take_interruptions();
  if (any_suspected_) verify_suspected();
  if (!to_reset_.empty()) reset_positions();
  if (!damaged_.empty() || search_) pass_over_damage();
  commit_acknowledged();
  hold_or_pause();
  if (!trouble_untold_.empty()) tell_trouble();
  if (counts_.brokers_down) ask_brokers();
  look_for_stalls();
}

void Consumer::poll() {
  const bool holds = full_since_ != Clock::time_point{} && paused_.empty() && !assigned_.empty();
  if (holds && !staging_.stopped()) return;
  const Clock::time_point began = Clock::now();
  for (std::size_t i = 0; i < kPollsAtOnce; ++i) {
    Event event{rd_kafka_queue_poll(queue_.get(), i != 0 ? 0 : lagging_ ? kPollLaggingMs : kPollMs)};
    // What comes behind an interruption is looked at as such.
    if (i == 0 || !event) note_standstill(began);
    if (interrupted_any_) take_interruptions();
    if (!event) {
      lagging_ = wake_fetcher();
      return;
    }
    handle(std::move(event));
    if (paused_.empty() && staging_.full()) return;
  }
}

/// Who did not run did not fetch: the process was stopped, or the machine had no time for it.
void Consumer::note_standstill(Clock::time_point since) {
  constexpr milliseconds kStandstill{400};  // a fetch waits at its broker for 500 ms
  constexpr milliseconds kSeldom{10'000};   // so that a machine that never has time still reads
  const Clock::time_point now = Clock::now();
  if (now - since < kStandstill || now < stood_still_ + kSeldom) return;
  stood_still_ = now;
  suspect();
}

void Consumer::handle(Event event) {
  switch (rd_kafka_event_type(event.get())) {
    case RD_KAFKA_EVENT_FETCH:
      return take_messages(*event);
    case RD_KAFKA_EVENT_REBALANCE:
      return take_rebalance(*event);
    case RD_KAFKA_EVENT_OFFSET_COMMIT:
      return take_commit_result(*event);
    case RD_KAFKA_EVENT_ERROR:
      return take_error(*event);
    default:
      return;
  }
}

Consumer::Current Consumer::find(std::string_view topic, std::int32_t number) const {
  for (const Current& partition : assigned_)
    if (partition->number == number && partition->topic == topic) return partition;
  return nullptr;
}

/// A topic that is deleted and created again in a moment leaves no other trace than this: that a fetch was refused, which can have any
/// reason, or that none could be sent. Called by threads of the client's.
void Consumer::on_log(const rd_kafka_t* client, int, const char* facility, const char* message) noexcept {
  auto* const self = static_cast<Consumer*>(rd_kafka_opaque(client));
  if (self == nullptr) return;
  const std::string_view text{message};
  if (std::string_view{facility} == "BROKERUA") {
    const NamedPartition of = partition_named(text);
    self->note_interruption(of.topic, of.number);
  } else if (std::string_view{facility} == "STATE" && text.ends_with(" UP -> DOWN") &&
             text.find("GroupCoordinator") == std::string_view::npos) {
    self->note_interruption({}, -1);
  }
}

std::string Consumer::place(const std::string& where) const {
  std::string text = "source " + config_.name + ", ";
  if (!where.empty()) return text + where;
  for (std::size_t i = 0; i < std::min(config_.topics.size(), kTopicsNamed); ++i) text += (i == 0 ? "" : " ") + config_.topics[i];
  return config_.topics.size() > kTopicsNamed ? text + " …" : text;
}

void Consumer::tell(const std::string& where, std::string what) {
  if (told_.size() >= kToldMax) return;
  if (told_.insert(where + ' ' + what).second) tell_again(where, std::move(what));
}

void Consumer::tell_again(const std::string& where, std::string what) { counters_.report({place(where), std::move(what), false}); }

void Consumer::say(const std::string& what) const {
  if (config_.say) config_.say("source " + config_.name + ": " + what);
}

void Consumer::close() {
  wants_commit_ = false;
  if (search_) search_->stop = true;  // it ends while the client closes
  damaged_.clear();
  if (!assigned_.empty() && rd_kafka_assignment_lost(client_) == 0) commit_now();
  const Clock::time_point until = Clock::now() + kCloseWithin;
  const KafkaError refused{rd_kafka_consumer_close_queue(client_, queue_.get())};
  bool closed = refused != nullptr || rd_kafka_consumer_closed(client_) != 0;
  while (!closed && Clock::now() < until) {
    const Event event{rd_kafka_queue_poll(queue_.get(), kPollMs)};
    if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE) rd_kafka_assign(client_, nullptr);
    closed = rd_kafka_consumer_closed(client_) != 0;
  }
  forget_all();
  search_.reset();
  if (!closed) {
    // Closing may hang in older versions after a partition was lost: better left to the end of the process.
    static_cast<void>(queue_.release());
    return;
  }
  queue_.reset();
  destroy(std::exchange(client_, nullptr));
}

/// It may hang too, where a topic was deleted while it was read (seen with 2.0.2): on a thread of its own, which then ends with the
/// process.
void Consumer::destroy(rd_kafka_t* client) {
  auto done = std::make_shared<std::promise<void>>();
  std::future<void> over = done->get_future();
  std::thread{[client, done] {
    rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    done->set_value();
  }}.detach();
  static_cast<void>(over.wait_for(kDestroyWithin));
}

}  // namespace loglode::kafka
