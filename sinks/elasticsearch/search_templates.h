// The index templates that the sink needs in the cluster: what fields are, so that a log cannot make any. Their bodies are files of
// configs/elasticsearch, and part of the program. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "sinks/elasticsearch/search_lifecycle.h"
#include "sinks/elasticsearch/stream_router.h"

namespace loglode {

inline constexpr std::string_view kRecordsTemplate = "loglode-records", kOtelTemplate = "loglode-otel";
/// The one of the two that records of this shape need.
[[nodiscard]] std::string records_template(SearchShape shape);
/// Elastic's own, from whose parts ours is made where the server has it.
inline constexpr std::string_view kElasticOtelTemplate = "logs-otel@template";
/// loglode-events, and with another prefix loglode-events-PREFIX.
[[nodiscard]] std::string events_template(std::string_view prefix);

/// What a cluster says that it is.
struct SearchCluster {
  bool is_opensearch = false;
  std::string version{};  // as 8.19.2
  std::string uuid{};     // of the cluster; empty where it may not be asked
};

struct TemplateChoices {
  std::string events_prefix = "loglode";
  std::size_t shards = 1, replicas = 1;
  bool is_logsdb = false;  // index.mode of the records
  SearchShape shape = SearchShape::ecs;
  std::string elastic_otel{};  // kElasticOtelTemplate as the server has it, JSON; empty: it has none
  SearchRetention retention{};
  LifecycleBy by = LifecycleBy::none;  // who ends the retention: not read from `retention`, as servers differ
};

struct IndexTemplate {
  std::string name;
  std::string body;  // JSON, with `_meta.loglode_body`: a hash of the rest, by which setup knows what is there
};

/// Whether its data streams delete by themselves what is older than their retention: Elasticsearch from 8.14 on.
[[nodiscard]] bool has_own_retention(const SearchCluster& cluster);

/// For a cluster of this kind: OpenSearch has other types, some versions of Elasticsearch no failure store.
[[nodiscard]] std::array<IndexTemplate, 2> index_templates(const SearchCluster& cluster, const TemplateChoices& choices);

}  // namespace loglode
