// Judgement as JSON: one function for each kind of NDJSON object of cli.md ("Files"). Schemas: configs/schema/.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "core/finding.h"
#include "core/rule_info.h"
#include "core/run_stats.h"

namespace loglode {

using Json = nlohmann::ordered_json;

/// For a person: `/var/log/app.log:12`, `logs[3] offset 42`.
[[nodiscard]] std::string origin_text(const Json& origin);
[[nodiscard]] Json to_json(const Finding& finding);
[[nodiscard]] Json to_json(const Incident& incident);
[[nodiscard]] Json to_json(const TemplateCount& row);
[[nodiscard]] Json to_json(const RuleInfo& rule);
[[nodiscard]] Json to_json(const RunStats& stats, const Judgement& judgement);
[[nodiscard]] Json to_json(const Evidence& evidence);

/// One line of NDJSON without its newline; bytes that are not UTF-8 come out as U+FFFD.
[[nodiscard]] std::string to_line(const Json& object);

}  // namespace loglode
