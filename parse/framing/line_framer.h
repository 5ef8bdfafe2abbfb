// The Framer that parse/ gives to sources: one RecordBounds for each writer whose lines are mixed into the stream.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "core/framing.h"
#include "parse/framing/reading_plan.h"

namespace loglode {

[[nodiscard]] std::unique_ptr<Framer> make_line_framer(std::shared_ptr<const ReadingPlan> plan);

}  // namespace loglode
