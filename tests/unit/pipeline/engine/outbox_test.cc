// Events on their way to the sinks: what a state keeps of them.
#include "pipeline/engine/outbox.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace loglode;

TEST_CASE("outbox: events that were announced are read as they were written", "[pipeline][engine]") {
  const std::vector<OutgoingEvent> events{{{Document::finding, "f1", "{\"a\":1}\n"}}, {{Document::incident, "i1", "{}"}}};
  const auto read = decode_events(encode_events(events));
  REQUIRE(read);
  REQUIRE(read->size() == 2);
  CHECK(read->at(0).event.kind == Document::finding);
  CHECK(read->at(0).event.json == events[0].event.json);
  CHECK(read->at(1).event.key == "i1");
  CHECK_FALSE(decode_events("no CBOR"));
}
