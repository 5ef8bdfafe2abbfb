#include "correlate/message_tokens.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace loglode {

namespace {

constexpr std::string_view kSlot = "<*>";
constexpr std::size_t kWordsEnough = 2, kLettersEnough = 8, kIdeographsEnough = 4;

bool is_word_byte(unsigned char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Bytes of the UTF-8 character at `at`; 1 for a byte that begins none.
std::size_t length_of_character(std::string_view text, std::size_t at) noexcept {
  const auto c = static_cast<unsigned char>(text[at]);
  const std::size_t length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
  return std::min(length, text.size() - at);
}

std::uint32_t character_at(std::string_view text, std::size_t at, std::size_t length) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + i])); };
  if (length == 3) return ((byte(0) & 0xF) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F);
  if (length == 2) return ((byte(0) & 0x1F) << 6) | (byte(1) & 0x3F);
  return length == 4 ? 0x20000 : byte(0);
}

TokenKind kind_of(std::uint32_t character) noexcept {
  if ((character >= 0x2000 && character < 0x2070) || (character >= 0x3000 && character < 0x3040) || character == 0xAB ||
      character == 0xBB || (character >= 0xFF00 && character < 0xFF20))
    return TokenKind::mark;
  return character >= 0x2E80 ? TokenKind::ideograph : TokenKind::word;
}

/// The end of the word that begins at `at`; `at` itself when none does.
std::size_t end_of_word(std::string_view text, std::size_t at) noexcept {
  std::size_t end = at;
  while (end < text.size()) {
    const auto c = static_cast<unsigned char>(text[end]);
    if (is_word_byte(c)) {
      ++end;
    } else if (c == '\'' && end > at && end + 1 < text.size() && is_word_byte(static_cast<unsigned char>(text[end + 1]))) {
      ++end;  // can't
    } else if (c >= 0x80) {
      const std::size_t length = length_of_character(text, end);
      if (kind_of(character_at(text, end, length)) != TokenKind::word) break;
      end += length;
    } else {
      break;
    }
  }
  return end;
}

bool has_digit(std::string_view word) noexcept {
  return std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::size_t letters_of(std::string_view word) noexcept {
  return static_cast<std::size_t>(std::count_if(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
  }));
}

bool is_one_of(std::string_view word, std::span<const std::string_view> words) noexcept {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string_view closer_of(std::string_view opener) noexcept {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kPairs{{{"\"", "\""},
                                                                                         {"\\\"", "\\\""},
                                                                                         {"'", "'"},
                                                                                         {"`", "`"},
                                                                                         {"(", ")"},
                                                                                         {"[", "]"},
                                                                                         {"{", "}"},
                                                                                         {"“", "”"},
                                                                                         {"„", "“"},
                                                                                         {"‘", "’"},
                                                                                         {"«", "»"},
                                                                                         {"「", "」"},
                                                                                         {"（", "）"}}};
  for (const auto& [open, close] : kPairs)
    if (open == opener) return close;
  return {};
}

/// Takes the values out of a message, from left to right.
class Skeleton {
 public:
  explicit Skeleton(const std::vector<MessageToken>& tokens) : tokens_{tokens} {}

  std::string build() {
    walk(0, tokens_.size());
    std::string out;
    std::size_t words = 0, letters = 0, ideographs = 0;
    for (const std::string& word : words_) {
      out += out.empty() ? word : ' ' + word;
      const bool ideograph = kind_of(character_at(word, 0, length_of_character(word, 0))) == TokenKind::ideograph;
      words += ideograph ? 0 : 1;
      letters += ideograph ? 0 : letters_of(word);
      ideographs += ideograph ? 1 : 0;
    }
    const bool enough = (words >= kWordsEnough && letters >= kLettersEnough) || ideographs >= kIdeographsEnough;
    return enough ? out : std::string{};
  }

 private:
  void walk(std::size_t from, std::size_t to) {
    for (std::size_t at = from; at < to;) at = step(at, to);
  }

  /// Reads what begins at `at`, and says where the next begins.
  std::size_t step(std::size_t at, std::size_t to) {
    const MessageToken& token = tokens_[at];
    if (token.kind == TokenKind::mark) {
      const std::size_t close = closing_of(tokens_, at);
      if (close >= to) return at + 1;
      if (!is_values(at + 1, close)) walk(at + 1, close);
      return close + 1;
    }
    if (token.kind == TokenKind::slot) {
      after_slot_ = true;
      return end_of_chunk(at, to);
    }
    if (token.kind == TokenKind::ideograph) {
      put(std::string{token.text});
      return at + 1;
    }
    if (const std::size_t end = end_of_pair(at, to); end != at) return end;
    const std::size_t end = end_of_chunk(at, to);
    const bool value = std::any_of(tokens_.begin() + static_cast<std::ptrdiff_t>(at), tokens_.begin() + static_cast<std::ptrdiff_t>(end),
                                   [](const MessageToken& each) { return each.kind == TokenKind::slot || has_digit(each.text); });
    if (value) {
      after_slot_ = true;
      return end;
    }
    for (std::size_t i = at; i < end; ++i)
      if (tokens_[i].kind == TokenKind::word) put(normal(tokens_[i].text));
    return std::max(end, at + 1);
  }

  /// Past the word or slot at `at` and all that is joined to it as in `node-<*>`, `<*>%`, `a.b`.
  std::size_t end_of_chunk(std::size_t at, std::size_t to) const {
    static constexpr std::array<std::string_view, 8> kJoints{"-", ".", "/", "%", "@", "+", "$", "#"};
    std::size_t end = at + 1;
    while (end < to && tokens_[end].glued) {
      const bool joint = tokens_[end].kind == TokenKind::mark && is_one_of(tokens_[end].text, kJoints);
      const bool goes_on = tokens_[end].kind == TokenKind::word || tokens_[end].kind == TokenKind::slot;
      if (!joint && !goes_on) break;
      ++end;
    }
    return end;
  }

  /// Past a `key=value` that begins at `at`; `at` when none does. What tells the reason is no value.
  std::size_t end_of_pair(std::size_t at, std::size_t to) const {
    static constexpr std::array<std::string_view, 10> kTelling{"err",     "error",  "reason",    "cause", "msg",
                                                               "message", "detail", "exception", "state", "status"};
    if (at + 1 >= to || tokens_[at + 1].text != "=" || !tokens_[at + 1].glued) return at;
    if (at + 2 >= to || !tokens_[at + 2].glued) return at + 2;
    const bool telling = is_one_of(lower(tokens_[at].text), kTelling);
    const std::size_t close = closing_of(tokens_, at + 2);
    if (close < to) return telling && !is_values(at + 3, close) ? at + 2 : close + 1;
    std::size_t end = at + 2;
    while (end < to && (end == at + 2 || tokens_[end].glued) && tokens_[end].text != "," && tokens_[end].text != ";" &&
           tokens_[end].text != ")" && tokens_[end].text != "]" && tokens_[end].text != "}")
      ++end;
    return std::max(end, at + 2);
  }

  /// Whether what stands between quotes or brackets is made of values at least as much as of words.
  [[nodiscard]] bool is_values(std::size_t from, std::size_t to) const {
    std::size_t values = 0, words = 0;
    for (std::size_t i = from; i < to; ++i) {
      const MessageToken& token = tokens_[i];
      values += token.kind == TokenKind::slot || (token.kind == TokenKind::word && has_digit(token.text)) ? 1 : 0;
      words += token.kind == TokenKind::ideograph || (token.kind == TokenKind::word && !has_digit(token.text)) ? 1 : 0;
    }
    return values >= words;
  }

  static std::string normal(std::string_view word) {
    std::string out = lower(word);
    constexpr std::size_t kPluralMin = 3;
    if (out.size() > kPluralMin && out.back() == 's' && out[out.size() - 2] != 's') out.pop_back();
    return out;
  }

  void put(std::string word) {
    static constexpr std::array<std::string_view, 9> kNothing{"null", "nil", "none", "true", "false", "undefined", "nan", "n", "a"};
    const bool half_of_day = after_slot_ && (word == "am" || word == "pm");
    after_slot_ = false;
    if (half_of_day || is_one_of(word, kNothing) || (!words_.empty() && words_.back() == word)) return;
    words_.push_back(std::move(word));
  }

  const std::vector<MessageToken>& tokens_;
  std::vector<std::string> words_;
  bool after_slot_ = false;
};

}  // namespace

