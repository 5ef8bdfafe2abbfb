// The section `rca` of the configuration file: which language model may be asked, what it may cost, what it is shown.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/near_word.h"
#include "config/expansion.h"
#include "config/rca_keys.h"
#include "config/readers.h"
#include "config/server_url.h"

namespace loglode::config {
namespace {

using Provider = RcaConfig::Provider;

constexpr KeyRow kRcaKeys[] = {
    {"provider", "`none`, `anthropic`, `openai`, `openai_compatible` (llama.cpp, Ollama, vLLM): who is asked for causes",
     "`none`: no model is ever asked"},
    {"url", "of the server; its host is the only one that is reached, redirects are not followed",
     "of the provider; `openai_compatible`: required"},
    {"model", "as the server calls it", "required"},
    {"key", "`${NAME}` or `${file:PATH}`, never the key itself; a file that others can read is refused", "none"},
    {"effort", "how much thinking is asked for, where the model knows it", "`medium`; `openai_compatible`: none"},
    {"tokens.input_max tokens.output_max", "of a prompt; of an answer with the thinking before it", "`6000`, `8000`"},
    {"timeout", "for one answer", "`60s`; `openai_compatible`: `600s`"},
    {"when.severity when.notify", "incidents from this severity on (`info`, `warning`, `error`, `critical`), and of which `notify`",
     "`error`, `[page, ticket]`"},
    {"budget.calls_per_hour budget.cost_per_day", "past it the report is the manual one; both survive a restart", "`20`, none"},
    {"budget.price_per_million", "`{ input, cached_input, output }`, for a million tokens: `cost_per_day` needs it",
     "none: no cost is known"},
    {"cache", "so long an incident that stays much the same is answered from memory; `0s` for never", "`6h`"},
    {"queue", "incidents that wait for the model; past it the least severe is not explained by it", "`50`"},
    {"raw_examples", "whether lines are sent as they were written (secrets masked), besides templates", "`false`"},
    {"send_hosts", "names of hosts: `pseudonym`, `plain`, `none`", "`pseudonym`"},
    {"exclude.services", "globs of services of which nothing is sent", "none"},
    {"context.command", "a program and its arguments; what it prints is shown to the model as the operator's words", "none"},
    {"context.timeout context.bytes_max", "of the command, and of what it prints", "`5s`, `64KiB`"},
    {"audit.path", "what was sent where, NDJSON, mode 0600, written before each request; budgets stand beside it",
     "`ai-audit.ndjson` in `state`"},
    {"audit.bodies audit.keep", "whether the texts are kept too; for how long entries are", "`false`, `90d`"},
    {"language", "of the report: `en`, `zh`", "`en`"},
};
constexpr KeyRow kAnthropicKeys[] = {{"api_version", "the header `anthropic-version`", "the newest that was tested"}};
constexpr KeyRow kCompatibleKeys[] = {
    {"tokens.field", "what the server calls the limit of an answer: `max_tokens`, `max_completion_tokens`", "`max_tokens`"}};

constexpr std::string_view kTokenKeys[] = {"input_max", "output_max", "field"};
constexpr std::string_view kWhenKeys[] = {"severity", "notify"};
constexpr std::string_view kBudgetKeys[] = {"calls_per_hour", "cost_per_day", "price_per_million"};
constexpr std::string_view kPriceKeys[] = {"input", "cached_input", "output"};
constexpr std::string_view kExcludeKeys[] = {"services"};
constexpr std::string_view kContextKeys[] = {"command", "timeout", "bytes_max"};
constexpr std::string_view kAuditKeys[] = {"path", "bodies", "keep"};

constexpr std::uint64_t kThinkingTokensLeast = 8000;

/// `5`, `0.30`: money has no exponent and no sign.
std::optional<double> read_amount(std::string_view text) {
  double amount = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount, std::chars_format::fixed);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && std::isfinite(amount) && amount >= 0 && amount <= 1e6 && text.front() != '-' ? std::optional{amount} : std::nullopt;
}

std::optional<double> amount(const Section& section, std::string_view key, bool required) {
  const Text given = section.text(key, required);
  if (given.empty()) return std::nullopt;
  const auto read = read_amount(given.value);
  if (!read) section.problem(given.line, fmt::format("bad {} {}: an amount like 0.30, from 0 to 1000000", key, quoted(given)));
  return read;
}

bool is_token(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || others.find(c) != std::string_view::npos;
  });
}

Text word(const Section& section, std::string_view key, Text fallback) {
  Text given = section.text_or_nothing(key);
  if (given.empty()) return fallback;
  if (!is_token(given.value, "._-"))
    section.problem(given.line, fmt::format("bad {} {}: letters, digits and . _ - only", key, quoted(given)));
  return given;
}

