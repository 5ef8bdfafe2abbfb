// What people have said that they do not want to be told for a time, and why. Plain data and one question; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/finding.h"

namespace loglode {

/// Everything that is given must hold; at least one of the first five is.
struct Mute {
  std::optional<FindingKind> kind{};
  std::string service{};  // a glob
  TemplateId template_id = kNoTemplate;
  std::string rule{};  // id
  std::string text{};  // anywhere in the template's text or the rule's name
  Timestamp until = kNoTime;
  std::string reason{};
};

/// Whether `mute` is about this finding. A new ERROR is muted only by who names it: its kind or its template. What goes on at `until` or
/// begins later is not muted, however late it is judged. `at`: of the finding's last record, or when it is judged where records have no
/// time.
[[nodiscard]] bool is_muted(const Mute& mute, const Finding& finding, std::string_view rule_name, Timestamp at);

/// The first of `mutes` that is about it; null: none.
[[nodiscard]] const Mute* find_mute(const std::vector<Mute>& mutes, const Finding& finding, std::string_view rule_name, Timestamp at);

}  // namespace loglode
