#include "app/registry/connect_check.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <glob.h>
#include <librdkafka/rdkafka.h>
#include <linux/magic.h>
#include <netinet/in.h>
#include <regex.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <mutex>

#include "app/registry/kafka_clients.h"
#include "app/registry/kafka_options.h"
#include "config/section.h"
#include "ingest/follow/path_patterns.h"
#include "base/near_word.h"
#include "base/yaml_lines.h"

namespace loglode::config {
namespace {

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* handle) const noexcept {
    Free(handle);
  }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, FreeWith<&rd_kafka_conf_destroy>>;
using Client = std::unique_ptr<rd_kafka_t, FreeWith<&rd_kafka_destroy>>;
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, FreeWith<&rd_kafka_metadata_destroy>>;
using Regex = std::unique_ptr<regex_t, FreeWith<&regfree>>;

/// What librdkafka logs while it tries: the reason of a failure is only there. Called from its threads, read when the client is gone.
struct LastWords {
  std::mutex guard;
  std::string text;  // guarded by `guard`
  static void keep(const rd_kafka_t* client, int level, const char* /*facility*/, const char* message) noexcept {
    auto* words = static_cast<LastWords*>(rd_kafka_opaque(client));
    if (words == nullptr || level > 4) return;  // warnings and worse
    const std::lock_guard lock{words->guard};
    words->text.assign(message, std::min<std::size_t>(std::string_view{message}.size(), 300));
  }
};

/// What is worth telling of librdkafka's last words: `… Connect to ipv4#…:9092 failed: Connection refused (after 0ms in state CONNECT…)`.
/// The rest names brokers, which a person has written or which nobody shall see.
std::string reason_in(std::string_view words, const std::vector<Text>& brokers) {
  constexpr std::string_view kFailed = "failed: ";
  if (const auto at = words.rfind(kFailed); at != std::string_view::npos) {
    words.remove_prefix(at + kFailed.size());
  } else if (std::any_of(brokers.begin(), brokers.end(), [](const Text& broker) { return broker.hidden; })) {
    return {};
  }
  return std::string{words.substr(0, words.find(" (after "))};
}

std::string shown(const std::vector<Text>& brokers) {
  std::string out;
  for (const Text& broker : brokers) out += (out.empty() ? "" : ",") + broker.shown;
  return out;
}

class Connections {
 public:
  Connections(const PipelineConfig& config, Milliseconds timeout) : config_(config), timeout_(timeout) {}

  ConnectReport run() {
    for (const SourceConfig& source : config_.sources) {
      if (source.type == SourceConfig::Type::kafka) try_topics(source);
      if (source.type == SourceConfig::Type::file) try_files(source);
    }
    for (const SinkConfig& sink : config_.sinks) {
      if (sink.type == SinkConfig::Type::kafka) try_topic(sink);
      if (sink.type == SinkConfig::Type::file) try_writing(sink.path, Kind::file, fmt::format("sink {}", in_quotes(sink.name)));
    }
    if (!config_.state.empty()) try_writing(config_.state, Kind::folder, "state");
    if (!config_.dead_letters.path.empty()) try_writing(config_.dead_letters.path, Kind::folder, "dead letters");
    if (config_.http.on) try_listening();
    return std::move(report_);
  }

 private:
  void problem(int line, std::string message) { report_.problems.push_back({config_.file, line, std::move(message)}); }
  void found(std::string line) { report_.found.push_back(std::move(line)); }

  static std::string parent_of(const std::string& path) {
    const std::string parent = std::filesystem::path{path}.parent_path().string();
    return parent.empty() ? "." : parent;
  }

  enum class Kind : std::uint8_t { file, folder };

