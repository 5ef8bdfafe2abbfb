// Which options of librdkafka a configuration may set, and of every other option why it may not: one table, used by those who check a
// configuration and by those who make a client, so that the two cannot disagree. Stateless: any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace loglode::kafka {

enum class Role : std::uint8_t { source, sink };

/// An option that would break a promise, or that a key of ours says.
struct ReservedOption {
  std::string_view name;
  bool of_sources = false, of_sinks = false;
  std::string_view allowed{};  // values that may be set all the same, between blanks; empty: none
  std::string_view why;
};
/// The table, by name.
[[nodiscard]] std::span<const ReservedOption> reserved_options() noexcept;

/// What is wrong with an option. Holds no value.
struct OptionFault {
  enum class Kind : std::uint8_t { reserved, unknown, bad_value };
  Kind kind = Kind::reserved;
  std::string why{};  // a sentence; of a bad value librdkafka's own, which may quote it
};
/// Tried on the librdkafka that is loaded. Nothing: it may be set so.
[[nodiscard]] std::optional<OptionFault> fault_of_option(std::string_view name, std::string_view value, Role role);

/// The names that are known, to find the one that was meant.
[[nodiscard]] std::vector<std::string> option_names();

/// Whether a client can be made at all: it starts C11 threads, which clang 14's ThreadSanitizer ends a program for.
[[nodiscard]] bool clients_run() noexcept;

/// Whether the librdkafka that is loaded can be trusted with the cooperative protocol (docs/dependencies.md).
[[nodiscard]] bool can_cooperate() noexcept;

}  // namespace loglode::kafka
