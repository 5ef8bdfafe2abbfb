// What librdkafka says when a connection fails, in words for a person: the reason without addresses and timings, and what to look at.
// Used by those who check a configuration and by those who run it, so that both say the same. Stateless: any thread.
#pragma once

#include <string>
#include <string_view>

namespace loglode::kafka {

struct ConnectionTrouble {
  std::string reason;        // `SSL handshake failed: … unexpected eof while reading`; may name an address that it holds itself
  std::string_view look_at;  // `this listener may not speak TLS: look at the port and at security.protocol`; empty: the reason says all
  [[nodiscard]] std::string text() const;  // both
};
/// Of a sentence like `ssl://10.0.0.1:9092/bootstrap: SSL handshake failed: … (after 5ms in state SSL_HANDSHAKE)`.
[[nodiscard]] ConnectionTrouble connection_trouble(std::string_view said);

}  // namespace loglode::kafka
