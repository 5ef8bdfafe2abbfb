#include "sinks/elasticsearch/search_look_over.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "sinks/elasticsearch/search_setup.h"

namespace loglode {

namespace {

using Json = nlohmann::json;

constexpr std::string_view kRole = "docs/elasticsearch.md has the role that is needed";
constexpr std::string_view kSettings = "_settings/index.mode,index.blocks*?flat_settings=true&ignore_unavailable=true&expand_wildcards=all";

const Json& at(const Json& body, const char* place) {
  static const Json none;
  const Json::json_pointer pointer{place};
  return body.contains(pointer) ? body[pointer] : none;
}

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : std::string{}; }
bool is_true(const Json& value) { return value == true || value == "true"; }

/// A privilege, and what goes without it.
struct Needed {
  std::string_view name;
  std::string_view effect;
  bool stops;
};
constexpr Needed kOfRecords[] = {{"create_doc", "no record can be stored", true},
                                 {"auto_configure", "the data stream cannot be made, nor its mapping kept", true},
                                 {"view_index_metadata", "what may be stored already is not looked up over rollovers", false},
                                 {"read", "what may be stored already is not looked up", false}};
constexpr Needed kOfEvents[] = {{"index", "no finding or incident can be stored", true},
                                {"create_index", "the indices of findings and incidents cannot be made", true}};
// Some versions call it so, others so.
constexpr std::string_view kSeeTemplates[] = {"indices:admin/index_template/get", "cluster:admin/indices/index_template/get"};

class LookOver {
 public:
  LookOver(const SearchSinkConfig& sink, const SearchCluster& cluster) : sink_{sink}, cluster_{cluster} {
    if (sink_.has_records) targets_.push_back({sink_.data_stream, records_template(sink_.shape)});
    if (sink_.has_records && !sink_.route.dataset.empty())
      targets_.push_back(
          {sink_.shape == SearchShape::otel ? "logs-loglode.any.otel-default" : "logs-loglode.any-default", records_template(sink_.shape)});
    if (!sink_.has_events) return;
    for (const std::string_view kind : {"findings", "incidents", "templates", "reports"}) {
      event_indices_.push_back(fmt::format("{}-{}-*", sink_.events_prefix, kind));
      targets_.push_back({fmt::format("{}-{}-2026.01", sink_.events_prefix, kind), events_template(sink_.events_prefix)});
    }
  }

  std::vector<ClusterFinding> findings;

  void templates(const TemplatesOf& choices_of) {
    const auto choices = choices_of(sink_, cluster_);
    const auto changes = choices ? setup_changes(sink_, cluster_, *choices) : tl::unexpected<Error>(choices.error());
    if (!changes) {
      is_away_ = changes.error().code == std::errc::host_unreachable;
      return;
    }
    for (const SetupChange& change : *changes) {
      const std::string name = change.path.substr(change.path.rfind('/') + 1);
      const bool is_used = std::any_of(targets_.begin(), targets_.end(), [&](const auto& target) { return target.second == name; });
      if (!change.is_needed || (change.path.starts_with("_index_template/") && !is_used)) continue;
      if (change.found.empty())
        find(true, fmt::format("the cluster has no {}{}: run `loglode setup elasticsearch CONFIG` once",
                               change.path.starts_with("_index_template/") ? "index template " : "policy ", name));
      else if (!change.is_ours)
        find(false,
             fmt::format("{} is not ours: `loglode setup elasticsearch CONFIG --yes` puts ours, and saves what is there", change.path));
      else
        find(false, fmt::format("{} is {} than this version and configuration make it: `loglode setup elasticsearch CONFIG --yes` puts it",
                                change.path, is_older(change) ? "older" : "another"));
    }
  }

  /// Others whose patterns fit and whose priority is higher: the cluster takes those.
  void winners() {
    const Json body =
        get("_index_template?filter_path=index_templates.name,index_templates.index_template.index_patterns,"
            "index_templates.index_template.priority");
    const Json& all = at(body, "/index_templates");
    std::vector<std::pair<std::string, std::string>> told;
    for (const auto& [target, ours] : targets_) {
      const auto mine =
          std::find_if(all.begin(), all.end(), [&name = ours](const Json& each) { return text_of(at(each, "/name")) == name; });
      if (mine == all.end()) continue;
      for (const Json& each : all) {
        if (priority_of(each) <= priority_of(*mine) || !fits(each, target)) continue;
        const std::pair<std::string, std::string> both{text_of(at(each, "/name")), ours};
        if (std::find(told.begin(), told.end(), both) != told.end()) continue;
        told.push_back(both);
        find(false,
             fmt::format("index template {} (priority {}) wins over {} ({}) for {}: what is written there gets its mapping; give it a "
                         "lower priority, or patterns that leave ours out",
                         both.first, priority_of(each), ours, priority_of(*mine), target));
      }
    }
  }

