// Messages as the judge compares them: tokens of a template's text, and the words that are left when all values are taken out.
// Pure functions; the views point into the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace loglode {

enum class TokenKind : std::uint8_t {
  word,       // letters and digits, and what joins them inside: `can't`, `x_y`
  slot,       // `<*>`
  mark,       // one character of punctuation; `\"` counts as one
  ideograph,  // one character of a script that writes no blanks between words
};

struct MessageToken {
  std::string_view text;
  TokenKind kind = TokenKind::word;
  bool glued = false;  // no blank before it
  friend bool operator==(const MessageToken& a, const MessageToken& b) noexcept { return a.text == b.text; }
  friend bool operator<(const MessageToken& a, const MessageToken& b) noexcept { return a.text < b.text; }
};

/// At most `tokens_max`; what follows is left out.
[[nodiscard]] std::vector<MessageToken> tokens_of(std::string_view text, std::size_t tokens_max = 192);

/// The index of what closes the quotation or bracket that tokens[at] opens; tokens.size() when it opens none or nothing closes it.
[[nodiscard]] std::size_t closing_of(const std::vector<MessageToken>& tokens, std::size_t at);

/// What a message says when its values are taken out: words in order, in lower case, without slots and what is glued to them, words with
/// digits, `key=value` pairs, what stands in quotes or brackets if at least half of it is values, AM and PM, null and the like, the
/// ending of a plural, and repetitions. Two templates with one skeleton are one message in two shapes. Empty where too little is left.
[[nodiscard]] std::string skeleton_of(const std::vector<MessageToken>& tokens);

/// Whether the first `prefix` and the last `suffix` tokens say enough to know a message by: two words, or four ideographs.
[[nodiscard]] bool says_enough(const std::vector<MessageToken>& tokens, std::size_t prefix, std::size_t suffix);

}  // namespace loglode
