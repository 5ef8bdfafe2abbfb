#include "parse/json/json_field_names.h"

#include <array>
#include <iterator>

#include "parse/json/name_ends.h"

namespace loglode {
namespace {

using enum Slot;
using enum Inner;

constexpr FieldName kNames[] = {
    // Time
    {"@timestamp", time_stamp},  // ECS, logstash
    {"@t", time_stamp, "", unknown, Hint::compact_serilog},
    {"timestamp", time_stamp, "", look_inside},
    {"timestamp.seconds", time_epoch_seconds},  // Google Cloud
    {"timestamp.nanos", epoch_nanos},
    {"timestamp_ms", time_stamp},
    {"timestampms", time_stamp},
    {"time", time_plain, "", look_inside},
    {"time.timestamp", time_plain},  // loguru
    {"ts", time_ts},                 // zap, Zeek
    {"timestampseconds", time_epoch_seconds},
    {"timestampnanos", epoch_nanos},
    {"instant", attribute, "", look_inside},  // log4j2
    {"instant.epochsecond", time_epoch_seconds},
    {"instant.nanoofsecond", epoch_nanos},
    {"timemillis", time_other},
    {"timeunixnano", time_other},  // OpenTelemetry
    {"time_unix_nano", time_other},
    {"datetime", time_other, "", look_inside},
    {"datetime.date", time_other},  // Monolog 1
    {"date_time", time_other},
    {"asctime", time_other},  // python-json-logger
    {"log_time", time_other},
    {"logtime", time_other},
    {"log_timestamp", time_other},
    {"time_iso8601", time_other},  // nginx
    {"time_local", time_other},
    {"starttime", time_event},
    {"startutc", time_event},  // Traefik
    {"start_time", time_event},
    {"__realtime_timestamp", time_other, "", unknown, Hint::journald},
    {"_source_realtime_timestamp", time_event},
    {"t", time_single_letter, "", look_inside},  // MongoDB, log15
    {"t.$date", time_single_letter, "", look_inside},
    {"t.$date.$numberlong", time_single_letter},
    {"eventtime", time_event},  // CloudTrail
    {"event_time", time_event},
    {"eventtimestamp", time_event},
    {"event.created", time_event},
    {"created", time_event},
    {"stagetimestamp", time_event},  // Kubernetes audit
    {"requestreceivedtimestamp", time_observed},
    {"date", time_date},  // Fluent Bit
    {"_time", time_date},
    {"observedtimeunixnano", time_observed},
    {"observed_timestamp", time_observed},
    {"receivetimestamp", time_observed},
    {"ingestiontime", time_observed},
    {"ingestion_time", time_observed},

    // Severity
    {"log", message_log, "", look_inside},  // ECS object, or Docker and Fluent Bit text
    {"log.level", severity_named},
    {"severity", severity_named, "", look_inside},
    {"severity.text", severity_named},
    {"severity.number", severity_otel_number},
    {"severitytext", severity_named},  // OpenTelemetry
    {"severity_text", severity_named},
    {"error_severity", severity_named},  // PostgreSQL
    {"@l", severity_named},              // Serilog
    {"level", severity_level, "", look_inside},
    {"level.name", severity_level},  // loguru
    {"@level", severity_level},      // hclog
    {"loglevel", severity_label},
    {"log_level", severity_label},
    {"levelname", severity_label},  // Python
    {"level_name", severity_label},
    {"severity_label", severity_label},
    {"priority_name", severity_label},
    {"lvl", severity_label},
    {"s", severity_letter},  // MongoDB
    {"l", severity_letter},
    {"severitynumber", severity_otel_number},
    {"severity_number", severity_otel_number},
    {"priority", severity_syslog_number, "log.syslog.severity.code"},  // journald
    {"log.syslog.severity.code", severity_syslog_number},
    {"syslog.severity", severity_syslog_number},
    {"severity_code", severity_syslog_number},
    {"levelno", severity_python_number},
    {"label", severity_other},  // MySQL

    // Message
    {"message", message_message, "", whole},
    {"@message", message_message, "", whole},
    {"msg", message_msg, "", whole},
    {"@m", message_msg},
    {"body.stringvalue", message_text_body},
    {"body.string_value", message_text_body},
    {"body", message_body, "", whole_or_inside},
    {"textpayload", message_body},
    {"short_message", message_short, "", unknown, Hint::gelf},  // GELF
    {"log_message", message_short, "", whole},
    {"logmessage", message_short, "", whole},
    {"@mt", message_template},
    {"text", message_text},
    {"event", message_event, "", look_inside},  // structlog
    {"event.original", attribute},
    {"full_message", message_full},
    {"errormessage", message_error, "error.message"},
    {"error_message", message_error, "error.message"},
    {"description", message_description},
    {"resultdescription", message_description},  // Azure
    {"reason", message_description},
    {"alert", attribute, "", look_inside},  // Suricata
    {"alert.signature", message_description},
    {"operationname", message_event_name},
    {"eventname", message_event_name},
    {"event_type", message_event_name},
    {"event_name", message_event_name},

    // Errors
    {"error", message_error, "error.message", look_inside},
    {"error.message", message_error, "error.message"},
    {"error.type", attribute, "error.type"},
    {"error.code", attribute, "error.code"},
    {"error.stack_trace", error_trace, "error.stack_trace"},
    {"error.stack", error_trace, "error.stack_trace"},
    {"error.kind", attribute, "error.type"},
    {"err", message_error, "error.message", look_inside},  // pino, bunyan
    {"err.message", message_error, "error.message"},
    {"err.type", attribute, "error.type"},
    {"err.name", attribute, "error.type"},
    {"err.code", attribute, "error.code"},
    {"err.stack", error_trace, "error.stack_trace"},
    {"exception", error_trace, "error.stack_trace", look_inside},
    {"exception.message", message_error, "error.message"},
    {"exception.msg", message_error, "error.message"},
    {"exception.exception_message", message_error, "error.message"},
    {"exception.type", attribute, "error.type"},
    {"exception.class", attribute, "error.type"},
    {"exception.exception_class", attribute, "error.type"},
    {"exception.stacktrace", error_trace, "error.stack_trace"},
    {"thrown", attribute, "", look_inside},
    {"thrown.message", message_error, "error.message"},
    {"thrown.name", attribute, "error.type"},
    {"thrown.extendedstacktrace", error_trace, "error.stack_trace"},
    {"stack_trace", error_trace, "error.stack_trace"},
    {"stacktrace", error_trace, "error.stack_trace"},
    {"stack", error_trace, "error.stack_trace"},
    {"exc_info", error_trace, "error.stack_trace"},
    {"traceback", error_trace, "error.stack_trace"},
    {"backtrace", error_trace, "error.stack_trace"},
    {"@x", error_trace, "error.stack_trace"},
    {"error_type", attribute, "error.type"},
    {"errortype", attribute, "error.type"},
    {"errorcode", attribute, "error.code"},
    {"error_code", attribute, "error.code"},

    // Service
    {"service", service_named, "", look_inside},
    {"service.name", service_named},
    {"service_name", service_named},
    {"servicename", service_named},
    {"resource.service.name", service_named},
    {"dd.service", service_named},
    {"app", service_app, "", look_inside},
    {"app.name", service_app},
    {"app_name", service_app},
    {"appname", service_app},
    {"application", service_app, "", look_inside},
    {"application.name", service_app},
    {"applicationname", service_app},
    {"svc", service_app},
    {"kubernetes", attribute, "", look_inside, Hint::envelope},
    {"kubernetes.labels", attribute, "", look_inside},
    {"kubernetes.labels.app", service_workload, "", look_inside},
    {"kubernetes.labels.app.kubernetes.io/name", service_workload},
    {"kubernetes.labels.app_kubernetes_io/name", service_workload},
    {"kubernetes.labels.app_kubernetes_io_name", service_workload},
    {"kubernetes.labels.k8s-app", service_workload},
    {"kubernetes.pod_labels", attribute, "", look_inside},  // Vector
    {"kubernetes.pod_labels.app", service_workload},
    {"kubernetes.pod_labels.app.kubernetes.io/name", service_workload},
    {"kubernetes.deployment.name", service_workload},
    {"k8s.deployment.name", service_workload},
    {"kubernetes.container", attribute, "", look_inside},
    {"kubernetes.container.name", service_container},
    {"kubernetes.container_name", service_container},
    {"containername", service_container, "", unknown, Hint::envelope},  // stern
    {"k8s.container.name", service_container},
    {"resource", attribute, "", look_inside},
    {"resource.attributes", attribute, "", key_values},
    {"resource.labels", attribute, "", look_inside},  // Google Cloud
    {"resource.labels.service_name", service_workload},
    {"resource.labels.container_name", service_container},
    {"labels", attribute, "", look_inside},
    {"labels.app", service_workload},
    {"labels.k8s-pod/app", service_workload},
    {"container_name", service_container, "", unknown, Hint::envelope},
    {"container.name", service_container},
    {"syslog_identifier", service_program, "", unknown, Hint::envelope},
    {"program", service_program},
    {"appliance", service_program},
    {"_systemd_unit", service_unit, "", unknown, Hint::envelope},
    {"_comm", service_component},
    {"component", service_component},
    {"name", service_logger, "log.logger"},

    // Host
    {"host", host_named, "", look_inside},
    {"host.name", host_named},
    {"host.hostname", host_named},
    {"hostname", host_named},
    {"_hostname", host_named, "", unknown, Hint::envelope},
    {"host_name", host_named},
    {"machinename", host_named},
    {"node", host_named},
    {"server_name", host_instance},
    {"kubernetes.pod", attribute, "", look_inside},
    {"kubernetes.pod.name", host_pod},
    {"kubernetes.pod_name", host_pod},
    {"k8s.pod.name", host_pod},
    {"resource.labels.pod_name", host_pod},
    {"resource.labels.instance_id", host_instance},
    {"pod", host_pod},
    {"pod_name", host_pod},
    {"podname", host_pod},
    {"instance", host_instance},
    {"instance_id", host_instance},
    {"service.instance.id", host_instance},
    {"kubernetes.host", host_instance},
    {"kubernetes.node.name", host_instance},

    // Trace
    {"trace", trace_resource, "", look_inside},
    {"trace.id", trace_id},
    {"trace_id", trace_id},
    {"traceid", trace_id},
    {"oteltraceid", trace_id},
    {"@tr", trace_id},
    {"dd", attribute, "", look_inside},
    {"dd.trace_id", trace_id},
    {"dd.span_id", span_id},
    {"x-b3-traceid", trace_id},
    {"x-b3-spanid", span_id},
    {"b3", trace_parent},
    {"uber-trace-id", trace_parent},
    {"x-amzn-trace-id", trace_parent},
    {"x_amzn_trace_id", trace_parent},
    {"xray_trace_id", trace_parent},
    {"x-datadog-trace-id", trace_id},
    {"contextmap", attribute, "", look_inside},
    {"contextmap.traceid", trace_id},
    {"contextmap.trace_id", trace_id},
    {"contextmap.spanid", span_id},
    {"contextmap.span_id", span_id},
    {"contextmap.requestid", trace_request},
    {"mdc", attribute, "", look_inside},
    {"mdc.traceid", trace_id},
    {"mdc.trace_id", trace_id},
    {"mdc.spanid", span_id},
    {"mdc.span_id", span_id},
    {"mdc.requestid", trace_request},
    {"logging.googleapis.com/trace", trace_resource},
    {"traceparent", trace_parent},
    {"transaction", attribute, "", look_inside},
    {"transaction.id", trace_operation, "transaction.id"},
    {"operation_id", trace_operation},
    {"operationid", trace_operation},
    {"correlationid", trace_operation},
    {"correlation_id", trace_operation},
    {"request_id", trace_request},
    {"requestid", trace_request},
    {"reqid", trace_request, "", unknown, Hint::nextcloud_request},
    {"remoteaddr", attribute, "source.address", unknown, Hint::nextcloud_address},
    {"req_id", trace_request},
    {"request.id", trace_request},
    {"req.id", trace_request},
    {"http.request.id", trace_request},
    {"x_request_id", trace_request},
    {"x-request-id", trace_request},
    {"awsrequestid", trace_request},
    {"aws_request_id", trace_request},
    {"span", attribute, "", look_inside},
    {"span.id", span_id},
    {"span_id", span_id},
    {"spanid", span_id},
    {"otelspanid", span_id},
    {"@sp", span_id},
    {"logging.googleapis.com/spanid", span_id},

    // What a sample that was taken before us says of those it kept
    {"loglode.sample_weight", sample_weight},

    // How long something took
    {"duration_millis", took_ms},
    {"duration_ms", took_ms},
    {"durationmillis", took_ms},
    {"durationms", took_ms},
    {"latency_millis", took_ms},
    {"latency_ms", took_ms},
    {"latencymillis", took_ms},
    {"latencyms", took_ms},
    {"elapsed_millis", took_ms},
    {"elapsed_ms", took_ms},
    {"elapsedmillis", took_ms},
    {"elapsedms", took_ms},
    {"took_millis", took_ms},
    {"took_ms", took_ms},
    {"tookmillis", took_ms},
    {"tookms", took_ms},
    {"response_time_millis", took_ms},
    {"response_time_ms", took_ms},
    {"responsetime_ms", took_ms},
    {"responsetimemillis", took_ms},
    {"responsetimems", took_ms},
    {"request_time_millis", took_ms},
    {"request_time", took_s},  // nginx
    {"request_time_ms", took_ms},
    {"requesttime_ms", took_ms},
    {"requesttimemillis", took_ms},
    {"requesttimems", took_ms},
    {"processing_time_millis", took_ms},
    {"processing_time_ms", took_ms},
    {"processingtime_ms", took_ms},
    {"processingtimemillis", took_ms},
    {"processingtimems", took_ms},
    {"execution_time_millis", took_ms},
    {"execution_time_ms", took_ms},
    {"executiontime_ms", took_ms},
    {"executiontimemillis", took_ms},
    {"executiontimems", took_ms},
    {"query_time_millis", took_ms},
    {"query_time_ms", took_ms},
    {"querytime_ms", took_ms},
    {"querytimemillis", took_ms},
    {"querytimems", took_ms},
    {"total_time_millis", took_ms},
    {"total_time_ms", took_ms},
    {"totaltime_ms", took_ms},
    {"totaltimemillis", took_ms},
    {"totaltimems", took_ms},
    {"elapsed_time_millis", took_ms},
    {"elapsed_time_ms", took_ms},
    {"elapsedtime_ms", took_ms},
    {"elapsedtimemillis", took_ms},
    {"elapsedtimems", took_ms},
    {"request_duration_millis", took_ms},
    {"request_duration_ms", took_ms},
    {"requestduration_ms", took_ms},
    {"requestdurationmillis", took_ms},
    {"requestdurationms", took_ms},
    {"duration_us", took_us},
    {"latency_us", took_us},
    {"elapsed_us", took_us},
    {"took_us", took_us},
    {"duration_ns", took_ns},
    {"latency_ns", took_ns},
    {"elapsed_ns", took_ns},
    {"took_ns", took_ns},
    {"duration_s", took_s},
    {"duration_seconds", took_s},
    {"durationseconds", took_s},
    {"latency_s", took_s},
    {"latency_seconds", took_s},
    {"latencyseconds", took_s},
    {"elapsed_s", took_s},
    {"elapsed_seconds", took_s},
    {"elapsedseconds", took_s},
    {"took_s", took_s},
    {"took_seconds", took_s},
    {"tookseconds", took_s},
    {"response_time_s", took_s},
    {"response_time_seconds", took_s},
    {"responsetimeseconds", took_s},
    {"request_time_s", took_s},
    {"request_time_seconds", took_s},
    {"requesttimeseconds", took_s},
    {"processing_time_s", took_s},
    {"processing_time_seconds", took_s},
    {"processingtimeseconds", took_s},
    {"execution_time_s", took_s},
    {"execution_time_seconds", took_s},
    {"executiontimeseconds", took_s},
    {"query_time_s", took_s},
    {"query_time_seconds", took_s},
    {"querytimeseconds", took_s},
    {"total_time_s", took_s},
    {"total_time_seconds", took_s},
    {"totaltimeseconds", took_s},
    {"elapsed_time_s", took_s},
    {"elapsed_time_seconds", took_s},
    {"elapsedtimeseconds", took_s},
    {"request_duration_s", took_s},
    {"request_duration_seconds", took_s},
    {"requestdurationseconds", took_s},
    {"time_taken_ms", took_ms},
    {"timetakenms", took_ms},
    {"responsetime", took_text},
    {"event.duration", took_ns},
    {"duration", took_text},
    {"latency", took_text},
    {"elapsed", took_text},
    {"took", took_text},
    {"httprequest.latency", took_text},
    {"upstream_response_time", took_s},  // nginx

    // HTTP access logs
    {"http", attribute, "", look_inside},
    {"http.request", attribute, "", look_inside},
    {"http.response", attribute, "", look_inside},
    {"http.request.method", http_method, "http.request.method"},
    {"http.method", http_method, "http.request.method"},
    {"request", http_request_line, "", look_inside},
    {"request.method", http_method, "http.request.method"},
    {"requestmethod", http_method, "http.request.method"},
    {"request_method", http_method, "http.request.method"},
    {"method", http_method, "http.request.method"},
    {"verb", http_method, "http.request.method"},
    {"req", attribute, "", look_inside},  // pino-http
    {"req.method", http_method, "http.request.method"},
    {"req.url", http_path, "url.original"},
    {"url", http_path, "url.original", look_inside},
    {"url.path", http_path, "url.path"},
    {"url.original", http_path, "url.original"},
    {"http.url", http_path, "url.original"},
    {"http.target", http_path, "url.original"},
    {"request.uri", http_path, "url.original"},
    {"request.url", http_path, "url.original"},
    {"requestpath", http_path, "url.path"},
    {"requesturl", http_path, "url.original"},
    {"request_uri", http_path, "url.original"},
    {"requesturi", http_path, "url.original"},
    {"uri", http_path, "url.original"},
    {"path", http_path, "url.path"},
    {"status", http_status, "http.response.status_code"},
    {"downstreamstatus", http_status, "http.response.status_code"},
    {"http.response.status_code", http_status, "http.response.status_code"},
    {"http.status_code", http_status, "http.response.status_code"},
    {"status_code", http_status, "http.response.status_code"},
    {"statuscode", http_status, "http.response.status_code"},
    {"response_code", http_status, "http.response.status_code"},
    {"res", attribute, "", look_inside},
    {"res.statuscode", http_status, "http.response.status_code"},
    {"response", attribute, "", look_inside},
    {"response.status", http_status, "http.response.status_code"},

    // Where the code is
    {"logger", attribute, "log.logger"},
    {"log.logger", attribute, "log.logger"},
    {"logger_name", attribute, "log.logger"},
    {"loggername", attribute, "log.logger"},
    {"@module", attribute, "log.logger"},
    {"sourcecontext", attribute, "log.logger"},
    {"category", attribute, "log.logger"},
    {"channel", attribute, "log.logger"},
    {"target", attribute, "log.logger"},
    {"thread", attribute, "process.thread.name"},
    {"thread_name", attribute, "process.thread.name"},
    {"threadname", attribute, "process.thread.name"},
    {"process", attribute, "", look_inside},
    {"process.thread", attribute, "", look_inside},
    {"process.thread.name", attribute, "process.thread.name"},
    {"process.pid", attribute, "process.pid", unknown, Hint::process},
    {"pid", attribute, "process.pid", unknown, Hint::process},
    {"_pid", attribute, "process.pid"},
    {"caller", attribute, "log.origin"},
    {"caller_file_name", attribute, "log.origin.file.name"},
    {"caller_line_number", attribute, "log.origin.file.line"},
    {"caller_method_name", attribute, "log.origin.function"},
    {"filename", attribute, "log.origin.file.name"},
    {"lineno", attribute, "log.origin.file.line"},
    {"funcname", attribute, "log.origin.function"},

    // Envelopes
    {"stream", attribute, "log.iostream", unknown, Hint::envelope},
    {"log.iostream", attribute, "log.iostream", unknown, Hint::envelope},
    {"log.file", attribute, "", look_inside},
    {"log.file.path", attribute, "log.file.path", unknown, Hint::envelope},
    {"log.offset", attribute, "log.offset"},
    {"docker", attribute, "", unknown, Hint::envelope},
    {"container", attribute, "", look_inside},
    {"container_id", attribute, "container.id", unknown, Hint::envelope},
    {"container.id", attribute, "container.id"},
    {"logstream", attribute, "", unknown, Hint::envelope},
    {"log_stream", attribute, "", unknown, Hint::envelope},
    {"source_type", attribute, "", unknown, Hint::envelope},
    {"logname", attribute, "", unknown, Hint::envelope},
    {"jsonpayload", attribute, "", unwrap},
    {"httprequest", attribute, "", unwrap},
    {"fields", attribute, "", unwrap},  // Rust's tracing, Filebeat
    {"properties", attribute, "", unwrap},
    {"record", attribute, "", unwrap},
    {"log_processed", attribute, "", unwrap},
    {"json", attribute, "", unwrap},
    {"_source", attribute, "", unwrap},
    {"attributes", attribute, "", key_values},
};

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// Ignores case (and little else).
constexpr std::uint32_t hash_of(const NameEnds& ends, std::size_t size) noexcept {
  constexpr std::uint64_t kFold = 0x2020202020202020;
  const std::uint64_t mixed =
      ((ends.head | kFold) * 0x9E3779B97F4A7C15) ^ (((ends.tail | kFold) + size * 0x632BE59BD9B4E019) * 0xC2B2AE3D27D4EB4F);
  return static_cast<std::uint32_t>((mixed ^ (mixed >> 29)) >> 20);
}

constexpr std::size_t kBuckets = 2048;
static_assert(std::size(kNames) * 4 < kBuckets, "lookups of unknown names must end after a step or two");

struct Index {
  std::array<std::uint16_t, kBuckets> buckets{};  // 1 + position in kNames, 0 for none; a name that collides is in the next free one
  std::array<NameEnds, std::size(kNames)> ends{};
};

constexpr Index index_names() {
  Index index;
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    index.ends[i] = ends_of(kNames[i].name.data(), kNames[i].name.size());
    std::size_t at = hash_of(index.ends[i], kNames[i].name.size()) % kBuckets;
    while (index.buckets[at] != 0) at = (at + 1) % kBuckets;
    index.buckets[at] = static_cast<std::uint16_t>(i + 1);
  }
  return index;
}
constexpr Index kIndex = index_names();

bool equal_folded(std::string_view lower_name, std::string_view path) noexcept {
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (lower_name[i] != lower(path[i])) return false;
  }
  return true;
}

}  // namespace

const FieldName* find_field_name(std::string_view path) noexcept {
  const NameEnds ends = ends_of(path.data(), path.size());
  for (std::size_t at = hash_of(ends, path.size()) % kBuckets; kIndex.buckets[at] != 0; at = (at + 1) % kBuckets) {
    const std::size_t i = kIndex.buckets[at] - std::size_t{1};
    const FieldName& name = kNames[i];
    if (name.name.size() != path.size()) continue;
    if ((kIndex.ends[i] == ends && path.size() <= kNameEndsWhole) || equal_folded(name.name, path)) return &name;
  }
  return nullptr;
}

}  // namespace loglode