  void stream() {
    if (!sink_.has_records) return;
    const Json body = get("_data_stream/" + sink_.data_stream);
    const Json& stream = at(body, "/data_streams/0");
    const std::string settings_path = fmt::format("{}/{}", sink_.data_stream, kSettings);
    const Json settings = get(settings_path);
    if (settings.contains(sink_.data_stream))
      return find(true,
                  fmt::format("{0} is an index, not a data stream: take another \"data_stream\", or move what it holds (POST _reindex) and "
                              "delete it",
                              sink_.data_stream));
    const std::string by = text_of(at(stream, "/template"));
    if (!by.empty() && by != records_template(sink_.shape))
      find(false,
           fmt::format("data stream {} stands under index template {}: `loglode setup elasticsearch CONFIG --yes --rollover` lets it go on "
                       "under ours",
                       sink_.data_stream, by));
    if (is_true(at(stream, "/options/failure_store/enabled")))
      find(false,
           fmt::format("data stream {} has its failure store on: what it takes is not where it was wanted, and becomes a dead letter; "
                       "turn it off with PUT _data_stream/{}/_options",
                       sink_.data_stream, sink_.data_stream));
    const Json& indices = at(stream, "/indices");
    std::string newest = indices.is_array() && !indices.empty() ? text_of(at(indices.back(), "/index_name")) : "";
    if (newest.empty() && settings.is_object())  // may not see the stream: names ascend
      for (const auto& [name, each] : settings.items()) newest = std::max(newest, name);
    const Json own = settings.is_object() && settings.contains(newest) ? at(settings[newest], "/settings") : Json{};
    if (at(own, "/index.mode") == "time_series" || at(stream, "/index_mode") == "time_series")
      find(true,
           fmt::format("data stream {} is of time series (index.mode), which makes its own ids, so that repeats could not be told: take "
                       "another \"data_stream\", or `loglode setup elasticsearch CONFIG --yes --rollover`",
                       sink_.data_stream));
    blocks(newest, own);
  }

  void cluster_blocks() {
    const Json body = get("_cluster/settings?flat_settings=true");
    for (const char* const kind : {"/persistent", "/transient"}) {
      const Json& settings = at(body, kind);
      for (const char* const key : {"cluster.blocks.read_only", "cluster.blocks.read_only_allow_delete"})
        if (settings.is_object() && settings.contains(key) && is_true(settings[key]))
          find(false, fmt::format("the cluster is read-only ({}): nothing is stored until an administrator takes that back with PUT "
                                  "_cluster/settings",
                                  key));
    }
  }

  void privileges() { cluster_.is_opensearch ? permissions_of_opensearch() : privileges_of_elasticsearch(); }

 private:
  void find(bool stops, std::string text) { findings.push_back({std::move(text), stops}); }

  /// Once a question has no answer the others are not asked: each would wait as long.
  Result<HttpAnswer> question(const std::string& method, const std::string& path, const std::string& body = {}) {
    if (is_away_) return fail(std::make_error_code(std::errc::host_unreachable), "");
    auto answer = ask(sink_, method, path, body);
    is_away_ = !answer;
    return answer;
  }
  [[nodiscard]] Json get(const std::string& path) { return body_of(question("GET", path)); }
  static Json body_of(const Result<HttpAnswer>& answer) {
    Json body = answer && answer->is_success() ? Json::parse(answer->body, nullptr, false) : Json::object();
    return body.is_object() ? body : Json::object();
  }

  static long priority_of(const Json& each) {
    const Json& priority = at(each, "/index_template/priority");
    return priority.is_number_integer() ? priority.get<long>() : 0;
  }
  static bool fits(const Json& each, const std::string& target) {
    const Json& patterns = at(each, "/index_template/index_patterns");
    return patterns.is_array() && std::any_of(patterns.begin(), patterns.end(), [&](const Json& pattern) {
             return ::fnmatch(text_of(pattern).c_str(), target.c_str(), FNM_NOESCAPE) == 0;
           });
  }
  static bool is_older(const SetupChange& change) {
    const auto version_of = [](const std::string& body) {
      const Json parsed = Json::parse(body, nullptr, false);
      const Json& version = at(parsed, "/version");
      return version.is_number_integer() ? version.get<long>() : 0;
    };
    return version_of(change.found) < version_of(change.wanted);
  }

  /// Of the index that is written to.
  void blocks(const std::string& index, const Json& settings) {
    const auto has = [&](const char* key) { return settings.is_object() && settings.contains(key) && is_true(settings[key]); };
    if (has("index.blocks.read_only_allow_delete"))
      return find(false, fmt::format("{} is blocked, as the cluster's disks are over the flood-stage mark: documents wait; make room (GET "
                                     "_cat/allocation?v), older Elasticsearch must be told then: PUT {}/_settings "
                                     "{{\"index.blocks.read_only_allow_delete\": null}}",
                                     index, index));
    for (const char* const key : {"index.blocks.write", "index.blocks.read_only"})
      if (has(key))
        find(false, fmt::format("{} is read-only ({}): take that back with PUT {}/_settings {{\"{}\": null}}, or roll the stream over",
                                index, key, index, key));
  }

