// An idempotent producer for one topic: takes messages, calls back with what became of each. Owned by the sink.
#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "core/result.h"

namespace loglode {

struct KafkaProducerConfig {
  std::string name, brokers, topic;
  std::map<std::string, std::string> options;
};

class KafkaProducer {
 public:
  /// What became of a message: an empty reason is delivered, else the topic will never take it. `mark` is the caller's. Any thread.
  using OnSettled = std::function<void(void* mark, std::string_view reason)>;

  KafkaProducer(KafkaProducerConfig config, OnSettled on_settled);
  ~KafkaProducer();
  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;

  /// Errors: invalid_argument.
  Result<void> start();
  /// Makes a client that knows no broker, and throws it away. Errors: as start(); a sentence of librdkafka's may hold a value.
  Result<void> try_client();
  /// Takes a copy. What cannot be sent now is sent later. May settle at once.
  void send(std::string_view key, std::string_view payload, void* mark);
  /// What is in the way, the latest first; empty when nothing is.
  [[nodiscard]] std::string trouble() const;
  /// The client has failed for good: nothing is delivered any more.
  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  struct Again {
    std::string key, payload;
    void* mark = nullptr;
  };
  Result<rd_kafka_t*> make_client(bool alone, const std::optional<std::string>& brokers = std::nullopt);
  Result<void> configure(rd_kafka_conf_t* conf, bool alone) const;
  void run();
  void send_again();
  void send_with(rd_kafka_t* client, std::string_view key, std::string_view payload, void* mark);
  void report(rd_kafka_t* client, const rd_kafka_message_t& message);
  void settle_or_keep(rd_kafka_resp_err_t error, std::string_view key, std::string_view payload, void* mark);
  static void on_report(rd_kafka_t* client, const rd_kafka_message_t* message, void* self) noexcept;
  static void on_error(rd_kafka_t*, int error, const char* reason, void* self) noexcept;

  const KafkaProducerConfig config_;
  const OnSettled on_settled_;
  rd_kafka_t* client_ = nullptr;
  // A broker refuses whole requests, for the sake of one message: those of a refused one are sent again each on its own, by this client.
  rd_kafka_t* alone_ = nullptr;  // made when it is needed, by the producer's thread
  std::atomic<bool> closing_{false}, failed_{false};
  std::thread thread_;
  mutable std::mutex mutex_;
  std::deque<Again> again_;  // guarded by mutex_
  std::string trouble_;      // guarded by mutex_
};

}  // namespace loglode
