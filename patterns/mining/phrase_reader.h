// Texts that stand for one value though they hold several words: between quotes, between XML tags, in brackets; and words such as `null`
// or `****`, written where a value is missing or hidden. Stateless; any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace loglode {

// All take the whole message, in which at least 64 blanks follow `size`. 0 means: there is none.

/// Where a text in ASCII quotes that begins at `begin`, behind its quote, ends. An apostrophe and a quote that is escaped do not end it.
[[nodiscard]] std::size_t end_of_quoted(const char* text, std::size_t size, std::size_t begin) noexcept;
/// Whether [begin, end) in quotes is a value of several words: no request line, no structured body.
[[nodiscard]] bool is_phrase(const char* text, std::size_t begin, std::size_t end) noexcept;
/// Whether the quote at `quote` can be an opening one, from what stands before it.
[[nodiscard]] bool opens_quote(const char* text, std::size_t quote) noexcept;
/// Whether the quotes around [begin, end) hold a key: `{"user": …`, `, 'a': …`, `{"a"=>…`.
[[nodiscard]] bool is_quoted_key(const char* text, std::size_t begin, std::size_t end) noexcept;

/// A text between other quotes: `…`, “…”, „…“, ‘…’, «…», 「…」, and their kin.
struct Enclosed {
  std::size_t begin = 0, end = 0;  // the text, without blanks at its ends
  std::size_t close = 0;           // where the closing quote begins
  std::size_t behind = 0;          // the closing quote's end; 0: there is none
};
[[nodiscard]] Enclosed read_enclosed(const char* text, std::size_t size, std::size_t at) noexcept;
/// Bytes of the quote or the punctuation mark beyond ASCII that divides words and stands at `at`.
[[nodiscard]] std::size_t wide_mark(const char* text, std::size_t at) noexcept;

/// Whether a token is such a mark.
[[nodiscard]] bool is_wide_mark(std::string_view token) noexcept;

/// Behind `[masked]`, `[masked:key]`, `[REDACTED]`, `<nil>`, `<none>` at `at`: what stands where a value is hidden or missing.
[[nodiscard]] std::size_t end_of_stand_in(const char* text, std::size_t size, std::size_t at) noexcept;
/// Where the bracket at `at` is closed, the pairs of its own kind inside it counted; at most kBracketedBytesMax away.
[[nodiscard]] std::size_t end_of_bracket(const char* text, std::size_t size, std::size_t at) noexcept;
/// Behind `</name>` at `at`.
[[nodiscard]] std::size_t end_of_closing_tag(const char* text, std::size_t size, std::size_t at) noexcept;
/// Where the text behind a tag's `>` at `at` ends: before a closing tag. The text may be empty.
[[nodiscard]] std::size_t end_of_element_text(const char* text, std::size_t size, std::size_t at) noexcept;

inline constexpr std::size_t kBase64BytesMin = 10;  // with less a key before an empty value looks the same
/// Behind the padding of base64 that ends at `end`: `aGVsbG8gd29ybGQ=`.
[[nodiscard]] std::size_t end_of_base64(const char* text, std::size_t begin, std::size_t end) noexcept;
/// `p1`, `arg12`: letters, then digits.
[[nodiscard]] bool is_numbered_word(const char* text, std::size_t begin, std::size_t end) noexcept;
/// Whether [begin, end) is one of a list in brackets: behind `(` or a comma, before a comma or `)`.
[[nodiscard]] bool is_listed(const char* text, std::size_t begin, std::size_t end) noexcept;

}  // namespace loglode
