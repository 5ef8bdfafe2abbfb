#include "format_table.h"

using namespace loglode;

TEST_CASE("devices: Cisco's code says the severity, whatever stands before it", "[parse][formats]") {
  CHECK(reads("cisco", "%SYS-5-CONFIG_I: Configured from console",
              {"", Severity::info2, "%SYS-5-CONFIG_I: Configured from console", "", "", "", "", {{"event.code", "SYS-5-CONFIG_I"}}}));
  CHECK(reads("cisco", "*Mar  1 08:00:00.500: %LINK-3-UPDOWN: Interface Gi0/2, changed state to down",
              {"2005-03-01T08:00:00.5", Severity::error, "%LINK-3-UPDOWN: Interface Gi0/2, changed state to down", "", "", "", "", {}}));
  CHECK(reads("cisco", "<189>4711: edge1: 4712: Mar  1 2026 08:00:00.500 UTC: %BGP-5-ADJCHANGE: neighbor 192.0.2.1 Up",
              {"2026-03-01T08:00:00.5", Severity::info2, "%BGP-5-ADJCHANGE: neighbor 192.0.2.1 Up", "", "edge1", "", "", {}}));
  CHECK(reads(
      "cisco", "Mar  1 08:00:09 192.0.2.7 edge1: 4712: Mar  1 2026 08:00:00 UTC: %BGP-5-ADJCHANGE: x",
      {"2026-03-01T08:00:00", Severity::info2, "%BGP-5-ADJCHANGE: x", "", "edge1", "", "", {}}));  // the device's clock, not the relay's
  CHECK(reads("cisco", "Mar 01 2026 08:00:00 fw-a : %ASA-4-106023: Deny udp src in:192.0.2.1/53",
              {"2026-03-01T08:00:00", Severity::warn, "%ASA-4-106023: Deny udp src in:192.0.2.1/53", "", "fw-a", "", "", {}}));
  CHECK(reads("cisco", "Mar 01 2026 08:00:00: %ASA-session-6-302013: Built outbound TCP connection 7",
              {"2026-03-01T08:00:00", Severity::info, "%ASA-session-6-302013: Built outbound TCP connection 7", "", "", "", "", {}}));
  CHECK(reads(
      "cisco", "Mar  1 2026 08:00:00 fw-a ASA[12]: %ASA-1-104001: Switching to ACTIVE",
      {"2026-03-01T08:00:00", Severity::error3, "%ASA-1-104001: Switching to ACTIVE", "ASA", "fw-a", "", "", {{"process.pid", "12"}}}));
  CHECK(reads("cisco", "RP/0/RSP0/CPU0:Mar  1 2026 08:00:00.500 UTC: ifmgr[253]: %PKT_INFRA-LINK-3-UPDOWN : Interface down",
              {"2026-03-01T08:00:00.5",
               Severity::error,
               "%PKT_INFRA-LINK-3-UPDOWN : Interface down",
               "ifmgr",
               "",
               "",
               "",
               {{"cisco.node", "RP/0/RSP0/CPU0"}}}));
  CHECK(reads("cisco", "<185>%POE-A-FAIL: power lost", {"", Severity::error3, "%POE-A-FAIL: power lost", "", "", "", "", {}}));
  CHECK(is_refused("cisco", "Mar  1 08:00:00 host app[1]: 100%-3-times: done"));
  CHECK(is_refused("cisco", "progress 50% - 3 - LEFT: two files"));
  CHECK(is_refused("cisco", "%-3-: x"));
  CHECK(is_refused("cisco", std::string(300, 'x') + " %SYS-5-CONFIG_I: too far to be a header"));
}

TEST_CASE("devices: the common event format, in and out of syslog", "[parse][formats]") {
  CHECK(reads("cef", R"(<134>Mar  1 2026 08:00:00 gate CEF:0|Acme|Wall|1.0|100|port scan \| slow|8|src=192.0.2.1 dst=192.0.2.2)",
              {"2026-03-01T08:00:00",
               Severity::error,
               R"(port scan \| slow)",
               "",
               "gate",
               "",
               "",
               {{"observer.vendor", "Acme"}, {"event.code", "100"}, {"cef.extensions", "src=192.0.2.1 dst=192.0.2.2"}}}));
  CHECK(reads("cef", "CEF:1|Acme|Wall|1.0|100|login|Low|rt=1772352000500 suser=ann",
              {"2026-03-01T08:00:00.5", Severity::info, "login", "", "", "", "", {}}));
  CHECK(reads("cef", "CEF:0|Acme|Wall|1.0|100|login|5|end=Mar 01 2026 08:00:00 suser=ann",
              {"2026-03-01T08:00:00", Severity::warn, "login", "", "", "", "", {}}));
  CHECK(is_refused("cef", "CEF:0|Acme|Wall|1.0|100|login"));
  CHECK(is_refused("cef", "the CEF: format has bars ||||||||"));
}

