#include "app/reading/template_labels.h"

#include "sinks/record_json.h"

namespace loglode {

const std::string& TemplateLabels::of(ShapeId shape) {
  if (++records_ >= next_look_) {
    next_look_ *= 2;
    look();
  }
  const auto found = members_.find(shape);
  if (found != members_.end()) return found->second;
  // New since the latest look: what its own messages say, until all are looked at again.
  const TemplateInfo alone = miner_.describe(shape);
  return members_.emplace(shape, template_members(alone.text, to_hex(alone.id))).first->second;
}

void TemplateLabels::look() {
  const TemplateCatalog catalog = miner_.derive_templates(marks_);
  for (auto& [shape, members] : members_) {
    const TemplateInfo& info = catalog.of(shape);
    members = template_members(info.text, to_hex(info.id));
  }
}

}  // namespace loglode
