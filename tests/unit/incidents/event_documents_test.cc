// What the sinks are told from one judgement to the next, and what stands in them in the end.
#include "incidents/event_documents.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sinks/json_event_texts.h"

namespace loglode {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Told = std::vector<std::string>;

Timestamp at(seconds after) { return Timestamp{std::chrono::hours{500'000}} + after; }

Finding finding(std::string id, std::uint64_t what, seconds start, seconds end, std::uint64_t total = 1) {
  Finding made;
  made.finding_id = std::move(id);
  made.kind = FindingKind::new_error;
  made.service = "shop";
  made.template_id = TemplateId{what};
  made.start = at(start);
  made.end = at(end);
  made.total = total;
  return made;
}

Incident incident(seconds opened, std::vector<std::string> findings) {
  Incident made;
  made.opened_at = made.onset = at(opened);
  made.services = {"shop"};
  made.findings = std::move(findings);
  made.state = IncidentState::open;
  return made;
}

Incident over(Incident incident, seconds closed_at) {
  incident.state = IncidentState::closed;
  incident.closed_at = at(closed_at);
  return incident;
}

std::shared_ptr<const Assessment> assessed(Judgement judgement, Timestamp newest, bool last = false, std::set<std::string> lasting = {}) {
  auto made = std::make_shared<Assessment>();
  made->judgement = std::move(judgement);
  made->newest = newest;
  made->last = last;
  made->lasting = std::move(lasting);
  return made;
}

/// A sink that keeps what it was told, by id.
class Kept {
 public:
  /// "f1" for a document, "-f1" for one that is withdrawn, "-f1>f2" for one that goes on as another; incidents as "incident".
  Told tell(std::vector<Finding> findings, std::vector<Incident> incidents, seconds newest, bool last = false) {
    Judgement judgement;
    judgement.findings = std::move(findings);
    judgement.incidents = std::move(incidents);
    Told told;
    for (const auto& [document, only_to] : events_.announce(assessed(std::move(judgement), at(newest), last, lasting))) {
      CHECK(only_to.empty());
      // Wherever a sink keeps it by time, that is one place.
      CHECK(document.opened_at != kNoTime);
      CHECK(opened_.emplace(document.key, document.opened_at).first->second == document.opened_at);
      const auto json = nlohmann::json::parse(document.json);
      const std::string name = document.kind == Document::incident ? "incident" : document.key;
      if (json["schema"] == "loglode.withdrawal/1") {
        standing.erase(document.key);
        told.push_back('-' + name +
                       (json["superseded_by"].is_null() || name == "incident" ? "" : '>' + json["superseded_by"].get<std::string>()));
      } else {
        standing[document.key] = document.json;
        told.push_back(name);
      }
    }
    return told;
  }
  /// Goes on with a new object, which knows nothing but what was kept of the old one.
  void restart() {
    kept_ = events_.announced();
    std::destroy_at(&events_);
    std::construct_at(&events_, json_event_texts());
    events_.restore(kept_);
    CHECK(events_.announced() == kept_);
  }
  /// Templates 1 and 2 are called 11 from now on, with a restart between.
  void renew() {
    events_.renew([](TemplateId before) { return before.high <= 2 ? TemplateId{11, 5} : before; });
    restart();
  }
  /// Incidents that the sinks have closed.
  [[nodiscard]] std::size_t closed() const {
    return static_cast<std::size_t>(std::count_if(standing.begin(), standing.end(), [](const auto& entry) {
      return entry.second.find("\"state\":\"closed\"") != std::string::npos;
    }));
  }
  std::map<std::string, std::string> standing;
  std::set<std::string> lasting;  // what no later judgement takes back

 private:
  EventDocuments events_{json_event_texts()};
  Announced kept_;  // what `events_` was restored from
  std::map<std::string, Timestamp> opened_;
};

TEST_CASE("events: a finding comes again when it has settled and says something else, and once more at the end", "[incidents]") {
  Kept kept;
  CHECK(kept.tell({finding("f1", 1, seconds{0}, seconds{1}, 1)}, {}, seconds{1}) == Told{"f1"});
  CHECK(kept.tell({finding("f1", 1, seconds{0}, seconds{9}, 5)}, {}, seconds{10}).empty());
  CHECK(kept.tell({finding("f1", 1, seconds{0}, seconds{9}, 5)}, {}, seconds{200}) == Told{"f1"});
  CHECK(kept.tell({finding("f1", 1, seconds{0}, seconds{9}, 5)}, {}, seconds{300}).empty());
  CHECK(kept.tell({finding("f1", 1, seconds{0}, seconds{301}, 6)}, {}, seconds{301}, true) == Told{"f1"});
}

TEST_CASE("events: what holds no more is withdrawn, but not what may come back or is too old to be spoken of", "[incidents]") {
  Kept kept;
  CHECK(kept.tell({finding("f1", 1, seconds{0}, seconds{1})}, {}, seconds{1}) == Told{"f1"});
  CHECK(kept.tell({}, {}, seconds{60}).empty());
  CHECK(kept.tell({}, {}, seconds{200}) == Told{"-f1"});
  kept.lasting = {"f2"};
  CHECK(kept.tell({finding("f2", 2, seconds{300}, seconds{301})}, {}, seconds{301}) == Told{"f2"});
  CHECK(kept.tell({}, {}, minutes{90}).empty());  // it was over for good: what was said of it stands
  CHECK(kept.tell({}, {}, minutes{91}, true).empty());
  CHECK(kept.standing.size() == 1);
}

TEST_CASE("events: a finding whose windows widen goes on under its new id, and stands under one at any time", "[incidents]") {
  Kept kept;
  CHECK(kept.tell({finding("f1", 1, seconds{0}, seconds{1})}, {}, seconds{1}) == Told{"f1"});
  for (seconds now{10}; now < minutes{10}; now += seconds{10}) {
    CHECK(kept.tell({finding("wide", 1, seconds{0}, now, 2)}, {}, now).empty());  // it goes on: nobody wants each of its sizes
    CHECK(kept.standing.contains("f1"));
  }
  CHECK(kept.tell({finding("wide", 1, seconds{0}, minutes{10}, 2)}, {}, minutes{13}) == Told{"wide", "-f1>wide"});
}

TEST_CASE("events: a sink that is new to a state is given what stands, once, and the others are not", "[incidents]") {
  using Target = EventDocuments::Target;
  const DocumentKinds findings = only(Document::finding), all = findings | only(Document::incident);
  const Target old{"file /old", all}, other{"file /new", all}, modest{"file /old", findings};
  const auto told_of = [](EventDocuments& events, seconds newest) {
    Judgement judgement;
    judgement.findings = {finding("f1", 1, seconds{0}, seconds{1})};
    judgement.incidents = {incident(seconds{0}, {"f1"})};
    Told told;
    for (const auto& [event, only_to] : events.announce(assessed(std::move(judgement), at(newest)))) {
      std::string to = only_to.empty() ? " to all" : " to";
      for (const std::size_t number : only_to) to += " " + std::to_string(number);
      told.push_back(std::string{name_of(event.kind)} + to);
    }
    return told;
  };
  struct Row {
    std::string what;
    std::vector<Target> before, after;
    bool by_older_version;
    Told expected;
  };
  const std::vector<Row> rows{
      {"the same", {old}, {old}, false, {}},
      {"one more", {old}, {old, other}, false, {"finding to 1", "incident to 1"}},
      {"in another order", {old, other}, {other, old}, false, {}},
      {"two more", {old}, {other, old, {"kafka t b:1", findings}}, false, {"finding to 0 2", "incident to 0"}},
      {"one that takes more than it did", {modest}, {old}, false, {"incident to 0"}},
      {"of an older version nobody knows: its sinks had all", {old}, {old, other}, true, {}},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    EventDocuments first{json_event_texts()};
    first.set_targets(row.before);
    REQUIRE(told_of(first, seconds{1}) == Told{"finding to all", "incident to all"});
    Announced kept = first.announced();
    REQUIRE(kept.targets.has_value());
    if (row.by_older_version) kept.targets.reset();
    EventDocuments between{json_event_texts()};  // has no sinks: a state's ids are renewed before there are any
    EventDocuments second{json_event_texts()}, third{json_event_texts()};
    between.restore(kept);
    second.restore(between.announced());
    second.set_targets(row.after);
    CHECK(told_of(second, seconds{2}) == row.expected);
    CHECK(told_of(second, seconds{3}).empty());
    third.restore(second.announced());
    third.set_targets(row.after);
    CHECK(told_of(third, seconds{4}).empty());
  }
  EventDocuments fresh{json_event_texts()};  // nothing was ever told: what comes is for all
  fresh.set_targets({old, other});
  CHECK(told_of(fresh, seconds{1}) == Told{"finding to all", "incident to all"});
}

TEST_CASE("events: an incident that stays open is closed in the end, whatever else was told meanwhile", "[incidents]") {
  for (const bool restarts : {false, true}) {
    Kept kept;
    const Finding cause = finding("cause", 1, seconds{0}, seconds{1});
    kept.tell({cause}, {incident(seconds{0}, {"cause"})}, seconds{1});
    const std::string id = [&] {
      for (const auto& [key, json] : kept.standing)
        if (key != "cause") return key;
      return std::string{};
    }();
    REQUIRE_FALSE(id.empty());
    // More than is remembered, in spells that are each over before the next.
    std::uint64_t what = 100;
    constexpr int kSpells = 5;
    for (int spell = 0; spell < kSpells; ++spell) {
      std::vector<Finding> flood{cause};
      for (std::size_t i = 0; i < PublishedEvents::kRememberedMax / 4 + 100; ++i, ++what)
        flood.push_back(finding("flood" + std::to_string(what), what, seconds{spell + 2}, seconds{spell + 2}));
      kept.tell(std::move(flood), {incident(seconds{0}, {"cause"})}, seconds{spell + 2});
      if (restarts) kept.restart();
    }
    CHECK(nlohmann::json::parse(kept.standing.at(id))["state"] == "open");
    kept.lasting = {"cause"};
    kept.tell({cause}, {over(incident(seconds{0}, {"cause"}), minutes{1})}, minutes{80});
    CHECK(nlohmann::json::parse(kept.standing.at(id))["state"] == "closed");
  }
}

TEST_CASE("events: with other ids of templates what was told is not told again, and what was not is", "[incidents]") {
  const auto renamed = [](std::string id, FindingKind kind, std::uint64_t what, seconds start) {
    Finding made = finding(std::move(id), what, start, start + seconds{9}, 5);
    made.template_id = TemplateId{what, what == 11 ? 5U : 0U};
    made.kind = kind;
    return made;
  };
  Kept kept;
  CHECK(kept.tell({finding("f1", 1, seconds{0}, seconds{9}, 3), finding("f2", 2, seconds{1}, seconds{9}, 2)},
                  {incident(seconds{0}, {"f1", "f2"})}, seconds{10}) == Told{"f1", "f2", "incident"});
  kept.renew();
  // One finding for both now, under another id; and what is frequent only since they are one.
  const std::vector<Finding> now{renamed("g1", FindingKind::new_error, 11, seconds{0}),
                                 renamed("g2", FindingKind::frequent, 11, seconds{0})};
  CHECK(kept.tell(now, {incident(seconds{0}, {"g1", "g2"})}, seconds{20}).empty());
  CHECK(kept.tell(now, {incident(seconds{0}, {"g1", "g2"})}, seconds{400}).empty());
  std::vector<Finding> more = now;
  more.push_back(renamed("g3", FindingKind::new_error, 4, seconds{410}));
  CHECK(kept.tell(more, {incident(seconds{0}, {"g1", "g2"})}, seconds{420}) == Told{"g3"});
  CHECK(kept.standing.contains("f1"));
}

TEST_CASE("events: an error that nobody was told of before ids changed is told", "[incidents]") {
  Kept kept;
  CHECK(kept.tell({finding("f1", 1, seconds{0}, seconds{9}, 3)}, {}, seconds{10}) == Told{"f1"});
  kept.renew();
  CHECK(kept.tell({finding("f4", 4, seconds{5}, seconds{9}, 3)}, {}, seconds{11}) == Told{"f4"});
}

TEST_CASE("events: an incident that one judgement lacks is waited for, and told again when it comes back later", "[incidents]") {
  Kept kept;
  const std::vector<Finding> findings{finding("f1", 1, seconds{0}, minutes{20}, 7)};
  CHECK(kept.tell(findings, {incident(seconds{0}, {"f1"})}, seconds{1}) == Told{"f1", "incident"});
  CHECK(kept.tell(findings, {incident(seconds{0}, {"f1"})}, minutes{5}).empty());
  CHECK(kept.tell(findings, {}, minutes{5} + seconds{1}).empty());
  CHECK(kept.tell(findings, {incident(seconds{0}, {"f1"})}, minutes{5} + seconds{2}).empty());
  CHECK(kept.tell(findings, {}, minutes{8}) == Told{"-incident"});
  CHECK(kept.tell(findings, {incident(seconds{0}, {"f1"})}, minutes{9}) == Told{"incident"});
}

TEST_CASE("events: each says what changed, with a revision that only grows, over a restart too", "[incidents]") {
  EventDocuments first{json_event_texts()}, later{json_event_texts()};
  std::uint64_t newest_revision = 0;
  const auto changes = [&](EventDocuments& events, std::vector<Finding> findings, std::vector<Incident> incidents, seconds newest) {
    Judgement judgement;
    judgement.findings = std::move(findings);
    judgement.incidents = std::move(incidents);
    Told told;
    for (const auto& [event, only_to] : events.announce(assessed(std::move(judgement), at(newest)))) {
      CHECK(event.revision > newest_revision);
      newest_revision = event.revision;
      told.push_back(std::string{name_of(event.kind)} + ' ' + std::string{name_of(event.change)});
    }
    return told;
  };
  Finding f1 = finding("f1", 1, seconds{0}, seconds{10}, 5);
  Incident open = incident(seconds{0}, {"f1"}), graver = open;
  graver.severity = IncidentSeverity::critical;
  CHECK(changes(first, {f1}, {open}, seconds{10}) == Told{"finding opened", "incident opened"});
  f1.total = 500;
  CHECK(changes(first, {f1}, {graver}, seconds{11}) == Told{"finding updated", "incident updated"});
  later.restore(first.announced());
  CHECK(changes(later, {f1}, {over(graver, seconds{12})}, seconds{13}) == Told{"incident resolved"});
  CHECK(changes(later, {f1}, {graver}, seconds{14}) == Told{"incident opened"});
  CHECK(changes(later, {}, {}, minutes{30}) == Told{"finding withdrawn", "incident withdrawn"});
}

TEST_CASE("events: an incident that was open before a long pause is closed in the sinks too", "[incidents]") {
  Kept kept;
  kept.tell({finding("f1", 1, seconds{0}, seconds{60}, 7)}, {incident(seconds{0}, {"f1"})}, seconds{60});
  kept.lasting = {"f1"};
  CHECK(kept.tell({finding("f1", 1, seconds{0}, seconds{60}, 7)}, {over(incident(seconds{0}, {"f1"}), minutes{1})}, minutes{200}) ==
        Told{"incident"});
  CHECK(kept.closed() == 1);
}

TEST_CASE("events: an incident that was open before ids changed is closed in the sinks, though nobody speaks of it any more",
          "[incidents]") {
  Kept kept;
  kept.tell({finding("f1", 1, seconds{0}, seconds{60}, 7)}, {incident(seconds{0}, {"f1"})}, seconds{60});
  kept.renew();
  CHECK(kept.closed() == 0);
  CHECK(kept.tell({}, {}, minutes{200}) == Told{"incident"});
  CHECK(kept.closed() == 1);
  CHECK(kept.tell({}, {}, minutes{201}, true).empty());
}

TEST_CASE("events: what lasts stands when it is spoken of no more, and what does not is withdrawn, however much later", "[incidents]") {
  Kept kept;
  Incident lasts = incident(seconds{0}, {"f1"}), open = incident(seconds{200}, {"f2"});
  lasts.incident_id = "00000000000000aa";
  open.incident_id = "00000000000000bb";
  lasts.state = IncidentState::closed;
  lasts.closed_at = at(seconds{60});
  kept.lasting = {"f1", lasts.incident_id};
  kept.tell({finding("f1", 1, seconds{0}, seconds{60}, 7), finding("f2", 2, seconds{200}, seconds{230})}, {lasts, open}, seconds{230});
  CHECK(kept.standing.size() == 4);
  kept.restart();
  kept.lasting.clear();
  CHECK(kept.tell({}, {}, minutes{300}) == Told{"-f2", "-incident"});
  CHECK(kept.standing.contains("f1"));
  CHECK(kept.standing.contains(lasts.incident_id));
  CHECK(kept.tell({}, {}, minutes{301}, true).empty());
}

TEST_CASE("events: a finding that is over is told as it stands, though it says nothing else of when and how often", "[incidents]") {
  Kept kept;
  Finding first = finding("f1", 1, seconds{0}, seconds{50}, 7), later = first;
  later.summary = "said better";
  kept.tell({first}, {}, seconds{60});
  CHECK(kept.tell({later}, {}, seconds{70}).empty());
  CHECK(kept.tell({later}, {}, minutes{5}) == Told{"f1"});
  CHECK(kept.tell({later}, {}, minutes{6}).empty());
}

TEST_CASE("events: what stands at the end follows from the last judgement alone", "[incidents]") {
  Kept all_at_once, step_by_step;
  const std::vector<Finding> findings{finding("f1", 1, seconds{0}, seconds{50}, 7), finding("f2", 2, seconds{5}, seconds{6}, 2)};
  const std::vector<Incident> incidents{incident(seconds{0}, {"f1", "f2"})};
  step_by_step.tell({finding("f2", 2, seconds{5}, seconds{6}, 2)}, {incident(seconds{5}, {"f2"})}, seconds{6});
  step_by_step.tell({finding("f3", 3, seconds{6}, seconds{7})}, {incident(seconds{5}, {"f2", "f3"})}, seconds{7});
  step_by_step.restart();
  step_by_step.tell(findings, incidents, seconds{60}, true);
  all_at_once.tell(findings, incidents, seconds{60}, true);
  CHECK(step_by_step.standing == all_at_once.standing);
  CHECK(step_by_step.standing.size() == 3);
  step_by_step.restart();
  CHECK(step_by_step.tell(findings, incidents, seconds{60}, true).empty());
}

}  // namespace
}  // namespace loglode
