// Words for findings that reports and the screen of `tail` share. Stateless.
#pragma once

#include <string>

#include "core/finding.h"
#include "core/timestamp.h"

namespace loglode {

/// 12:12:41
[[nodiscard]] std::string clock_text(Timestamp time);
/// `new`, `up`, `down`, `silent` …
[[nodiscard]] std::string word_for(FindingKind kind);

}  // namespace loglode
