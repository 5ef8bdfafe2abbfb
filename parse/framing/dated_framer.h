// Says of each record what its stamp means where the stamp alone does not: which year, which of day and month, which date a time of day
// has, which of the two hours when a clock is set back. That depends on the lines before, so it is decided here, on the source's thread.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "core/framing.h"
#include "parse/framing/reading_plan.h"

namespace loglode {

/// A framer that answers as the plan's own does and sets Framing::near too, when stamps in the stream's prefix leave something open; else
/// the plan's own. `info.remembered` is what an earlier one left.
[[nodiscard]] std::unique_ptr<Framer> make_dated_framer(std::shared_ptr<const ReadingPlan> plan, const StreamInfo& info,
                                                        std::span<const std::string_view> prefix);

}  // namespace loglode
