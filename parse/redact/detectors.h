// What the redactor is made of: each function looks at one place of a text and says what to mask there. Internal to parse/redact.
// Every one looks back and ahead a bounded way, or only over what it then masks, so that a pass over a text stays linear.
#pragma once

#include <cstddef>
#include <initializer_list>
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
[[nodiscard]] constexpr bool is_wide(char c) noexcept { return static_cast<unsigned char>(c) >= 0x80; }  // a byte of UTF-8 beyond ASCII
[[nodiscard]] constexpr bool is_word(char c) noexcept { return is_alnum(c) || c == '_'; }
[[nodiscard]] constexpr bool is_hex(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
[[nodiscard]] constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }
[[nodiscard]] constexpr bool is_quote(char c) noexcept { return c == '"' || c == '\'' || c == '`'; }
[[nodiscard]] constexpr bool ends_line(char c) noexcept { return c == '\n' || c == '\r'; }
[[nodiscard]] constexpr char lowered(char c) noexcept { return is_upper(c) ? static_cast<char>(c + 32) : c; }
[[nodiscard]] constexpr bool is_one_of(char c, std::string_view set) noexcept { return set.find(c) != std::string_view::npos; }
/// `lower` must be lower case.
[[nodiscard]] bool equal_ignoring_case(std::string_view text, std::string_view lower) noexcept;
[[nodiscard]] inline bool ends_ignoring_case(std::string_view text, std::string_view lower) noexcept {
  return text.size() >= lower.size() && equal_ignoring_case(text.substr(text.size() - lower.size()), lower);
}
[[nodiscard]] inline bool starts_ignoring_case(std::string_view text, std::string_view lower) noexcept {
  return equal_ignoring_case(text.substr(0, lower.size()), lower);
}
[[nodiscard]] bool is_any_of(std::string_view word, std::initializer_list<std::string_view> lower) noexcept;  // ignoring case
/// What stands up to kLookBack characters before `at`.
[[nodiscard]] inline std::string_view text_before(std::string_view text, std::size_t at, std::size_t most = kLookBack) noexcept {
  const std::size_t begin = at > most ? at - most : 0;
  return text.substr(begin, at - begin);
}
/// The word of ASCII letters that ends at `end`, blanks before it passed over. It views into `text`.
[[nodiscard]] std::string_view word_before(std::string_view text, std::size_t end) noexcept;

// --- names and what they name: named_value.cc, header_value.cc, name_pair.cc, element_value.cc, sql_value.cc, sentence.cc ---------------

/// `at` is on `=`, `:` or `>`: the value of a name that holds secrets (password, token, Authorization, Cookie…).
[[nodiscard]] Span find_named_value(std::string_view text, std::size_t at);
/// `at` is on a dash between blanks: `password - x`.
[[nodiscard]] Span find_dashed_value(std::string_view text, std::size_t at);
/// `at` is on what divides the two cells of a line: `password,x`, `|password|x|`.
[[nodiscard]] Span find_cell_value(std::string_view text, std::size_t at);
/// `at` is on a `{`, or the `[` of Go's `map[`: where that ends when it stands below a name of secrets (`credentials`), else `at`.
[[nodiscard]] std::size_t secrets_end(std::string_view text, std::size_t at) noexcept;
/// The same of the `:` at the end of a line and the lines below it that are indented deeper.
[[nodiscard]] std::size_t secret_lines_end(std::string_view text, std::size_t at) noexcept;
/// The same of a field by its path: `credentials.db`.
[[nodiscard]] bool is_member_of_secrets(std::string_view path, std::string_view value) noexcept;
/// `at` is on a `=`, `:` or `>` below such a name; with `sure` every text there is one, else what looks like a secret.
[[nodiscard]] Span find_member(std::string_view text, std::size_t at, bool sure);
/// `at` is on the `>` of `<password>x</password>`, `<property name="password">x</property>`, `<key>password</key><string>x</string>`.
[[nodiscard]] Span find_element(std::string_view text, std::size_t at);
/// `at` is on a `,` or `;`: `("password", "x")`, `["X-Api-Key","x"]`, `s:8:"password";s:7:"x";`.
[[nodiscard]] Span find_paired_value(std::string_view text, std::size_t at);
/// `at` is on a blank: `--password x`, `PASSWORD 'x'`, `IDENTIFIED BY 'x'`, `password is x`, `Bearer x`, `AUTH x`.
[[nodiscard]] Span find_value_after_blank(std::string_view text, std::size_t at);
/// `at` is on `(`: `PASSWORD('x')`, `Secret("x")`.
[[nodiscard]] Span find_argument(std::string_view text, std::size_t at);

