#include "core/mute.h"

#include <fnmatch.h>

#include <algorithm>

namespace loglode {

bool is_muted(const Mute& mute, const Finding& finding, std::string_view rule_name, Timestamp at) {
  const bool names_it = mute.kind == FindingKind::new_error || mute.template_id != kNoTemplate;
  if (finding.kind == FindingKind::new_error && !names_it) return false;
  if (mute.kind && *mute.kind != finding.kind) return false;
  if (mute.template_id != kNoTemplate && mute.template_id != finding.template_id) return false;
  if (!mute.rule.empty() && mute.rule != finding.rule_id) return false;
  if (!mute.service.empty() && fnmatch(mute.service.c_str(), finding.service.c_str(), 0) != 0) return false;
  if (!mute.text.empty() && finding.template_text.find(mute.text) == std::string::npos &&
      rule_name.find(mute.text) == std::string_view::npos)
    return false;
  return at < mute.until;
}

const Mute* find_mute(const std::vector<Mute>& mutes, const Finding& finding, std::string_view rule_name, Timestamp at) {
  const auto found = std::find_if(mutes.begin(), mutes.end(), [&](const Mute& mute) { return is_muted(mute, finding, rule_name, at); });
  return found == mutes.end() ? nullptr : &*found;
}

}  // namespace loglode