bool is_loopback(const std::string& host) {
  in_addr v4{};
  return host == "localhost" || host == "::1" || (inet_pton(AF_INET, host.c_str(), &v4) == 1 && (ntohl(v4.s_addr) >> 24) == 127);
}

/// `${NAME}`, `${NAME:}` or `${file:PATH}`, and nothing else: the path, empty for a variable. None: the key itself stands there.
std::optional<std::string> key_file_of(std::string_view written) {
  if (!written.starts_with("${") || !written.ends_with('}') || written.find('}') + 1 != written.size()) return std::nullopt;
  const std::string_view inside = written.substr(2, written.size() - 3);
  if (inside.starts_with("file:")) return std::string{inside.substr(5)};
  const std::size_t colon = inside.find(':');
  return colon == std::string_view::npos || colon + 1 == inside.size() ? std::optional{std::string{}} : std::nullopt;
}

void read_key(const Section& section, RcaConfig& rca) {
  const YAML::Node* const node = section.find("key");
  rca.key = section.text_or_nothing("key");
  if (node == nullptr || !node->IsScalar() || rca.key.empty()) return;
  const auto file = key_file_of(node->Scalar());
  struct stat status {};
  if (!file)
    section.problem(rca.key.line,
                    "\"key\" must not be written into the configuration: '${NAME}' reads the environment, '${file:PATH}' a file");
  else if (!file->empty() && ::stat(path_in(section.reading().folder, *file).c_str(), &status) == 0 && (status.st_mode & S_IRWXO) != 0)
    section.problem(rca.key.line, fmt::format("the key file {} can be read by every user of this machine: chmod 600 {}", *file, *file));
  if (std::any_of(rca.key.value.begin(), rca.key.value.end(), [](char c) { return c <= ' ' || c > '~'; }) && file)
    section.problem(rca.key.line, "\"key\" holds a blank, a line break or a sign that no key has");
}

void read_url(const Section& section, RcaConfig& rca) {
  rca.url = section.text("url", rca.provider.value == Provider::openai_compatible);
  if (!section.has("url") && rca.provider.value == Provider::anthropic)
    rca.url = {"https://api.anthropic.com", 0, "https://api.anthropic.com"};
  if (!section.has("url") && rca.provider.value == Provider::openai) rca.url = {"https://api.openai.com", 0, "https://api.openai.com"};
  if (rca.url.line == 0 || rca.url.empty()) return;
  const ServerUrl url = read_server_url(rca.url.value);
  if (!url.fault.empty())
    section.problem(rca.url.line, fmt::format("bad url {}: {}, for example http://127.0.0.1:8080", quoted(rca.url), url.fault));
  else if (rca.url.value.find('@') != std::string::npos)
    section.problem(rca.url.line, "\"url\" must not hold a user or password: use \"key\"");
  else if (!url.is_tls && !is_loopback(url.host))
    section.reading().warn(rca.url.line, fmt::format("rca: {} is not encrypted: evidence{} can be read on the way", quoted(rca.url),
                                                     rca.key.empty() ? "" : " and the key"));
}

