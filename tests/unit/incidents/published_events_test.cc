#include "incidents/published_events.h"

#include <catch2/catch.hpp>
#include <map>
#include <string>

using namespace loglode;

namespace {

Timestamp at(std::size_t second) { return Timestamp{std::chrono::seconds{second}}; }

PublishedEvents::Facts facts_at(std::size_t second) { return {second + 1, at(second), at(second), 1}; }

std::map<std::string, std::string> open_in(const PublishedEvents& sent) {
  std::map<std::string, std::string> open;
  for (const auto& [id, text] : sent.open_incidents()) open[id] = text;
  return open;
}

constexpr std::size_t kMax = PublishedEvents::kRememberedMax;

}  // namespace

TEST_CASE("sent documents: what ended first is forgotten first, and an open incident never", "[app][live]") {
  PublishedEvents sent;
  const auto note_finding = [&](std::size_t number) {
    return sent.note(Document::finding, "f" + std::to_string(number), "{}", facts_at(number));
  };
  sent.note(Document::incident, "open", "the open one", facts_at(0), true);
  sent.note(Document::incident, "closed", "the closed one", facts_at(0), false);
  for (std::size_t i = 1; i <= 3 * kMax; ++i) {
    REQUIRE(note_finding(i));
    if (i % (kMax / 2) != 0) continue;
    CHECK(open_in(sent)["open"] == "the open one");
    CHECK(sent.knows(Document::finding, "f" + std::to_string(i)));
    CHECK(sent.knows(Document::finding, "f" + std::to_string(i - kMax / 2 + 1)));
    PublishedEvents restored;
    restored.restore(sent.documents());
    sent = restored;
  }
  CHECK_FALSE(sent.knows(Document::incident, "closed"));
  CHECK_FALSE(sent.knows(Document::finding, "f1"));
  CHECK_FALSE(note_finding(3 * kMax));  // the same again
}

TEST_CASE("sent documents: one that ended long ago is not forgotten while it is noted", "[app][live]") {
  PublishedEvents sent;
  for (std::size_t i = 1; i <= kMax; ++i) sent.note(Document::finding, "f" + std::to_string(i), "{}", facts_at(i));
  sent.note(Document::finding, "late", "{}", facts_at(0));
  CHECK(sent.knows(Document::finding, "late"));
  CHECK_FALSE(sent.knows(Document::finding, "f1"));
  sent.note_known(Document::finding, "known", facts_at(0));
  CHECK(sent.is_only_known(Document::finding, "known"));
}

TEST_CASE("sent documents: incidents that close make room for others", "[app][live]") {
  PublishedEvents sent;
  for (std::size_t i = 1; i <= kMax; ++i) sent.note(Document::incident, std::to_string(i), "text", facts_at(i), true);
  sent.note(Document::finding, "f", "{}", facts_at(0));
  for (std::size_t i = 1; i <= kMax; ++i) sent.note(Document::incident, std::to_string(i), "text, closed", facts_at(i), false);
  for (std::size_t i = 1; i <= kMax; ++i) sent.note(Document::incident, "x" + std::to_string(i), "text", facts_at(i), true);
  const auto open = open_in(sent);
  for (std::size_t i = 1; i <= kMax; ++i) REQUIRE(open.at("x" + std::to_string(i)) == "text");
  sent.note(Document::finding, "g", "{}", facts_at(kMax));
  CHECK(sent.knows(Document::finding, "g"));
  CHECK_FALSE(sent.knows(Document::incident, "1"));
}
