// Keys whose makers gave them a shape of their own: a prefix, an alphabet, a length; JWTs and PEM blocks.
#include "parse/redact/detectors.h"

namespace loglode::redaction {

namespace {

enum class Alphabet : unsigned char { upper, alnum, url, dotted };  // A-Z 0-9 | + a-z | + _ - | + . /

bool belongs(char c, Alphabet alphabet) noexcept {
  switch (alphabet) {
    case Alphabet::upper:
      return is_upper(c) || is_digit(c);
    case Alphabet::alnum:
      return is_alnum(c);
    case Alphabet::url:
      return is_alnum(c) || c == '_' || c == '-';
    case Alphabet::dotted:
      return is_alnum(c) || c == '_' || c == '-' || c == '.' || c == '/';
  }
  return false;
}

struct KnownToken {
  std::string_view prefix;
  Alphabet alphabet;
  std::size_t length_min;  // after the prefix
  bool exact = false;      // no longer than length_min
  bool mixed = false;      // must hold upper case and digits: the prefix alone is a word that people use
};

// probes.cc has the same prefixes and lengths; the tests hold the two together.
constexpr KnownToken kTokens[] = {
    {"AKIA", Alphabet::upper, 16, true, false},  // AWS access key id
    {"ASIA", Alphabet::upper, 16, true, false},  // AWS, temporary
    {"AIza", Alphabet::url, 35},                 // Google API key
    {"ya29.", Alphabet::dotted, 20},             // Google OAuth
    {"GOCSPX-", Alphabet::url, 20},              // Google client secret
    {"ghp_", Alphabet::alnum, 20},               // GitHub: personal, OAuth, user, server, refresh
    {"gho_", Alphabet::alnum, 20},
    {"ghu_", Alphabet::alnum, 20},
    {"ghs_", Alphabet::alnum, 20},
    {"ghr_", Alphabet::alnum, 20},
    {"github_pat_", Alphabet::url, 20},
    {"glpat-", Alphabet::url, 16},  // GitLab: personal, deploy, runner
    {"gldt-", Alphabet::url, 16},
    {"glrt-", Alphabet::url, 16},
    {"xoxa-", Alphabet::url, 10},  // Slack
    {"xoxb-", Alphabet::url, 10},
    {"xoxe-", Alphabet::url, 10},
    {"xoxe.", Alphabet::dotted, 10},
    {"xoxo-", Alphabet::url, 10},
    {"xoxp-", Alphabet::url, 10},
    {"xoxr-", Alphabet::url, 10},
    {"xoxs-", Alphabet::url, 10},
    {"xapp-", Alphabet::url, 10},
    {"sk_live_", Alphabet::alnum, 16},  // Stripe
    {"sk_test_", Alphabet::alnum, 16},
    {"rk_live_", Alphabet::alnum, 16},
    {"rk_test_", Alphabet::alnum, 16},
    {"whsec_", Alphabet::alnum, 16},
    {"npm_", Alphabet::alnum, 30},
    {"pypi-", Alphabet::url, 40},
    {"sk-ant-", Alphabet::url, 20},              // Anthropic
    {"sk-proj-", Alphabet::url, 20},             // OpenAI
    {"sk-", Alphabet::url, 20, false, true},     // OpenAI and others
    {"hf_", Alphabet::alnum, 30},                // Hugging Face
    {"dop_v1_", Alphabet::alnum, 40},            // DigitalOcean
    {"shpat_", Alphabet::alnum, 32},             // Shopify
    {"hvs.", Alphabet::url, 24},                 // Vault
    {"SG.", Alphabet::dotted, 40, false, true},  // SendGrid
    {"hooks.slack.com/services/", Alphabet::dotted, 20},
};

/// Whether the token's beginning holds both upper case and digits.
bool is_mixed(std::string_view body, Alphabet alphabet) noexcept {
  bool upper = false, digit = false;
  for (const char c : body) {
    if (!belongs(c, alphabet)) break;
    upper = upper || is_upper(c);
    digit = digit || is_digit(c);
  }
  return upper && digit;
}

std::size_t end_of(std::string_view text, std::size_t at, Alphabet alphabet) noexcept {
  while (at < text.size() && belongs(text[at], alphabet)) ++at;
  return at;
}

/// `eyJ` is `{"` in base64: header.payload.signature (the signature may be empty).
Span find_jwt(std::string_view text, std::size_t at) {
  const std::size_t header = end_of(text, at, Alphabet::url);
  if (header - at < 12 || header >= text.size() || text[header] != '.') return {};
  const std::size_t payload = end_of(text, header + 1, Alphabet::url);
  if (payload - header < 5) return {};
  const std::size_t end = payload < text.size() && text[payload] == '.' ? end_of(text, payload + 1, Alphabet::url) : payload;
  return {at, end, SecretKind::jwt};
}

Span match(std::string_view text, std::size_t at, const KnownToken& token) {
  if (text.substr(at, token.prefix.size()) != token.prefix) return {};
  const std::size_t begin = at + token.prefix.size();
  if (token.mixed && !is_mixed(text.substr(begin, kLookAhead), token.alphabet)) return {};
  std::size_t end = end_of(text, begin, token.alphabet);
  while (end > begin && (text[end - 1] == '.' || text[end - 1] == '/')) --end;
  if (end - begin < token.length_min || (token.exact && end - begin != token.length_min)) return {};
  return {at, end, SecretKind::key};
}

constexpr bool begins_token(char c) {
  for (const KnownToken& token : kTokens)
    if (token.prefix.front() == c) return true;
  return c == 'e';
}

}  // namespace

Span find_known_token(std::string_view text, std::size_t at) {
  if (!begins_token(text[at])) return {};
  if (text.substr(at, 3) == "eyJ") return find_jwt(text, at);
  for (const KnownToken& token : kTokens)
    if (const Span span = match(text, at, token); !span.empty()) return span;
  return {};
}

Span find_pem(std::string_view text, std::size_t at) {
  constexpr std::string_view kBegin = "-----BEGIN ", kEnd = "-----END ", kDashes = "-----";
  if (text.substr(at, kBegin.size()) != kBegin) return {};
  const std::size_t label = text.substr(0, at + 80).find(kDashes, at + kBegin.size());
  if (label == std::string_view::npos) return {};
  const std::size_t end = text.find(kEnd, label);
  if (end == std::string_view::npos) return {at, text.size(), SecretKind::pem};  // cut: what is left is still a key
  const std::size_t close = text.substr(0, end + 80).find(kDashes, end + kEnd.size());
  return {at, close == std::string_view::npos ? text.size() : close + kDashes.size(), SecretKind::pem};
}

}  // namespace loglode::redaction
