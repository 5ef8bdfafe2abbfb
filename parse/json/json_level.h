// Severities in JSON fields: words in many spellings, and numbers whose scale the field and the value tell. Stateless, any thread.
#pragma once

#include <cstdint>

#include "core/batch.h"
#include "core/severity.h"
#include "parse/json/json_field_names.h"
#include "parse/json/json_structure.h"

namespace loglode {

/// `slot` is one of the severity slots, `hints` (Hint) what the record's other names say of its logger, which decides what small numbers
/// mean. unspecified when the value is none.
[[nodiscard]] Severity read_json_level(Slot slot, JsonValue value, std::uint8_t hints, Batch& batch);

}  // namespace loglode
