// What stands of findings and incidents, as CBOR for the state: names of services may be any bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "correlate/judge_steps.h"

namespace loglode {

[[nodiscard]] std::string encode_standing(const Standing& standing);
/// Nothing where the bytes cannot be read.
[[nodiscard]] std::optional<Standing> decode_standing(std::string_view bytes);

}  // namespace loglode
