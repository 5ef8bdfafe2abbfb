// What there was, whether or not anything was wrong with it: services, templates, and how much there was to judge by. Pure.
#pragma once

#include <vector>

#include "correlate/detect.h"

namespace loglode {

/// Appends one ServiceOverview for each service and one TemplateCount for each (service, template) of `timeline`; services known already
/// are added to.
void add_overview(const Timeline& timeline, const std::vector<Anomaly>& anomalies, Judgement& judgement);
/// By records and by count, descending.
void sort_overview(Judgement& judgement);
/// Says of each service whose templates were nearly all seen once that mining does not work for it, and how to tell why.
void note_unhealthy_mining(Judgement& judgement);
[[nodiscard]] JudgedScope scope_of(const Timeline& timeline, const std::string& rates_note);

}  // namespace loglode
