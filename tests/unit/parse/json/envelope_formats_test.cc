#include <catch2/catch.hpp>
#include <string>

#include "parse/json/cri_format.h"
#include "parse/json/journald_format.h"
#include "tests/unit/parse/json/parsed.h"

using namespace loglode;

TEST_CASE("cri: the prefix gives the time, the text the rest", "[parse][json]") {
  const Parsed plain{CriFormat{}, "2023-11-23T10:11:12.123456789Z stderr F hello world", true};
  REQUIRE(plain.good);
  CHECK(plain.time() == "2023-11-23T10:11:12.123456789Z");
  CHECK(plain.record.message == "hello world");
  CHECK(plain.attribute("log.iostream") == "stderr");
  const Parsed json{CriFormat{}, R"(2023-11-23T10:11:12.123456789+02:00 stdout F {"level":"warn","msg":"m","service":"s"})"};
  REQUIRE(json.good);
  CHECK(json.time() == "2023-11-23T08:11:12.123456789Z");
  CHECK(json.record.severity == Severity::warn);
  CHECK(json.record.message == "m");
  CHECK(json.record.service == "s");
}

TEST_CASE("cri: parts are put together, further lines are the stack trace", "[parse][json]") {
  const std::string at = "2023-11-23T10:11:12Z stdout ";
  const Parsed got{CriFormat{}, at + "P one \n" + at + "F line\n" + at + "F   at x", true};
  REQUIRE(got.good);
  CHECK(got.record.message == "one line");
  CHECK(got.attribute("error.stack_trace") == "one line\n  at x");
}

TEST_CASE("cri: what lacks the prefix is refused", "[parse][json]") {
  for (const char* text : {"", "hello", "2023-11-23T10:11:12Z stdout X t", "2023-11-23T10:11:12Z pipe F t", "23-11-23 stdout F t",
                           "2023-11-23T10:11:12Z stdout F a\nb", "2023-99-23T10:11:12Z stdout F t"}) {
    INFO(text);
    const Parsed got{CriFormat{}, text, true};
    CHECK_FALSE(got.good);
    CHECK(got.batch.attributes.empty());
  }
}

TEST_CASE("journald: a block of fields is a record", "[parse][json]") {
  const std::string block =
      "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1700000000001002\nPRIORITY=4\n_HOSTNAME=h\n_SYSTEMD_UNIT=ssh.service\nMESSAGE=link a=b "
      "down\nX_Y=z\n";
  const Parsed got{JournaldFormat{}, block, true};
  REQUIRE(got.good);
  CHECK(got.time() == "2023-11-14T22:13:20.001002000Z");
  CHECK(got.record.severity == Severity::warn);
  CHECK(got.record.message == "link a=b down");
  CHECK(got.record.service == "ssh");
  CHECK(got.record.host == "h");
  CHECK(got.attribute("X_Y") == "z");
  const Parsed binary{JournaldFormat{}, std::string{"PRIORITY=6\nMESSAGE\n\x05\0\0\0\0\0\0\0a\nb\xFF"
                                                    "c\n_PID=1",
                                                    39}};
  REQUIRE(binary.good);
  CHECK(binary.record.message ==
        "a\nb\xEF\xBF\xBD"
        "c");
  CHECK(binary.record.has(RecordFlag::not_utf8));
}

TEST_CASE("journald: damaged blocks are refused", "[parse][json]") {
  for (const std::string& text : {std::string{}, std::string{"MESSAGE"}, std::string{"hello world\n"}, std::string{"A=1\n"},
                                  std::string{"a=1\nMESSAGE=x"}, std::string{"MESSAGE\n\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFFx", 17}}) {
    const Parsed got{JournaldFormat{}, text, true};
    CHECK_FALSE(got.good);
    CHECK(got.batch.attributes.empty());
  }
}
