// Sources: each program's own documentation of its default layout and what samples/formats/ captured from the running program.
#include "parse/text/format_families.h"
#include "parse/text/layout.h"

namespace loglode {
namespace {

void add(FormatList& formats, std::string_view name, std::initializer_list<std::string_view> patterns) {
  formats.push_back(std::make_unique<LayoutFormat>(name, patterns));
}

}  // namespace

void add_layout_formats(FormatList& formats) {
  // Kubernetes and glog: I0614 15:16:01.123456    4242 server.go:12] message
  add(formats, "klog", {"{letter}{time} {pid} {code}] {message}"});
  add(formats, "nginx-error", {"{time} [{syslog}] {pid}#{pid}: {message}"});
  add(formats, "haproxy-stderr", {"[{syslog}] ({pid}) : {message}", "[{syslog}] {skip} ({pid}) : {message}"});
  add(formats, "rabbitmq", {"{time} [{level}] <{thread}> {message}"});
  add(formats, "mongodb", {"{time} {letter} {logger} [{thread}] {message}"});
  add(formats, "logcat",
      {"{time} {pid} {pid} {letter} {tag}: {message}", "{time} {letter}/{tag}({skip}): {message}", "{letter}/{tag}({skip}): {message}"});
  add(formats, "ruby",
      {"{letter}, [{time} #{pid}] {level} -- {service}: {message}", "{letter}, [{time} #{pid}] {level} -- : {message}",
       "{letter}, [{time} #{pid}] {level} -- {message}"});
  add(formats, "oslo", {"{time} {pid} {level} {logger} [{request}] {message}"});
  add(formats, "spring",
      {"{time} {level} {pid} --- [{service}] [{thread}] {logger} : {message}", "{time} {level} {pid} --- [{thread}] {logger} : {message}"});
  add(formats, "elasticsearch", {"[{time}][{level}][{logger}] [{host}] {message}", "[{time}][{level}][{logger}] {message}"});
  add(formats, "env_logger", {"[{time} {level} {logger}] {message}"});
  add(formats, "cbs", {"{time}, {level} {service} {message}"});
  add(formats, "celery", {"[{time}: {level}/{thread}] {message}"});
  // cassandra/conf/logback.xml: %-5level [%thread] %date{ISO8601} %F:%L - %msg
  add(formats, "cassandra", {"{level} [{thread}] {time} {code} - {message}"});
  // conf/log4j2.properties: %d | %-5p | %m | %c | %t; the audit log has neither stamp in front nor logger.
  add(formats, "activemq",
      {"{time} | {level} | {message} | {module} | {thread}", "{time} | {level} | {message} | {thread}",
       "{level} | {message} at {time} | {thread}"});
  add(formats, "couchdb", {"[{level}] {time} {host} <{thread}> {request} {message}"});
  // Nest's ConsoleLogger; before version 8 it printed no level.
  add(formats, "nestjs",
      {"[Nest] {pid} - {time} {level} [{logger}] {message}", "[Nest] {pid} - {time} {level} {message}",
       "[Nest] {pid} - {time} [{logger}] {message}"});
  add(formats, "capnslog", {"{time} {letter} | {tag}: {message}"});
  add(formats, "logback",
      {"{time} [{thread}] {level} {logger} - {message}", "{clock} [{thread}] {level} {logger} - {message}",
       "{time} [{thread}] {level} {logger}: {message}"});
  add(formats, "zookeeper", {"{time} [myid:{skip}] - {level} [{thread}] - {message}", "{time} - {level} [{thread}] - {message}"});
  add(formats, "hadoop", {"{time} {level} [{thread}] {logger}: {message}"});
  add(formats, "kafka", {"[{time}] {level} {message} ({module})", "[{time}] {level} {message}"});
  add(formats, "python", {"{time} - {logger} - {level} - {message}", "{level}:{logger}:{message}"});
  add(formats, "dmesg", {"{facility}:{syslog}: [{time}] {message}", "{facility}:{syslog}: [{uptime}] {message}", "[{uptime}] {message}"});
}

void add_loose_layout_formats(FormatList& formats) { add(formats, "log4j", {"{time} {level} {module}: {message}"}); }

}  // namespace loglode
