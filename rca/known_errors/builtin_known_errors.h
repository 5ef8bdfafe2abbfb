// The catalogue that the program brings (configs/known-errors/), as it was when the program was built.
#pragma once

#include <string_view>
#include <vector>

#include "rca/known_errors/known_errors.h"

namespace loglode::rca {

/// Made by encode_known_errors when the program is built.
[[nodiscard]] std::string_view embedded_known_errors();

[[nodiscard]] std::vector<KnownError> builtin_known_errors();

}  // namespace loglode::rca
