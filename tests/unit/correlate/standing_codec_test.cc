// What a state keeps of a judgement that goes on.
#include "correlate/standing_codec.h"

#include <catch2/catch.hpp>

namespace loglode {
namespace {

Timestamp at(int second) { return Timestamp{std::chrono::seconds{1'700'000'000 + second}}; }

Standing some_standing() {
  Evidence evidence{"0123", {{1, ~std::uint64_t{0}}, "/logs/a \xff.log", 5, 7, 2}, at(3), "masked \xc3"};
  Finding finding;
  finding.finding_id = "f1";
  finding.kind = FindingKind::rate_up;
  finding.category = FindingCategory::performance;
  finding.service = "shop \xff";
  finding.template_id = {1, ~std::uint64_t{0}};
  finding.template_text = "order <*> placed";
  finding.rule_id = "rule";
  finding.severity = Severity::warn;
  finding.start = at(1);
  finding.end = at(2);
  finding.observed = 1.5;
  finding.expected = 0.1;
  finding.total = 7;
  finding.score = 3.25;
  finding.q = 1e-9;
  finding.notify = Notify::ticket;
  finding.evidence = {evidence, {}};
  finding.summary = "a sentence";
  finding.hits_alone = true;
  Incident incident;
  incident.incident_id = "0123456789abcdef";
  incident.fingerprint = "fp";
  incident.state = IncidentState::open;
  incident.severity = IncidentSeverity::critical;
  incident.notify = Notify::page;
  incident.opened_at = incident.onset = at(1);
  incident.services = {"shop", "cart"};
  incident.findings = {"f1"};
  incident.suspects = {{2, "shop", 4.5, {{"earliness", 4}}, {evidence}}};
  incident.edges = {{"shop", "cart", EdgeBasis::trace, 0.1, 0.2, 0.3, 4, 5, 0.01, {evidence}}};
  incident.timeline = {{at(1), "shop", "what", "f1"}};
  incident.shared_traces = 3;
  incident.requests_failed = 4;
  incident.first_user_visible = "web";
  incident.summary = "another";
  Standing standing;
  standing.at = at(320);
  standing.findings = {{std::make_shared<const Finding>(finding), at(9), true}};
  standing.incidents = {{std::make_shared<const Incident>(incident), {"a\nb", "c"}, at(10), false}};
  return standing;
}

}  // namespace

TEST_CASE("state: what stands is read as it was written", "[app][live]") {
  const std::string written = encode_standing(some_standing());
  const auto read = decode_standing(written);
  REQUIRE(read);
  CHECK(encode_standing(*read) == written);
  CHECK(read->at == at(320));
  REQUIRE(read->findings.size() == 1);
  CHECK(read->findings[0].settled);
  CHECK(read->findings[0].end == at(9));
  const Finding& finding = *read->findings[0].finding;
  CHECK(finding.template_id == TemplateId{1, ~std::uint64_t{0}});
  CHECK(finding.q == 1e-9);
  CHECK(finding.hits_alone);
  REQUIRE(finding.evidence.size() == 2);
  CHECK(finding.evidence[0].origin.path == "/logs/a \xff.log");
  CHECK(finding.evidence[1].time == kNoTime);
  REQUIRE(read->incidents.size() == 1);
  const Incident& incident = *read->incidents[0].incident;
  CHECK(incident.closed_at == kNoTime);
  CHECK(incident.edges.at(0).evidence.at(0).origin.stream.low == ~std::uint64_t{0});
  CHECK(incident.suspects.at(0).terms.at(0).name == "earliness");
  CHECK(incident.timeline.at(0).finding_id == "f1");
}

TEST_CASE("state: of what cannot be read nothing stands", "[app][live]") {
  const std::string written = encode_standing(some_standing());
  CHECK_FALSE(decode_standing(""));
  CHECK_FALSE(decode_standing("no CBOR"));
  for (std::size_t length = 0; length < written.size(); length += 7) CHECK_FALSE(decode_standing(written.substr(0, length)));
}

}  // namespace loglode
