// Commands of protocols that take a password: FTP, POP3, IMAP, SMTP, IRC, Redis. Internal to parse/redact; any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "parse/redact/detectors.h"

namespace loglode::redaction {

/// `word` is the word, quoted or not, that ends at or before `at`; the arguments begin at `begin`.
[[nodiscard]] Span find_command_password(std::string_view text, std::string_view word, std::size_t at, std::size_t begin);

}  // namespace loglode::redaction
