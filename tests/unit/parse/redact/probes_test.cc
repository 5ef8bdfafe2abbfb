// The probes against the redactor: whatever it would mask, they hit; ordinary lines they leave alone.
#include <hs/hs.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>

#include "parse/redact/redactor.h"
#include "secret_samples.h"

using namespace loglode;

namespace {

class Probes {
 public:
  Probes() {
    const std::vector<std::string> texts = redaction_probes();
    std::vector<const char*> expressions;
    for (const std::string& text : texts) expressions.push_back(text.c_str());
    const std::vector<unsigned> flags(texts.size(), HS_FLAG_SINGLEMATCH | HS_FLAG_DOTALL);
    std::vector<unsigned> ids(texts.size());
    for (unsigned i = 0; i < ids.size(); ++i) ids[i] = i;
    hs_database_t* database = nullptr;
    hs_compile_error_t* error = nullptr;
    const hs_error_t code = hs_compile_multi(expressions.data(), flags.data(), ids.data(), static_cast<unsigned>(ids.size()), HS_MODE_BLOCK,
                                             nullptr, &database, &error);
    if (code != HS_SUCCESS) {
      const std::string what = error->message;
      hs_free_compile_error(error);
      FAIL(what);
    }
    database_.reset(database);
    hs_scratch_t* scratch = nullptr;
    REQUIRE(hs_alloc_scratch(database, &scratch) == HS_SUCCESS);
    scratch_.reset(scratch);
  }

  /// As the pipeline sees it: a probe, or the redactor's own quick look.
  [[nodiscard]] bool hit(std::string_view text) const {
    bool found = holds_nameless_secret(text);
    if (found) return true;
    const auto on_match = [](unsigned, unsigned long long, unsigned long long, unsigned, void* out) {
      *static_cast<bool*>(out) = true;
      return 1;
    };
    hs_scan(database_.get(), text.data(), static_cast<unsigned>(text.size()), 0, scratch_.get(), on_match, &found);
    return found;
  }

 private:
  struct Free {
    void operator()(hs_database_t* database) const { hs_free_database(database); }
    void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
  };
  std::unique_ptr<hs_database_t, Free> database_;
  std::unique_ptr<hs_scratch_t, Free> scratch_;
};

}  // namespace

TEST_CASE("probes: they hit every text that redact would change", "[redact]") {
  const Probes probes;
  std::mt19937 random{11};
  std::size_t masked = 0;
  for (int round = 0; round < 60'000; ++round) {
    const std::string text = samples::random_text(random);
    if (redact(text) == text) continue;
    ++masked;
    INFO(text);
    REQUIRE(probes.hit(text));
  }
  CHECK(masked > 10'000);
}

TEST_CASE("probes: random base64 of every length", "[redact]") {
  const Probes probes;
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::mt19937 random{5};
  std::size_t masked = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string text;
    for (std::size_t size = 32 + random() % 60; text.size() < size;) text += kAlphabet[random() % kAlphabet.size()];
    if (redact(text) == text) continue;
    ++masked;
    INFO(text);
    REQUIRE(probes.hit(text));
  }
  CHECK(masked > 3600);  // nine in ten, whatever their maker
}

TEST_CASE("probes: ordinary logs are seldom looked at twice", "[redact]") {
  const std::filesystem::path folder = std::filesystem::path{LOGLODE_SOURCE_DIR} / "../shared/data/loghub2k";
  if (!std::filesystem::exists(folder)) {
    WARN("skipped: no public logs at ../shared/data/loghub2k");
    return;
  }
  const Probes probes;
  std::size_t lines = 0, hits = 0, masked = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".log") continue;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line); ++lines) {
      const bool hit = probes.hit(line), change = redact(line) != line;
      hits += hit ? 1 : 0;
      masked += change ? 1 : 0;
      if (change) CHECK(hit);
    }
  }
  INFO(lines << " lines, " << hits << " hit, " << masked << " masked");
  CHECK(hits * 50 < lines);  // below 2 %
}
