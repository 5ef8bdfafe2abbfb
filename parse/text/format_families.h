// The families of fixed formats, each made once by the registry (text_formats.cc).
#pragma once

#include <memory>
#include <vector>

#include "parse/text/line_format.h"

namespace loglode {

using FormatList = std::vector<std::unique_ptr<const LineFormat>>;

void add_syslog_formats(FormatList& formats);           // syslog_formats.cc: RFC 5424, RFC 3164, with and without <PRI>
void add_access_formats(FormatList& formats);           // access_formats.cc: nginx and Apache access logs, HAProxy
void add_database_formats(FormatList& formats);         // database_formats.cc: PostgreSQL, MySQL, Redis
void add_named_column_formats(FormatList& formats);     // named_column_formats.cc: W3C (IIS, CloudFront), Zeek, VPC flow
void add_traffic_formats(FormatList& formats);          // traffic_formats.cc: load balancers, S3, Squid, Envoy, uWSGI
void add_device_formats(FormatList& formats);           // device_formats.cc: Cisco, CEF, Nagios, auditd
void add_java_server_formats(FormatList& formats);      // java_server_formats.cc: WebSphere, WebLogic, IBM MQ
void add_runtime_formats(FormatList& formats);          // runtime_formats.cc: Monolog, PHP, Airflow, Sidekiq, geth
void add_database_server_formats(FormatList& formats);  // database_server_formats.cc: SQL Server, Oracle, CockroachDB, PgBouncer
void add_layout_formats(FormatList& formats);           // layout_formats.cc: everything that a pattern describes
void add_multi_line_formats(FormatList& formats);       // multi_line_formats.cc: java.util.logging, Erlang reports
void add_logfmt_format(FormatList& formats);            // logfmt_format.cc
void add_loose_layout_formats(FormatList& formats);     // layout_formats.cc: those that fit much else as well; come last

}  // namespace loglode
