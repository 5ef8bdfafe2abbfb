#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <mutex>

#include "app/registry/kafka_clients.h"
#include "app/registry/types.h"
#include "base/free_with.h"
#include "base/near_word.h"
#include "base/yaml_lines.h"
#include "kafka/config_options.h"
#include "kafka/connection_trouble.h"

namespace loglode::config {
namespace {

using Conf = std::unique_ptr<rd_kafka_conf_t, FreeWith<&rd_kafka_conf_destroy>>;
using Client = std::unique_ptr<rd_kafka_t, FreeWith<&rd_kafka_destroy>>;
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, FreeWith<&rd_kafka_metadata_destroy>>;

/// What librdkafka logs while it tries, and the errors that it tells: the reason of a failure is only there. The first that a person can
/// mend counts, else the last that was logged. Called from its threads, read when the client is gone.
struct LastWords {
  std::mutex guard;
  std::string text;  // guarded by `guard`
  static void keep(const rd_kafka_t* client, int level, const char* facility, const char* message) noexcept {
    auto* words = static_cast<LastWords*>(rd_kafka_opaque(client));
    if (words == nullptr || (level > 4 && std::string_view{facility} != "FAIL")) return;  // warnings and worse; some failures are less
    words->take(message);
  }
  static void hear(rd_kafka_t*, int, const char* reason, void* opaque) {
    if (opaque != nullptr && !kafka::connection_trouble(reason).look_at.empty()) static_cast<LastWords*>(opaque)->take(reason);
  }

 private:
  void take(std::string_view said) {
    const std::lock_guard lock{guard};
    if (kafka::connection_trouble(text).look_at.empty()) text = said.substr(0, 600);
  }
};

std::string parent_of(const std::string& path) {
  const std::string parent = std::filesystem::path{path}.parent_path().string();
  return parent.empty() ? "." : parent;
}

/// Whether something can be made in the folder. Some of their own kind take nothing whatever their mode says: that of processes.
bool takes_files(const std::string& folder) {
  struct statfs system {};
  if (::statfs(folder.c_str(), &system) != 0) return false;
  constexpr std::array<decltype(system.f_type), 3> kTakeNothing{PROC_SUPER_MAGIC, SYSFS_MAGIC, CGROUP2_SUPER_MAGIC};
  const bool nothing = std::find(kTakeNothing.begin(), kTakeNothing.end(), system.f_type) != kTakeNothing.end();
  return !nothing && ::access(folder.c_str(), W_OK | X_OK) == 0;
}

}  // namespace

void ConnectTrial::try_writing(const Text& path, bool folder_wanted, const std::string& what) {
  std::error_code none;
  std::string there = path.value;
  while (!std::filesystem::exists(there, none) && there != parent_of(there)) {
    there = parent_of(there);
    folder_wanted = true;
  }
  const bool folder = std::filesystem::is_directory(there, none);
  if (folder == folder_wanted && (folder ? takes_files(there) : ::access(there.c_str(), W_OK) == 0))
    return found(fmt::format("{}: {} can be written", what, path.shown));
  problem(path.line, fmt::format("{}: {} cannot be written by this user", what, quoted(path)));
}

std::optional<std::vector<std::string>> ConnectTrial::topics_of(const std::vector<Text>& brokers, const Options& options,
                                                                const std::string& what) {
  LastWords words;
  Metadata metadata;
  std::string why;
  {
    Conf conf{rd_kafka_conf_new()};
    char error[512] = "";
    rd_kafka_conf_set(conf.get(), "bootstrap.servers", joined(brokers).c_str(), error, sizeof error);
    for (const auto& [name, value] : options) rd_kafka_conf_set(conf.get(), name.c_str(), value.value.c_str(), error, sizeof error);
    rd_kafka_conf_set_opaque(conf.get(), &words);
    rd_kafka_conf_set_log_cb(conf.get(), &LastWords::keep);
    rd_kafka_conf_set_error_cb(conf.get(), &LastWords::hear);
    const Client client{rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), error, sizeof error)};
    if (client) static_cast<void>(conf.release());  // the client owns it now
    const rd_kafka_metadata_t* answer = nullptr;
    const rd_kafka_resp_err_t code =
        client ? rd_kafka_metadata(client.get(), 1, nullptr, &answer, static_cast<int>(timeout_.count())) : RD_KAFKA_RESP_ERR__INVALID_ARG;
    metadata.reset(answer);
    if (client) rd_kafka_poll(client.get(), 0);  // errors wait to be asked for
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) why = client ? rd_kafka_err2str(code) : error;
  }
  if (!metadata) {
    if (const std::string reason = kafka::connection_trouble(words.text).text(); !reason.empty()) why += ": " + reason;
    problem(brokers.front().line, fmt::format("{}: {} does not answer: {}", what, in_quotes(shown(brokers)),
                                              without_addresses(without_secrets(why, options), brokers)));
    return std::nullopt;
  }
  std::vector<std::string> out;
  out.reserve(static_cast<std::size_t>(metadata->topic_cnt));
  for (int i = 0; i < metadata->topic_cnt; ++i) out.emplace_back(metadata->topics[i].topic);
  return out;
}

}  // namespace loglode::config
