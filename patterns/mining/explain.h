// Why a message has the template it has: what `loglode explain` shows. Not for hot paths.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/batch.h"
#include "core/severity.h"

namespace loglode {

struct ExplainedToken {
  std::string text;
  std::string role;  // constant, mark, value, name
  std::string type;  // of a value or name, as in TemplateParameter
  std::string why;   // a few words for a person
};

struct ExplainedMessage {
  std::vector<ExplainedToken> tokens;
  std::string masked;  // values as `<type>`, names as they are
  ShapeId shape = kNoShape;
  bool cut = false;  // the message was longer than is read; its end is one value
};

/// What the scanner makes of one message. Its template follows from `shape` (TemplateCatalog::of), since it depends on what else was seen.
[[nodiscard]] ExplainedMessage explain_template(std::string_view message, Severity severity);

}  // namespace loglode
