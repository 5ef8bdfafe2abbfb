// Who may ask an HTTP server: by the Host header and the token. Stateless, any thread.
#pragma once

#include <string>
#include <string_view>

namespace loglode {

/// Whether only this machine can reach an address.
[[nodiscard]] bool is_loopback(const std::string& address);

/// Whether a request with this Host header is meant for a server that listens on `address`. A page whose name was rebound to our address
/// (DNS rebinding) sends its own name: on loopback only the address, 127.0.0.1, ::1 and localhost pass; else any address and the name of
/// this machine.
[[nodiscard]] bool is_our_host(std::string_view host_header, const std::string& address);

/// Whether the Authorization header is `Bearer <token>`. Takes the same time wherever they differ.
[[nodiscard]] bool has_token(std::string_view authorization, std::string_view token) noexcept;

}  // namespace loglode
