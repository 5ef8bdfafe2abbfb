// How sinks mask what they write: parse/ knows, app/ hands it in.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace loglode {

/// As redact_into() of parse/redact: writes `text` with every secret replaced to `out`; false, and nothing is written, when there is none.
/// Pure: any thread.
using MaskText = std::function<bool(std::string_view text, std::string& out)>;

}  // namespace loglode
