// Trace, span and request ids in the text of a line: `trace_id=…`, `TraceID: …`, `[req-…]`.
#pragma once

#include <string_view>

namespace loglode {

struct TraceIds {
  std::string_view trace, span;  // empty when not found
};

/// Looks through the first 512 bytes of `text`. A trace id wins over a request id.
[[nodiscard]] TraceIds find_trace_ids(std::string_view text) noexcept;

/// Reads `TraceID: 4bf9… ` or `span_id=…,` at the very beginning of `text` into `ids`; how many characters it took, 0 when there is none.
[[nodiscard]] std::size_t take_trace_field(std::string_view text, TraceIds& ids) noexcept;

}  // namespace loglode
