// Where a value ends, and whether it is one that a secret could have. Internal to parse/redact; any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "parse/redact/detectors.h"

namespace loglode::redaction {

/// Between quotes, or up to what ends a bare value.
struct Value {
  std::size_t begin = 0, end = 0;  // quotes not included; `end` of a bare value looks at most kLookAhead characters ahead
  bool quoted = false;
  bool called = false;     // an argument: `md5('x')`, `Some("x")`
  bool reference = false;  // something that fetches it: `env("X")`, `{…}`
};

/// `at` is on the first character of the value, its quote, or what wraps it: `["x"]`, `u'x'`, `md5('x')`, `string(7) "x"`.
[[nodiscard]] Value read_value(std::string_view text, std::size_t at) noexcept;
/// Where a bare value that begins at or before `at` ends, `limit` at most. A bracket, quote or comma that a sign follows is part of it.
[[nodiscard]] std::size_t bare_end(std::string_view text, std::size_t at, std::size_t limit) noexcept;
/// `at` is behind the opening quote, which was escaped itself (JSON within JSON) or not. A quote that is doubled (`'it''s'`) is part of it.
[[nodiscard]] std::size_t quoted_end(std::string_view text, std::size_t at, char quote, bool escaped) noexcept;
[[nodiscard]] inline std::string_view beginning_of(std::string_view text, const Value& value) noexcept {
  return text.substr(value.begin, value.end - value.begin < kLookAhead ? value.end - value.begin : kLookAhead);
}
[[nodiscard]] Span mask_value(std::string_view text, const Value& value) noexcept;
/// `at` is on a bracket: what is within `[x]`, `(x)`, `<x>`, `{x}`, one word; empty when nothing of the kind is there.
[[nodiscard]] Span enclosed(std::string_view text, std::size_t at) noexcept;

/// `name=` or `"name":` begins at `at`: what stood before it is the end of a value.
[[nodiscard]] bool begins_pair(std::string_view text, std::size_t at) noexcept;

/// How far the line that holds `at` is indented.
[[nodiscard]] std::size_t line_indent(std::string_view text, std::size_t at) noexcept;
/// Where the last of the lines behind the line end at `at` ends that are indented deeper than `indent`; 0: there is none.
[[nodiscard]] std::size_t indented_end(std::string_view text, std::size_t at, std::size_t indent) noexcept;

/// Values that stand where a secret would, and are none: `null`, `****`, `${X}`, `[masked]`.
[[nodiscard]] bool is_placeholder(std::string_view value) noexcept;
/// PWD=/root is where a shell stands, not what opens a door.
[[nodiscard]] bool is_folder(std::string_view value) noexcept;
/// Nothing that a sentence would have there: a piece of letters and digits, signs, case that no word has, or a long number.
[[nodiscard]] bool looks_like_secret(std::string_view value) noexcept;
/// `length` characters or more without words: digits and letters mixed, no UUID, no path.
[[nodiscard]] bool looks_like_key(std::string_view value, std::size_t length) noexcept;
/// 3 to 10 digits, or letters and digits of that length; digits also in two groups: `482-193`.
[[nodiscard]] bool looks_like_code(std::string_view value) noexcept;
/// The number of a person: `123-45-6789`, `RSSMRA85T10A562S`, `123.456.789-09`.
[[nodiscard]] bool looks_like_identity(std::string_view value) noexcept;
/// What is in quotes behind a name says what is wrong with a secret, and is none: "too short".
[[nodiscard]] bool is_complaint(std::string_view judged) noexcept;
/// `value` with the groups of digits behind it that blanks divide (`482 193`, `123 45 6789`), where `fits` says that they are of it.
[[nodiscard]] Value with_groups(std::string_view text, Value value, bool (*fits)(std::string_view) noexcept) noexcept;
[[nodiscard]] bool is_uuid(std::string_view value) noexcept;

}  // namespace loglode::redaction
