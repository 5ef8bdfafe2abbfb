#include "parse/text/own_format.h"

#include "format_table.h"

using namespace loglode;

TEST_CASE("own formats: examples say what comes of a line", "[parse][layout]") {
  const OwnFormat shop{"shop", {"{time} <{level}> {tenant}: {message}", "{level}: {message}"}, "%d.%m.%y %H:%M:%S", {{"oops", "error"}}};
  const auto compiled = compile_own_format(shop);
  REQUIRE(compiled);
  CHECK((*compiled)->name() == "shop");
  const std::string line = "01.03.26 08:00:00 <oops> acme: no answer";
  CHECK(check_own_example(**compiled, line, false,
                          {{"time", "2026-03-01T08:00:00Z"}, {"level", "error"}, {"tenant", "acme"}, {"message", "no answer"}})
            .empty());
  CHECK(check_own_example(**compiled, "warn: low", false, {{"level", "warn"}, {"host", ""}}).empty());
  CHECK(check_own_example(**compiled, line, false, {{"tenant", "other"}}) == "'tenant' is 'acme', not 'other'");
  CHECK(check_own_example(**compiled, line, true, {}) == "the line fits, although it should not");
  CHECK(check_own_example(**compiled, "nothing of it", false, {}) == "the line does not fit any of the format's patterns");
  CHECK(check_own_example(**compiled, "nothing of it", true, {}).empty());
}

TEST_CASE("own formats: what cannot be used says why", "[parse][layout]") {
  const auto complains = [](const OwnFormat& format, std::string_view about) {
    const auto compiled = compile_own_format(format);
    REQUIRE_FALSE(compiled);
    INFO(compiled.error().message);
    CHECK(compiled.error().message.find(about) != std::string::npos);
  };
  complains({"", {"{message}"}, "", {}}, "a format's name");
  complains({"klog", {"{message}"}, "", {}}, "built-in");
  complains({"shop", {}, "", {}}, "needs a pattern");
  complains({"shop", {"{a}{b}"}, "", {}}, "nothing stands between");
  complains({"shop", {"{time} {message}"}, "%H", {}}, "time layout");
  complains({"shop", {"{level} {message}"}, "", {{"oops", "bad"}}}, "no severity");
}
