// Whether a message says that somebody changed something: brought out, restarted, configured, moved. By its words alone; pure functions.
#pragma once

#include <string_view>

namespace loglode {

struct ToldChange {
  bool is_change = false;
  bool with_version = false;  // names a version: says most of all
};

/// `text`: of a template; `service`: who says it, as its own name is a program's.
/// True only of what was done or is being done: not of what is waited for, advised, refused or failed, nor of a program's daily work
/// ("page was reloaded", "transaction rolled back", "driver version loaded").
[[nodiscard]] ToldChange change_told_by(std::string_view text, std::string_view service);

}  // namespace loglode
