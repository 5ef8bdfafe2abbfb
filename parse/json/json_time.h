// Times in JSON fields. Stateless, any thread.
#pragma once

#include "core/batch.h"
#include "parse/json/json_structure.h"
#include "parse/time/timestamp_reader.h"

namespace loglode {

/// A timestamp in text, or an epoch as number or text. False for everything else.
[[nodiscard]] bool read_json_time(JsonValue value, const TimeContext& context, Batch& batch, Timestamp& out);

/// Whole seconds since the epoch and nanoseconds within the second (none when it is no such number).
[[nodiscard]] bool read_epoch_parts(JsonValue seconds, JsonValue nanos, Timestamp& out);

}  // namespace loglode
