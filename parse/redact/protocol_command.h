// Commands that take a password: of the protocols FTP, POP3, IMAP, SMTP, IRC, Redis; of shells and routers where its place alone tells it.
// Internal to parse/redact; any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "parse/redact/detectors.h"

namespace loglode::redaction {

/// `word` is the word, quoted or not, that ends at or before `at`; the arguments begin at `begin`.
[[nodiscard]] Span find_command_password(std::string_view text, std::string_view word, std::size_t at, std::size_t begin);

/// `word` stands before `begin`: `htpasswd -b file bob x`, `net user bob x /add`, `echo bob:x | chpasswd`.
[[nodiscard]] Span find_positional_password(std::string_view text, std::string_view word, std::size_t begin);
/// `enable secret 0 x`, `username bob password 7 0822455D`, `key 0 x`, `snmp-server community x`.
[[nodiscard]] Span find_router_secret(std::string_view text, std::string_view word, std::size_t begin);

}  // namespace loglode::redaction
