// The NDJSON files that a run leaves behind (`--findings`, `--incidents`, `--templates`, `--stats`), written when it ends.
#pragma once

#include <string>

#include "core/finding.h"
#include "core/result.h"
#include "core/rule_info.h"
#include "core/run_stats.h"

namespace loglode {

/// Writes `text` to `path` in place (so that a pipe or /dev/stdout works too). Errors: errno, with the path.
[[nodiscard]] Result<void> write_file(const std::string& path, const std::string& text);
/// A row a template, which may be a hundred thousand: they are never in memory together. Errors: as write_file.
[[nodiscard]] Result<void> write_templates(const std::string& path, const Judgement& judgement);

[[nodiscard]] std::string findings_ndjson(const Judgement& judgement);
[[nodiscard]] std::string incidents_ndjson(const Judgement& judgement);
/// The rules that findings name: what `incidents show` says of a known error.
[[nodiscard]] std::string rules_ndjson(const Judgement& judgement, const RuleCatalog& rules);
[[nodiscard]] std::string stats_ndjson(const Judgement& judgement, const RunStats& stats);

}  // namespace loglode