std::vector<MessageToken> tokens_of(std::string_view text, std::size_t tokens_max) {
  std::vector<MessageToken> tokens;
  bool glued = false;
  for (std::size_t at = 0; at < text.size() && tokens.size() < tokens_max;) {
    if (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r') {
      glued = false;
      ++at;
      continue;
    }
    std::size_t length = 0;
    TokenKind kind = TokenKind::word;
    if (text.substr(at, kSlot.size()) == kSlot) {
      length = kSlot.size();
      kind = TokenKind::slot;
    } else if (const std::size_t end = end_of_word(text, at); end > at) {
      length = end - at;
    } else {
      length = length_of_character(text, at);
      kind = length > 1 ? kind_of(character_at(text, at, length)) : TokenKind::mark;
      if (text[at] == '\\' && at + 1 < text.size() && text[at + 1] == '"') length = 2;
    }
    tokens.push_back(MessageToken{text.substr(at, length), kind, glued});
    glued = true;
    at += length;
  }
  return tokens;
}

std::size_t closing_of(const std::vector<MessageToken>& tokens, std::size_t at) {
  if (at >= tokens.size() || tokens[at].kind != TokenKind::mark) return tokens.size();
  const std::string_view opener = tokens[at].text, closer = closer_of(opener);
  if (closer.empty()) return tokens.size();
  std::size_t depth = 0;
  for (std::size_t i = at + 1; i < tokens.size(); ++i) {
    if (tokens[i].text == closer) {
      if (depth == 0) return i;
      --depth;
    } else if (opener != closer && tokens[i].text == opener) {
      ++depth;
    }
  }
  return tokens.size();
}

std::string skeleton_of(const std::vector<MessageToken>& tokens) { return Skeleton{tokens}.build(); }

bool says_enough(const std::vector<MessageToken>& tokens, std::size_t prefix, std::size_t suffix) {
  std::size_t words = 0, letters = 0, ideographs = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (i >= prefix && i + suffix < tokens.size()) continue;
    if (tokens[i].kind == TokenKind::ideograph) ++ideographs;
    if (tokens[i].kind != TokenKind::word || has_digit(tokens[i].text)) continue;
    ++words;
    letters += letters_of(tokens[i].text);
  }
  return (words >= kWordsEnough && letters >= kLettersEnough) || ideographs >= kIdeographsEnough;
}

}  // namespace loglode
