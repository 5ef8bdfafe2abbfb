// Terminal colours, which programs leave in their logs when they take the collector for a terminal.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "core/batch.h"

namespace loglode {

[[nodiscard]] inline bool has_ansi(std::string_view text) noexcept {
  return !text.empty() && std::memchr(text.data(), '\x1b', text.size()) != nullptr;
}
/// `text` without its escape sequences (CSI and OSC; a lone ESC goes too).
[[nodiscard]] std::string strip_ansi(std::string_view text);
/// The same, copied into `batch` only when there are any.
[[nodiscard]] inline std::string_view without_ansi(std::string_view text, Batch& batch) {
  return has_ansi(text) ? batch.keep(strip_ansi(text)) : text;
}

}  // namespace loglode
