// Headers that carry credentials. Internal to parse/redact; any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "parse/redact/detectors.h"

namespace loglode::redaction {

/// `[scheme] credentials`; the scheme stays readable. The header's name begins at `name_begin`, its value at `at`. A `challenge` (of a
/// server) holds parameters that may be read, and credentials only where both sides exchange tokens (Negotiate, NTLM).
[[nodiscard]] Span mask_authorization(std::string_view text, bool challenge, std::size_t name_begin, std::size_t at);
/// `name=value; name=value; Secure`. The names go as well: what is left of a cookie is of no use.
[[nodiscard]] Span mask_cookie(std::string_view text, std::size_t at);
/// `Bearer x` and `Basic x` without the header's name; `word` is the scheme, `begin` where the token would begin.
[[nodiscard]] Span find_bare_scheme(std::string_view text, std::string_view word, std::size_t begin);

}  // namespace loglode::redaction