  /// Whether something can be made in the folder. Some of their own kind take nothing whatever their mode says: that of processes.
  static bool takes_files(const std::string& folder) {
    struct statfs system {};
    if (::statfs(folder.c_str(), &system) != 0) return false;
    constexpr std::array<decltype(system.f_type), 3> kTakeNothing{PROC_SUPER_MAGIC, SYSFS_MAGIC, CGROUP2_SUPER_MAGIC};
    const bool nothing = std::find(kTakeNothing.begin(), kTakeNothing.end(), system.f_type) != kTakeNothing.end();
    return !nothing && ::access(folder.c_str(), W_OK | X_OK) == 0;
  }

  /// Writable, or so near to a writable folder that it can be made.
  void try_writing(const Text& path, Kind kind, const std::string& what) {
    std::error_code none;
    std::string there = path.value;
    while (!std::filesystem::exists(there, none) && there != parent_of(there)) {
      there = parent_of(there);
      kind = Kind::folder;
    }
    const bool folder = std::filesystem::is_directory(there, none);
    if (folder == (kind == Kind::folder) && (folder ? takes_files(there) : ::access(there.c_str(), W_OK) == 0))
      return found(fmt::format("{}: {} can be written", what, path.shown));
    problem(path.line, fmt::format("{}: {} cannot be written by this user", what, quoted(path)));
  }

  /// As the service does it, but for listening.
  void try_listening() {
    const bool six = config_.http.host.find(':') != std::string::npos;
    const std::string address = fmt::format("{}{}{}:{}", six ? "[" : "", config_.http.host, six ? "]" : "", config_.http.port);
    const std::string host = config_.http.host == "localhost" ? "127.0.0.1" : config_.http.host;
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(config_.http.port);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(config_.http.port);
    const bool known = ::inet_pton(six ? AF_INET6 : AF_INET, host.c_str(), six ? static_cast<void*>(&v6.sin6_addr) : &v4.sin_addr) == 1;
    const int socket = known ? ::socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
    const int yes = 1;
    if (socket >= 0) ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    const auto* const where = six ? reinterpret_cast<const sockaddr*>(&v6) : reinterpret_cast<const sockaddr*>(&v4);
    const bool bound = socket >= 0 && ::bind(socket, where, six ? sizeof v6 : sizeof v4) == 0;
    const int why = errno;
    if (socket >= 0) ::close(socket);
    if (bound) return found(fmt::format("http: {} is free", address));
    problem(config_.http.line,
            fmt::format("http: cannot listen on {}: {}{}; choose another address in http.listen, or off", address,
                        std::generic_category().message(why), why == EADDRINUSE ? " (is this configuration running already?)" : ""));
  }

  /// Files may still come, as long as their folder is there.
  void tell_no_files(const SourceConfig& source) {
    const auto has_folder = [](const Text& path) {
      glob_t globbed{};
      const std::unique_ptr<glob_t, FreeWith<&globfree>> owner{&globbed};
      return ::glob(parent_of(path.value).c_str(), GLOB_ONLYDIR, nullptr, &globbed) == 0;
    };
    if (std::any_of(source.paths.begin(), source.paths.end(), has_folder))
      return found(fmt::format("source {}: no file matches yet", in_quotes(source.name)));
    problem(source.paths.front().line,
            fmt::format("source {}: no file matches, and there is no folder {} either", in_quotes(source.name),
                        source.paths.front().hidden ? quoted(source.paths.front()) : in_quotes(parent_of(source.paths.front().value))));
  }

  void try_files(const SourceConfig& source) {
    const std::vector<std::string> files = files_of(source);
    std::size_t readable = 0;
    for (const std::string& file : files) readable += ::access(file.c_str(), R_OK) == 0 ? 1 : 0;
    if (files.empty()) return tell_no_files(source);
    if (readable < files.size())
      return problem(source.paths.front().line, fmt::format("source {}: {} of {} files cannot be read by this user", in_quotes(source.name),
                                                            files.size() - readable, files.size()));
    found(fmt::format("source {}: {} readable file{}", in_quotes(source.name), readable, readable == 1 ? "" : "s"));
  }

