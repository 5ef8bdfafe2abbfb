#include "rca/model/call_ledger.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "rca/model/call_log.h"

namespace loglode::rca {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Timestamp kNoon = Timestamp{std::chrono::days{20'000}} + hours{12};

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("loglode-ledger-" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directory(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path); }
};

ModelConfig config_of(const Folder& folder) {
  ModelConfig config;
  config.provider = ModelConfig::Provider::openai;
  config.url = "http://h";
  config.model = "m";
  config.calls_per_hour = 4;
  config.prices = ModelPrices{3, 0.3, 15};
  config.cost_per_day = 0.01;
  config.audit_file = folder.path / "audit.ndjson";
  return config;
}

ModelRequest request_of(std::vector<std::string> evidence = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}) {
  ModelRequest out;
  out.fingerprint = "f";
  out.severity = Severity::error;
  out.evidence = std::move(evidence);
  return out;
}

TEST_CASE("calls come back with the hour, and no more than an hour's", "[rca]") {
  const Folder folder;
  const ModelConfig config = config_of(folder);
  CallLedger ledger;
  pass_time(ledger, config, kNoon);
  for (int i = 0; i < 4; ++i) CHECK_FALSE(take_call(ledger, config, kNoon));
  CHECK(take_call(ledger, config, kNoon) == kNoon + minutes{15});
  pass_time(ledger, config, kNoon + minutes{15});
  CHECK_FALSE(take_call(ledger, config, kNoon + minutes{15}));
  pass_time(ledger, config, kNoon + hours{100});
  CHECK(ledger.calls == 4);
  pass_time(ledger, config, kNoon);  // the clock was set back
  CHECK(ledger.calls == 4);
}

TEST_CASE("the day's cost is counted to the millionth, and begins again with the day", "[rca]") {
  const Folder folder;
  const ModelConfig config = config_of(folder);
  CHECK(cost_micros(config, {1000, 2000, 100, false}) == 3000 + 600 + 1500);
  CallLedger ledger;
  pass_time(ledger, config, kNoon);
  CHECK_FALSE(cost_refused_until(ledger, config));
  ledger.cost_micros = 10'000;
  CHECK(cost_refused_until(ledger, config) == kNoon + hours{12});
  pass_time(ledger, config, kNoon + hours{12});
  CHECK_FALSE(cost_refused_until(ledger, config));
}

TEST_CASE("the same incident is answered from memory until it has changed", "[rca]") {
  const Folder folder;
  const ModelConfig config = config_of(folder);
  CallLedger ledger;
  pass_time(ledger, config, kNoon);
  ModelAnswer answer;
  answer.status = ModelAnswer::Status::ok;
  answer.text = "{}";
  remember_answer(ledger, config, request_of(), answer, kNoon);
  CHECK(find_answer(ledger, config, request_of(), kNoon + hours{6}) != nullptr);
  CHECK(find_answer(ledger, config, request_of(), kNoon + hours{6} + minutes{1}) == nullptr);
  CHECK(find_answer(ledger, config, request_of({"a", "b", "c", "d", "e", "f", "g", "x", "y", "z"}), kNoon) != nullptr);
  CHECK(find_answer(ledger, config, request_of({"a", "b", "c", "d", "e", "f", "w", "x", "y", "z"}), kNoon) == nullptr);
  CHECK(find_answer(ledger, config, request_of({"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n"}), kNoon) != nullptr);
  CHECK(find_answer(ledger, config, request_of({"a"}), kNoon) == nullptr);
  ModelRequest other = request_of();
  other.severity = Severity::fatal;
  CHECK(find_answer(ledger, config, other, kNoon) == nullptr);
  other = request_of();
  other.is_repair = true;
  CHECK(find_answer(ledger, config, other, kNoon) == nullptr);
  other = request_of();
  other.fingerprint = "g";
  CHECK(find_answer(ledger, config, other, kNoon) == nullptr);
  ModelConfig another_model = config;
  another_model.model = "n";
  CHECK(find_answer(ledger, another_model, request_of(), kNoon) == nullptr);
  CHECK(has_changed({}, {"a"}));
  CHECK_FALSE(has_changed({}, {}));
}

TEST_CASE("the ledger is private, comes back as it was, and is not begun again when it is damaged", "[rca]") {
  const Folder folder;
  const ModelConfig config = config_of(folder);
  const std::string path = config.audit_file + ".budget";
  CallLedger ledger = read_ledger(path, config, kNoon).value();
  CHECK_FALSE(take_call(ledger, config, kNoon));
  ledger.cost_micros = 77;
  ledger.forms["h m"] = {RequestForm::Schema::loose, false, true};
  ModelAnswer answer;
  answer.status = ModelAnswer::Status::refused;
  answer.reason = "no \xff";
  remember_answer(ledger, config, request_of(), answer, kNoon);
  REQUIRE(write_ledger(path, ledger));
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  const CallLedger again = read_ledger(path, config, kNoon).value();
  CHECK(again.calls == 3);
  CHECK(again.cost_micros == 77);
  CHECK(again.forms.at("h m") == RequestForm{RequestForm::Schema::loose, false, true});
  CHECK(find_answer(again, config, request_of(), kNoon)->status == ModelAnswer::Status::refused);
  for (const std::string_view damage : {"", "{}", "not JSON", "{\"schema\":\"loglode.ai_budget/2\"}"}) {
    std::ofstream{path} << damage;
    CHECK_FALSE(read_ledger(path, config, kNoon));
  }
}

TEST_CASE("what a token is is learnt from the usage that the server returns", "[rca]") {
  const Folder folder;
  const ModelConfig config = config_of(folder);
  CallLedger ledger;
  pass_time(ledger, config, kNoon);
  CHECK(tokens_in(ledger, config, 2700) == estimated_tokens(2700));
  learn_tokens(ledger, config, 4000, {500, 500, 10, false});
  CHECK(tokens_in(ledger, config, 4000) == 1001);
  learn_tokens(ledger, config, 4000, {4000, 0, 10, true});  // our own estimate teaches nothing
  CHECK(tokens_in(ledger, config, 4000) == 1001);
  REQUIRE(write_ledger(config.audit_file + ".budget", ledger));
  CHECK(tokens_in(read_ledger(config.audit_file + ".budget", config, kNoon).value(), config, 4000) == 1001);
}

TEST_CASE("a request that began and never ended counts with the most that it may cost", "[rca]") {
  const Folder folder;
  const ModelConfig config = config_of(folder);
  CallLog log{config};
  const RequestBegin begin{"0123456789abcdef", 1, 2700, 500};
  {
    auto open = log.open(kNoon);
    REQUIRE(open);
    REQUIRE(log.begin(*open, request_of(), begin, kNoon));
    CHECK(open->ledger.cost_micros == estimated_tokens(2700) * 3 + 500 * 15);
  }
  const AuditReading half = read_audit(config.audit_file).value();
  REQUIRE(half.calls.size() == 1);
  CHECK(half.calls[0].ended.empty());
  auto open = log.open(kNoon);
  REQUIRE(open);
  CHECK(open->ledger.cost_micros == estimated_tokens(2700) * 3 + 500 * 15);
  RequestEnd end;
  end.status = "ok";
  end.usage = {100, 0, 10, false};
  REQUIRE(log.end(*open, begin, end, kNoon));
  CHECK(open->ledger.cost_micros == 100 * 3 + 10 * 15);
}

TEST_CASE("the audit is private, outlives half a line, and forgets what is old", "[rca]") {
  const Folder folder;
  const ModelConfig config = config_of(folder);
  std::ofstream{config.audit_file} << "{\"schema\":\"loglode.ai_au";
  CallLog log{config};
  ModelRequest request = request_of();
  request.incident_id = "i";
  request.masked = {{"jwt", 2}};
  const auto once = [&](const std::string& call, Timestamp at) {
    auto open = log.open(at);
    REQUIRE(open);
    REQUIRE(log.begin(*open, request, {call, 1, 10, 10}, at));
    RequestEnd end;
    end.status = "ok";
    end.request_id = "req_1";
    REQUIRE(log.end(*open, {call, 1, 10, 10}, end, at));
  };
  once("first", kNoon);
  struct stat status {};
  REQUIRE(::stat(config.audit_file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  once("second", kNoon + hours{24});
  AuditReading reading = read_audit(config.audit_file).value();
  CHECK(reading.damaged_lines == 1);
  REQUIRE(reading.calls.size() == 2);
  CHECK(reading.calls[0].masked.at("jwt") == 2);
  CHECK(reading.calls[0].status == "ok");
  CHECK(reading.calls[0].url == "http://h/v1/responses");
  CHECK(reading.calls[0].prompt_sha256 == sha256_hex("\n\n"));
  CHECK(reading.calls[0].system.empty());
  // A whole line first: what is damaged stays where it is.
  std::filesystem::remove(config.audit_file);
  once("third", kNoon + hours{48});
  once("fourth", kNoon + hours{24 * 100});
  reading = read_audit(config.audit_file).value();
  REQUIRE(reading.calls.size() == 1);
  CHECK(reading.calls[0].call == "fourth");
}

TEST_CASE("an audit that cannot be written, or is a link, is an error", "[rca]") {
  const Folder folder;
  const std::string link = folder.path / "link.ndjson";
  std::filesystem::create_symlink("/dev/null", link);
  CHECK_FALSE(LockedAudit::open(link));
  CHECK_FALSE(LockedAudit::open(folder.path));
  std::ofstream{folder.path / "file"} << "x";
  CHECK_FALSE(LockedAudit::open((folder.path / "file" / "audit").string()));
}

}  // namespace
}  // namespace loglode::rca
