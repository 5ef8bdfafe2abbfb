// What a field's name says of its value: `password`, `DB_PASSWORD`, `spring.datasource.password`, `dbPwd`, `api key`, `contraseña`, `密码`.
// Internal to parse/redact; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace loglode::redaction {

enum class NameKind : std::uint8_t {
  none,
  secret,    // whatever its value is
  likely,    // when its value looks like a secret: `pass`, `auth`, `license_key`, which have other meanings
  session,   // when its value is long and random: `sid`, `session`
  query,     // as session, and only in a URL's query: `code`, `ticket`, `key`
  code,      // a few digits: `pin`, `otp`, `verification code`
  identity,  // the number of a person: `ssn`, `national id`
  signature,
  authorization,  // a header: scheme and credentials
  challenge,      // a header that seldom holds credentials: WWW-Authenticate
  cookie,
};

struct Name {
  std::size_t begin = 0;  // in the text
  NameKind kind = NameKind::none;
  bool prose = false;   // it has blanks in it
  bool tailed = false;  // a word follows it behind a blank: "api key provided"
  bool whole = false;   // a short word, that stands by itself
  bool vague = false;   // a `token` or `secret` by itself, which programs have for other things too
  bool digits = false;  // a `passcode`: a few digits may be one
  std::size_t end = 0;  // in the text
};

/// The name that ends right before `end` (kind none: none that matters). Looks back over a few words.
[[nodiscard]] Name name_before(std::string_view text, std::size_t end);
/// `password for bob`, `contraseña de bob`, `temporary password is generated for root@localhost`: the name that ends before whom it is
/// for, in so many words, who ends at `end`. Not `password for bob from 10.0.0.1 port 22`.
[[nodiscard]] Name name_of_whose(std::string_view text, std::size_t end, std::size_t words_most = 2);
/// `password has been reset to`, `password for bob was changed to`: the name before words that say that it was set, which end at `end`;
/// whom it is for is said in so many words, or in some more before such words.
[[nodiscard]] Name name_told(std::string_view text, std::size_t end, std::size_t words_most = 2);
/// The whole of `text` is a name: a key, a column, an attribute.
[[nodiscard]] NameKind kind_of_name(std::string_view text);
/// Whether it is a name of the part of a pair that holds the name (`name`, `key`, `field`), or the value (`value`, `val`, `content`).
[[nodiscard]] bool names_a_name(std::string_view text) noexcept;
[[nodiscard]] bool names_a_value(std::string_view text) noexcept;
/// `field`, `attribute`: of what changed; `from`, `to`, `before`: what such a field was or is, which elsewhere are people and places.
[[nodiscard]] bool names_a_field(std::string_view text) noexcept;
[[nodiscard]] bool names_an_end_of_change(std::string_view text) noexcept;
/// `db_value` and `dbValue` end in `value`, `interval` does not.
[[nodiscard]] bool ends_in_word(std::string_view text, std::string_view word) noexcept;
/// The words that name_before() finds, as regular expressions, for the probes: all but sessions, queries and signatures, and but those that
/// are in many lines and which the probes spell out themselves (`password`, `token`, `auth`).
[[nodiscard]] std::vector<std::string> rare_name_expressions();
/// The same of numbers of persons, which hit with digits behind them alone.
[[nodiscard]] std::vector<std::string> identity_name_expressions();

}  // namespace loglode::redaction
