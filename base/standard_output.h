// Results of commands.
#pragma once

#include <string>

#include "core/result.h"

namespace loglode {

/// Results go to standard output; a reader that has closed its pipe is no error. Errors: a full disk.
[[nodiscard]] Result<void> print_text(const std::string& text);

}  // namespace loglode
