#include "core/mute.h"

#include <catch2/catch.hpp>
#include <set>

#include "scene.h"

namespace loglode {
namespace {

Finding frequent(const std::string& service = "shop") {
  Finding finding;
  finding.kind = FindingKind::frequent;
  finding.service = service;
  finding.template_id = TemplateId{7};
  finding.template_text = "ledger <*> refused";
  finding.rule_id = "db-refused";
  finding.end = at_second(100);
  return finding;
}

Finding new_error() {
  Finding finding = frequent();
  finding.kind = FindingKind::new_error;
  return finding;
}

Mute mute_until(double second = 200) {
  Mute mute;
  mute.until = at_second(second);
  mute.reason = "known";
  return mute;
}

TEST_CASE("mutes: everything that is given must hold", "[correlate][mute]") {
  const auto expect = [](const Finding& finding, bool muted, const auto& say) {
    Mute mute = mute_until();
    say(mute);
    CHECK(is_muted(mute, finding, "database refused", finding.end) == muted);
  };
  expect(frequent(), true, [](Mute& mute) { mute.service = "shop"; });
  expect(frequent(), true, [](Mute& mute) { mute.service = "sh*"; });
  expect(frequent(), false, [](Mute& mute) { mute.service = "sho"; });
  expect(frequent(), true, [](Mute& mute) { mute.kind = FindingKind::frequent; });
  expect(frequent(), false, [](Mute& mute) { mute.kind = FindingKind::rate_up; });
  expect(frequent(), true, [](Mute& mute) { mute.template_id = TemplateId{7}; });
  expect(frequent(), false, [](Mute& mute) { mute.template_id = TemplateId{8}; });
  expect(frequent(), true, [](Mute& mute) { mute.rule = "db-refused"; });
  expect(frequent(), false, [](Mute& mute) { mute.rule = "db"; });
  expect(frequent(), true, [](Mute& mute) { mute.text = "refused"; });
  expect(frequent(), true, [](Mute& mute) { mute.text = "database"; });  // of the rule's name
  expect(frequent(), false, [](Mute& mute) { mute.text = "accepted"; });
  expect(frequent(), false, [](Mute& mute) {
    mute.service = "shop";
    mute.kind = FindingKind::silent;
  });
}

TEST_CASE("mutes: a new ERROR is muted only by its kind or its template", "[correlate][mute]") {
  const auto expect = [](bool muted, const auto& say) {
    Mute mute = mute_until();
    say(mute);
    CHECK(is_muted(mute, new_error(), {}, at_second(100)) == muted);
  };
  expect(false, [](Mute& mute) { mute.service = "shop"; });
  expect(false, [](Mute& mute) { mute.text = "ledger"; });
  expect(false, [](Mute& mute) { mute.rule = "db-refused"; });
  expect(true, [](Mute& mute) { mute.kind = FindingKind::new_error; });
  expect(true, [](Mute& mute) { mute.template_id = TemplateId{7}; });
  expect(false, [](Mute& mute) {
    mute.kind = FindingKind::new_error;
    mute.service = "cart";
  });
}

TEST_CASE("mutes: what goes on when a mute ends is told, what was over by then is not", "[correlate][mute]") {
  Mute mute = mute_until(100);
  mute.service = "shop";
  CHECK(is_muted(mute, frequent(), {}, at_second(99.9)));
  CHECK_FALSE(is_muted(mute, frequent(), {}, at_second(100)));
}

Scene trouble() {
  Scene scene;
  scene.lines(0, 600, 1, "shop", Severity::info, "order placed");
  scene.lines(500, 560, 1, "shop", Severity::error, "ledger refused");
  return scene;
}

TEST_CASE("mutes: what is muted opens no incident, and is counted with its reason", "[correlate][mute]") {
  REQUIRE(Judged{trouble()}.judgement.incidents.size() == 1);
  JudgeConfig config;
  config.mutes = {mute_until(700), mute_until(700)};
  config.mutes[0].service = "shop";
  config.mutes[1].kind = FindingKind::new_error;
  const Judged judged{trouble(), config};
  CHECK(judged.judgement.incidents.empty());
  CHECK(judged.findings(FindingKind::new_error).empty());
  CHECK(judged.findings(FindingKind::frequent).empty());
  std::set<FindingKind> kinds;
  for (const MutedFinding& muted : judged.judgement.muted) {
    kinds.insert(muted.finding.kind);
    CHECK(muted.reason == "known");
  }
  CHECK(kinds.contains(FindingKind::frequent));
  CHECK(kinds.contains(FindingKind::new_error));
}

TEST_CASE("mutes: a mute of a whole service leaves its new errors", "[correlate][mute]") {
  JudgeConfig config;
  config.mutes = {mute_until(700)};
  config.mutes[0].service = "shop";
  const Judged judged{trouble(), config};
  CHECK(judged.findings(FindingKind::new_error).size() == 1);
  CHECK(judged.findings(FindingKind::frequent).empty());
  CHECK(judged.judgement.incidents.size() == 1);
}

TEST_CASE("mutes: findings of lines without a time are held against the clock", "[correlate][mute]") {
  Scene scene;
  scene.ordinal = true;
  for (int i = 0; i < 1000; ++i)
    scene.line(Timestamp{kOrdinalStep * i}, "shop", i >= 500 ? Severity::error : Severity::info, i >= 500 ? "boom" : "fine");
  JudgeConfig config;
  config.mutes = {mute_until(0)};
  config.mutes[0].service = "shop";
  config.now = at_second(-1);
  CHECK_FALSE(Judged(scene, config).judgement.muted.empty());
  config.now = at_second(1);
  CHECK(Judged(scene, config).judgement.muted.empty());
}

}  // namespace
}  // namespace loglode
