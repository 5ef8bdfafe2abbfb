// What a token must be that keeps other people from the HTTP server. Said by `check` (config/) and by the server itself (net/).
#pragma once

#include <cstddef>
#include <string_view>

namespace loglode {

inline constexpr std::size_t kHttpTokenBytesLeast = 16;
inline constexpr std::string_view kShortHttpToken =
    "a token must have 16 characters or more, as shorter ones can be guessed: try `openssl rand -hex 16`";

}  // namespace loglode