  void lacks(const Needed& needed, const std::string& where) {
    find(needed.stops, fmt::format("our key lacks the index privilege {} on {}: {}; {}", needed.name, where, needed.effect, kRole));
  }

  void privileges_of_elasticsearch() {
    Json index = Json::array();
    const auto add = [&](const std::vector<std::string>& names, const auto& needed) {
      Json list = Json::array();
      for (const Needed& each : needed) list.push_back(each.name);
      index.push_back({{"names", names}, {"privileges", list}});
    };
    std::vector<std::string> streams;
    if (sink_.has_records) streams.push_back(sink_.data_stream);
    if (sink_.has_records && !sink_.route.dataset.empty()) streams.emplace_back("logs-loglode.*");
    if (!streams.empty()) add(streams, kOfRecords);
    if (sink_.has_events) add(event_indices_, kOfEvents);
    const Json wanted{{"cluster", kSeeTemplates}, {"index", index}};
    const Json body = body_of(question("POST", "_security/user/_has_privileges", wanted.dump()));
    const Json& has = at(body, "/index");
    const Json& cluster = at(body, "/cluster");
    if (!has.is_object() || is_true(at(body, "/has_all_requested"))) return;  // nothing is missing, or there is no security
    if (cluster.is_object() && std::none_of(cluster.begin(), cluster.end(), [](const Json& each) { return is_true(each); }))
      find(false, fmt::format("our key lacks the cluster privilege {}: that our index templates are there cannot be seen; {}",
                              kSeeTemplates[0], kRole));
    const auto told = [&](const std::vector<std::string>& names, const auto& needed) {
      for (const Needed& each : needed) {
        std::vector<std::string> without;
        for (const std::string& name : names)
          if (has.contains(name) && has[name].contains(each.name) && !is_true(has[name][std::string{each.name}])) without.push_back(name);
        if (!without.empty()) lacks(each, fmt::format("{}", fmt::join(without, ", ")));
      }
    };
    told(streams, kOfRecords);
    told(event_indices_, kOfEvents);
  }

  /// `no permissions for [indices:data/read/get] and User …`
  static std::string refused_permission(const HttpAnswer& answer) {
    const std::size_t begin = answer.body.find("no permissions for ["), end = answer.body.find(']', begin);
    if (begin == std::string::npos || end == std::string::npos) return "to ask";
    return answer.body.substr(begin + 20, end - begin - 20);
  }

  /// The plugin for security says whether a request would be allowed, without carrying it out, from 3.3 on; others refuse the parameter.
  /// What only reads is carried out: 3.4 answers some such requests with 500.
  void permissions_of_opensearch() {
    struct Question {
      std::string method, path, body, effect;
      bool stops;
    };
    std::vector<Question> questions{
        {"GET", "_index_template/loglode-records", {}, "that our index templates are there cannot be seen", false},
        {"POST", "_bulk", "{\"create\":{\"_index\":\"" + targets_.front().first + "\"}}\n{}\n", "nothing can be stored", true},
        {"POST", "_mget", R"({"docs":[{"_index":"loglode","_id":"permission"}]})", "what may be stored already is not looked up", false}};
    // A data stream would refuse the document, even were it carried out: it has no time.
    if (sink_.has_records) {
      questions.push_back({"PUT", sink_.data_stream + "/_create/permission", "{}", "no record can be stored", true});
      questions.push_back(
          {"GET", sink_.data_stream + "/_settings", {}, "what may be stored already is not looked up over rollovers", false});
      questions.push_back({"GET", sink_.data_stream + "/_doc/permission", {}, "what may be stored already is not looked up", false});
    }
    for (const Question& each : questions) {
      const bool reads = each.method == "GET";
      const auto answer = question(each.method, each.path + (reads ? "" : "?perform_permission_check=true"), each.body);
      std::vector<std::string> missing;
      if (reads && answer && answer->status == 403) missing.push_back(refused_permission(*answer));
      const Json body = reads ? Json{} : body_of(answer);
      const Json& named = at(body, "/missingPrivileges");
      if (at(body, "/accessAllowed") == false && named.is_array())
        for (const Json& action : named) missing.push_back(text_of(action));
      for (const std::string& action : missing)
        find(each.stops, fmt::format("our key lacks the permission {}{}: {}; {}", action,
                                     each.path.starts_with('_') ? "" : " on " + sink_.data_stream, each.effect, kRole));
    }
  }

  const SearchSinkConfig& sink_;
  const SearchCluster& cluster_;
  std::vector<std::pair<std::string, std::string>> targets_;  // where documents go, and which template of ours is for it
  std::vector<std::string> event_indices_;
  bool is_away_ = false;
};

}  // namespace

std::vector<ClusterFinding> look_over(const SearchSinkConfig& sink, const TemplatesOf& choices_of) {
  const auto cluster = cluster_of(sink);
  if (!cluster) return {{cluster.error().message, false}};
  LookOver look{sink, *cluster};
  look.templates(choices_of);
  look.winners();
  look.stream();
  look.cluster_blocks();
  look.privileges();
  return std::move(look.findings);
}

}  // namespace loglode
