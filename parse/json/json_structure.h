// The structure of a JSON text: simdjson's stage 1 finds strings, brackets, colons, commas and scalars (with the best kernel of
// the CPU, chosen at run time, UTF-8 checked on the way), and JsonCursor walks what it found, checking the grammar as it goes.
// Why not On-Demand on top of the same stage 1: it checks lazily (a skipped `{"a" "b"}` passes), copies every string that is read,
// and does not say where a key ends; with the positions at hand, keys, values and raw JSON are views that cost nothing.
// Escapes inside strings are not looked at here (json_text.h does, for the strings that are wanted).
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace loglode {

enum class JsonKind : std::uint32_t { malformed, string, number, boolean, null, object, array, plain };

/// `string`: what stands between the quotes, escapes as they are; `plain`: text without escapes, from elsewhere; else the raw JSON.
/// Passed by value: two registers, where a view and a kind would go through memory.
struct JsonValue {
  const char* begin = nullptr;
  std::uint32_t size = 0;
  JsonKind kind = JsonKind::malformed;

  JsonValue() = default;
  JsonValue(std::string_view text, JsonKind of_kind) noexcept
      : begin(text.data()), size(static_cast<std::uint32_t>(text.size())), kind(of_kind) {}
  [[nodiscard]] std::string_view text() const noexcept { return {begin, size}; }
};
static_assert(sizeof(JsonValue) == 16);

/// Nesting beyond which a text is refused (simdjson's own default).
inline constexpr std::size_t kJsonDepthMax = 1024;

/// A position in an indexed text. Cheap to copy; dies with the JsonStructure's next use. Reads nothing outside of the text.
class JsonCursor {
 public:
  JsonCursor() = default;
  JsonCursor(std::string_view text, const std::uint32_t* first, const std::uint32_t* end) noexcept
      : text_(text.data()), next_(first), end_(end) {}

  [[nodiscard]] bool at_end() const noexcept { return next_ == end_; }
  /// First character of the token ahead, NUL at the end (no token starts with NUL that would be accepted).
  [[nodiscard]] char peek() const noexcept { return next_ < end_ ? text_[*next_] : '\0'; }
  /// Steps over one of `{ } [ ] , :`, when it is ahead.
  bool take(char expected) noexcept {
    if (peek() != expected) return false;
    ++next_;
    return true;
  }
  /// Reads `"key":` and stands at the value then. False when something else is ahead.
  bool take_key(std::string_view& key) noexcept {
    if (peek() != '"' || !take_string(key)) return false;
    return take(':');
  }
  /// Reads `"key":"text"` without blanks up to the `,` or `}` behind it: what most members of most logs look like. False, and not moved,
  /// when something else is ahead, well-formed or not.
  bool take_text_member(std::string_view& key, std::string_view& text) noexcept {
    if (end_ - next_ < 4) return false;
    const char *key_quote = text_ + next_[0], *colon = text_ + next_[1], *text_quote = text_ + next_[2], *behind = text_ + next_[3];
    if (*key_quote != '"' || *colon != ':' || *text_quote != '"' || (*behind != ',' && *behind != '}')) return false;
    // A quote right before the next token, and not the one that begins the string, ends it.
    if (colon[-1] != '"' || colon - key_quote < 2 || behind[-1] != '"' || behind - text_quote < 2) return false;
    key = {key_quote + 1, static_cast<std::size_t>(colon - key_quote - 2)};
    text = {text_quote + 1, static_cast<std::size_t>(behind - text_quote - 2)};
    next_ += 3;
    return true;
  }
  /// Reads any value but an object or array; `malformed` when there is none.
  [[nodiscard]] JsonValue take_scalar() noexcept {
    if (peek() != '"') return take_number_or_literal();
    std::string_view inside;
    return take_string(inside) ? JsonValue{inside, JsonKind::string} : JsonValue{};
  }
  /// Steps over an object or array, grammar checked to its end; `malformed` also when it is too deep.
  [[nodiscard]] JsonValue take_container() noexcept;

 private:
  [[nodiscard]] const char* token_end() const noexcept {
    const char* end = text_ + next_[1];  // stage 1 writes the text's length behind the last one
    while (is_blank(end[-1])) --end;
    return end;
  }
  [[nodiscard]] static bool is_blank(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
  bool take_string(std::string_view& inside) noexcept {
    const char* begin = text_ + *next_ + 1;
    const char* end = token_end() - 1;
    if (end < begin || *end != '"') return false;
    inside = {begin, static_cast<std::size_t>(end - begin)};
    ++next_;
    return true;
  }
  JsonValue take_number_or_literal() noexcept;
  bool skip_key() noexcept;

  const char* text_ = nullptr;
  const std::uint32_t *next_ = nullptr, *end_ = nullptr;
};

/// Memory for stage 1, used again for every text. One thread at a time.
class JsonStructure {
 public:
  enum class Fault { none, broken, not_utf8 };
  /// Indexes `text` (any bytes; nothing behind it is read). broken: no JSON text could look like this.
  [[nodiscard]] Fault index(std::string_view text);
  /// At the first token of the text indexed last.
  [[nodiscard]] JsonCursor cursor() const noexcept;

 private:
  [[nodiscard]] bool grow(std::size_t bytes);

  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage1_;
  std::string_view text_;
};

}  // namespace loglode
