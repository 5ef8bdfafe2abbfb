#include "app/service/event_documents.h"

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

std::map<std::string, std::uint64_t> EventDocuments::findings_by_kind() const {
  std::map<std::string, std::uint64_t> counts;
  for (std::size_t kind = 0; kind < findings_.size(); ++kind)
    counts.emplace(name_of(static_cast<FindingKind>(kind)), findings_[kind].load());
  return counts;
}

}  // namespace loglode