// --- programs and protocols: command_line.cc, protocol_command.cc ------------------------------------------------------------------------

/// `at` is on the colon behind the port of a line of .pgpass: `host:5432:shop:bob:x`.
[[nodiscard]] Span find_pgpass_password(std::string_view text, std::size_t at);
/// `credentials bob / x`, `basic_auth bob:x`; `word` ends where what is said begins.
[[nodiscard]] Span find_spoken_pair(std::string_view text, std::string_view word, std::size_t begin);
/// `at` is on a `[` or `:`: `Login incorrect: [bob/x]`, `login attempt [bob/x] failed`, `login ok: bob:x`.
[[nodiscard]] Span find_login_pair(std::string_view text, std::size_t at);
/// `at` is on a `(`: `mysqli_connect('db', 'bob', 'x')`, `PDO->__construct('mysql:…', 'bob', 'x')`, `db.auth("bob", "x")`.
[[nodiscard]] Span find_call_password(std::string_view text, std::size_t at);
/// `at` is on a `:` or `%`: the password of `curl -u user:x`, `smbclient -U user%x`.
[[nodiscard]] Span find_user_password(std::string_view text, std::size_t at);
/// `at` is on the `-` of a short option: `mysql -px`, `mongo -p x`, `sshpass -p x`, `redis-cli -a x`.
[[nodiscard]] Span find_option_password(std::string_view text, std::size_t at);
/// `at` is on a `/`: `schtasks /ru bob /rp x`, `tasklist /s host /u bob /p x`, `cmdkey /add:host /user:bob /pass:x`.
[[nodiscard]] Span find_slash_option(std::string_view text, std::size_t at);
/// `at` is on the blank behind `PASS`, `AUTH`, `LOGIN`, `requirepass` and their like, or on the comma or quote behind a quoted one.
[[nodiscard]] Span find_protocol_password(std::string_view text, std::size_t at);

// --- URLs: url_secret.cc -----------------------------------------------------------------------------------------------------------------

/// `at` is on the `:` of `://`: the password (or the token that stands for user and password) of a URL.
[[nodiscard]] Span find_url_password(std::string_view text, std::size_t at);
/// `at` is on an `@`; what lies before `floor` is masked already. `user:password@tcp(host)`, `user/password@//host`, `user:password@host`,
/// and where none of these is, an e-mail address.
[[nodiscard]] Span find_dsn_password(std::string_view text, std::size_t at, std::size_t floor);
/// `at` is on a `/`: the secret part of a web hook's path.
[[nodiscard]] Span find_hook_secret(std::string_view text, std::size_t at);

// --- what has a shape of its own ---------------------------------------------------------------------------------------------------------

[[nodiscard]] Span find_email(std::string_view text, std::size_t at, std::size_t floor);
/// `at` is on the first digit of a number, or on the `%` or `;` that begins a track.
[[nodiscard]] Span find_card(std::string_view text, std::size_t at);
/// `at` is on the first digit, the `+` or the `(` of a number.
[[nodiscard]] Span find_phone(std::string_view text, std::size_t at);
/// `at` is on the first letter of a word.
[[nodiscard]] Span find_iban(std::string_view text, std::size_t at);
/// `at` is on the first character of a word: AWS, GCP, GitHub, Slack, Stripe … keys, and JWTs.
[[nodiscard]] Span find_known_token(std::string_view text, std::size_t at);
/// `at` is on the `~`, `.`, `:` or `-` in the middle of a key whose ends tell nothing.
[[nodiscard]] Span find_infix_token(std::string_view text, std::size_t at);
/// `at` is on the `$`, `{` or `*` that begins a stored password: `$6$salt$hash`, `{SSHA}…`.
[[nodiscard]] Span find_password_hash(std::string_view text, std::size_t at);
/// `at` is on the first dash of `-----BEGIN` or `-----END`; what lies before `floor` is masked already.
[[nodiscard]] Span find_pem(std::string_view text, std::size_t at, std::size_t floor);
/// Where a public PEM block (a certificate) that begins at `at` ends; `at` when none does.
[[nodiscard]] std::size_t public_pem_end(std::string_view text, std::size_t at);

/// A maximal run of base64 or URL characters starting at `at`.
[[nodiscard]] std::size_t run_end(std::string_view text, std::size_t at) noexcept;
[[nodiscard]] Span find_random_run(std::string_view text, std::size_t at, std::size_t end);

}  // namespace loglode::redaction