void read_limits(const Section& section, RcaConfig& rca) {
  using std::chrono::seconds;
  if (const auto tokens = section.section("tokens", "rca.tokens", kTokenKeys)) {
    tokens->count("input_max", rca.input_tokens_max, {500, 1'000'000});
    tokens->count("output_max", rca.output_tokens_max, {256, 1'000'000});
    rca.tokens_field = word(*tokens, "field", rca.tokens_field);
  }
  if (rca.provider.value == Provider::anthropic && rca.output_tokens_max.value < kThinkingTokensLeast) {
    section.reading().warn(rca.output_tokens_max.line,
                           fmt::format("output_max is raised to {}: the thinking before the answer counts in it", kThinkingTokensLeast));
    rca.output_tokens_max.value = kThinkingTokensLeast;
  }
  rca.timeout.value = rca.provider.value == Provider::openai_compatible ? seconds{600} : seconds{60};
  section.duration("timeout", rca.timeout, {seconds{1}, hours(2)});
  section.duration("cache", rca.cache, {Milliseconds{0}, hours(24 * 30)});
  section.count("queue", rca.queue_max, {1, 10'000});
}

void read_budget(const Section& section, RcaConfig& rca) {
  const auto budget = section.section("budget", "rca.budget", kBudgetKeys);
  if (!budget) return;
  budget->count("calls_per_hour", rca.calls_per_hour, {1, 100'000});
  if (const auto most = amount(*budget, "cost_per_day", false)) rca.cost_per_day = {*most, budget->key_line("cost_per_day")};
  if (const auto price = budget->section("price_per_million", "rca.budget.price_per_million", kPriceKeys)) {
    const auto input = amount(*price, "input", true), cached = amount(*price, "cached_input", false),
               output = amount(*price, "output", true);
    rca.prices = RcaPrices{input.value_or(0), cached.value_or(input.value_or(0)), output.value_or(0)};
  }
  if (rca.cost_per_day && !budget->has("price_per_million"))
    budget->problem(rca.cost_per_day->line, "\"cost_per_day\" needs \"price_per_million\": without prices nobody knows what a call costs");
}

void read_when(const Section& section, RcaConfig& rca) {
  constexpr Word<Severity> kSeverities[] = {
      {"info", Severity::info}, {"warning", Severity::warn}, {"error", Severity::error}, {"critical", Severity::fatal}};
  constexpr std::string_view kNotify[] = {"page", "ticket", "digest", "none"};
  const auto when = section.section("when", "rca.when", kWhenKeys);
  if (!when) return;
  when->choice("severity", kSeverities, rca.severity_least);
  if (!when->has("notify")) return;
  rca.notify.clear();
  for (const Text& given : when->texts("notify"))
    if (const auto index = when->word_index("notify", given, kNotify)) rca.notify.emplace(kNotify[*index]);
}

void read_evidence(const Section& section, RcaConfig& rca) {
  constexpr Word<RcaConfig::Hosts> kHosts[] = {
      {"pseudonym", RcaConfig::Hosts::pseudonym}, {"plain", RcaConfig::Hosts::plain}, {"none", RcaConfig::Hosts::none}};
  constexpr Word<RcaConfig::Language> kLanguages[] = {{"en", RcaConfig::Language::english}, {"zh", RcaConfig::Language::chinese}};
  section.flag("raw_examples", rca.raw_examples);
  section.choice("send_hosts", kHosts, rca.send_hosts);
  section.choice("language", kLanguages, rca.language);
  if (const auto exclude = section.section("exclude", "rca.exclude", kExcludeKeys))
    rca.excluded_services = exclude->texts("services", true);
  if (const auto context = section.section("context", "rca.context", kContextKeys)) {
    rca.context_command = context->texts("command", true);
    if (!rca.context_command.empty()) section.reading().resolve(rca.context_command.front());
    context->duration("timeout", rca.context_timeout, {Milliseconds{100}, std::chrono::minutes{10}});
    context->size("bytes_max", rca.context_bytes_max, {256, 16 * kMiB});
  }
}

void read_audit(const Section& section, const Text& state, RcaConfig& rca) {
  if (const auto audit = section.section("audit", "rca.audit", kAuditKeys)) {
    rca.audit_path = audit->path("path");
    audit->flag("bodies", rca.audit_bodies);
    audit->duration("keep", rca.audit_kept, {hours(1), hours(24 * 3650)});
  }
  if (rca.audit_path.empty() && !state.empty())
    rca.audit_path = {path_in(state.value, "ai-audit.ndjson"), 0, path_in(state.shown, "ai-audit.ndjson"), state.hidden};
  if (rca.audit_path.empty() && rca.provider.value != Provider::none)
    section.problem(rca.provider.line, "rca needs \"audit.path\" or a \"state\" folder: what is sent to a model is written down before");
}

}  // namespace

const KeyTables& rca_keys() {
  static const KeyTables kTables{"models", kRcaKeys, {{"anthropic", kAnthropicKeys}, {"openai_compatible", kCompatibleKeys}}};
  return kTables;
}

void read_rca(const Section& root, PipelineConfig& config) {
  constexpr Word<Provider> kProviders[] = {{"none", Provider::none},
                                           {"anthropic", Provider::anthropic},
                                           {"openai", Provider::openai},
                                           {"openai_compatible", Provider::openai_compatible}};
  const auto section = root.section("rca", "rca", rca_keys().known());
  if (!section || !section->is_mapping()) return;
  RcaConfig& rca = config.rca;
  section->choice("provider", kProviders, rca.provider);
  rca.model = section->text("model", rca.provider.value != Provider::none);
  read_key(*section, rca);
  read_url(*section, rca);
  if (rca.provider.value == Provider::anthropic || rca.provider.value == Provider::openai) rca.effort = {"medium", 0, "medium"};
  rca.effort = word(*section, "effort", rca.effort);
  rca.api_version = word(*section, "api_version", {});
  read_limits(*section, rca);
  read_budget(*section, rca);
  read_when(*section, rca);
  read_evidence(*section, rca);
  read_audit(*section, config.state, rca);
}

}  // namespace loglode::config
