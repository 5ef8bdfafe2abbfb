#include "rca/known_errors/builtin_known_errors.h"

#include <utility>

#include "core/assert.h"
#include "rca/known_errors/pack_reader.h"

namespace loglode::rca {

std::vector<KnownError> builtin_known_errors() {
  auto decoded = decode_known_errors(embedded_known_errors());
  LOGLODE_ASSERT(decoded.has_value());
  return std::move(*decoded);
}

}  // namespace loglode::rca
