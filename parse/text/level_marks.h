// Severity words that something sets apart within a line (`app.orders[ERROR]`, `production.WARN:`, `[Server thread/INFO]`), and where the
// header of a single line has one. Pure functions of the text.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/severity.h"

namespace loglode {

/// A severity word and what stands right before and behind it (blanks before a bar or within brackets aside); '\0' is the line's beginning
/// or end.
struct LevelMark {
  std::size_t begin = 0, end = 0;  // of the word; end 0: there is none
  Severity severity = Severity::unspecified;
  char before = '\0', after = '\0';
  bool capitals = false;
  bool behind_word = false;  // header_mark: a plain word stands before it, so that only a time proves it a header

  [[nodiscard]] bool found() const noexcept { return end != 0; }
  /// Whether blanks (or nothing) alone set the word apart.
  [[nodiscard]] bool is_bare() const noexcept;
  /// `[ERROR]`, `<error>`, `(Error)`: brackets around the word alone.
  [[nodiscard]] bool is_enclosed() const noexcept;
};

/// The closing bracket of `open`; NUL when it is none.
[[nodiscard]] char closing_bracket(char open) noexcept;

/// The first severity word of `text` that begins at or behind `from` and before `end`, and that something sets apart. With `any_case`
/// (where other lines have one at the same place) also between signs that names are made of: `shop.error:`, `[worker/info]`.
[[nodiscard]] LevelMark next_level_mark(std::string_view text, std::size_t from, std::size_t end, bool any_case = false) noexcept;

/// Where what a mark is part of ends: behind its closing bracket, `:` or `/`, and behind the blanks and the sign (`-`, `|`, `:`) that
/// follow.
[[nodiscard]] std::size_t end_of_mark(std::string_view line, const LevelMark& mark) noexcept;

/// How many bytes the unit at the beginning of `text` has: a group in brackets, a pair (`key="two words"`), or up to the next blank.
[[nodiscard]] std::size_t unit_length(std::string_view text) noexcept;
/// key=value
[[nodiscard]] bool is_pair(std::string_view unit) noexcept;

/// Whether `text` begins with two words of letters, of which neither is a severity, or with one that a sign of a sentence ends: nothing
/// stands in front of it then that header_mark() or leading_severity() would find. Most messages begin so.
[[nodiscard]] bool begins_as_prose(std::string_view text) noexcept;

/// The severity word of one line's header, read without knowing its stream: behind `from` stand only what headers are made of (numbers,
/// groups, names, pairs, at most one plain word) and then a word that is set apart. `timed`: a time stands before `from`.
[[nodiscard]] LevelMark header_mark(std::string_view line, std::size_t from, bool timed) noexcept;

}  // namespace loglode