TEST_CASE("devices: a watcher's log says which state a service is in", "[parse][formats]") {
  CHECK(reads("nagios", "[1772352000] SERVICE ALERT: web7;Disk;WARNING;HARD;3;89 % used",
              {"2026-03-01T08:00:00", Severity::warn, "SERVICE ALERT: web7;Disk;WARNING;HARD;3;89 % used", "", "web7", "", "", {}}));
  CHECK(reads(
      "nagios", "[1772352000] SERVICE NOTIFICATION: ann;web7;Disk;CRITICAL;by-mail;no space",
      {"2026-03-01T08:00:00", Severity::error, "SERVICE NOTIFICATION: ann;web7;Disk;CRITICAL;by-mail;no space", "", "web7", "", "", {}}));
  CHECK(reads("nagios", "[1772352000] HOST ALERT: db1;UP;SOFT;1;PING OK",
              {"2026-03-01T08:00:00", Severity::info, "HOST ALERT: db1;UP;SOFT;1;PING OK", "", "db1", "", "", {}}));
  CHECK(reads("nagios", "[1772352000] Error: Could not open command file",
              {"2026-03-01T08:00:00", Severity::error, "Error: Could not open command file", "", "", "", "", {}}));
  CHECK(reads("nagios", "[1772352000] LOG ROTATION: DAILY",
              {"2026-03-01T08:00:00", Severity::unspecified, "LOG ROTATION: DAILY", "", "", "", "", {}}));
  CHECK(is_refused("nagios", "[12] three"));
  CHECK(is_refused("nagios", "[9999999999] not a year that logs have"));
}

TEST_CASE("devices: the kernel's audit trail has its time behind the type", "[parse][formats]") {
  CHECK(reads("auditd", "type=CWD msg=audit(1772352000.250:99): cwd=\"/root\"",
              {"2026-03-01T08:00:00.25",
               Severity::unspecified,
               "CWD cwd=\"/root\"",
               "",
               "",
               "",
               "",
               {{"auditd.type", "CWD"}, {"event.sequence", "99"}}}));
  CHECK(reads("auditd", "node=web7 type=USER_END msg=audit(1772352000.250:100): pid=1 res=success",
              {"2026-03-01T08:00:00.25", Severity::unspecified, "USER_END pid=1 res=success", "", "web7", "", "", {}}));
  CHECK(is_refused("auditd", "type=CWD msg=hello"));
  CHECK(is_refused("auditd", "type=CWD msg=audit(soon:1): x"));
}

TEST_CASE("devices: pairs that tell the time together, behind a priority", "[parse][formats]") {
  CHECK(reads("logfmt", R"(<185>date=2026-03-01 time=08:00:00 devname="fw1" tz="+0100" level="alert" severity="high" msg="port scan")",
              {"2026-03-01T07:00:00", Severity::error3, "port scan", "", "", "", "", {{"devname", "fw1"}}}));
  CHECK(reads("logfmt", "date=2026-03-01 time=08:00:00 type=traffic",
              {"2026-03-01T08:00:00", Severity::unspecified, "date=2026-03-01 time=08:00:00 type=traffic", "", "", "", "", {}}));
  CHECK(reads("logfmt", "time=2026-03-01T08:00:00Z method=GET path=/x status=503",
              {"2026-03-01T08:00:00", Severity::error, "time=2026-03-01T08:00:00Z method=GET path=/x status=503", "", "", "", "", {}}));
  CHECK(reads("logfmt", "time=2026-03-01T08:00:00Z level=info method=GET status=503",
              {"2026-03-01T08:00:00", Severity::info, "time=2026-03-01T08:00:00Z level=info method=GET status=503", "", "", "", "", {}}));
}
