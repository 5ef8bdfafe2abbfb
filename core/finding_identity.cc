#include "core/finding_identity.h"

#include <xxhash.h>

#include <cstdio>

namespace loglode {

std::string subject_of(const Finding& finding) {
  return std::string{name_of(finding.kind)} + '\n' + finding.service + '\n' +
         (finding.template_id == kNoTemplate ? finding.rule_id : to_long_hex(finding.template_id)) +
         (finding.hits_alone ? '\n' + finding.rule_id : std::string{});
}

std::string lasting_id_of(const Incident& incident) {
  const std::string text = (incident.services.empty() ? std::string{} : incident.services.front()) + '\n' +
                           std::to_string(incident.opened_at.time_since_epoch().count());
  char hex[17];
  std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(XXH3_64bits(text.data(), text.size())));
  return {hex, 16};
}

}  // namespace loglode
