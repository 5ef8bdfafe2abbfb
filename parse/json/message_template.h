// Message templates (Serilog's `@mt`): `Order {OrderId} took {Elapsed:0.0} ms`, values in the same object. Stateless, any thread.
#pragma once

#include <string_view>

#include "core/batch.h"
#include "parse/json/json_reader.h"

namespace loglode {

/// `message` with its holes filled from the scalar fields of the object that `reader` has open; holes that have none stay as they
/// are. Kept in `batch` when anything changed.
[[nodiscard]] std::string_view render_message_template(std::string_view message, const JsonReader& reader, Batch& batch);

}  // namespace loglode
