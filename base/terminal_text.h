// Text from logs made safe and fitting for a terminal, markdown or HTML. Stateless, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace loglode {

/// Nothing in the answer can move a cursor, change a colour, a title or the direction of writing: C0, C1, DEL, bidi and zero-width
/// characters come out as `\n \t \r \xNN \u{NNNN}`, invalid UTF-8 as `\xNN`.
[[nodiscard]] std::string printable(std::string_view text);

/// The same JSON, with the characters that printable() does not let through as `\uNNNN`: for the text of a whole object, where they can
/// only stand inside strings.
[[nodiscard]] std::string printable_json(std::string text);

/// Appends text of bytes from 0x80 on to the inside of a JSON string: the same characters as `\uNNNN`, invalid UTF-8 as U+FFFD.
void append_utf8_json(std::string& out, std::string_view text);

/// Columns that printable text takes on a terminal (code points; East Asian wide ones count twice).
[[nodiscard]] std::size_t columns_of(std::string_view text);

/// At most `columns` wide; what was cut shows as `…`.
[[nodiscard]] std::string cut_to(std::string_view text, std::size_t columns);
/// The same, behind a whole word where one ends in its last third.
[[nodiscard]] std::string cut_at_word(std::string_view text, std::size_t columns);
/// `head` and behind it `text`, broken at blanks into lines of at most `columns`, the later ones indented by as much as `head` is wide; a
/// word that is wider stands whole on a line of its own. Each line ends with a newline.
[[nodiscard]] std::string wrapped(std::string_view head, std::string_view text, std::size_t columns);
/// cut_to(), filled with blanks on the right.
[[nodiscard]] std::string pad_to(std::string_view text, std::size_t columns);

/// printable(), with `&<>"'` as entities.
[[nodiscard]] std::string html_text(std::string_view text);
/// Text that others wrote, for Markdown: a plain sentence as it is, everything else as a code span, in which nothing is a link, a mention
/// or an entity.
[[nodiscard]] std::string markdown_text(std::string_view text);
/// The same in a table.
[[nodiscard]] std::string markdown_cell(std::string_view text);

/// 48211 -> `48,211`.
[[nodiscard]] std::string with_commas(std::uint64_t number);
/// `0.4 s`, `12 s`, `3 min`, `2 h`: two significant digits.
[[nodiscard]] std::string short_duration(double seconds);

/// ANSI colours, or nothing.
class Paint {
 public:
  explicit Paint(bool on) : on_{on} {}
  [[nodiscard]] std::string bold(std::string_view text) const { return wrap("1", text); }
  [[nodiscard]] std::string dim(std::string_view text) const { return wrap("2", text); }
  [[nodiscard]] std::string red(std::string_view text) const { return wrap("31", text); }
  [[nodiscard]] std::string bold_red(std::string_view text) const { return wrap("1;31", text); }
  [[nodiscard]] std::string yellow(std::string_view text) const { return wrap("33", text); }
  [[nodiscard]] std::string cyan(std::string_view text) const { return wrap("36", text); }

 private:
  [[nodiscard]] std::string wrap(std::string_view code, std::string_view text) const;
  bool on_;
};

}  // namespace loglode
