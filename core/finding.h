// Judgement as the rest of the program sees it: made by correlate/, shown and stored by sinks/. Plain data.
// Field meanings and wire names: cli.md ("Files"), configs/schema/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/severity.h"
#include "core/template_catalog.h"
#include "core/timestamp.h"
#include "core/window_summary.h"

namespace loglode {

enum class FindingKind : std::uint8_t {
  new_error,
  new_warning,
  returned,
  frequent,
  rate_up,
  rate_down,
  silent,
  value_shift,
  meaning,
  session,
  security,
  business,
  renamed,
  deploy,
  source_lost,
  storm,
  error_seen  // stands here for its number: what is stored by number keeps its meaning
};
[[nodiscard]] std::string_view name_of(FindingKind kind) noexcept;
enum class FindingCategory : std::uint8_t { error, performance, security, business, change };
[[nodiscard]] std::string_view name_of(FindingCategory category) noexcept;
enum class Notify : std::uint8_t { page, ticket, digest, none };
[[nodiscard]] std::string_view name_of(Notify notify) noexcept;
enum class IncidentSeverity : std::uint8_t { info, warning, error, critical };
[[nodiscard]] std::string_view name_of(IncidentSeverity severity) noexcept;
enum class IncidentState : std::uint8_t { open, closed };
[[nodiscard]] std::string_view name_of(IncidentState state) noexcept;

struct Evidence {
  std::string record_id;  // record_id(origin.stream, origin.offset)
  Origin origin;
  Timestamp time = kNoTime;
  std::string excerpt;  // masked, at most kExcerptBytesMax; may be empty (then `context RECORD_ID` shows it)
};

struct Finding {
  std::string finding_id;  // 16 hex: hash of kind, service, what and window; the same for the same input
  FindingKind kind = FindingKind::frequent;
  FindingCategory category = FindingCategory::error;
  std::string service;
  TemplateId template_id = kNoTemplate;  // kNoTemplate: about a whole service or rule
  std::string template_text;
  std::string rule_id;  // of the rule whose hits this counts or that names the error; may be empty
  Severity severity = Severity::unspecified;
  Timestamp start = kNoTime, end = kNoTime;  // window in which it was observed
  double observed = 0, expected = 0;         // records in the window(s); what the baseline leads one to expect
  std::uint64_t total = 0;                   // records of this service and template (or rule) in the whole run
  double score = 0;                          // higher is stronger; comparable within a run
  double q = 1;                              // Benjamini-Hochberg adjusted p value, 0 for what needs no test
  Notify notify = Notify::none;
  bool hits_alone = false;    // about those records of its template that rule_id hits, not about all of them
  bool incomparable = false;  // too early in the input, or in too little of it, to know whether it is new
  std::string why_quiet;      // of one that is only listed: a part of a sentence; else empty
  std::vector<Evidence> evidence;
  std::string summary;  // one sentence a person understands
};

enum class EdgeBasis : std::uint8_t { trace, tested, order };
[[nodiscard]] std::string_view name_of(EdgeBasis basis) noexcept;

struct CascadeEdge {
  std::string from, to;  // services
  EdgeBasis basis = EdgeBasis::order;
  double lag_s_p10 = 0, lag_s_p50 = 0, lag_s_p90 = 0;
  double lift = 0;          // 0: not computed for this basis
  std::uint64_t pairs = 0;  // onset pairs, or shared traces
  double q = 1;
  std::vector<Evidence> evidence;
};

struct ScoreTerm {
  std::string name;
  double value = 0;
};
struct Suspect {
  std::uint32_t rank = 1;
  std::string service;
  double score = 0;
  std::vector<ScoreTerm> terms;
  std::vector<Evidence> evidence;
};

struct TimelineEntry {
  Timestamp time = kNoTime;
  std::string service, what, finding_id;
};

struct Incident {
  std::string incident_id;  // 1, 2, 3 … within a run, in order of gravity then time
  std::string lasting_id;   // the id that sinks were sent, where incident_id is a number that a person was told; else empty
  std::string fingerprint;  // 16 hex: of its findings' (kind, service, template)
  IncidentState state = IncidentState::closed;
  IncidentSeverity severity = IncidentSeverity::info;
  Notify notify = Notify::none;
  Timestamp opened_at = kNoTime, closed_at = kNoTime, onset = kNoTime;
  std::vector<std::string> services;  // in order of onset
  std::vector<std::string> findings;  // finding ids, strongest first
  std::vector<Suspect> suspects;
  std::vector<CascadeEdge> edges;
  std::vector<TimelineEntry> timeline;
  std::uint64_t shared_traces = 0;  // kept by the sample, that touch two or more of its services
  std::uint64_t requests_failed = 0;
  std::string first_user_visible;  // service, when one is known
  std::string summary;
};

struct ServiceOverview {
  std::string service;
  std::uint64_t records = 0, errors = 0, warnings = 0;
  std::uint32_t templates = 0;
  Timestamp first = kNoTime, last = kNoTime;
  Timestamp first_error = kNoTime;  // onset of its first abnormal ERROR template, kNoTime when none
};

/// The earliest record of a cell, as an example of its like. Points into a window summary, which must outlive it.
struct Example {
  const WindowSummary* window = nullptr;
  const Cell* cell = nullptr;
};
/// Where the record is found again, and what was kept of it. No time where the stream has none.
[[nodiscard]] Evidence evidence_of(const Example& example);

struct TemplateCount {  // one row of --templates
  std::string service;
  const TemplateInfo* info = nullptr;  // owned by the catalog, which outlives the judgement
  Severity severity = Severity::unspecified;
  std::uint64_t count = 0;
  Timestamp first = kNoTime, last = kNoTime;
  std::vector<Example> examples;  // at most 3; in the windows that were judged
};

/// What was judged and how much there was to judge by; shown when nothing was found as well.
struct JudgedScope {
  Timestamp first = kNoTime, last = kNoTime;
  Duration width{};                                       // of the windows judged
  std::uint64_t windows = 0;                              // that hold at least one record
  bool ordinal = false;                                   // no times in the input: windows are runs of lines
  std::optional<std::pair<double, double>> since_boot_s;  // first and last, where times are those since a machine started alone
  bool has_baseline = false;                              // given with --baseline or from state
  Timestamp baseline_end = kNoTime;                       // without one: end of the input's own first part that served as such
  std::vector<std::string> notes;                         // "rates need 20 windows, 3 seen"
  std::vector<std::string> remarks;                       // what a person should know whatever was found: "mining unhealthy: …"
};

/// A finding that somebody does not want to be told, and what was said about that.
struct MutedFinding {
  Finding finding;
  std::string reason;
  Timestamp until = kNoTime;
};

struct Judgement {
  JudgedScope scope;
  std::vector<ServiceOverview> services;  // by records, descending, then name
  std::vector<TemplateCount> templates;   // by count, descending, then service, then id
  std::vector<Finding> findings;          // strongest first
  std::vector<Incident> incidents;        // gravest first, then earliest
  std::vector<MutedFinding> muted;        // in the order of the detectors; of no incident, not among `findings`
};

}  // namespace loglode
