#include "rca/model/call_ledger.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "base/owned_file.h"

namespace loglode::rca {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kSchema = "loglode.ai_budget/1";
constexpr std::size_t kFileBytesMax = 16 * kMiB;
constexpr std::size_t kAnswersMax = 100;
constexpr std::size_t kAnswerBytesMax = 64 * kKiB;  // a longer one is asked for once more
constexpr std::size_t kEvidenceMax = 200;
constexpr double kBytesPerTokenLeast = 1, kBytesPerTokenMost = 8;
constexpr double kChangedShare = 0.3;
constexpr std::int64_t kHour = std::chrono::nanoseconds{std::chrono::hours{1}}.count();

std::int64_t day_of(Timestamp time) { return std::chrono::floor<std::chrono::days>(time).time_since_epoch().count(); }
std::int64_t number_of(Timestamp time) { return time.time_since_epoch().count(); }
Timestamp time_of(std::int64_t number) { return Timestamp{Duration{number}}; }

Json json_of(const RememberedAnswer& answer) {
  return {{"fingerprint", answer.fingerprint},
          {"severity", static_cast<int>(answer.severity)},
          {"evidence", answer.evidence},
          {"time_ns", number_of(answer.time)},
          {"status", static_cast<int>(answer.status)},
          {"text", answer.text},
          {"reason", answer.reason},
          {"request_id", answer.request_id}};
}

RememberedAnswer answer_of(const Json& json) {
  RememberedAnswer out;
  out.fingerprint = json.at("fingerprint").get<std::string>();
  out.severity = static_cast<Severity>(json.at("severity").get<std::uint8_t>());
  out.evidence = json.at("evidence").get<std::vector<std::string>>();
  out.time = time_of(json.at("time_ns").get<std::int64_t>());
  out.status = static_cast<ModelAnswer::Status>(json.at("status").get<std::uint8_t>() % 8);
  out.text = json.at("text").get<std::string>();
  out.reason = json.at("reason").get<std::string>();
  out.request_id = json.at("request_id").get<std::string>();
  return out;
}

CallLedger ledger_of(const Json& json) {
  CallLedger out;
  if (json.at("schema") != kSchema) throw std::invalid_argument{"another schema"};
  out.calls = json.at("calls").get<double>();
  out.calls_at = time_of(json.at("calls_at_ns").get<std::int64_t>());
  out.day = json.at("day").get<std::int64_t>();
  out.cost_micros = json.at("cost_micros").get<std::int64_t>();
  for (const auto& [name, form] : json.at("forms").items())
    out.forms[name] = {static_cast<RequestForm::Schema>(form.at("schema").get<std::uint8_t>() % 3), form.at("effort").get<bool>(),
                       form.at("other_limit").get<bool>()};
  for (const auto& [name, bytes] : json.at("bytes_per_token").items()) out.bytes_per_token[name] = bytes.get<double>();
  for (const Json& answer : json.at("answers")) out.answers.push_back(answer_of(answer));
  return out;
}

std::string text_of(const CallLedger& ledger) {
  Json json{{"schema", kSchema},       {"calls", ledger.calls},
            {"day", ledger.day},       {"calls_at_ns", number_of(ledger.calls_at)},
            {"forms", Json::object()}, {"cost_micros", ledger.cost_micros},
            {"answers", Json::array()}};
  json["bytes_per_token"] = ledger.bytes_per_token;
  for (const auto& [name, form] : ledger.forms)
    json["forms"][name] = {{"schema", static_cast<int>(form.schema)}, {"effort", form.has_effort}, {"other_limit", form.has_other_limit}};
  for (const RememberedAnswer& answer : ledger.answers) json["answers"].push_back(json_of(answer));
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string name_of(const ModelConfig& config, const ModelRequest& request) { return endpoint_name(config) + ' ' + request.fingerprint; }

}  // namespace

void pass_time(CallLedger& ledger, const ModelConfig& config, Timestamp now) {
  if (ledger.calls_at == kNoTime) ledger = {static_cast<double>(config.calls_per_hour), now, day_of(now), 0, {}, {}, {}};
  const double passed = static_cast<double>(std::max<std::int64_t>(0, (now - ledger.calls_at).count())) / static_cast<double>(kHour);
  ledger.calls = std::min<double>(config.calls_per_hour, ledger.calls + passed * config.calls_per_hour);
  ledger.calls_at = now;
  if (ledger.day != day_of(now)) ledger.cost_micros = 0;
  ledger.day = day_of(now);
  std::erase_if(ledger.answers, [&](const RememberedAnswer& answer) { return answer.time + config.cache < now || answer.time > now; });
}

std::optional<Timestamp> take_call(CallLedger& ledger, const ModelConfig& config, Timestamp now) {
  if (ledger.calls < 1) {
    const double lacks = (1 - ledger.calls) / config.calls_per_hour;
    return now + Duration{static_cast<std::int64_t>(std::ceil(lacks * static_cast<double>(kHour)))};
  }
  ledger.calls -= 1;
  return std::nullopt;
}

std::optional<Timestamp> cost_refused_until(const CallLedger& ledger, const ModelConfig& config) {
  if (!config.cost_per_day || static_cast<double>(ledger.cost_micros) < *config.cost_per_day * 1e6) return std::nullopt;
  return Timestamp{std::chrono::days{ledger.day + 1}};
}

std::int64_t cost_micros(const ModelConfig& config, const ModelUsage& usage) {
  if (!config.prices) return 0;
  // A price for a million tokens is one in millionths for a token.
  return std::llround(config.prices->input * static_cast<double>(usage.input) +
                      config.prices->cached_input * static_cast<double>(usage.cached_input) +
                      config.prices->output * static_cast<double>(usage.output));
}

std::uint32_t tokens_in(const CallLedger& ledger, const ModelConfig& config, std::size_t bytes) {
  const auto known = ledger.bytes_per_token.find(endpoint_name(config));
  if (known == ledger.bytes_per_token.end()) return estimated_tokens(bytes);
  return static_cast<std::uint32_t>(static_cast<double>(bytes) / std::clamp(known->second, kBytesPerTokenLeast, kBytesPerTokenMost)) + 1;
}

void learn_tokens(CallLedger& ledger, const ModelConfig& config, std::size_t bytes, const ModelUsage& usage) {
  const std::uint64_t tokens = usage.input + usage.cached_input;
  if (usage.estimated || tokens == 0) return;
  const double seen = std::clamp(static_cast<double>(bytes) / static_cast<double>(tokens), kBytesPerTokenLeast, kBytesPerTokenMost);
  const auto [known, is_new] = ledger.bytes_per_token.emplace(endpoint_name(config), seen);
  if (!is_new) known->second = (known->second + seen) / 2;
}

std::string endpoint_name(const ModelConfig& config) { return model_endpoint(config) + ' ' + config.model; }

bool has_changed(const std::vector<std::string>& then, const std::vector<std::string>& now) {
  const std::set<std::string_view> before{then.begin(), then.end()}, after{now.begin(), now.end()};
  std::size_t common = 0;
  for (const std::string_view name : after) common += before.count(name);
  const std::size_t all = std::max(before.size(), after.size());
  return static_cast<double>(all - common) > kChangedShare * static_cast<double>(all);
}

const RememberedAnswer* find_answer(const CallLedger& ledger, const ModelConfig& config, const ModelRequest& request, Timestamp now) {
  if (request.is_repair || request.fingerprint.empty()) return nullptr;
  const std::string name = name_of(config, request);
  for (const RememberedAnswer& answer : ledger.answers)
    if (answer.fingerprint == name && answer.severity == request.severity && answer.time + config.cache >= now &&
        !has_changed(answer.evidence, request.evidence))
      return &answer;
  return nullptr;
}

void remember_answer(CallLedger& ledger, const ModelConfig& config, const ModelRequest& request, const ModelAnswer& answer, Timestamp now) {
  if (request.fingerprint.empty() || config.cache.count() == 0 || answer.text.size() > kAnswerBytesMax ||
      request.evidence.size() > kEvidenceMax)
    return;
  const std::string name = name_of(config, request);
  std::erase_if(ledger.answers, [&](const RememberedAnswer& old) { return old.fingerprint == name; });
  if (ledger.answers.size() >= kAnswersMax) ledger.answers.erase(ledger.answers.begin());
  ledger.answers.push_back({name, request.severity, request.evidence, now, answer.status, answer.text, answer.reason, answer.request_id});
}

Result<CallLedger> read_ledger(const std::string& path, const ModelConfig& config, Timestamp now) {
  CallLedger ledger;
  std::ifstream file{path, std::ios::binary};
  if (file.is_open()) {
    std::string text(kFileBytesMax + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    try {  // nlohmann speaks in exceptions; they end here
      ledger = ledger_of(Json::parse(text));
    } catch (const std::exception&) {
      return fail(std::make_error_code(std::errc::bad_message),
                  path + " does not hold what was asked and spent: no model is asked; move the file away to begin budgets again");
    }
  } else if (::access(path.c_str(), F_OK) == 0) {
    return fail_on_file("cannot read " + path);
  }
  pass_time(ledger, config, now);
  return ledger;
}

Result<void> write_ledger(const std::string& path, const CallLedger& ledger) {
  const std::string beside = path + ".new";
  auto file = open_file(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
  if (!file) return tl::unexpected<Error>(file.error());
  if (auto written = append_whole(*file, text_of(ledger), beside); !written) return written;
  if (auto synced = sync_file(*file, beside); !synced) return synced;
  if (::rename(beside.c_str(), path.c_str()) != 0) return fail_on_file("cannot rename " + beside + " to " + path);
  return sync_folder_of(path);
}

}  // namespace loglode::rca
