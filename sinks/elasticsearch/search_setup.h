// What `loglode setup elasticsearch` does: looks at what a cluster has of our index templates, puts what it lacks, and takes that back.
// Waits for answers; any thread.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "sinks/elasticsearch/search_config.h"
#include "sinks/elasticsearch/search_templates.h"

namespace loglode {

/// Something that is put under a path of the cluster.
struct SetupChange {
  std::string path;    // _index_template/loglode-records
  std::string wanted;  // JSON
  std::string found;   // JSON of what is there, in the form in which it can be put back; empty: nothing
  bool is_needed = false;
  bool is_ours = false;          // what is there was put by loglode
  std::string unless_changed{};  // of a server that replaces only what it is told the state of: behind the path, with its question mark
};

/// Waits for its answer; again for some seconds where the node has only just begun and cannot say who we are.
[[nodiscard]] HttpAnswer ask_node(const HttpAccess& access, const HttpCall& call);
/// The answer of the first node that gives one (below 500). Errors: none does; a POST that may have acted is not sent to the next one.
[[nodiscard]] Result<HttpAnswer> ask(const SearchSinkConfig& sink, const std::string& method, const std::string& path,
                                     const std::string& body = {});
/// What a person is told of an answer that is none of 2xx; `what` was asked.
[[nodiscard]] tl::unexpected<Error> refused(const SearchSinkConfig& sink, const std::string& what, const HttpAnswer& answer);

/// Asks the nodes in turn until one answers. Errors: none does, or it does not know us, or it is no cluster of ours.
[[nodiscard]] Result<SearchCluster> cluster_of(const SearchSinkConfig& sink);
/// Who can delete old documents there: ILM or ISM where the server has it, else the data stream itself from Elasticsearch 8.14 on, which
/// keeps events for ever, else nobody. Errors: no node answers.
[[nodiscard]] Result<LifecycleBy> lifecycle_by_of(const SearchSinkConfig& sink, const SearchCluster& cluster);
/// Elastic's own index template for logs of OpenTelemetry, JSON; empty: the server has none. Errors: as ask(); we may not see it.
[[nodiscard]] Result<std::string> elastic_otel_template(const SearchSinkConfig& sink);
/// What there is to put, in order. Errors: what is there cannot be read.
[[nodiscard]] Result<std::vector<SetupChange>> setup_changes(const SearchSinkConfig& sink, const SearchCluster& cluster,
                                                             const TemplateChoices& choices);
/// Puts `body`; empty: deletes what is there.
[[nodiscard]] Result<void> put(const SearchSinkConfig& sink, const std::string& path, const std::string& body);
/// Lets the data stream of the records begin an index under the template as it is now. False: there is no such stream yet.
[[nodiscard]] Result<bool> roll_over(const SearchSinkConfig& sink);

}  // namespace loglode
