#include "sinks/elasticsearch/search_setup.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

namespace loglode {

namespace {

using Json = nlohmann::json;

constexpr std::chrono::milliseconds kTimeout{30'000};

/// The answer of the first node that gives one.
Result<HttpAnswer> ask(const SearchSinkConfig& sink, const std::string& method, const std::string& path, const std::string& body = {}) {
  std::string why;
  for (const std::string& url : sink.urls) {
    HttpCall request;
    request.method = method;
    request.url = url + "/" + path;
    request.body = body;
    if (!body.empty()) request.headers = {"Content-Type: application/json"};
    request.timeout = kTimeout;
    HttpAnswer answer = http_exchange(sink.access, std::move(request));
    if (answer.is_whole() && answer.status < 500) return answer;
    const bool may_have_acted = method == "POST" && answer.was_sent;  // once more would not be the same
    why +=
        fmt::format("{}{}: {}", why.empty() ? "" : "; ", url, answer.is_whole() ? fmt::format("answers {}", answer.status) : answer.fault);
    if (answer.untrusted) why += "; look at \"tls.ca\"";
    if (may_have_acted) break;
  }
  return fail(std::make_error_code(std::errc::host_unreachable), fmt::format("sink '{}': no node answers: {}", sink.name, why));
}

tl::unexpected<Error> refused(const SearchSinkConfig& sink, const std::string& what, const HttpAnswer& answer) {
  std::string why = answer.body.substr(0, 500);
  if (answer.status == 401) why = "the cluster does not know us: look at \"api_key\", \"user\" and \"password\"";
  if (answer.status == 403) why = "this is not allowed to us; who sets up needs the cluster privilege manage_index_templates: " + why;
  return fail(std::make_error_code(std::errc::permission_denied), fmt::format("sink '{}': {}: {} {}", sink.name, what, answer.status, why));
}

}  // namespace

Result<SearchCluster> cluster_of(const SearchSinkConfig& sink) {
  SearchCluster cluster;
  cluster.is_opensearch = sink.product == SearchSinkConfig::Product::opensearch;
  const auto answer = ask(sink, "GET", "");
  if (!answer) return tl::unexpected<Error>(answer.error());
  if (answer->status == 403 && sink.product != SearchSinkConfig::Product::any) return cluster;
  if (!answer->is_success()) return refused(sink, "GET /", *answer);
  const Json root = Json::parse(answer->body, nullptr, false);
  const Json version = root.is_object() ? root.value("version", Json::object()) : Json::object();
  if (!version.is_object() || !version.contains("number"))
    return fail(std::make_error_code(std::errc::protocol_error),
                fmt::format("sink '{}': what answers is neither Elasticsearch nor OpenSearch", sink.name));
  cluster.uuid = root.value("cluster_uuid", std::string{});
  cluster.version = version.value("number", std::string{});
  if (sink.product == SearchSinkConfig::Product::any) cluster.is_opensearch = version.value("distribution", std::string{}) == "opensearch";
  return cluster;
}

Result<std::vector<SetupChange>> setup_changes(const SearchSinkConfig& sink, const SearchCluster& cluster, const TemplateChoices& choices) {
  std::vector<SetupChange> changes;
  for (const IndexTemplate& wanted : index_templates(cluster, choices)) {
    SetupChange change{fmt::format("_index_template/{}", wanted.name), wanted.body, {}, true};
    const auto answer = ask(sink, "GET", change.path);
    if (!answer) return tl::unexpected<Error>(answer.error());
    if (answer->is_success()) {
      const Json found = Json::parse(answer->body, nullptr, false);
      const Json::json_pointer place{"/index_templates/0/index_template"};
      if (found.is_discarded() || !found.contains(place)) return refused(sink, "GET " + change.path, *answer);
      const Json body = Json::parse(wanted.body);
      const Json::json_pointer hash{"/_meta/loglode_body"};
      Json there = found[place];
      for (const char* const of_server : {"created_date", "modified_date", "created_date_millis", "modified_date_millis"})
        there.erase(of_server);
      change.is_ours = there.contains(hash);
      change.is_needed = !change.is_ours || there[hash] != body[hash];
      change.found = there.dump();
    } else if (answer->status != 404) {
      return refused(sink, "GET " + change.path, *answer);
    }
    changes.push_back(std::move(change));
  }
  return changes;
}

Result<void> put(const SearchSinkConfig& sink, const std::string& path, const std::string& body) {
  const std::string method = body.empty() ? "DELETE" : "PUT";
  const auto answer = ask(sink, method, path, body);
  if (!answer) return tl::unexpected<Error>(answer.error());
  const bool was_gone = body.empty() && answer->status == 404;
  if (!answer->is_success() && !was_gone) return refused(sink, method + " " + path, *answer);
  return {};
}

Result<bool> roll_over(const SearchSinkConfig& sink) {
  const auto answer = ask(sink, "POST", sink.data_stream + "/_rollover");
  if (!answer) return tl::unexpected<Error>(answer.error());
  if (answer->status == 404) return false;
  if (!answer->is_success()) return refused(sink, "POST " + sink.data_stream + "/_rollover", *answer);
  return true;
}

}  // namespace loglode
