#include "app/live/clean_originals.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "parse/redact/redactor.h"

namespace loglode {
namespace {

std::vector<bool> marked(const std::vector<std::string>& lines) {
  auto probes = load_probes();
  REQUIRE(probes);
  auto stage = make_clean_originals(*probes);
  REQUIRE(stage);
  Batch batch;
  for (const std::string& line : lines) batch.records.emplace_back().raw = line;
  REQUIRE((*stage)->run(batch));
  std::vector<bool> out;
  for (const Record& record : batch.records) out.push_back(record.has(RecordFlag::clean_original));
  return out;
}

TEST_CASE("clean originals: ordinary lines are marked, lines with a secret anywhere are not", "[app][live]") {
  const std::vector<std::string> clean{R"({"level":"info","service":"shop","msg":"order 17 placed","took_ms":12})",
                                       "2026-11-26 12:00:00,123 ERROR [pool-1] no connection after 5000 ms",
                                       "Nov 26 12:00:00 host sshd[12]: session opened"};
  const std::vector<std::string> secret{R"({"level":"info","msg":"ok","headers":{"Authorization":"Bearer abcdef0123456789abcdef"}})",
                                        R"({"msg":"ok","db":{"password":"hunter2hunter2"}})",
                                        "2026-11-26 ok user=jane mail=jane.doe@example.com", "card 4111 1111 1111 1111 of order 7",
                                        "GET https://bob:s3cr3tpass@host/path 200"};
  CHECK(marked(clean) == std::vector<bool>(clean.size(), true));
  CHECK(marked(secret) == std::vector<bool>(secret.size(), false));
}

TEST_CASE("clean originals: what is marked is not changed by masking", "[app][live]") {
  const std::vector<std::string> pieces{"password=",
                                        "\"token\":\"",
                                        "AKIAIOSFODNN7EXAMPLE",
                                        "x",
                                        " ",
                                        "@example.com",
                                        "user",
                                        ":",
                                        "//",
                                        "4111111111111111",
                                        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc",
                                        "-----BEGIN RSA PRIVATE KEY-----",
                                        "\",",
                                        "9f86d081884c7d659a2feaa0c55ad015",
                                        "secret is ",
                                        "hunter22",
                                        "=",
                                        "curl -u ",
                                        "error",
                                        "\\n"};
  std::mt19937 random{7};
  std::vector<std::string> lines;
  for (int i = 0; i < 5000; ++i) {
    std::string line;
    for (unsigned n = random() % 8; n > 0; --n) line += pieces[random() % pieces.size()];
    lines.push_back(line + " end");
  }
  const std::vector<bool> clean = marked(lines);
  std::size_t changed = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (redact(lines[i]) == lines[i]) continue;
    ++changed;
    INFO(lines[i]);
    CHECK_FALSE(clean[i]);
  }
  CHECK(changed > 1000);
}

}  // namespace
}  // namespace loglode
