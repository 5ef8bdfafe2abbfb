// A real Kafka broker for tests, started by scripts/servers/kafka/start on free ports of 127.0.0.1, and what tests do to it.
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace loglode::test {

using Options = std::map<std::string, std::string>;

class Broker {
 public:
  /// The one that the whole program uses; started by the first call.
  static Broker& shared();
  /// Why none can be started here; nothing when it can.
  static std::optional<std::string> impossible();

  Broker();
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void start();           // and waits until it answers
  void crash();           // SIGKILL
  void hold(bool still);  // SIGSTOP, SIGCONT

  /// Creates it and returns its name, `base` and a number that no other test has.
  std::string topic(const std::string& base, int partitions, const Options& settings = {});
  void add_partitions(const std::string& topic, int partitions_in_all);
  void delete_before(const std::string& topic, int partition, std::int64_t offset);
  void delete_topic(const std::string& topic);
  void create(const std::string& topic, int partitions, const Options& settings = {});
  [[nodiscard]] std::int64_t committed(const std::string& group, const std::string& topic, int partition, std::string* metadata = nullptr);
  [[nodiscard]] std::int64_t end(const std::string& topic, int partition);

 private:
  [[nodiscard]] bool answers() const;
  using Act = std::function<void(rd_kafka_t*, rd_kafka_queue_t*)>;
  void administer(const Act& act);

  std::string folder_;
  int port_ = 0, pid_ = 0;
};

struct ToSend {
  std::optional<std::string> payload;  // none: a tombstone
  std::string key{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::int64_t timestamp_ms = 0;
};

/// Waits for its broker as long as it takes: idempotent, everything once.
class Producer {
 public:
  explicit Producer(const std::string& address, const Options& options = {});
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;
  void send(const std::string& topic, int partition, const ToSend& message);
  void send(const std::string& topic, int partition, const std::string& payload) { send(topic, partition, ToSend{payload, {}, {}, 0}); }
  void flush();
  /// All of them to partition 0, and then kept or given up. With the option transactional.id.
  void transact(const std::string& topic, const std::vector<std::string>& payloads, bool keep);

 private:
  bool ready_ = false;  // for transactions
  rd_kafka_t* client_ = nullptr;
};

}  // namespace loglode::test
