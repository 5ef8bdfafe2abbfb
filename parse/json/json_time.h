// Times in JSON fields. Stateless, any thread.
#pragma once

#include "core/batch.h"
#include "parse/json/json_structure.h"
#include "parse/time/timestamp_reader.h"

namespace loglode {

/// A timestamp in text, or an epoch as number or text. False for everything else.
[[nodiscard]] bool read_json_time(JsonValue value, const TimeContext& context, Batch& batch, Timestamp& out);

/// The time of a record none of whose keys is a known one: of the keys at any depth within the first 4 KiB of `json` whose names say that
/// they hold a time (`log_timestamp`, `occurredAt`, `EventDate`) the one that says it best, the first of equals. Not what says that it is
/// another time or a duration (`expires_at`, `response_time`).
[[nodiscard]] bool find_json_time(std::string_view json, const TimeContext& context, Batch& batch, Timestamp& out);

/// Whole seconds since the epoch and nanoseconds within the second (none when it is no such number).
[[nodiscard]] bool read_epoch_parts(JsonValue seconds, JsonValue nanos, Timestamp& out);

}  // namespace loglode
