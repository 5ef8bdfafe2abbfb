#include "sinks/json_event_texts.h"

#include "sinks/json_objects.h"

namespace loglode {

namespace {

class JsonEventTexts final : public EventTexts {
 public:
  std::string of(const TemplateCount& row) const override { return to_line(to_json(row)); }
  std::string of(const Finding& finding) const override { return to_line(to_json(finding)); }
  std::string of(const Incident& incident, const std::string& id, IncidentState state) const override {
    Json object = to_json(incident);
    object["incident_id"] = id;
    object["state"] = state == IncidentState::closed ? "closed" : "open";
    return to_line(object);
  }
  std::string closed(const std::string& open, Timestamp at) const override {
    Json object = Json::parse(open);
    object["state"] = "closed";
    object["closed_at"] = at == kNoTime ? Json(nullptr) : Json(to_rfc3339(at));
    return to_line(object);
  }
  std::string withdrawal(Document kind, const std::string& id, const std::string& superseded_by) const override {
    return to_line(Json{{"schema", "loglode.withdrawal/1"},
                        {kind == Document::finding ? "finding_id" : "incident_id", id},
                        {"superseded_by", superseded_by.empty() ? Json(nullptr) : Json(superseded_by)}});
  }
};

}  // namespace

const EventTexts& json_event_texts() noexcept {
  static const JsonEventTexts kTexts;
  return kTexts;
}

}  // namespace loglode
