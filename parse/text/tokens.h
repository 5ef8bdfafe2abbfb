// The kinds of token that headers are made of. Pure functions of the text.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/severity.h"

namespace loglode {

/// 2005-06-03, 2005.06.03, 2005/06/03 as a whole word at the beginning of `text`; 0 when there is none.
[[nodiscard]] std::size_t date_length(std::string_view text) noexcept;

[[nodiscard]] bool is_in_capitals(std::string_view word) noexcept;
/// Severity words that texts use as well (`log`, `success`, `config` …): in small letters they are severities only where nothing else is
/// possible.
[[nodiscard]] bool is_weak_level_word(std::string_view word) noexcept;

struct LevelToken {
  Severity severity = Severity::unspecified;
  std::size_t length = 0;  // with its brackets and a `:` behind it; 0 when there is none
};
/// A severity word that is set apart at the beginning of `text`: `INFO`, `[warn]`, `<error>`, `(EE)`, `Info:`, `ERROR/`, `E!`, `##[error]`,
/// `::warning::`.
enum class LevelWords : unsigned char {
  set_apart,  // without brackets or colon in capitals alone
  strong,     // without them also in other letters, but for the weak words
  any,
};
[[nodiscard]] LevelToken level_at(std::string_view text, LevelWords words);
[[nodiscard]] inline LevelToken level_at(std::string_view text, bool any_case) {
  return level_at(text, any_case ? LevelWords::strong : LevelWords::set_apart);
}

/// `org.apache.Foo$Bar`, `nova.compute.manager`, `shop.orders`: names joined by dots; no number, address, path or file.
[[nodiscard]] bool is_dotted_name(std::string_view word) noexcept;
/// `SeatServiceImpl#139`, `main.go:14`, `FastLeaderElection@774`, `server.cc(12)`: a place in a program.
[[nodiscard]] bool is_code_position(std::string_view word) noexcept;

/// A logger by its form alone: one of the two above, or a path of modules (`shop::orders`).
[[nodiscard]] bool is_logger_name(std::string_view word) noexcept;

/// The program's name in `sshd(pam_unix)[2915]:`, `kernel:`, `postfix/smtpd[12]:`, `crond:`; false when `word` is not so made.
/// `pid` stays empty without one.
[[nodiscard]] bool split_program_tag(std::string_view word, std::string_view& program, std::string_view& pid) noexcept;

}  // namespace loglode
