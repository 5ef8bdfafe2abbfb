#include "sinks/kafka_producer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/limits.h"
#include "kafka/connection_trouble.h"
#include "kafka/options.h"

namespace loglode {

namespace {

using std::chrono::milliseconds;

constexpr int kPollMs = 50;
constexpr milliseconds kAgainAfter{1000};

tl::unexpected<Error> invalid(std::string what) { return fail(std::make_error_code(std::errc::invalid_argument), std::move(what)); }

/// The topic will never take this message, whatever is waited for.
bool is_final(rd_kafka_resp_err_t error) noexcept {
  switch (error) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
      return true;
    default:
      return false;
  }
}

}  // namespace

KafkaProducer::KafkaProducer(KafkaProducerConfig config, OnSettled on_settled)
    : config_{std::move(config)}, on_settled_{std::move(on_settled)} {}

KafkaProducer::~KafkaProducer() {
  closing_ = true;
  if (thread_.joinable()) thread_.join();
  for (rd_kafka_t* const client : {client_, alone_}) {
    if (client == nullptr) continue;
    rd_kafka_purge(client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_poll(client, 0);
    rd_kafka_destroy(client);
  }
}

Result<void> KafkaProducer::configure(rd_kafka_conf_t* conf, bool alone) const {
  std::map<std::string, std::string> all{{"client.id", "loglode"}, {"compression.codec", "lz4"}, {"linger.ms", "20"}};
  for (const auto& [key, value] : config_.options) {
    const auto fault = kafka::fault_of_option(key, value, kafka::Role::sink);
    if (fault && fault->kind == kafka::OptionFault::Kind::reserved)
      return invalid("sink '" + config_.name + "': option '" + key + "' is not to be set here: " + fault->why);
    all[key] = value;
  }
  all["bootstrap.servers"] = config_.brokers;
  all["enable.idempotence"] = "true";
  all["acks"] = "all";
  all["message.timeout.ms"] = "0";  // for ever
  all["queue.buffering.max.messages"] = "10000000";
  all["queue.buffering.max.kbytes"] = "2097151";  // the sink bounds it
  if (alone) all["batch.num.messages"] = "1";
  std::array<char, 512> said{};
  for (const auto& [key, value] : all) {
    const rd_kafka_conf_res_t done = rd_kafka_conf_set(conf, key.c_str(), value.c_str(), said.data(), said.size());
    if (done == RD_KAFKA_CONF_UNKNOWN)
      return invalid("sink '" + config_.name + "': librdkafka " + rd_kafka_version_str() + " has no option '" + key + "'");
    if (done != RD_KAFKA_CONF_OK) return invalid("sink '" + config_.name + "': option '" + key + "' has a value that librdkafka refuses");
  }
  return {};
}

Result<void> KafkaProducer::try_client() {
  if (config_.brokers.empty() || config_.topic.empty()) return invalid("sink '" + config_.name + "': brokers and a topic are needed");
  const Result<rd_kafka_t*> client = make_client(false, "");
  if (!client) return tl::unexpected<Error>(client.error());
  rd_kafka_destroy(*client);
  return {};
}

Result<rd_kafka_t*> KafkaProducer::make_client(bool alone, const std::optional<std::string>& brokers) {
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  if (auto good = configure(conf, alone); !good) {
    rd_kafka_conf_destroy(conf);
    return tl::unexpected<Error>(good.error());
  }
  std::array<char, 512> said{};
  if (brokers) rd_kafka_conf_set(conf, "bootstrap.servers", brokers->c_str(), said.data(), said.size());
  rd_kafka_conf_set_opaque(conf, this);
  rd_kafka_conf_set_dr_msg_cb(conf, &on_report);
  rd_kafka_conf_set_error_cb(conf, &on_error);
  rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
  rd_kafka_t* const client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, said.data(), said.size());
  if (client != nullptr) return client;
  rd_kafka_conf_destroy(conf);
  return invalid("sink '" + config_.name + "': " + said.data());
}

