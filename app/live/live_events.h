// Events on their way to the sinks, as a state keeps them until they are written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/live/live_run.h"

namespace loglode {

// What the state keeps beside what a teller told, under the teller's name and one of these.
inline constexpr std::string_view kPendingTeller = "/pending", kStandingTeller = "/standing";

/// Which sinks they are for is not kept: a later run may have others, and a repeat under the same key replaces.
[[nodiscard]] std::string encode_events(const std::vector<LiveEvent>& events);
/// Nothing where the bytes cannot be read.
[[nodiscard]] std::optional<std::vector<LiveEvent>> decode_events(std::string_view bytes);

}  // namespace loglode
