#include "tests/integration/kafka/broker.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <thread>

namespace loglode::test {

namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

const std::string kScripts = std::string{LOGLODE_SOURCE_DIR} + "/scripts/servers/kafka/";

[[noreturn]] void give_up(const std::string& why) { throw std::runtime_error{why}; }

bool is_free(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  address.sin_port = ::htons(static_cast<std::uint16_t>(port));
  const bool free = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return free;
}

/// Two in a row, below those that the system gives to clients.
int free_ports() {
  for (int port = 20000 + ::getpid() % 5000 * 2; port < 32000; port += 2)
    if (is_free(port) && is_free(port + 1)) return port;
  give_up("no two free ports");
}

rd_kafka_t* client(rd_kafka_type_t type, const std::string& address, const Options& options = {}) {
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  std::array<char, 512> said{};
  rd_kafka_conf_set(conf, "bootstrap.servers", address.c_str(), said.data(), said.size());
  rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
  for (const auto& [key, value] : options)
    if (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), said.data(), said.size()) != RD_KAFKA_CONF_OK) give_up(said.data());
  rd_kafka_t* const made = rd_kafka_new(type, conf, said.data(), said.size());
  if (made == nullptr) give_up(said.data());
  return made;
}

/// Of a name that scripts call: found as the shell finds it.
bool is_installed(const std::string& program) {
  std::string path = std::getenv("PATH") == nullptr ? "" : std::getenv("PATH");
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    if (::access((path.substr(begin, end - begin) + '/' + program).c_str(), X_OK) == 0) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace

std::optional<std::string> Broker::impossible() {
  for (const char* const program : {"java", "mvn"})
    if (!is_installed(program)) return std::string{program} + " is not installed";
  if (std::system((kScripts + "jars >/dev/null").c_str()) != 0) return "the broker's jars cannot be fetched";
  return std::nullopt;
}

Broker& Broker::shared() {
  static Broker broker;
  return broker;
}

Broker::Broker() : port_{free_ports()} {
  std::string pattern = std::filesystem::temp_directory_path() / "loglode-kafka-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) give_up("cannot make a folder for the broker");
  folder_ = pattern;
  start();
}

Broker::~Broker() {
  crash();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Broker::start() {
  pid_ = ::fork();
  if (pid_ < 0) give_up("cannot fork");
  if (pid_ == 0) {
    const int log = ::open((folder_ + "/broker.log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(log, 1);
    ::dup2(log, 2);
    ::execl((kScripts + "start").c_str(), "start", (folder_ + "/data").c_str(), std::to_string(port_).c_str(), nullptr);
    ::_exit(127);
  }
  for (const auto until = SteadyClock::now() + 180s; SteadyClock::now() < until; std::this_thread::sleep_for(100ms)) {
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) break;
    if (answers()) return;
  }
  std::ifstream log{folder_ + "/broker.log"};
  std::cerr << log.rdbuf();
  give_up("the broker does not answer within 180 s");
}

void Broker::crash() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

void Broker::hold(bool still) { ::kill(pid_, still ? SIGSTOP : SIGCONT); }

bool Broker::answers() const {
  if (is_free(port_)) return false;
  rd_kafka_t* const asking = client(RD_KAFKA_PRODUCER, address());
  const rd_kafka_metadata_t* metadata = nullptr;
  const bool good = rd_kafka_metadata(asking, 1, nullptr, &metadata, 2000) == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->broker_cnt > 0;
  if (metadata != nullptr) rd_kafka_metadata_destroy(metadata);
  rd_kafka_destroy(asking);
  return good;
}

void Broker::administer(const Act& act) {
  rd_kafka_t* const admin = client(RD_KAFKA_PRODUCER, address());
  rd_kafka_queue_t* const answers = rd_kafka_queue_new(admin);
  act(admin, answers);
  rd_kafka_event_t* const answer = rd_kafka_queue_poll(answers, 30'000);
  const rd_kafka_resp_err_t error = answer == nullptr ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(answer);
  if (answer != nullptr) rd_kafka_event_destroy(answer);
  rd_kafka_queue_destroy(answers);
  rd_kafka_destroy(admin);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) give_up(rd_kafka_err2str(error));
}

std::string Broker::topic(const std::string& base, int partitions, const Options& settings) {
  static int made = 0;
  std::string name = base + '-' + std::to_string(++made);
  create(name, partitions, settings);
  return name;
}

void Broker::create(const std::string& name, int partitions, const Options& settings) {
  std::array<char, 512> said{};
  rd_kafka_NewTopic_t* fresh = rd_kafka_NewTopic_new(name.c_str(), partitions, 1, said.data(), said.size());
  for (const auto& [key, value] : settings) rd_kafka_NewTopic_set_config(fresh, key.c_str(), value.c_str());
  administer([&](rd_kafka_t* admin, rd_kafka_queue_t* answers) { rd_kafka_CreateTopics(admin, &fresh, 1, nullptr, answers); });
  rd_kafka_NewTopic_destroy(fresh);
  // Its leaders are there a moment later.
  for (int partition = 0; partition < partitions; ++partition)
    for (int i = 0; i < 100 && end(name, partition) < 0; ++i) std::this_thread::sleep_for(50ms);
}

void Broker::add_partitions(const std::string& topic, int partitions_in_all) {
  std::array<char, 512> said{};
  rd_kafka_NewPartitions_t* more =
      rd_kafka_NewPartitions_new(topic.c_str(), static_cast<std::size_t>(partitions_in_all), said.data(), said.size());
  administer([&](rd_kafka_t* admin, rd_kafka_queue_t* answers) { rd_kafka_CreatePartitions(admin, &more, 1, nullptr, answers); });
  rd_kafka_NewPartitions_destroy(more);
}

void Broker::delete_before(const std::string& topic, int partition, std::int64_t offset) {
  rd_kafka_topic_partition_list_t* const list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic.c_str(), partition)->offset = offset;
  rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(list);
  administer([&](rd_kafka_t* admin, rd_kafka_queue_t* answers) { rd_kafka_DeleteRecords(admin, &request, 1, nullptr, answers); });
  rd_kafka_DeleteRecords_destroy(request);
  rd_kafka_topic_partition_list_destroy(list);
}

void Broker::delete_topic(const std::string& topic) {
  rd_kafka_DeleteTopic_t* request = rd_kafka_DeleteTopic_new(topic.c_str());
  administer([&](rd_kafka_t* admin, rd_kafka_queue_t* answers) { rd_kafka_DeleteTopics(admin, &request, 1, nullptr, answers); });
  rd_kafka_DeleteTopic_destroy(request);
  for (int i = 0; i < 100 && end(topic, 0) >= 0; ++i) std::this_thread::sleep_for(50ms);
}

std::int64_t Broker::committed(const std::string& group, const std::string& topic, int partition, std::string* metadata) {
  rd_kafka_t* const asking = client(RD_KAFKA_CONSUMER, address(), {{"group.id", group}});
  rd_kafka_topic_partition_list_t* const list = rd_kafka_topic_partition_list_new(1);
  const rd_kafka_topic_partition_t* const at = rd_kafka_topic_partition_list_add(list, topic.c_str(), partition);
  const rd_kafka_resp_err_t error = rd_kafka_committed(asking, list, 20'000);
  const std::int64_t offset = error == RD_KAFKA_RESP_ERR_NO_ERROR ? at->offset : -2;
  if (metadata != nullptr) metadata->assign(static_cast<const char*>(at->metadata), at->metadata_size);
  rd_kafka_topic_partition_list_destroy(list);
  rd_kafka_destroy(asking);
  return offset;
}

std::int64_t Broker::end(const std::string& topic, int partition) {
  rd_kafka_t* const asking = client(RD_KAFKA_CONSUMER, address());
  std::int64_t low = -1, high = -1;
  if (rd_kafka_query_watermark_offsets(asking, topic.c_str(), partition, &low, &high, 20'000) != RD_KAFKA_RESP_ERR_NO_ERROR) high = -1;
  rd_kafka_destroy(asking);
  return high;
}

Producer::Producer(const std::string& address, const Options& options) {
  Options all{{"enable.idempotence", "true"},
              {"message.timeout.ms", options.contains("transactional.id") ? "30000" : "0"},
              {"linger.ms", "5"},
              {"message.max.bytes", "20000000"}};
  for (const auto& [key, value] : options) all[key] = value;
  client_ = client(RD_KAFKA_PRODUCER, address, all);
}

Producer::~Producer() {
  rd_kafka_flush(client_, 10'000);
  rd_kafka_destroy(client_);
}

void Producer::send(const std::string& topic, int partition, const ToSend& message) {
  rd_kafka_headers_t* const headers = rd_kafka_headers_new(message.headers.size() + 1);
  for (const auto& [name, value] : message.headers)
    rd_kafka_header_add(headers, name.c_str(), -1, value.data(), static_cast<ssize_t>(value.size()));
  const bool tombstone = !message.payload.has_value();
  for (;;) {
    rd_kafka_headers_t* const copy = rd_kafka_headers_copy(headers);
    const rd_kafka_resp_err_t error = rd_kafka_producev(
        client_, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(message.key.empty() ? nullptr : message.key.data(), message.key.size()),
        RD_KAFKA_V_VALUE(tombstone ? nullptr : const_cast<char*>(message.payload->data()), tombstone ? 0 : message.payload->size()),
        RD_KAFKA_V_TIMESTAMP(message.timestamp_ms), RD_KAFKA_V_HEADERS(copy), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) break;
    rd_kafka_headers_destroy(copy);
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) give_up(rd_kafka_err2str(error));
    rd_kafka_poll(client_, 100);
  }
  rd_kafka_headers_destroy(headers);
  rd_kafka_poll(client_, 0);
}

void Producer::transact(const std::string& topic, const std::vector<std::string>& payloads, bool keep) {
  const auto done = [](rd_kafka_error_t* error) {
    if (error != nullptr) give_up(rd_kafka_error_string(error));
  };
  if (!ready_) done(rd_kafka_init_transactions(client_, 60'000));
  ready_ = true;
  done(rd_kafka_begin_transaction(client_));
  for (const std::string& payload : payloads) send(topic, 0, payload);
  flush();
  done(keep ? rd_kafka_commit_transaction(client_, 60'000) : rd_kafka_abort_transaction(client_, 60'000));
}

void Producer::flush() {
  if (rd_kafka_flush(client_, 60'000) != RD_KAFKA_RESP_ERR_NO_ERROR) give_up("what was produced could not be sent within 60 s");
}

}  // namespace loglode::test
