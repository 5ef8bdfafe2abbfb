// An incident of three services as the documents of a run tell it, for tests.
#pragma once

#include <string>
#include <vector>

#include "rca/evidence/incident_case.h"

namespace loglode::rca::test {

struct Documents {
  std::vector<Json> incidents, findings, templates, rules;
  [[nodiscard]] CaseDocuments all() const { return {incidents, findings, templates, rules}; }
};

inline Json record(const std::string& id, const std::string& path, int line, const std::string& time, const std::string& excerpt) {
  return {{"record_id", id},
          {"origin", {{"log.file.path", path}, {"log.offset", 10 * line}, {"line", line}, {"line_count", 1}}},
          {"time", time},
          {"excerpt", excerpt}};
}

inline Json finding(const std::string& id, const std::string& kind, const std::string& service, const std::string& severity,
                    const std::string& template_id, const std::string& text, const std::string& rule, const std::string& time, int observed,
                    double score, const std::string& summary, const Json& evidence) {
  return {{"schema", "loglode.finding/1"},
          {"finding_id", id},
          {"kind", kind},
          {"category", "error"},
          {"service", service},
          {"template_id", template_id},
          {"template", text},
          {"rule_id", rule.empty() ? Json(nullptr) : Json(rule)},
          {"severity", severity},
          {"window", {{"start", time}, {"end", time}}},
          {"observed", observed},
          {"expected", 0.0},
          {"total", observed},
          {"score", score},
          {"q", 0.0},
          {"notify", "page"},
          {"evidence", evidence},
          {"summary", summary}};
}

/// postgres runs out of connections; checkout cannot get one 0.4 s later; nginx answers 502 after 14.5 s.
inline Documents shop() {
  Documents out;
  out.findings = {
      finding("aaaaaaaaaaaaaaa1", "new_error", "postgres", "fatal", "t1", "sorry, too many clients already", "pg-too-many-clients",
              "2026-11-24T12:00:03.100000000Z", 1144, 24.1,
              "postgres: \"sorry, too many clients already\" never seen before, 1,144 times from 12:00:03",
              Json::array({record("11111111111111111111111111111111", "pg.log", 15, "2026-11-24T12:00:03.100000000Z",
                                  "sorry, too many clients already")})),
      finding("aaaaaaaaaaaaaaa2", "new_error", "checkout", "error", "t2", "no connection from pool after <*> ms", "",
              "2026-11-24T12:00:03.500000000Z", 544, 19.1,
              "checkout: \"no connection from pool after 5000 ms\" never seen before, 544 times from 12:00:03",
              Json::array({record("22222222222222222222222222222222", "checkout.log", 7, "2026-11-24T12:00:03.500000000Z",
                                  "no connection from pool after 5000 ms")})),
      finding("aaaaaaaaaaaaaaa3", "new_error", "nginx", "error", "t3", "\"GET <*>\" 502 <*>", "web-gateway-error-status",
              "2026-11-24T12:00:17.600000000Z", 37, 12.0, "nginx: GET /cart answered 502 never seen before, 37 times from 12:00:17",
              Json::array({record("33333333333333333333333333333333", "access.log", 99, "2026-11-24T12:00:17.600000000Z",
                                  "\"GET /cart HTTP/1.1\" 502 157")}))};
  out.templates = {
      {{"template_id", "t2"},
       {"template", "no connection from pool after <*> ms"},
       {"service", "checkout"},
       {"parameters",
        Json::array({{{"type", "number"}, {"distinct", 3}, {"unit", "1"}, {"min", 5000}, {"p50", 5000}, {"p95", 5001}, {"max", 5002}}})}},
      {{"template_id", "t3"},
       {"template", "\"GET <*>\" 502 <*>"},
       {"service", "nginx"},
       {"parameters", Json::array({{{"type", "path"}, {"distinct", 12}},
                                   {{"type", "number"}, {"distinct", 2}, {"unit", "1"}, {"min", 150}, {"max", 157}}})}}};
  out.rules = {{{"rule_id", "pg-too-many-clients"},
                {"name", "too many clients"},
                {"meaning", "PostgreSQL has reached max_connections and refuses new sessions."},
                {"check", "psql -c 'select count(*) from pg_stat_activity'"},
                {"safe_action", "End idle sessions of the client that leaks them."}}};
  const auto step = [](const char* time, const char* service, const char* what, const char* id) {
    return Json{{"time", time}, {"service", service}, {"what", what}, {"finding_id", id}};
  };
  const auto suspect = [](int rank, const char* service, double score, double early) {
    return Json{{"rank", rank},
                {"service", service},
                {"score", score},
                {"terms", {{"earliness", early}, {"new_errors", 4.5}}},
                {"evidence", Json::array()}};
  };
  const auto edge = [](const char* from, const char* to, double lag) {
    return Json{{"from", from}, {"to", to},   {"basis", "order"}, {"lag_s", {{"p10", lag}, {"p50", lag}, {"p90", lag}}},
                {"lift", 0.0},  {"pairs", 1}, {"q", 1.0},         {"evidence", Json::array()}};
  };
  out.incidents = {
      {{"schema", "loglode.incident/1"},
       {"incident_id", "1"},
       {"lasting_id", "00000000000000ff"},
       {"fingerprint", "3056c045e0757d6d"},
       {"state", "open"},
       {"severity", "critical"},
       {"notify", "page"},
       {"opened_at", "2026-11-24T12:00:03.100000000Z"},
       {"closed_at", nullptr},
       {"onset", "2026-11-24T12:00:03.100000000Z"},
       {"services", {"postgres", "checkout", "nginx"}},
       {"findings", {"aaaaaaaaaaaaaaa1", "aaaaaaaaaaaaaaa2", "aaaaaaaaaaaaaaa3"}},
       {"suspects", Json::array({suspect(1, "postgres", 14.5, 4.0), suspect(2, "checkout", 14.1, 3.9), suspect(3, "nginx", 10.9, 1.5)})},
       {"edges", Json::array({edge("postgres", "checkout", 0.4), edge("checkout", "nginx", 14.1)})},
       {"timeline",
        Json::array({step("2026-11-24T12:00:03.100000000Z", "postgres", "new fatal: \"sorry, too many clients already\" ×1,144",
                          "aaaaaaaaaaaaaaa1"),
                     step("2026-11-24T12:00:03.500000000Z", "checkout", "new error: \"no connection from pool after 5000 ms\" ×544",
                          "aaaaaaaaaaaaaaa2"),
                     step("2026-11-24T12:00:17.600000000Z", "nginx", "new error: GET /cart answered 502 ×37", "aaaaaaaaaaaaaaa3")})},
       {"shared_traces", 0},
       {"impact", {{"services", 3}, {"requests_failed", 37}, {"first_user_visible", "nginx"}}},
       {"forecast", Json::array()},
       {"summary",
        "postgres: \"sorry, too many clients already\" never seen before, 1,144 times from 12:00:03; with checkout +0.4 s, nginx +14.5 "
        "s"}}};
  return out;
}

}  // namespace loglode::rca::test
