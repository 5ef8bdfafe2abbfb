// All that is known of one incident, read from the documents of its run (the objects of --incidents, --findings, --templates and the
// rules): what a root-cause report is made of. Plain data; immutable once read, any thread.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "core/timestamp.h"

namespace loglode::rca {

using Json = nlohmann::ordered_json;

struct CaseRecord {       // a record that proves something
  std::string record_id;  // as `loglode context` takes it
  std::string place;      // `/var/log/app.log:12`, `logs[3] offset 42`
  std::string excerpt;    // masked; may be empty
  Timestamp time = kNoTime;
};

struct CaseFinding {
  std::string id, kind, category, service, severity, notify, summary;
  std::string template_id, text;  // `text`: the template with `<*>`, or empty where it is about a rule or a service
  std::string rule_id;            // may be empty
  Timestamp start = kNoTime, end = kNoTime;
  Timestamp onset = kNoTime;  // where the timeline has it, else of its first record
  double observed = 0, expected = 0, score = 0;
  std::uint64_t total = 0;
  std::vector<CaseRecord> evidence;
};

struct CaseSuspect {
  std::string service;
  double score = 0;
  std::vector<std::pair<std::string, double>> terms;
  std::vector<CaseRecord> evidence;
};

struct CaseEdge {
  std::string from, to, basis;  // trace, tested, order
  double lag_seconds = 0, lift = 0;
  std::uint64_t pairs = 0;
};

struct CaseStep {
  Timestamp time = kNoTime;
  std::string service, what, finding_id;
};

struct CaseRule {
  std::string id, name, meaning, check, safe_action;
};

struct EarlierIncident {
  std::string id, summary;
  Timestamp opened = kNoTime;
};

struct IncidentCase {
  std::string id;           // as it was asked for
  std::string fingerprint;  // of its findings' (kind, service, template)
  std::string state, severity, notify, summary, first_user_visible;
  Timestamp opened = kNoTime, closed = kNoTime, onset = kNoTime;
  std::vector<std::string> services;  // in order of onset
  std::uint64_t requests_failed = 0, shared_traces = 0;
  std::vector<CaseFinding> findings;  // strongest first
  std::vector<CaseFinding> changes;   // deploys, restarts, renamings that the run saw, before it or with it; of the incident or not
  std::vector<CaseSuspect> suspects;
  std::vector<CaseEdge> edges;
  std::vector<CaseStep> timeline;
  std::map<std::string, CaseRule> rules;            // by id; those that its findings name
  std::map<std::string, std::string> typed;         // template id -> its text with what is known of each variable: `took <number 3..90>`
  std::map<std::string, std::uint64_t> user_count;  // service -> the most distinct users that one of its templates holds
  std::vector<EarlierIncident> earlier;             // of the same run or state, with the same fingerprint
};

struct CaseDocuments {
  const std::vector<Json>& incidents;
  const std::vector<Json>& findings;
  const std::vector<Json>& templates;
  const std::vector<Json>& rules;
};

/// Of the incident with this number or lasting id. Errors: there is none; its documents lack what they must have (says which).
[[nodiscard]] Result<IncidentCase> read_case(const CaseDocuments& documents, std::string_view incident_id);

/// The member, where it is an array; else an empty one.
[[nodiscard]] const Json& list_at(const Json& object, const char* key);

/// Of our own RFC 3339 form (core/timestamp.h); kNoTime for anything else.
[[nodiscard]] Timestamp time_of(std::string_view rfc3339) noexcept;

/// When the service first showed a sign; kNoTime: it is not of the incident, or nobody knows.
[[nodiscard]] Timestamp onset_of(const IncidentCase& incident, std::string_view service) noexcept;

}  // namespace loglode::rca
