// Durations and sizes as the configuration file spells them. Stateless.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace loglode::config {

/// `500ms 10s 5m 2h 1d`, `0s` too. Empty for anything else, and for what would overflow.
[[nodiscard]] std::optional<std::chrono::milliseconds> read_duration(std::string_view text);

/// `64KiB 256MiB 1GiB 2TiB`, `512B`, or plain bytes. Empty for anything else, and for what would overflow.
[[nodiscard]] std::optional<std::uint64_t> read_size(std::string_view text);

/// A whole number without a sign.
[[nodiscard]] std::optional<std::uint64_t> read_count(std::string_view text);

/// The shortest spelling that read_duration takes.
[[nodiscard]] std::string spelled(std::chrono::milliseconds duration);

}  // namespace loglode::config
