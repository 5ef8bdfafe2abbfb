#include "incidents/incident_tracker.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

namespace loglode {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

Timestamp at(seconds after) { return Timestamp{std::chrono::hours{500'000}} + after; }

Finding finding(std::string service, std::uint64_t what, seconds start, seconds end, std::uint64_t total = 1) {
  Finding made;
  made.service = std::move(service);
  made.template_id = TemplateId{what};
  made.kind = FindingKind::new_error;
  made.start = at(start);
  made.end = at(end);
  made.total = total;
  made.finding_id = made.service + std::to_string(what) + '@' + std::to_string(start.count()) + '-' + std::to_string(end.count());
  return made;
}

Incident incident(seconds opened, std::vector<std::string> findings, IncidentSeverity severity = IncidentSeverity::warning) {
  Incident made;
  made.incident_id = "1";
  made.state = IncidentState::open;
  made.severity = severity;
  made.opened_at = at(opened);
  made.findings = std::move(findings);
  made.summary = "about " + (made.findings.empty() ? std::string{} : made.findings.front());
  return made;
}

Incident closed(Incident incident, seconds when) {
  incident.state = IncidentState::closed;
  incident.closed_at = at(when);
  return incident;
}

Judgement judgement(std::vector<Finding> findings, std::vector<Incident> incidents = {}) {
  Judgement made;
  made.findings = std::move(findings);
  made.incidents = std::move(incidents);
  return made;
}

/// "opened shop", "updated shop": in the order told.
std::vector<std::string> told(const LiveChanges& changes) {
  std::vector<std::string> out;
  for (const LiveFinding& live : changes.findings) out.push_back(std::string{name_of(live.change)} + ' ' + live.finding->service);
  for (const LiveIncident& live : changes.incidents) out.push_back(std::string{name_of(live.change)} + ' ' + std::to_string(live.number));
  return out;
}

using Told = std::vector<std::string>;

/// What the tracker says of one judgement after the other.
struct Step {
  Judgement judgement;
  seconds newest;
  Told expected;
};
void expect(IncidentTracker& tracker, const std::vector<Step>& steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    INFO("step " << i);
    CHECK(told(tracker.compare(steps[i].judgement, at(steps[i].newest))) == steps[i].expected);
  }
}

TEST_CASE("live tracker: a finding is opened once, however often it is judged again", "[app][live]") {
  IncidentTracker tracker;
  const Judgement same = judgement({finding("shop", 1, seconds{0}, seconds{10})});
  expect(tracker, {{same, seconds{1}, {"opened shop"}}, {same, seconds{2}, {}}, {same, seconds{3}, {}}});
  CHECK(tracker.findings_opened() == 1);
}

TEST_CASE("live tracker: findings are told in order of time, whatever their strength", "[app][live]") {
  IncidentTracker tracker;
  expect(tracker, {{judgement({finding("late", 1, seconds{50}, seconds{60}), finding("early", 2, seconds{0}, seconds{10}),
                               finding("middle", 3, seconds{20}, seconds{30})}),
                    seconds{60},
                    {"opened early", "opened middle", "opened late"}}});
}

TEST_CASE("live tracker: the same finding with another id, because its windows widened, is not told again", "[app][live]") {
  IncidentTracker tracker;
  expect(tracker, {{judgement({finding("shop", 1, seconds{100}, seconds{101})}), seconds{101}, {"opened shop"}},
                   {judgement({finding("shop", 1, seconds{100}, seconds{110})}), seconds{110}, {}},  // a window of ten seconds
                   {judgement({finding("shop", 1, seconds{60}, seconds{120})}), seconds{120}, {}},   // of a minute
                   {judgement({finding("shop", 1, seconds{0}, seconds{300})}), seconds{300}, {}}});  // of five
  CHECK(tracker.findings_opened() == 1);
}

TEST_CASE("live tracker: what differs in kind, service, template or rule is another finding", "[app][live]") {
  IncidentTracker tracker;
  const Finding first = finding("shop", 1, seconds{0}, seconds{10});
  Finding kind = first, service = first, what = first, rule = first, other_rule = first;
  kind.kind = FindingKind::frequent;
  service.service = "cart";
  what.template_id = TemplateId{2};
  rule.template_id = other_rule.template_id = kNoTemplate;
  rule.rule_id = "pg-too-many-clients";
  other_rule.rule_id = "out-of-memory";
  CHECK(tracker.compare(judgement({first}), at(seconds{10})).findings.size() == 1);
  for (const Finding& each : {kind, service, what, rule, other_rule})
    CHECK(tracker.compare(judgement({first, each}), at(seconds{10})).findings.size() == 1);
  CHECK(tracker.findings_opened() == 6);
}

TEST_CASE("live tracker: a finding that became ten times as much is told once more for each ten times", "[app][live]") {
  IncidentTracker tracker;
  const auto total = [](std::uint64_t count) { return judgement({finding("shop", 1, seconds{0}, seconds{10}, count)}); };
  expect(tracker, {{total(3), seconds{1}, {"opened shop"}},
                   {total(29), seconds{2}, {}},
                   {total(30), seconds{3}, {"updated shop"}},
                   {total(299), seconds{4}, {}},
                   {total(5000), seconds{5}, {"updated shop"}},
                   {total(5000), seconds{6}, {}}});
  CHECK(tracker.findings_opened() == 1);
}

TEST_CASE("live tracker: a finding that a judgement leaves out and the next has again is not told again", "[app][live]") {
  IncidentTracker tracker;
  const Judgement with = judgement({finding("shop", 1, seconds{0}, seconds{10})});
  expect(tracker, {{with, seconds{1}, {"opened shop"}}, {judgement({}), seconds{2}, {}}, {with, seconds{3}, {}}});
}

TEST_CASE("live tracker: the same error again after more than a quarter of an hour is a new finding", "[app][live]") {
  IncidentTracker tracker;
  const Finding first = finding("shop", 1, seconds{0}, seconds{10}), soon = finding("shop", 1, minutes{14}, minutes{15}),
                later = finding("shop", 1, minutes{31}, minutes{32});
  expect(tracker, {{judgement({first}), seconds{10}, {"opened shop"}},
                   {judgement({soon}), minutes{15}, {}},
                   {judgement({later}), minutes{32}, {"opened shop"}},
                   {judgement({later, soon}), minutes{33}, {}}});
}

TEST_CASE("live tracker: findings of lines without a time are known again by what they are about", "[app][live]") {
  IncidentTracker tracker;
  Finding timeless = finding("shop", 1, seconds{0}, seconds{0});
  timeless.start = timeless.end = kNoTime;
  CHECK(tracker.compare(judgement({timeless}), kNoTime).findings.size() == 1);
  CHECK(tracker.compare(judgement({timeless}), kNoTime).findings.empty());
}

TEST_CASE("live tracker: an incident opens, grows when it is graver or wider, closes once, and keeps its number", "[app][live]") {
  IncidentTracker tracker;
  const Finding a = finding("a", 1, seconds{0}, seconds{10}), b = finding("b", 2, seconds{0}, seconds{10}),
                c = finding("c", 3, seconds{0}, seconds{10});
  const std::vector<Finding> all{a, b, c};
  CHECK(tracker.compare(judgement(all), at(seconds{0})).findings.size() == 3);  // from here on, incidents alone
  const Incident narrow = incident(seconds{0}, {a.finding_id}), grave = incident(seconds{0}, {a.finding_id}, IncidentSeverity::error),
                 wide = incident(seconds{0}, {a.finding_id, b.finding_id}, IncidentSeverity::error),
                 wider = incident(seconds{0}, {a.finding_id, b.finding_id, c.finding_id}, IncidentSeverity::error);
  expect(tracker, {{judgement(all, {narrow}), seconds{1}, {"opened 1"}},
                   {judgement(all, {narrow}), seconds{2}, {}},
                   {judgement(all, {grave}), seconds{3}, {"updated 1"}},
                   {judgement(all, {narrow}), seconds{4}, {}},  // less grave is no news
                   {judgement(all, {wide}), seconds{5}, {"updated 1"}},
                   {judgement(all, {wider}), seconds{6}, {}},  // one more of three is none either
                   {judgement(all, {closed(wider, seconds{7})}), seconds{8}, {"resolved 1"}},
                   {judgement(all, {closed(wider, seconds{7})}), seconds{9}, {}}});
  CHECK(tracker.incidents_open() == 0);
}

TEST_CASE("live tracker: an incident that was over before anyone looked opens and closes in one judgement", "[app][live]") {
  IncidentTracker tracker;
  const Finding a = finding("a", 1, seconds{0}, seconds{10});
  expect(
      tracker,
      {{judgement({a}, {closed(incident(seconds{0}, {a.finding_id}), seconds{20})}), minutes{60}, {"opened a", "opened 1", "resolved 1"}}});
}

TEST_CASE("live tracker: an incident is known again when the ids of all its findings moved", "[app][live]") {
  IncidentTracker tracker;
  const Finding narrow = finding("a", 1, seconds{100}, seconds{101}), wide = finding("a", 1, seconds{60}, seconds{120});
  expect(tracker, {{judgement({narrow}, {incident(seconds{100}, {narrow.finding_id})}), seconds{101}, {"opened a", "opened 1"}},
                   {judgement({wide}, {incident(seconds{60}, {wide.finding_id})}), seconds{120}, {}}});
}

TEST_CASE("live tracker: two incidents that join are one with the number of the older, and the other closes", "[app][live]") {
  IncidentTracker tracker;
  const Finding a = finding("a", 1, seconds{0}, seconds{10}), b = finding("b", 2, seconds{60}, seconds{70});
  const std::vector<Finding> both{a, b};
  const Incident joined = incident(seconds{0}, {a.finding_id, b.finding_id});
  expect(tracker, {{judgement(both, {incident(seconds{0}, {a.finding_id}), incident(seconds{60}, {b.finding_id})}),
                    seconds{70},
                    {"opened a", "opened b", "opened 1", "opened 2"}},
                   {judgement(both, {joined}), seconds{80}, {"updated 1"}}});
  CHECK(tracker.incidents_open() == 2);
  const LiveChanges later = tracker.compare(judgement(both, {joined}), at(minutes{20}));
  CHECK(told(later) == Told{"resolved 2"});
  REQUIRE(later.incidents.size() == 1);
  CHECK(later.incidents.front().incident == nullptr);
  CHECK(later.incidents.front().summary == "about " + b.finding_id);
  CHECK(tracker.incidents_open() == 1);
}

TEST_CASE("live tracker: two incidents of the same things that lie far apart have two numbers", "[app][live]") {
  IncidentTracker tracker;
  const Finding first = finding("a", 1, seconds{0}, seconds{10}), second = finding("a", 1, minutes{60}, minutes{61});
  const std::vector<Finding> both{first, second};
  const Incident over = closed(incident(seconds{0}, {first.finding_id}), seconds{20}), next = incident(minutes{60}, {second.finding_id});
  expect(tracker, {{judgement({first}, {over}), seconds{30}, {"opened a", "opened 1", "resolved 1"}},
                   {judgement(both, {over, next}), minutes{61}, {"opened a", "opened 2"}},
                   {judgement(both, {next, over}), minutes{62}, {}}});
}

TEST_CASE("live tracker: two incidents of the same things close together are told apart by when they opened", "[app][live]") {
  IncidentTracker tracker;
  const Finding first = finding("a", 1, seconds{0}, seconds{10}), second = finding("a", 1, minutes{10}, minutes{11});
  const std::vector<Finding> both{first, second};
  const Incident over = closed(incident(seconds{0}, {first.finding_id}), seconds{20}), open = incident(minutes{10}, {second.finding_id});
  expect(tracker, {{judgement({first}, {over}), minutes{9}, {"opened a", "opened 1", "resolved 1"}},
                   {judgement(both, {open, over}), minutes{11}, {"opened a", "opened 2"}},
                   {judgement(both, {open, over}), minutes{12}, {}},
                   {judgement(both, {over, closed(open, minutes{12})}), minutes{18}, {"resolved 2"}},
                   {judgement(both, {over, closed(open, minutes{12})}), minutes{19}, {}}});
}

TEST_CASE("live tracker: an incident that comes back after it was closed opens again", "[app][live]") {
  IncidentTracker tracker;
  const Finding a = finding("a", 1, seconds{0}, seconds{10});
  const Incident open = incident(seconds{0}, {a.finding_id});
  expect(tracker, {{judgement({a}, {open}), seconds{10}, {"opened a", "opened 1"}},
                   {judgement({a}, {closed(open, seconds{20})}), seconds{30}, {"resolved 1"}},
                   {judgement({a}, {open}), seconds{40}, {"opened 1"}},
                   {judgement({a}, {open}), seconds{45}, {}},
                   {judgement({a}, {closed(open, seconds{50})}), seconds{60}, {"resolved 1"}}});
}

namespace {

Announced rows_of(const IncidentTracker& tracker) {
  Announced all;
  tracker.add_to(all);
  return all;
}

}  // namespace

TEST_CASE("live tracker: a later tracker goes on from what an earlier one knew, numbers and ids too", "[app][live]") {
  IncidentTracker tracker;
  const Finding a = finding("a\xff", 1, seconds{0}, seconds{10}, 5), b = finding("b", 2, seconds{60}, seconds{70});
  const Incident first = incident(seconds{0}, {a.finding_id}), second = incident(minutes{40}, {b.finding_id});
  const LiveChanges before = tracker.compare(judgement({a}, {first}), at(seconds{10}));
  REQUIRE(before.incidents.size() == 1);
  IncidentTracker later;
  later.restore(rows_of(tracker));
  CHECK(rows_of(later) == rows_of(tracker));
  CHECK(later.incidents_open() == 1);
  CHECK(later.findings_opened() == 0);
  Finding more = a;
  more.total = 50;
  expect(later, {{judgement({a, b}, {first}), seconds{70}, {"opened b"}}});
  const Judgement grown = judgement({more, b}, {closed(first, seconds{20}), second});
  const LiveChanges after = later.compare(grown, at(minutes{41}));
  CHECK(told(after) == Told{"updated a\xff", "resolved 1", "opened 2"});
  CHECK(after.incidents.front().id == before.incidents.front().id);
}

TEST_CASE("live tracker: what is taken as known is not told", "[app][live]") {
  IncidentTracker tracker;
  const Finding a = finding("a", 1, seconds{0}, seconds{10});
  tracker.take_as_known(judgement({a}, {incident(seconds{0}, {a.finding_id})}), at(seconds{10}));
  CHECK(tracker.findings_opened() == 0);
  CHECK(tracker.incidents_open() == 1);
  expect(tracker, {{judgement({a}, {incident(seconds{0}, {a.finding_id})}), seconds{11}, {}}});
}

TEST_CASE("live tracker: what is muted and what is not are rows of their own", "[app][live]") {
  IncidentTracker open, muted;
  static_cast<void>(open.compare(judgement({finding("a", 1, seconds{0}, seconds{10})}), at(seconds{10})));
  static_cast<void>(muted.compare(judgement({finding("b", 2, seconds{0}, seconds{10})}), at(seconds{10})));
  Announced all;
  open.add_to(all);
  muted.add_to(all, true);
  IncidentTracker later_open, later_muted;
  later_open.restore(all);
  later_muted.restore(all, true);
  const Judgement both = judgement({finding("a", 1, seconds{0}, seconds{10}), finding("b", 2, seconds{0}, seconds{10})});
  CHECK(told(later_open.compare(both, at(seconds{11}))) == Told{"opened b"});
  CHECK(told(later_muted.compare(both, at(seconds{11}))) == Told{"opened a"});
}

TEST_CASE("live tracker: nothing is closed by time while no record has one", "[app][live]") {
  IncidentTracker tracker;
  const Finding a = finding("a", 1, seconds{0}, seconds{10});
  CHECK(told(tracker.compare(judgement({a}, {incident(seconds{0}, {a.finding_id})}), at(seconds{10}))).size() == 2);
  CHECK(told(tracker.compare(judgement({}), kNoTime)).empty());
  CHECK(tracker.incidents_open() == 1);
}

}  // namespace
}  // namespace loglode
