// What the redactor is made of: each function looks at one place of a text and says what to mask there. Internal to parse/redact.
// Every one looks back and ahead a bounded way, or only over what it then masks, so that a pass over a text stays linear.
#pragma once

#include <cstddef>
#include <string_view>

#include "parse/redact/redactor.h"

namespace loglode::redaction {

struct Span {  // what to replace; empty: nothing found
  std::size_t begin = 0, end = 0;
  SecretKind kind = SecretKind::credential;
  [[nodiscard]] bool empty() const noexcept { return begin == end; }
};

inline constexpr std::size_t kLookBack = 64;    // longest name, user part or word before a place
inline constexpr std::size_t kLookAhead = 256;  // of a value, to judge whether it is a secret

[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
[[nodiscard]] constexpr bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
[[nodiscard]] constexpr bool is_alpha(char c) noexcept { return is_lower(c) || is_upper(c); }
[[nodiscard]] constexpr bool is_alnum(char c) noexcept { return is_alpha(c) || is_digit(c); }
[[nodiscard]] constexpr char lowered(char c) noexcept { return is_upper(c) ? static_cast<char>(c + 32) : c; }
/// `lower` must be lower case.
[[nodiscard]] bool equal_ignoring_case(std::string_view text, std::string_view lower) noexcept;
[[nodiscard]] inline bool ends_ignoring_case(std::string_view text, std::string_view lower) noexcept {
  return text.size() >= lower.size() && equal_ignoring_case(text.substr(text.size() - lower.size()), lower);
}
[[nodiscard]] inline bool starts_ignoring_case(std::string_view text, std::string_view lower) noexcept {
  return equal_ignoring_case(text.substr(0, lower.size()), lower);
}

/// `at` is on `=`, `:` or `>`: the value of a name that holds secrets (password, token, Authorization, Cookie, <secret>…).
[[nodiscard]] Span find_named_value(std::string_view text, std::size_t at);
/// `at` is on a blank: `--password x`, `PASSWORD 'x'`, `IDENTIFIED BY 'x'`, `password is x`, `Bearer x`, `Basic x`.
[[nodiscard]] Span find_value_after_blank(std::string_view text, std::size_t at);
/// `at` is on a `:`: the password of `curl -u user:x`, `curl --user user:x`.
[[nodiscard]] Span find_user_password(std::string_view text, std::size_t at);
/// `at` is on the `-` of a short option: `mysql -px`, `mongo -p x`, `sshpass -p x`, `redis-cli -a x`.
[[nodiscard]] Span find_option_password(std::string_view text, std::size_t at);
/// `at` is on the `:` of `://`: the password (or the token that stands for user and password) of a URL.
[[nodiscard]] Span find_url_password(std::string_view text, std::size_t at);
/// `at` is on an `@`; what lies before `floor` is masked already. `user:password@tcp(host)`.
[[nodiscard]] Span find_dsn_password(std::string_view text, std::size_t at, std::size_t floor);
[[nodiscard]] Span find_email(std::string_view text, std::size_t at, std::size_t floor);
/// `at` is on the first digit of a number.
[[nodiscard]] Span find_card(std::string_view text, std::size_t at);
/// `at` is on the first character of a word: AWS, GCP, GitHub, Slack, Stripe … keys, and JWTs.
[[nodiscard]] Span find_known_token(std::string_view text, std::size_t at);
/// `at` is on the first dash of `-----BEGIN`.
[[nodiscard]] Span find_pem(std::string_view text, std::size_t at);

/// A maximal run of base64 or URL characters starting at `at`.
[[nodiscard]] std::size_t run_end(std::string_view text, std::size_t at) noexcept;
[[nodiscard]] Span find_random_run(std::string_view text, std::size_t at, std::size_t end);

}  // namespace loglode::redaction
