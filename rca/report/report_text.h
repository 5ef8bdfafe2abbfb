// A root-cause report for people: on a terminal, as Markdown, as an HTML page of its own. Pure: any thread. Text from logs reaches none of
// them raw, and nothing in it can be markup.
#pragma once

#include <cstddef>
#include <string>

#include "base/terminal_text.h"
#include "rca/report/rca_report.h"

namespace loglode::rca {

[[nodiscard]] std::string terminal_text_of(const RcaReport& report, const IncidentCase& incident, const EvidencePack& pack,
                                           const Paint& paint, std::size_t columns);
[[nodiscard]] std::string markdown_of(const RcaReport& report, const IncidentCase& incident, const EvidencePack& pack);
/// No script, nothing fetched.
[[nodiscard]] std::string html_of(const RcaReport& report, const IncidentCase& incident, const EvidencePack& pack);

}  // namespace loglode::rca
