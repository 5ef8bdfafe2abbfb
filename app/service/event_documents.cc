#include "app/service/event_documents.h"

#include <fmt/format.h>

#include "sinks/json_objects.h"

namespace loglode {

std::vector<LiveDocument> EventDocuments::of(const LiveJudgement& judged) {
  std::vector<LiveDocument> documents;
  for (const TemplateCount& row : judged.judgement.templates) {
    std::uint64_t& told = templates_[row.info->id];
    if (told != 0 && row.count < 10 * told && !(judged.last && row.count != told)) continue;  // again when it is ten times as much
    told = row.count;
    documents.push_back({Document::template_info, to_hex(row.info->id), to_line(to_json(row))});
  }
  note_muted(judged);
  const LiveChanges changes = book_.compare(judged.judgement, judged.newest);
  incidents_open_ = book_.incidents_open();
  for (const LiveFinding& live : changes.findings)
    if (live.change == LiveChange::opened) ++findings_[static_cast<std::size_t>(live.finding->kind)];
  for (const LiveFinding& live : changes.findings)
    documents.push_back({Document::finding, live.finding->finding_id, to_line(to_json(*live.finding))});
  for (const LiveIncident& live : changes.incidents) {
    if (live.incident == nullptr) continue;
    Json object = to_json(*live.incident);
    object["incident_id"] = live.id;
    object["state"] = live.change == LiveChange::closed ? "closed" : "open";
    documents.push_back({Document::incident, live.id, to_line(object)});
  }
  return documents;
}

/// Muted findings are known again from judgement to judgement as others are.
void EventDocuments::note_muted(const LiveJudgement& judged) {
  newly_muted_.clear();
  Judgement muted;
  for (const MutedFinding& each : judged.judgement.muted) muted.findings.push_back(each.finding);
  for (const LiveFinding& live : muted_book_.compare(muted, judged.newest).findings) {
    if (live.change != LiveChange::opened) continue;
    const MutedFinding& about = judged.judgement.muted[static_cast<std::size_t>(live.finding - muted.findings.data())];
    ++muted_[static_cast<std::size_t>(live.finding->kind)];
    newly_muted_.push_back(fmt::format("muted until {} ({}): {} {}", to_rfc3339(about.until).substr(0, 19) + "Z", about.reason,
                                       name_of(live.finding->kind), live.finding->summary));
  }
}

std::map<std::string, std::uint64_t> EventDocuments::by_kind(const Counts& all) {
  std::map<std::string, std::uint64_t> counts;
  for (std::size_t kind = 0; kind < all.size(); ++kind) counts.emplace(name_of(static_cast<FindingKind>(kind)), all[kind].load());
  return counts;
}

}  // namespace loglode
