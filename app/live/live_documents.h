// Documents on their way to the sinks, as a state keeps them until they are written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/live/live_run.h"

namespace loglode {

// What the state keeps beside what a teller told, under the teller's name and one of these.
inline constexpr std::string_view kPendingTeller = "/pending", kStandingTeller = "/standing";

[[nodiscard]] std::string encode_documents(const std::vector<LiveDocument>& documents);
/// Nothing: it can not be read.
[[nodiscard]] std::optional<std::vector<LiveDocument>> decode_documents(std::string_view bytes);

}  // namespace loglode
