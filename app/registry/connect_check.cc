#include "app/registry/connect_check.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "app/registry/kafka_clients.h"
#include "app/registry/types.h"
#include "ingest/follow/path_patterns.h"

namespace loglode::config {
namespace {

/// As the service does it, but for listening.
void try_listening(const HttpConfig& http, ConnectTrial& trial) {
  const bool six = http.host.find(':') != std::string::npos;
  const std::string address = fmt::format("{}{}{}:{}", six ? "[" : "", http.host, six ? "]" : "", http.port);
  const std::string host = http.host == "localhost" ? "127.0.0.1" : http.host;
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(http.port);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(http.port);
  const bool known = ::inet_pton(six ? AF_INET6 : AF_INET, host.c_str(), six ? static_cast<void*>(&v6.sin6_addr) : &v4.sin_addr) == 1;
  const int socket = known ? ::socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
  const int yes = 1;
  if (socket >= 0) ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const auto* const where = six ? reinterpret_cast<const sockaddr*>(&v6) : reinterpret_cast<const sockaddr*>(&v4);
  const bool bound = socket >= 0 && ::bind(socket, where, six ? sizeof v6 : sizeof v4) == 0;
  const int why = errno;
  if (socket >= 0) ::close(socket);
  if (bound) return trial.found(fmt::format("http: {} is free", address));
  trial.problem(http.line,
                fmt::format("http: cannot listen on {}: {}{}; choose another address in http.listen, or off", address,
                            std::generic_category().message(why), why == EADDRINUSE ? " (is this configuration running already?)" : ""));
}

}  // namespace

std::vector<std::string> files_of(const SourceConfig& source) {
  return ingest::matching_files(values_of(source.paths), values_of(source.exclude));
}

ConnectReport try_connections(const PipelineConfig& config, Milliseconds timeout) {
  ConnectTrial trial{config.file, timeout};
  for (const SourceConfig& source : config.sources) type_of(source).connect(source, trial);
  for (const SinkConfig& sink : config.sinks) type_of(sink).connect(sink, trial);
  if (!config.state.empty()) trial.try_folder(config.state, "state");
  if (!config.dead_letters.path.empty()) trial.try_folder(config.dead_letters.path, "dead letters");
  if (config.http.on) try_listening(config.http, trial);
  return {std::move(trial.lines), std::move(trial.problems)};
}

}  // namespace loglode::config
