// What an access line without a level says about itself: a server's failure is an error, whoever logs it. Pure functions of the text.
#pragma once

#include <string_view>

#include "core/severity.h"

namespace loglode {

/// Of a response: 500 to 599 is an error, every other status everyday traffic; unspecified when `status` is none.
[[nodiscard]] Severity severity_of_status(std::string_view status) noexcept;

/// Of a message that holds a request and, right behind it, its status: `"GET / HTTP/1.1" 502`, `GET /x HTTP/1.1 503`, `"https://shop/p" 502
/// 2438`. Error for a failure of the server's, unspecified for everything else. Looks at the first KiB.
[[nodiscard]] Severity access_severity(std::string_view message) noexcept;

/// `GET`, `OPTIONS`, `PROPFIND`: how a request begins.
[[nodiscard]] bool is_http_method(std::string_view word) noexcept;

}  // namespace loglode