  /// All topics of the cluster; none, and a problem, when it does not answer.
  std::optional<std::vector<std::string>> topics_of(const std::vector<Text>& brokers, const Options& options, const std::string& what) {
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
      const Client client{rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), error, sizeof error)};
      if (client) static_cast<void>(conf.release());  // the client owns it now
      const rd_kafka_metadata_t* answer = nullptr;
      const rd_kafka_resp_err_t code = client ? rd_kafka_metadata(client.get(), 1, nullptr, &answer, static_cast<int>(timeout_.count()))
                                              : RD_KAFKA_RESP_ERR__INVALID_ARG;
      metadata.reset(answer);
      if (code != RD_KAFKA_RESP_ERR_NO_ERROR) why = client ? rd_kafka_err2str(code) : error;
    }
    if (!metadata) {
      if (const std::string reason = reason_in(words.text, brokers); !reason.empty()) why += ": " + reason;
      problem(brokers.front().line,
              fmt::format("{}: {} does not answer: {}", what, in_quotes(shown(brokers)), without_secrets(why, options)));
      return std::nullopt;
    }
    std::vector<std::string> out;
    out.reserve(static_cast<std::size_t>(metadata->topic_cnt));
    for (int i = 0; i < metadata->topic_cnt; ++i) out.emplace_back(metadata->topics[i].topic);
    return out;
  }

  void try_topics(const SourceConfig& source) {
    const std::string what = fmt::format("source {}", in_quotes(source.name));
    const auto topics = topics_of(source.brokers, source.options, what);
    if (!topics) return;
    for (const Text& topic : source.topics) {
      if (topic.value.starts_with('^')) {
        const auto count = count_matches(topic.value, *topics);
        if (count == 0) problem(topic.line, fmt::format("{}: no topic matches {} yet", what, quoted(topic)));
        if (count > 0) found(fmt::format("{}: {} topic{} match {}", what, count, count == 1 ? "" : "s", quoted(topic)));
      } else if (std::find(topics->begin(), topics->end(), topic.value) == topics->end()) {
        problem(topic.line, fmt::format("{}: there is no topic {}", what, quoted(topic)));
      } else {
        found(fmt::format("{}: topic {} is there", what, quoted(topic)));
      }
    }
  }

  void try_topic(const SinkConfig& sink) {
    const std::string what = fmt::format("sink {}", in_quotes(sink.name));
    const auto topics = topics_of(sink.brokers, sink.options, what);
    if (!topics) return;
    if (std::find(topics->begin(), topics->end(), sink.topic.value) == topics->end())
      return problem(sink.topic.line, fmt::format("{}: there is no topic {}", what, quoted(sink.topic)));
    found(fmt::format("{}: topic {} is there", what, quoted(sink.topic)));
  }

  static std::size_t count_matches(const std::string& pattern, const std::vector<std::string>& topics) {
    regex_t compiled;
    if (regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_NOSUB) != 0) return 0;
    const Regex owner{&compiled};
    return static_cast<std::size_t>(std::count_if(topics.begin(), topics.end(), [&](const std::string& topic) {
      return !topic.starts_with("__") && regexec(&compiled, topic.c_str(), 0, nullptr, 0) == 0;  // Kafka's own are not read by pattern
    }));
  }

  const PipelineConfig& config_;
  Milliseconds timeout_;
  ConnectReport report_;
};

}  // namespace

std::vector<std::string> files_of(const SourceConfig& source) {
  const auto values = [](const std::vector<Text>& texts) {
    std::vector<std::string> out;
    for (const Text& text : texts) out.push_back(text.value);
    return out;
  };
  return ingest::matching_files(values(source.paths), values(source.exclude));
}

ConnectReport try_connections(const PipelineConfig& config, Milliseconds timeout) { return Connections{config, timeout}.run(); }

}  // namespace loglode::config
