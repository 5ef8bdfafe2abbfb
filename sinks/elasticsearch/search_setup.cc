#include "sinks/elasticsearch/search_setup.h"

#include <fmt/format.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "sinks/elasticsearch/refusal_text.h"

namespace loglode {

namespace {

using Json = nlohmann::json;

constexpr int kStartingTries = 10;

/// A node that has just begun knows nobody yet, for some seconds.
bool is_starting(const HttpAnswer& answer) {
  return answer.status == 503 && answer.body.find("authentication_processing_error") != std::string::npos;
}

}  // namespace

HttpAnswer ask_node(const HttpAccess& access, const HttpCall& call) {
  HttpAnswer answer = http_exchange(access, call);
  for (int i = 0; i < kStartingTries && is_starting(answer); ++i) {
    std::this_thread::sleep_for(std::chrono::seconds{1});
    answer = http_exchange(access, call);
  }
  return answer;
}

Result<HttpAnswer> ask(const SearchSinkConfig& sink, const std::string& method, const std::string& path, const std::string& body) {
  std::string why;
  for (const std::string& url : sink.urls) {
    HttpCall request;
    request.method = method;
    request.url = url + "/" + path;
    request.body = body;
    if (!body.empty())
      request.headers = {path.starts_with("_bulk") ? "Content-Type: application/x-ndjson" : "Content-Type: application/json"};
    request.timeout = sink.ask_timeout;
    HttpAnswer answer = ask_node(sink.access, request);
    if (answer.is_whole() && answer.status < 500) return answer;
    const bool may_have_acted = method == "POST" && answer.was_sent;  // once more would not be the same
    why += (why.empty() ? "" : "; ") + refusal_text(url, answer, method + " /" + path);
    if (may_have_acted) break;
  }
  return fail(std::make_error_code(std::errc::host_unreachable), fmt::format("sink '{}': no node answers: {}", sink.name, why));
}

tl::unexpected<Error> refused(const SearchSinkConfig& sink, const std::string& what, const HttpAnswer& answer) {
  std::string why = refusal_text("the cluster", answer, what);
  if (answer.status == 403) why += "; docs/elasticsearch.md says what our key needs, and who sets up (manage_index_templates)";
  if (answer.status == 400) why += ": " + answer.body.substr(0, 500);  // of our template, no document
  return fail(std::make_error_code(std::errc::permission_denied), fmt::format("sink '{}': {}", sink.name, why));
}

namespace {

/// Which product it is, of a key that may not ask: by its header, else by how it puts the refusal. False: not to be told.
bool is_told_by_refusal(const HttpAnswer& answer, bool& is_opensearch) {
  is_opensearch = answer.product.starts_with("OpenSearch") || answer.body.find("no permissions for [") != std::string::npos;
  return is_opensearch || !answer.product.empty() || answer.body.find("] is unauthorized for ") != std::string::npos;
}

}  // namespace

Result<SearchCluster> cluster_of(const SearchSinkConfig& sink) {
  SearchCluster cluster;
  cluster.is_opensearch = sink.product == SearchSinkConfig::Product::opensearch;
  cluster.version = sink.version;
  const auto answer = ask(sink, "GET", "");
  if (!answer) return tl::unexpected<Error>(answer.error());
  if (answer->status == 403 && sink.product != SearchSinkConfig::Product::any) return cluster;
  if (answer->status == 403 && is_told_by_refusal(*answer, cluster.is_opensearch)) return cluster;
  if (std::string fault = product_fault("the cluster", *answer, sink.product); !fault.empty())
    return fail(std::make_error_code(std::errc::protocol_error), fmt::format("sink '{}': {}", sink.name, fault));
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

Result<LifecycleBy> lifecycle_by_of(const SearchSinkConfig& sink, const SearchCluster& cluster) {
  const auto answer = ask(sink, "GET", cluster.is_opensearch ? "_plugins/_ism/policies" : "_ilm/policy");
  if (!answer) return tl::unexpected<Error>(answer.error());
  const bool has_api = answer->is_success() || answer->status == 403;
  if (cluster.is_opensearch) return has_api || answer->status == 404 ? LifecycleBy::ism : LifecycleBy::none;
  if (has_api) return LifecycleBy::ilm;
  return has_own_retention(cluster) ? LifecycleBy::data_stream : LifecycleBy::none;
}

namespace {

Json without_times_of_server(Json body) {
  for (const char* const of_server : {"created_date", "modified_date", "created_date_millis", "modified_date_millis"})
    body.erase(of_server);
  return body;
}

/// What stands at the path now is compared with what is wanted there.
Result<void> compare(const SearchSinkConfig& sink, SetupChange& change, const Json::json_pointer& place,
                     const std::function<std::string(const Json&)>& hash) {
  const auto answer = ask(sink, "GET", change.path);
  if (!answer) return tl::unexpected<Error>(answer.error());
  if (answer->status == 404) return {};
  if (!answer->is_success()) return refused(sink, "GET " + change.path, *answer);
  if (const std::string fault = no_template_fault("the cluster", *answer); !fault.empty() && change.path.starts_with("_index_template/"))
    return fail(std::make_error_code(std::errc::protocol_error), fmt::format("sink '{}': {}", sink.name, fault));
  const Json found = Json::parse(answer->body, nullptr, false);
  if (found.is_discarded() || !found.contains(place)) return refused(sink, "GET " + change.path, *answer);
  const Json there = without_times_of_server(found[place]);
  const std::string ours = hash(there);
  change.is_ours = !ours.empty();
  change.is_needed = ours != hash(Json::parse(change.wanted));
  change.found = there.dump();
  if (found.contains("_seq_no") && found.contains("_primary_term")) {  // ISM
    change.unless_changed = fmt::format("?if_seq_no={}&if_primary_term={}", found["_seq_no"].dump(), found["_primary_term"].dump());
    change.found = Json{{"policy", there["policy"]}}.dump();
  }
  return {};
}

std::string template_hash(const Json& body) {
  const Json::json_pointer place{"/_meta/loglode_body"};
  return body.contains(place) && body[place].is_string() ? body[place].get<std::string>() : std::string{};
}

}  // namespace

Result<std::vector<SetupChange>> setup_changes(const SearchSinkConfig& sink, const SearchCluster& cluster, const TemplateChoices& choices) {
  std::vector<SetupChange> changes;
  // A policy is put before the template that names it.
  for (LifecyclePolicy& wanted : lifecycle_policies(choices.by, choices.retention, choices.events_prefix)) {
    SetupChange change{std::move(wanted.path), std::move(wanted.body), {}, true};
    const std::string name = change.path.substr(change.path.rfind('/') + 1);
    const Json::json_pointer place = choices.by == LifecycleBy::ilm ? Json::json_pointer{"/" + name} : Json::json_pointer{};
    auto compared = compare(sink, change, place, [](const Json& body) { return policy_hash(body.dump()); });
    if (!compared) return tl::unexpected<Error>(compared.error());
    changes.push_back(std::move(change));
  }
  for (const IndexTemplate& wanted : index_templates(cluster, choices)) {
    SetupChange change{fmt::format("_index_template/{}", wanted.name), wanted.body, {}, true};
    auto compared = compare(sink, change, Json::json_pointer{"/index_templates/0/index_template"}, template_hash);
    if (!compared) return tl::unexpected<Error>(compared.error());
    changes.push_back(std::move(change));
  }
  return changes;
}

Result<std::string> elastic_otel_template(const SearchSinkConfig& sink) {
  const std::string path = "_index_template/" + std::string{kElasticOtelTemplate};
  const auto answer = ask(sink, "GET", path);
  if (!answer) return tl::unexpected<Error>(answer.error());
  if (answer->status == 404) return std::string{};
  if (!answer->is_success()) return refused(sink, "GET " + path, *answer);
  const Json found = Json::parse(answer->body, nullptr, false);
  const Json::json_pointer place{"/index_templates/0/index_template"};
  return found.is_object() && found.contains(place) ? found[place].dump() : std::string{};
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
