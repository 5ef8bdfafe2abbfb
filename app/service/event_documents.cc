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

}  // namespace loglode