Result<void> KafkaProducer::start() {
  if (config_.brokers.empty() || config_.topic.empty()) return invalid("sink '" + config_.name + "': brokers and a topic are needed");
  const Result<rd_kafka_t*> client = make_client(false);
  if (!client) return tl::unexpected<Error>(client.error());
  client_ = *client;
  thread_ = std::thread{[this] { run(); }};
  return {};
}

void KafkaProducer::run() {
  auto look_at = std::chrono::steady_clock::now();
  while (!closing_) {
    rd_kafka_poll(client_, kPollMs);
    if (alone_ != nullptr) rd_kafka_poll(alone_, 0);
    if (const auto now = std::chrono::steady_clock::now(); now >= look_at) {
      send_again();
      look_at = now + kAgainAfter;
    }
  }
}

void KafkaProducer::send(std::string_view key, std::string_view payload, void* mark) { send_with(client_, key, payload, mark); }

void KafkaProducer::send_with(rd_kafka_t* client, std::string_view key, std::string_view payload, void* mark) {
  const rd_kafka_resp_err_t error =
      rd_kafka_producev(client, RD_KAFKA_V_TOPIC(config_.topic.c_str()), RD_KAFKA_V_PARTITION(RD_KAFKA_PARTITION_UA),
                        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key.data(), key.size()),
                        RD_KAFKA_V_VALUE(const_cast<char*>(payload.data()), payload.size()), RD_KAFKA_V_OPAQUE(mark), RD_KAFKA_V_END);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) settle_or_keep(error, key, payload, mark);
}

void KafkaProducer::settle_or_keep(rd_kafka_resp_err_t error, std::string_view key, std::string_view payload, void* mark) {
  if (is_final(error)) return on_settled_(mark, rd_kafka_err2str(error));
  if (error == RD_KAFKA_RESP_ERR__FATAL) failed_ = true;
  const std::scoped_lock lock{mutex_};
  trouble_ = rd_kafka_err2str(error);
  again_.push_back({std::string{key}, std::string{payload}, mark});
}

void KafkaProducer::send_again() {
  std::deque<Again> now;
  {
    const std::scoped_lock lock{mutex_};
    now.swap(again_);
  }
  for (const Again& message : now) send(message.key, message.payload, message.mark);
}

std::string KafkaProducer::trouble() const {
  const std::scoped_lock lock{mutex_};
  return trouble_;
}

void KafkaProducer::report(rd_kafka_t* client, const rd_kafka_message_t& message) {
  if (closing_) return;
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    on_settled_(message._private, {});
    const std::scoped_lock lock{mutex_};
    trouble_.clear();
    return;
  }
  const std::string_view key{static_cast<const char*>(message.key), message.key_len};
  const std::string_view payload{static_cast<const char*>(message.payload), message.len};
  if (is_final(message.err) && client != alone_) {
    if (alone_ == nullptr) alone_ = make_client(true).value_or(nullptr);
    if (alone_ != nullptr) return send_with(alone_, key, payload, message._private);
    return settle_or_keep(RD_KAFKA_RESP_ERR__FAIL, key, payload, message._private);  // once more, later
  }
  settle_or_keep(message.err, key, payload, message._private);
}

void KafkaProducer::on_report(rd_kafka_t* client, const rd_kafka_message_t* message, void* self) noexcept {
  static_cast<KafkaProducer*>(self)->report(client, *message);
}

void KafkaProducer::on_error(rd_kafka_t*, int error, const char* reason, void* self) noexcept {
  auto& producer = *static_cast<KafkaProducer*>(self);
  if (error == RD_KAFKA_RESP_ERR__FATAL) producer.failed_ = true;
  const std::scoped_lock lock{producer.mutex_};
  if (error != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || producer.trouble_.empty())  // which would hide why
    producer.trouble_ = kafka::connection_trouble(reason).text();
}

}  // namespace loglode
