#include "app/service/event_documents.h"

#include <fmt/format.h>

#include "sinks/json_objects.h"

namespace loglode {

namespace {

Judgement muted_of(const Judgement& judgement) {
  Judgement muted;
  for (const MutedFinding& each : judgement.muted) muted.findings.push_back(each.finding);
  return muted;
}

}  // namespace

std::vector<LiveDocument> EventDocuments::of(const LiveJudgement& judged) {
  if (judged.known) return take_as_known(judged);
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

std::vector<LiveDocument> EventDocuments::take_as_known(const LiveJudgement& judged) {
  for (const TemplateCount& row : judged.judgement.templates) templates_[row.info->id] = row.count;
  book_.take_as_known(judged.judgement, judged.newest);
  muted_book_.take_as_known(muted_of(judged.judgement), judged.newest);
  incidents_open_ = book_.incidents_open();
  return {};
}

std::string EventDocuments::encode() const {
  Json templates = Json::array();
  for (const auto& [id, count] : templates_) templates.push_back({static_cast<std::uint64_t>(id), count});
  std::string bytes;
  Json::to_cbor({{"book", book_.encode()}, {"muted", muted_book_.encode()}, {"templates", std::move(templates)}}, bytes);
  return bytes;
}

bool EventDocuments::restore(std::string_view bytes) {
  if (bytes.empty()) return true;
  try {
    const Json all = Json::from_cbor(bytes);
    for (const Json& row : all.at("templates")) templates_[TemplateId{row.at(0).get<std::uint64_t>()}] = row.at(1);
    const bool read = book_.restore(all.at("book").get<std::string>()) && muted_book_.restore(all.at("muted").get<std::string>());
    incidents_open_ = book_.incidents_open();
    return read;
  } catch (const Json::exception&) {  // nlohmann speaks in exceptions; they end here
    return false;
  }
}

/// Muted findings are known again from judgement to judgement as others are.
void EventDocuments::note_muted(const LiveJudgement& judged) {
  newly_muted_.clear();
  const Judgement muted = muted_of(judged.judgement);
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
