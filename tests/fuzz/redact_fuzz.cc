// Any bytes: redaction ends, keeps what is not secret in order, and leaves its own markers alone.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/assert.h"
#include "parse/redact/redactor.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace loglode;
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  RedactionCounts counts;
  std::string once;
  if (!redact_into(text, once, counts)) {
    LOGLODE_ASSERT(counts.total() == 0);
    return 0;
  }
  LOGLODE_ASSERT(counts.total() != 0 && once.find("[masked") != std::string::npos);
  const std::string twice = redact(once);
  if (text.find("[masked") == std::string_view::npos) LOGLODE_ASSERT(twice.find("[masked:[") == std::string::npos);
  return 0;
}
