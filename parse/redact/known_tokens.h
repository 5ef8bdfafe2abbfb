// The prefixes by which makers of keys let them be known. Data of known_token.cc and probes.cc; internal to parse/redact.
#pragma once

#include <cstddef>
#include <string_view>

namespace loglode::redaction {

enum class Alphabet : unsigned char { hex, upper, alnum, url, dotted };  // 0-9 a-f | A-Z 0-9 | + a-z | + _ - | + . /

struct KnownToken {
  std::string_view prefix;
  Alphabet alphabet;
  std::size_t length_min;  // after the prefix
  bool exact = false;      // no longer than length_min
  bool mixed = false;      // must hold letters and digits in one piece: the prefix alone is a word that people use
};

inline constexpr KnownToken kTokens[] = {
    {"AKIA", Alphabet::upper, 16, true},  // AWS access key ids
    {"ASIA", Alphabet::upper, 16, true},
    {"ABIA", Alphabet::upper, 16, true},
    {"ACCA", Alphabet::upper, 16, true},
    {"ABSK", Alphabet::url, 60},  // AWS Bedrock
    {"AIza", Alphabet::url, 35},  // Google
    {"ya29.", Alphabet::dotted, 20},
    {"GOCSPX-", Alphabet::url, 20},
    {"1//0", Alphabet::url, 30},
    {"ghp_", Alphabet::alnum, 20},  // GitHub
    {"gho_", Alphabet::alnum, 20},
    {"ghu_", Alphabet::alnum, 20},
    {"ghs_", Alphabet::alnum, 20},
    {"ghr_", Alphabet::alnum, 20},
    {"github_pat_", Alphabet::url, 20},
    {"glpat-", Alphabet::dotted, 16},  // GitLab
    {"gldt-", Alphabet::url, 16},
    {"glrt-", Alphabet::dotted, 16},
    {"glrtr-", Alphabet::url, 16},
    {"glptt-", Alphabet::url, 16},
    {"glcbt-", Alphabet::url, 16},
    {"glft-", Alphabet::url, 16},
    {"glimt-", Alphabet::url, 16},
    {"glsoat-", Alphabet::url, 16},
    {"gloas-", Alphabet::url, 16},
    {"glagent-", Alphabet::url, 16},
    {"glffct-", Alphabet::url, 16},
    {"GR1348941", Alphabet::url, 16},
    {"ATBB", Alphabet::alnum, 24, false, true},  // Atlassian
    {"ATATT3", Alphabet::url, 20},
    {"ATCTT3", Alphabet::url, 20},
    {"xoxa-", Alphabet::url, 10},  // Slack
    {"xoxb-", Alphabet::url, 10},
    {"xoxc-", Alphabet::url, 10},
    {"xoxd-", Alphabet::dotted, 10},
    {"xoxe-", Alphabet::url, 10},
    {"xoxe.", Alphabet::dotted, 10},
    {"xoxo-", Alphabet::url, 10},
    {"xoxp-", Alphabet::url, 10},
    {"xoxr-", Alphabet::url, 10},
    {"xoxs-", Alphabet::url, 10},
    {"xapp-", Alphabet::url, 10},
    {"xwfp-", Alphabet::url, 10},
    {"sk_live_", Alphabet::alnum, 16},  // Stripe, and others who took to its form
    {"sk_test_", Alphabet::alnum, 16},
    {"rk_live_", Alphabet::alnum, 16},
    {"rk_test_", Alphabet::alnum, 16},
    {"sk_prod_", Alphabet::alnum, 16},
    {"whsec_", Alphabet::dotted, 16},
    {"rzp_live_", Alphabet::alnum, 14},  // Razorpay
    {"rzp_test_", Alphabet::alnum, 14},
    {"FLWSECK", Alphabet::url, 16},  // Flutterwave
    {"sq0atp-", Alphabet::url, 20},  // Square
    {"sq0csp-", Alphabet::url, 30},
    {"EAAA", Alphabet::url, 56, false, true},
    {"EAAC", Alphabet::alnum, 56, false, true},  // Facebook
    {"access_token$", Alphabet::dotted, 10},     // PayPal
    {"access-sandbox-", Alphabet::url, 30},      // Plaid
    {"access-development-", Alphabet::url, 30},
    {"access-production-", Alphabet::url, 30},
    {"npm_", Alphabet::alnum, 30},  // registries
    {"pypi-", Alphabet::url, 40},
    {"rubygems_", Alphabet::hex, 40},
    {"oy2", Alphabet::alnum, 43, true, true},
    {"dckr_pat_", Alphabet::url, 20},
    {"dckr_oat_", Alphabet::url, 20},
    {"AKCp", Alphabet::alnum, 60, false, true},
    {"cmVmdGtuO", Alphabet::alnum, 40},
    {"sk-ant-", Alphabet::url, 20},  // models
    {"sk-proj-", Alphabet::url, 20},
    {"sk-svcacct-", Alphabet::url, 20},
    {"sk-admin-", Alphabet::url, 20},
    {"sk-or-", Alphabet::url, 20},
    {"sk-lf-", Alphabet::url, 20},
    {"sk-", Alphabet::url, 20, false, true},
    {"pk-lf-", Alphabet::url, 20},
    {"gsk_", Alphabet::alnum, 20},
    {"xai-", Alphabet::alnum, 40},
    {"pplx-", Alphabet::alnum, 32},
    {"r8_", Alphabet::alnum, 30},
    {"tgp_v1_", Alphabet::url, 30},
    {"hf_", Alphabet::alnum, 30},
    {"api_org_", Alphabet::alnum, 30},
    {"lsv2_pt_", Alphabet::url, 20},
    {"lsv2_sk_", Alphabet::url, 20},
    {"pcsk_", Alphabet::url, 30},
    {"nvapi-", Alphabet::url, 40},
    {"jina_", Alphabet::url, 40},
    {"tvly-", Alphabet::url, 20},
    {"dapi", Alphabet::hex, 32},  // Databricks
    {"dose", Alphabet::hex, 32},
    {"dop_v1_", Alphabet::alnum, 40},  // clouds
    {"doo_v1_", Alphabet::alnum, 40},
    {"dor_v1_", Alphabet::alnum, 40},
    {"HRKU-", Alphabet::url, 30},
    {"fm1_", Alphabet::dotted, 40},
    {"fm1r_", Alphabet::dotted, 40},
    {"fm2_", Alphabet::dotted, 40},
    {"fo1_", Alphabet::url, 30},
    {"nfp_", Alphabet::alnum, 30},
    {"vcp_", Alphabet::alnum, 20},
    {"vck_", Alphabet::alnum, 20},
    {"v1.0-", Alphabet::url, 100},
    {"CFPAT-", Alphabet::url, 40},
    {"LTAI", Alphabet::alnum, 16, false, true},
    {"AQVN", Alphabet::url, 35},
    {"y0_", Alphabet::url, 40},
    {"t1.9", Alphabet::dotted, 60},
    {"shpat_", Alphabet::alnum, 32},  // shops and desks
    {"shpca_", Alphabet::alnum, 32},
    {"shppa_", Alphabet::alnum, 32},
    {"shpss_", Alphabet::alnum, 32},
    {"lin_api_", Alphabet::alnum, 30},
    {"lin_oauth_", Alphabet::alnum, 30},
    {"ntn_", Alphabet::alnum, 40},
    {"secret_", Alphabet::alnum, 43, true, true},
    {"figd_", Alphabet::url, 30},
    {"figo_", Alphabet::url, 30},
    {"pat-na1-", Alphabet::url, 30},
    {"pat-na2-", Alphabet::url, 30},
    {"pat-eu1-", Alphabet::url, 30},
    {"PMAK-", Alphabet::url, 50},
    {"PMAT-", Alphabet::url, 20},
    {"tfp_", Alphabet::url, 40},
    {"rdme_", Alphabet::alnum, 60},
    {"key-", Alphabet::hex, 32, true},  // mail
    {"SG.", Alphabet::dotted, 40, false, true},
    {"re_", Alphabet::url, 24, false, true},
    {"xkeysib-", Alphabet::url, 60},
    {"xsmtpsib-", Alphabet::url, 60},
    {"SK", Alphabet::hex, 32, true},  // Twilio
    {"hvs.", Alphabet::url, 24},      // vaults
    {"hvb.", Alphabet::url, 24},
    {"hvr.", Alphabet::url, 24},
    {"dp.pt.", Alphabet::alnum, 20},
    {"dp.st.", Alphabet::dotted, 20},
    {"dp.ct.", Alphabet::alnum, 20},
    {"dp.sa.", Alphabet::alnum, 20},
    {"dp.scim.", Alphabet::alnum, 20},
    {"dp.audit.", Alphabet::alnum, 20},
    {"ops_eyJ", Alphabet::url, 40},
    {"AGE-SECRET-KEY-1", Alphabet::upper, 50},
    {"pul-", Alphabet::hex, 40},
    {"pnu_", Alphabet::alnum, 30},
    {"pnb_", Alphabet::alnum, 30},
    {"pscale_tkn_", Alphabet::dotted, 30},
    {"pscale_pw_", Alphabet::dotted, 30},
    {"pscale_oauth_", Alphabet::dotted, 30},
    {"sbp_", Alphabet::hex, 40},
    {"sb_secret_", Alphabet::url, 20},
    {"napi_", Alphabet::alnum, 40},
    {"tskey-", Alphabet::url, 20},
    {"sntrys_", Alphabet::dotted, 40},  // watchers
    {"sntryu_", Alphabet::hex, 60},
    {"NRAK-", Alphabet::upper, 20},
    {"NRII-", Alphabet::url, 20},
    {"NRJS-", Alphabet::hex, 16},
    {"NRRA-", Alphabet::hex, 20},
    {"glsa_", Alphabet::url, 30},
    {"glc_", Alphabet::dotted, 30},
    {"dt0c01.", Alphabet::dotted, 60},
    {"dt0s01.", Alphabet::dotted, 60},
    {"hcaik_", Alphabet::alnum, 40},
    {"hcxik_", Alphabet::alnum, 40},
    {"phx_", Alphabet::alnum, 30},
    {"phc_", Alphabet::alnum, 30},
    {"sqp_", Alphabet::hex, 40},
    {"squ_", Alphabet::hex, 40},
    {"sqa_", Alphabet::hex, 40},
    {"sgp_", Alphabet::url, 40},
    {"slk_", Alphabet::hex, 60},
    {"CCIPAT_", Alphabet::url, 20},
    {"bkua_", Alphabet::hex, 40},
    {"EZAK", Alphabet::alnum, 54, false, true},
    {"EZTK", Alphabet::alnum, 54, false, true},
    {"shippo_live_", Alphabet::hex, 40},
    {"shippo_test_", Alphabet::hex, 40},
    {"duffel_live_", Alphabet::url, 40},
    {"duffel_test_", Alphabet::url, 40},
    {"fio-u-", Alphabet::url, 60},
    {"aio_", Alphabet::alnum, 26, false, true},
    {"oauth:", Alphabet::alnum, 30, true, true},
};

/// What such prefixes have in common: a word for secret, a sign, and many hexadecimal digits (`token-0f9a…`).
inline constexpr std::string_view kSecretWords[] = {"key", "secret", "token", "apikey"};
inline constexpr std::size_t kHexTailMin = 32, kHexTailFrom = 12;  // digits; characters before them

}  // namespace loglode::redaction
