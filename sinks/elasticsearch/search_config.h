// What the sink for Elasticsearch and OpenSearch is told. Plain data.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "core/limits.h"
#include "net/http_client.h"

namespace loglode {

struct SearchSinkConfig {
  enum class Product : std::uint8_t { any, elasticsearch, opensearch };

  std::string name{};               // of the sink, for messages to a person
  std::vector<std::string> urls{};  // of nodes, with a path prefix where there is one; no slash at the end
  HttpAccess access{};
  Product product = Product::any;
  std::string data_stream = "logs-loglode-default";  // of records
  bool has_records = true, has_events = true;        // what it takes: the templates of both must be there, or of one
  std::string events_prefix = "loglode";             // of the indices of findings, incidents, templates and reports
  std::string hash_key{};                            // of event.hash; empty: none is written
  std::size_t bulk_bytes = 5 * kMiB;                 // of a request, before compression
  std::chrono::milliseconds bulk_age{1000};          // what waits longer is sent, however little it is
  std::chrono::milliseconds bulk_timeout{60'000};
  std::size_t in_flight_max = 8;  // requests at once
  bool gzip = true;
  std::chrono::milliseconds retry_first{500}, retry_max{60'000};
  std::chrono::milliseconds item_deadline{120'000};  // of a document that is refused for reasons that may pass
  std::size_t queue_bytes_max = 64 * kMiB;           // written and without a verdict
};

}  // namespace loglode
