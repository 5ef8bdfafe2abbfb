// A text read by a format, with all that its views point into. For tests; one thread.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "core/batch.h"
#include "parse/text/line_format.h"

namespace loglode {

struct Parsed {
  Parsed(const LineFormat& format, std::string_view text, bool keep_attributes = false) {
    char* bytes = batch.reserve(text.size());
    if (!text.empty()) std::memcpy(bytes, text.data(), text.size());
    ParseContext context;
    context.keep_attributes = keep_attributes;
    good = format.parse({bytes, text.size()}, record, batch, context);
  }
  [[nodiscard]] std::string time() const { return to_rfc3339(record.time); }
  [[nodiscard]] std::string_view attribute(std::string_view key) const {
    for (const Attribute& attribute : batch.attributes_of(record)) {
      if (attribute.key == key) return attribute.value;
    }
    return "(none)";
  }

  Batch batch;
  Record record;
  bool good = false;
};

}  // namespace loglode
