// Events as the JSON objects of cli.md ("Files"): what EventTexts writes for every sink.
#pragma once

#include "core/event_texts.h"

namespace loglode {

[[nodiscard]] const EventTexts& json_event_texts() noexcept;

}  // namespace loglode
