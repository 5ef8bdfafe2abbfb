// Severities in JSON fields: words in many spellings, and numbers whose scale the field and the value tell. Stateless, any thread.
#pragma once

#include "core/batch.h"
#include "core/severity.h"
#include "parse/json/json_field_names.h"
#include "parse/json/json_structure.h"

namespace loglode {

/// `slot` is one of the severity slots. unspecified when the value is none.
[[nodiscard]] Severity read_json_level(Slot slot, JsonValue value, Batch& batch);

}  // namespace loglode
