#include <hs/hs.h>

#include <string>
#include <vector>

#include "tests/unit/patterns/rules/rules_for_tests.h"

namespace loglode {
namespace {

std::string rules_of_the_image() {
  return rule_text("a", "alpha(?!x)", "alpha") + rule_text("b", "beta", "beta") + rule_text("c", "gamma", "gamma", "category: security");
}

RuleSetConfig with_images(std::vector<std::string_view> images) {
  RuleSetConfig config;
  config.probes = {"delta"};
  config.images = std::move(images);
  return config;
}

std::string image_of(const std::string& rules, CpuTier tier) {
  auto image = make_rule_image(*sound_rules(rules, with_images({})).rules, tier);
  REQUIRE(image);
  return std::move(*image);
}

bool taken(const std::string& rules, std::vector<std::string_view> images) {
  return sound_rules(rules, with_images(std::move(images))).from_cache;
}

TEST_CASE("image: what it was made of is not compiled again, and hits the same", "[rules]") {
  const std::string image = image_of(rules_of_the_image(), CpuTier::baseline);
  const LoadedRules compiled = sound_rules(rules_of_the_image(), with_images({})),
                    loaded = sound_rules(rules_of_the_image(), with_images({image}));
  CHECK_FALSE(compiled.from_cache);
  CHECK(loaded.from_cache);
  for (const LoadedRules* rules : {&compiled, &loaded}) {
    Classified hits{*rules};
    CHECK(hits("alphax alpha beta gamma") == "a b c");
    CHECK(hits("alphax") == "");  // PCRE2 confirms: the image keeps which expressions are prefilters
    CHECK(hits(record_of("alpha beta gamma", Severity::info)) == "a? b? c");
    CHECK(hits("delta") == "");
    CHECK(hits.batch().records.front().has(RecordFlag::may_hold_secret));
  }
}

TEST_CASE("image: the same rules give the same bytes", "[rules]") {
  for (const CpuTier tier : {CpuTier::baseline, CpuTier::avx2, CpuTier::avx512})
    CHECK(image_of(rules_of_the_image(), tier) == image_of(rules_of_the_image(), tier));
}

TEST_CASE("image: a CPU that lacks what the first asks for takes a later one", "[rules]") {
  const std::string avx512 = image_of(rules_of_the_image(), CpuTier::avx512), baseline = image_of(rules_of_the_image(), CpuTier::baseline);
  CHECK(taken(rules_of_the_image(), {avx512, baseline}));
  hs_platform_info_t here{};
  REQUIRE(hs_populate_platform(&here) == HS_SUCCESS);
  CHECK(taken(rules_of_the_image(), {avx512}) == ((here.cpu_features & HS_CPU_FEATURES_AVX512) != 0));
}

// ---- what is compiled again ----

TEST_CASE("image: other rules and other probes", "[rules]") {
  const std::string image = image_of(rules_of_the_image(), CpuTier::baseline);
  CHECK_FALSE(taken(rules_of_the_image() + rule_text("d", "epsilon", "epsilon"), {image}));
  CHECK_FALSE(taken(rule_text("a", "alpha", "alpha"), {image}));
  RuleSetConfig other = with_images({image});
  other.probes = {"zeta"};
  CHECK_FALSE(sound_rules(rules_of_the_image(), other).from_cache);
}

TEST_CASE("image: cut short, or with a byte changed", "[rules]") {
  const std::string image = image_of(rules_of_the_image(), CpuTier::baseline);
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{40}, image.size() / 2, image.size() - 1}) {
    INFO(size);
    CHECK_FALSE(taken(rules_of_the_image(), {std::string_view{image}.substr(0, size)}));
  }
  for (std::size_t at = 0; at < image.size(); at += 97) {
    std::string damaged = image;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    INFO(at);
    CHECK_FALSE(taken(rules_of_the_image(), {damaged}));
  }
}

}  // namespace
}  // namespace loglode
