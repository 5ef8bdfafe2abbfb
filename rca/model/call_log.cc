#include "rca/model/call_log.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <nlohmann/json.hpp>

#include "core/assert.h"

namespace loglode::rca {
namespace {

using Json = nlohmann::ordered_json;

Json line_of(std::string_view event, const RequestBegin& begin, Timestamp now) {
  return {{"schema", "loglode.ai_audit/1"}, {"event", event}, {"call", begin.call}, {"attempt", begin.attempt}, {"time", to_rfc3339(now)}};
}

std::string text_of(const Json& line) { return line.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

std::string sha256_hex(std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const int done = EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr);
  LOGLODE_ASSERT(done == 1);
  std::string out;
  for (unsigned int i = 0; i < size; ++i) out += fmt::format("{:02x}", digest[i]);
  return out;
}

std::string_view provider_word(ModelConfig::Provider provider) noexcept {
  constexpr std::string_view kWords[] = {"none", "anthropic", "openai", "openai_compatible"};
  return kWords[static_cast<std::size_t>(provider)];
}

std::int64_t CallLog::most(const CallLedger& ledger, const RequestBegin& begin) const {
  return cost_micros(config_, {tokens_in(ledger, config_, begin.body_bytes), 0, begin.output_tokens_max, true});
}

Result<CallLog::Open> CallLog::open(Timestamp now) {
  auto audit = LockedAudit::open(config_.audit_file);
  if (!audit) return tl::unexpected<Error>(audit.error());
  auto ledger = read_ledger(ledger_path(), config_, now);
  if (!ledger) return tl::unexpected<Error>(ledger.error());
  if (forgot_on_day_ != ledger->day)
    if (auto forgot = audit->forget_before(now - config_.audit_kept); !forgot) return tl::unexpected<Error>(forgot.error());
  forgot_on_day_ = ledger->day;
  return Open{std::move(*audit), std::move(*ledger)};
}

Result<void> CallLog::begin(Open& open, const ModelRequest& request, const RequestBegin& begin, Timestamp now) {
  open.ledger.cost_micros += most(open.ledger, begin);
  if (auto written = write_ledger(ledger_path(), open.ledger); !written) return written;
  const std::string prompt = request.system + "\n\n" + request.user;
  Json line = line_of("sent", begin, now);
  line["provider"] = provider_word(config_.provider);
  line["url"] = model_endpoint(config_);
  line["model"] = config_.model;
  line["incident_id"] = request.incident_id;
  line["prompt_sha256"] = sha256_hex(prompt);
  line["prompt_bytes"] = prompt.size();
  line["input_tokens_estimated"] = tokens_in(open.ledger, config_, begin.body_bytes);
  line["masked"] = Json::object();
  for (const auto& [what, count] : request.masked) line["masked"][what] = count;
  if (config_.audit_bodies) {
    line["system"] = request.system;
    line["user"] = request.user;
  }
  return open.audit.append(text_of(line));
}

Result<void> CallLog::end(Open& open, const RequestBegin& begin, const RequestEnd& end, Timestamp now) {
  const std::int64_t cost = cost_micros(config_, end.usage);
  open.ledger.cost_micros = std::max<std::int64_t>(0, open.ledger.cost_micros - most(open.ledger, begin)) + cost;
  learn_tokens(open.ledger, config_, begin.body_bytes, end.usage);
  Json line = line_of("ended", begin, now);
  line["status"] = end.status;
  line["http_status"] = end.http_status;
  line["request_id"] = end.request_id;
  line["input_tokens"] = end.usage.input;
  line["cached_input_tokens"] = end.usage.cached_input;
  line["output_tokens"] = end.usage.output;
  line["tokens_estimated"] = end.usage.estimated;
  if (config_.prices) line["cost"] = static_cast<double>(cost) / 1e6;
  if (!end.reason.empty()) line["reason"] = end.reason;
  if (config_.audit_bodies) line["answer"] = end.answer;
  auto audited = open.audit.append(text_of(line));
  auto written = write_ledger(ledger_path(), open.ledger);
  return audited ? written : audited;
}

}  // namespace loglode::rca
