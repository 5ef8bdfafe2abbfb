// SIGINT and SIGTERM: the first asks for a clean end, the second leaves at once. SIGHUP asks for the configuration to be read again. One
// command a process installs them, from main's thread.
#pragma once

#include <atomic>

namespace loglode {

/// Installs the handlers; the flag is set by the first signal and lives as long as the program.
[[nodiscard]] const std::atomic<bool>& stop_on_signals();
/// Installs a handler of SIGHUP; the flag is set by it, and taken back by who has done what it asks for.
[[nodiscard]] std::atomic<bool>& reload_on_hangup();
/// As if the first signal had come, but without one: signal_received() stays 0.
void request_stop() noexcept;
/// The signal that came, 0 when none did.
[[nodiscard]] int signal_received() noexcept;

}  // namespace loglode
