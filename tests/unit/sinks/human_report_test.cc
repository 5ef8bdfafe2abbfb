// The first screen: what a person reads who is on call.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "sinks/report.h"
#include "sinks/seen_errors.h"

namespace loglode {

namespace {

Finding seen(std::uint64_t line, const std::string& text, Severity severity = Severity::error) {
  Finding finding;
  finding.kind = FindingKind::error_seen;
  finding.finding_id = "seen-" + std::to_string(line);
  finding.service = "node";
  finding.template_text = text;
  finding.severity = severity;
  finding.total = 1;
  Evidence proof;
  proof.record_id = finding.finding_id;
  proof.origin = Origin{{1, 2}, "/var/log/node.log", line * 100, line, 1};
  proof.excerpt = text;
  finding.evidence = {proof};
  finding.summary = "node: \"" + text + "\" once";
  return finding;
}

std::string screen_of(const Judgement& judgement, RunStats stats = {}, std::uint64_t records = 100) {
  stats.records = stats.lines = records;
  return human_report({judgement, stats, {}, 10, 60, true}, {120, false});
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("report: a FATAL that is part of no incident stands above incidents that are less grave", "[sinks]") {
  Judgement judgement;
  judgement.findings = {seen(10, "volume data is lost", Severity::fatal)};
  Incident small;
  small.incident_id = "1";
  small.severity = IncidentSeverity::error;
  small.summary = "api: one request failed";
  judgement.incidents = {small};
  const std::string screen = screen_of(judgement);
  CHECK(screen.find("FATAL, IN NO INCIDENT  node: volume data is lost") < screen.find("INCIDENT 1"));
  judgement.incidents[0].severity = IncidentSeverity::critical;
  CHECK_FALSE(has(screen_of(judgement), "FATAL, IN NO INCIDENT"));
}

TEST_CASE("report: what goes on from an error is part of its row, everything else has one of its own", "[sinks]") {
  Judgement judgement;
  judgement.findings = {seen(10, "BUG: unable to handle page fault for address: 0", Severity::fatal),
                        seen(12, "Oops: 0002 [#1] SMP", Severity::fatal),
                        seen(18, "Kernel panic - not syncing: Fatal exception", Severity::fatal),
                        seen(20, "---[ end Kernel panic - not syncing: Fatal exception ]---", Severity::fatal),
                        seen(3, "disk sda is slow"),
                        seen(4, "disk sdb is slow"),
                        seen(30, "start failed: listen tcp :80: bind: address already in use"),
                        seen(31, "listen tcp :80: bind: address already in use"),
                        seen(90, "listen tcp :80: bind: address already in use")};
  const std::vector<SeenError> rows = seen_errors(judgement);
  REQUIRE(rows.size() == 5);
  CHECK(rows[0].finding->evidence[0].origin.line == 10);
  CHECK(rows[0].lines_below == 3);
  CHECK(rows[1].finding->evidence[0].origin.line == 3);
  CHECK(rows[2].finding->evidence[0].origin.line == 4);
  CHECK(rows[3].lines_below == 1);
  CHECK(rows[4].finding->evidence[0].origin.line == 90);
}

TEST_CASE("report: NO INCIDENT never stands alone above a FATAL, and why it is none is said", "[sinks]") {
  for (const bool incomparable : {false, true}) {
    Judgement judgement;
    judgement.scope.has_baseline = incomparable;
    judgement.findings = {seen(3, "disk sda is slow"), seen(7, "volume data is lost", Severity::fatal)};
    if (incomparable) {
      judgement.findings[1].kind = FindingKind::new_error;
      judgement.findings[1].incomparable = true;
    }
    judgement.findings[1].why_quiet = "the reason why";
    const std::string screen = screen_of(judgement);
    INFO(screen);
    CHECK(has(screen, "NO INCIDENT, BUT FATAL  node: volume data is lost"));
    CHECK_FALSE(has(screen, "NO INCIDENT.\n"));
    CHECK(has(screen, "the reason why: look at it yourself"));
    CHECK(has(screen, "give a --baseline") != incomparable);
    CHECK(has(markdown_report({judgement, {}, {}, 10, 60, true}), "No incident, but FATAL"));
  }
  Judgement calm;
  calm.findings = {seen(3, "disk sda is slow")};
  CHECK(has(screen_of(calm), "NO INCIDENT.\n"));
  const std::string too_short = screen_of(calm, {}, 10);
  INFO(too_short);
  CHECK(has(too_short, "NO INCIDENT, BUT ERROR  node: disk sda is slow"));
  CHECK(has(too_short, "too little before it"));
}

TEST_CASE("report: an incident's times are those of the log beside UTC, where it has one offset", "[sinks]") {
  Judgement judgement;
  Incident incident;
  incident.incident_id = "1";
  incident.severity = IncidentSeverity::error;
  incident.onset = incident.opened_at = Timestamp{std::chrono::seconds{1'790'000'000}};  // 14:13:20
  incident.closed_at = incident.onset + std::chrono::seconds{60};
  incident.services = {"node"};
  judgement.findings = {seen(1, "down")};
  incident.findings = {judgement.findings[0].finding_id};
  judgement.incidents = {incident};
  RunStats stats;
  CHECK_FALSE(has(screen_of(judgement, stats), "in the log"));
  stats.utc_offset_s = 0;
  CHECK_FALSE(has(screen_of(judgement, stats), "in the log"));
  stats.utc_offset_s = 7200;
  CHECK(has(screen_of(judgement, stats), "14:13:20 - 14:14:20 UTC (16:13:20 - 16:14:20, +02:00 in the log)"));
  stats.utc_offset_s = -(3 * 3600 + 1800);
  CHECK(has(screen_of(judgement, stats), "UTC (10:43:20 - 10:44:20, -03:30 in the log)"));
}

}  // namespace loglode
