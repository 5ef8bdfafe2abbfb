// `type: elasticsearch` of a sink: Elasticsearch and OpenSearch.
#include <fmt/format.h>

#include <algorithm>

#include "app/registry/type_readers.h"
#include "app/registry/types.h"
#include "base/near_word.h"
#include "base/yaml_lines.h"
#include "config/load_config.h"
#include "config/search_config_check.h"
#include "net/http_client.h"
#include "parse/redact/redactor.h"
#include "sinks/elasticsearch/elasticsearch_sink.h"
#include "sinks/elasticsearch/refusal_text.h"
#include "sinks/elasticsearch/search_look_over.h"
#include "sinks/elasticsearch/search_setup.h"
#include "sinks/elasticsearch/search_templates.h"

namespace loglode::config {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Milliseconds kStartTimeout{5000};  // of what is asked before the first documents
constexpr std::string_view kTlsKeys[] = {"ca", "certificate", "key", "verify"};
constexpr std::string_view kBulkKeys[] = {"size", "age", "in_flight_max", "timeout", "compress"};
constexpr std::string_view kRetryKeys[] = {"first", "max", "item_deadline"};
constexpr std::string_view kEventKeys[] = {"prefix", "period"};
constexpr std::string_view kRouteKeys[] = {"dataset", "namespace", "allow", "streams_max"};
constexpr std::string_view kRetentionKeys[] = {"records", "events", "by"};
constexpr Word<SearchTls::Verify> kVerify[] = {
    {"full", SearchTls::Verify::full}, {"certificate", SearchTls::Verify::certificate}, {"none", SearchTls::Verify::none}};
constexpr Word<SearchProduct> kProducts[] = {
    {"auto", SearchProduct::any}, {"elasticsearch", SearchProduct::elasticsearch}, {"opensearch", SearchProduct::opensearch}};
constexpr Word<bool> kPeriods[] = {{"month", true}, {"none", false}};
constexpr Word<bool> kShapes[] = {{"ecs", false}, {"otel", true}};
constexpr Word<bool> kIndexModes[] = {{"standard", false}, {"logsdb", true}};
constexpr Word<SearchRetentionBy> kRetentionBy[] = {{"auto", SearchRetentionBy::automatic},
                                                    {"data_stream", SearchRetentionBy::data_stream},
                                                    {"ilm", SearchRetentionBy::ilm},
                                                    {"ism", SearchRetentionBy::ism},
                                                    {"none", SearchRetentionBy::none}};
constexpr Word<bool> kCompress[] = {{"gzip", true}, {"none", false}};
constexpr KeyRow kKeys[] = {
    {"urls", "nodes of one cluster, each with its path prefix where there is one", "required"},
    {"product", "`auto`, `elasticsearch`, `opensearch`: which of both it is", "`auto`"},
    {"api_key", "or `user` and `password`, or `bearer`", "none"},
    {"user password", "basic authentication", "none"},
    {"bearer", "a token", "none"},
    {"tls.ca tls.certificate tls.key", "PEM files: who signed the server's certificate; ours, where the server asks for one",
     "the system's CAs, none"},
    {"tls.verify", "`full`, `certificate` (not the host's name), `none`", "`full`"},
    {"proxy", "an HTTP proxy; none is taken from the environment", "none"},
    {"shape", "of records: `ecs`, or `otel`: as Elastic's templates have logs of OpenTelemetry", "`ecs`"},
    {"data_stream", "of records: `logs-loglode-…` or `logs-loglode.…-…`; of shape otel `logs-loglode.otel-…` or `logs-loglode.….otel-…`",
     "`logs-loglode-default`, `logs-loglode.otel-default`"},
    {"route.dataset route.namespace",
     "`field:NAME` or `fixed:NAME`: a record goes to `logs-loglode.DATASET-NAMESPACE` by what its field says", "none: to `data_stream`"},
    {"route.allow route.streams_max",
     "globs of datasets, and how many streams there may be: other records go to `data_stream`, counted in `loglode_sink_answers_total`",
     "all, 100"},
    {"shards replicas", "of the indices, as `loglode setup elasticsearch` makes them", "1, 1"},
    {"events.prefix", "of the indices of findings, incidents, templates and reports", "`loglode`"},
    {"events.period", "`month`: an index for each month in which they opened; `none`: one index", "`month`"},
    {"index_mode", "of records: `standard` or `logsdb` (Elasticsearch)", "`standard`"},
    {"retention.records retention.events", "how long the cluster keeps them, as `loglode setup elasticsearch` arranges it", "for ever"},
    {"retention.by",
     "who deletes what is older: `ilm` (Elasticsearch), `ism` (OpenSearch), `data_stream` (records alone), `none`, `auto`: what there is",
     "`auto`"},
    {"version", "of the server, as 8.19.2, where our key may not ask for it", "asked for"},
    {"bulk.size bulk.age", "a request is sent when it is so large or so old", "`5MiB`, `1s`"},
    {"bulk.in_flight_max bulk.timeout bulk.compress", "requests at once; for an answer; `gzip` or `none`", "8, `60s`, `gzip`"},
    {"retry.first retry.max", "pauses before a request or document is sent again: doubled from the first to the longest", "`500ms`, `60s`"},
    {"retry.item_deadline", "a document that is refused for a reason that may pass becomes a dead letter behind it", "`2m`"},
    {"hash_key", "secret of `event.hash`, a keyed hash of each record's bytes; none is written without", "none"},
};

void read_bulk(const Section& sink, SearchConfig& out) {
  const auto section = sink.section("bulk", sink.what() + ".bulk", kBulkKeys);
  if (!section) return;
  section->size("size", out.bulk_bytes, {64 * kKiB, 100 * kMiB});
  section->duration("age", out.bulk_age, {Milliseconds{10}, minutes{1}});
  section->count("in_flight_max", out.in_flight_max, {1, 64});
  section->duration("timeout", out.bulk_timeout, {seconds{1}, minutes{10}});
  section->choice("compress", kCompress, out.gzip);
}

void read_retry(const Section& sink, SearchConfig& out) {
  const auto section = sink.section("retry", sink.what() + ".retry", kRetryKeys);
  if (!section) return;
  section->duration("first", out.retry_first, {Milliseconds{10}, minutes{1}});
  section->duration("max", out.retry_max, {Milliseconds{100}, minutes{10}});
  section->duration("item_deadline", out.item_deadline, {seconds{1}, hours(24)});
}

void read_tls(const Section& sink, SearchTls& out) {
  const auto section = sink.section("tls", sink.what() + ".tls", kTlsKeys);
  if (!section) return;
  out.ca = section->path("ca");
  out.certificate = section->path("certificate");
  out.key = section->path("key");
  section->choice("verify", kVerify, out.verify);
}

void read(const Section& section, SinkConfig& out) {
  SearchConfig& search = out.search;
  search.urls = section.texts("urls", true);
  section.choice("product", kProducts, search.product);
  search.api_key = section.text("api_key");
  search.user = section.text("user");
  search.password = section.text("password");
  search.bearer = section.text("bearer");
  search.proxy = section.text("proxy");
  read_tls(section, search.tls);
  section.choice("shape", kShapes, search.is_otel);
  if (const Text stream = section.text("data_stream"); !stream.empty())
    search.data_stream = stream;
  else if (search.is_otel.value)
    search.data_stream = {"logs-loglode.otel-default", 0, "logs-loglode.otel-default"};
  if (const auto events = section.section("events", section.what() + ".events", kEventKeys)) {
    if (const Text prefix = events->text("prefix"); !prefix.empty()) search.events_prefix = prefix;
    events->choice("period", kPeriods, search.events_by_month);
  }
  if (const auto route = section.section("route", section.what() + ".route", kRouteKeys)) {
    search.route_dataset = route->text("dataset");
    search.route_namespace = route->text("namespace");
    search.route_allow = route->texts("allow", false);
    route->count("streams_max", search.streams_max, {1, 10'000});
  }
  section.choice("index_mode", kIndexModes, search.is_logsdb);
  search.version = section.text("version");
  if (const auto retention = section.section("retention", section.what() + ".retention", kRetentionKeys)) {
    retention->duration("records", search.records_kept, {hours{1}, hours{24 * 3650}});
    retention->duration("events", search.events_kept, {hours{1}, hours{24 * 3650}});
    retention->choice("by", kRetentionBy, search.kept_by);
  }
  section.count("shards", search.shards, {1, 1024});
  section.count("replicas", search.replicas, {0, 64});
  read_bulk(section, search);
  read_retry(section, search);
  search.hash_key = section.text("hash_key");
}

void connect(const SinkConfig& sink, ConnectTrial& trial) {
  SearchSinkConfig search = search_sink_config_of(sink);
  search.ask_timeout = trial.timeout();
  bool answers = false, is_seen = true;
  const std::string what = fmt::format("sink {}", in_quotes(sink.name)), wanted = records_template(search.shape);
  for (std::size_t i = 0; i < search.urls.size(); ++i) {
    const int line = sink.search.urls[i].line;
    const std::string url = quoted(sink.search.urls[i]);
    HttpCall request;
    request.url = search.urls[i] + "/_index_template/" + wanted;
    request.timeout = trial.timeout();
    const HttpAnswer answer = ask_node(search.access, request);
    if (const std::string other = product_fault(url, answer, search.product); !other.empty())
      trial.problem(line, fmt::format("{}: {}", what, other));
    else if (const std::string none = no_template_fault(url, answer); !none.empty())
      trial.problem(line, fmt::format("{}: {}", what, none));
    else if (const bool is_json = answer.body.starts_with('{'); answer.is_success() || (is_json && answer.status == 404)) {
      trial.found(fmt::format("{}: {} answers", what, url));
      answers = true;
    } else if (is_json && answer.status == 403) {
      trial.found(fmt::format("{}: {} answers; whether it has the index template {} we may not see", what, url, wanted));
      answers = true;
      is_seen = false;
    } else {
      trial.problem(line, fmt::format("{}: {}", what, refusal_text(url, answer, "a look at our index template")));
    }
  }
  if (!answers) return;
  const auto findings = look_over(search, [&](const auto& of, const auto& cluster) { return template_choices_of(sink, of, cluster); });
  for (const ClusterFinding& each : findings) trial.problem(sink.search.urls.front().line, fmt::format("{}: {}", what, each.text));
  if (findings.empty()) trial.found(fmt::format("{}: {}nothing is in the way", what, is_seen ? "its index templates are there, and " : ""));
}

bool mask_original(std::string_view text, std::string& out) {
  RedactionCounts counts;
  return redact_into(text, out, counts);
}

Result<OpenedSink> make(const SinkConfig& sink, const SinkMaking& with) {
  const auto renewed = [file = with.config_file, name = sink.name]() -> std::optional<HttpAccess> {
    const LoadedConfig loaded = load_config(file, type_readers());
    for (const SinkConfig& each : loaded.config.sinks)
      if (loaded.usable() && each.name == name && each.type == SinkConfig::Type::elasticsearch) return search_sink_config_of(each).access;
    return std::nullopt;
  };
  const auto looked_over = [sink](const HttpAccess& access) {
    SearchSinkConfig search = search_sink_config_of(sink);
    search.access = access;
    search.ask_timeout = std::min(search.bulk_timeout, kStartTimeout);
    return look_over(search, [&](const auto& of, const auto& cluster) { return template_choices_of(sink, of, cluster); });
  };
  return make_elasticsearch_sink(search_sink_config_of(sink), with.rules, with.members, mask_original,
                                 {with.tell, with.answers, renewed, looked_over, with.reloads});
}

}  // namespace

SearchSinkConfig search_sink_config_of(const SinkConfig& sink) {
  const SearchConfig& search = sink.search;
  SearchSinkConfig out;
  out.name = sink.name;
  for (const Text& url : search.urls) {
    out.urls.push_back(url.value);
    while (out.urls.back().ends_with('/')) out.urls.back().pop_back();
  }
  out.access.user = search.user.value;
  out.access.password = search.password.value;
  out.access.api_key = search.api_key.value;
  out.access.bearer = search.bearer.value;
  out.access.ca_file = search.tls.ca.value;
  out.access.certificate_file = search.tls.certificate.value;
  out.access.key_file = search.tls.key.value;
  out.access.verify = static_cast<HttpAccess::Verify>(search.tls.verify.value);
  out.access.proxy = search.proxy.value;
  out.product = static_cast<SearchSinkConfig::Product>(search.product.value);
  out.data_stream = search.data_stream.value;
  out.shape = search.is_otel.value ? SearchShape::otel : SearchShape::ecs;
  out.route = {search.route_dataset.value, search.route_namespace.value, {}, search.streams_max.value};
  for (const Text& glob : search.route_allow) out.route.allow.push_back(glob.value);
  out.events_prefix = search.events_prefix.value;
  out.events_by_month = search.events_by_month.value;
  out.version = search.version.value;
  out.has_records = sink.wants(Document::record);
  out.has_events = sink.what.size() > (out.has_records ? 1U : 0U);
  out.hash_key = search.hash_key.value;
  out.bulk_bytes = search.bulk_bytes.value;
  out.bulk_age = search.bulk_age.value;
  out.bulk_timeout = search.bulk_timeout.value;
  out.in_flight_max = search.in_flight_max.value;
  out.gzip = search.gzip.value;
  out.retry_first = search.retry_first.value;
  out.retry_max = search.retry_max.value;
  out.item_deadline = search.item_deadline.value;
  return out;
}

Result<TemplateChoices> template_choices_of(const SinkConfig& sink, const SearchSinkConfig& search, const SearchCluster& cluster) {
  const SearchConfig& wanted = sink.search;
  const auto hours_of = [](Milliseconds kept) { return std::chrono::duration_cast<std::chrono::hours>(kept); };
  TemplateChoices choices;
  choices.events_prefix = search.events_prefix;
  choices.shards = wanted.shards.value;
  choices.replicas = wanted.replicas.value;
  choices.is_logsdb = wanted.is_logsdb.value;
  choices.shape = search.shape;
  if (search.shape == SearchShape::otel && !cluster.is_opensearch) {
    auto elastic = elastic_otel_template(search);
    if (!elastic) return tl::unexpected<Error>(elastic.error());
    choices.elastic_otel = std::move(*elastic);
  }
  choices.retention = {hours_of(wanted.records_kept.value), hours_of(wanted.events_kept.value)};
  if (choices.retention == SearchRetention{}) return choices;
  if (wanted.kept_by.value != SearchRetentionBy::automatic) {
    choices.by = static_cast<LifecycleBy>(wanted.kept_by.value);
    return choices;
  }
  const auto by = lifecycle_by_of(search, cluster);
  if (!by) return tl::unexpected<Error>(by.error());
  choices.by = *by;
  return choices;
}

const SinkType& elasticsearch_sink_type() {
  static constexpr SinkType kType{{"elasticsearch", SinkConfig::Type::elasticsearch, kKeys, read, check_search_config}, connect, make};
  return kType;
}

}  // namespace loglode::config
