// What the sink for Elasticsearch and OpenSearch is told. Plain data.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/limits.h"
#include "core/sink_answers.h"
#include "net/http_client.h"
#include "sinks/elasticsearch/stream_router.h"

namespace loglode {

struct SearchSinkConfig {
  enum class Product : std::uint8_t { any, elasticsearch, opensearch };

  std::string name{};               // of the sink, for messages to a person
  std::vector<std::string> urls{};  // of nodes, with a path prefix where there is one; no slash at the end
  HttpAccess access{};
  Product product = Product::any;
  std::string version{};                             // where our key may not ask for it
  std::string data_stream = "logs-loglode-default";  // of records
  SearchShape shape = SearchShape::ecs;              // of records
  SearchRoute route{};                               // of records to other data streams
  bool has_records = true, has_events = true;        // what it takes: the templates of both must be there, or of one
  std::string events_prefix = "loglode";             // of the indices of findings, incidents, templates and reports
  bool events_by_month = true;                       // an index a month; else one
  std::string hash_key{};                            // of event.hash; empty: none is written
  std::size_t bulk_bytes = 5 * kMiB;                 // of a request, before compression
  std::chrono::milliseconds bulk_age{1000};          // what waits longer is sent, however little it is
  std::chrono::milliseconds bulk_timeout{60'000};
  std::size_t in_flight_max = 8;  // requests at once
  bool gzip = true;
  std::chrono::milliseconds retry_first{500}, retry_max{60'000};
  std::chrono::milliseconds item_deadline{120'000};  // of a document that is refused for reasons that may pass
  std::chrono::milliseconds ask_timeout{60'000};     // of what is no bulk and waited for
  std::size_t queue_bytes_max = 64 * kMiB;           // written and without a verdict
};

/// Something in a cluster that a person should know.
struct ClusterFinding {
  std::string text{};
  bool stops = false;  // nothing could be stored, or not as it should be
};

/// What a sink that runs is connected to. Outlives it.
struct SearchSinkLinks {
  std::function<void(const std::string&)> tell;               // what a person should know; any thread
  SinkAnswers& answers;                                       // what the server says of documents
  std::function<std::optional<HttpAccess>()> renewed_access;  // secrets as their files and the environment have them now; any thread
  std::function<std::vector<ClusterFinding>(const HttpAccess&)> look_over{};  // before the first documents; waits for the cluster
  const std::atomic<std::uint32_t>* reloads = nullptr;                        // each asks for the secrets to be read again
};

}  // namespace loglode
