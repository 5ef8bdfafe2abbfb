#include "parse/json/json_repair.h"

#include <algorithm>
#include <charconv>

namespace loglode {

namespace {

constexpr unsigned kDepthMax = 64;

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_hex(char c) noexcept { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// Reads loosely and writes strictly. Where the text ends too early, what is open is closed.
class Repair {
 public:
  explicit Repair(std::string_view text) : text_(text) { out_.reserve(text.size() + 16); }

  std::optional<std::string> run() {
    skip_blanks();
    if (peek() != '{' || !object(0) || keys_ == 0) return std::nullopt;
    skip_blanks();
    if (at_ < text_.size()) return std::nullopt;
    return std::move(out_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  [[nodiscard]] bool at_end() const noexcept { return at_ >= text_.size(); }
  void skip_blanks() noexcept {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  /// Blanks and commas between members; whether the container goes on.
  bool goes_on(char closing) {
    while (at_ < text_.size() && (is_blank(text_[at_]) || text_[at_] == ',')) ++at_;
    if (at_end()) return false;
    if (peek() != closing) return true;
    ++at_;
    return false;
  }

  bool object(unsigned depth) {
    if (depth == kDepthMax) return false;
    ++at_;
    out_ += '{';
    for (bool first = true; goes_on('}'); first = false) {
      const std::size_t before = out_.size();
      if (!first) out_ += ',';
      if (!key()) return false;
      skip_blanks();
      if (at_end()) {  // cut behind a key
        out_.resize(before);
        break;
      }
      if (peek() != ':') return false;
      ++at_;
      out_ += ':';
      skip_blanks();
      if (at_end()) {
        out_ += "null";
        break;
      }
      if (!value(depth + 1)) return false;
    }
    out_ += '}';
    return true;
  }

  bool array(unsigned depth) {
    if (depth == kDepthMax) return false;
    ++at_;
    out_ += '[';
    for (bool first = true; goes_on(']'); first = false) {
      if (!first) out_ += ',';
      if (!value(depth + 1)) return false;
    }
    out_ += ']';
    return true;
  }

  bool key() {
    if (peek() == '"' || peek() == '\'') {
      ++keys_;
      return quoted();
    }
    const std::size_t begin = at_;
    while (!at_end() && !is_blank(peek()) && std::string_view{":,{}[]\"'"}.find(peek()) == std::string_view::npos) ++at_;
    if (begin == at_) return false;
    write_text(text_.substr(begin, at_ - begin));
    return true;
  }

  bool value(unsigned depth) {
    switch (peek()) {
      case '{':
        return object(depth);
      case '[':
        return array(depth);
      case '"':
      case '\'':
        return quoted();
      default:
        return bare();
    }
  }

  bool quoted() {
    const char quote = peek();
    ++at_;
    out_ += '"';
    for (; !at_end(); ++at_) {
      const char c = text_[at_];
      if (c == quote) {
        ++at_;
        break;
      }
      if (c == '\\')
        escape();
      else
        write_byte(c);
    }
    out_ += '"';
    return true;
  }

  void escape() {
    const char next = peek(1);
    if (next == '\0') return;
    if (next == 'u' && is_hex(peek(2)) && is_hex(peek(3)) && is_hex(peek(4)) && is_hex(peek(5))) {
      out_.append(text_.substr(at_, 6));
      at_ += 5;
    } else if (std::string_view{"\"\\/bfnrt"}.find(next) != std::string_view::npos) {
      out_.append(text_.substr(at_, 2));
      ++at_;
    } else if (next == '\'') {
      out_ += '\'';
      ++at_;
    } else {
      out_ += "\\\\";
    }
  }

  void write_byte(char c) {
    if (c == '"') {
      out_ += "\\\"";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      out_ += "\\u00";
      out_ += kDigits[static_cast<unsigned char>(c) >> 4];
      out_ += kDigits[static_cast<unsigned char>(c) & 15];
    } else {
      out_ += c;
    }
  }

  void write_text(std::string_view text) {
    out_ += '"';
    for (const char c : text) {
      if (c == '\\') out_ += '\\';
      write_byte(c);
    }
    out_ += '"';
  }

  /// Numbers and literals of JSON as they are, those of other languages in JSON's words, everything else as a text.
  bool bare() {
    const std::size_t begin = at_;
    while (!at_end() && std::string_view{",}]"}.find(peek()) == std::string_view::npos) ++at_;
    std::string_view word = text_.substr(begin, at_ - begin);
    while (!word.empty() && is_blank(word.back())) word.remove_suffix(1);
    if (word.empty()) return false;
    if (word == "true" || word == "True") {
      out_ += "true";
    } else if (word == "false" || word == "False") {
      out_ += "false";
    } else if (is_null(word)) {
      out_ += "null";
    } else if (is_number(word)) {
      out_ += word;
    } else {
      write_text(word);
    }
    return true;
  }

  static bool is_null(std::string_view word) noexcept {
    for (const std::string_view known : {"null", "None", "nil", "undefined", "NaN", "Infinity", "-Infinity"})
      if (word == known) return true;
    return false;
  }
  static bool is_number(std::string_view word) noexcept {
    double number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    const char first = word[word[0] == '-' && word.size() > 1 ? 1 : 0];
    const bool padded =
        first == '0' && word.find_first_of("0123456789", word.find('0') + 1) == word.find('0') + 1;  // 007 is a text in JSON
    return error == std::errc{} && end == word.data() + word.size() && first >= '0' && first <= '9' && !padded && word.back() != '.' &&
           word.find(".e") == std::string_view::npos;
  }

  std::string_view text_;
  std::size_t at_ = 0, keys_ = 0;
  std::string out_;
};

}  // namespace

std::optional<std::string> repaired_json(std::string_view text) { return Repair{text}.run(); }

}  // namespace loglode
