// The scanner's rules once more, written to be obvious and slow: one byte at a time, copies everywhere, no tables, no bit masks.
// Only the values that reach over marks (compound_reader.h) are shared; those have a table of their own in scanner_test.cc.
#pragma once

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "patterns/mining/compound_reader.h"
#include "patterns/mining/message_scanner.h"

namespace loglode::reference {

struct Token {
  std::string text;
  ElementKind kind;
  bool blank;
  friend bool operator==(const Token&, const Token&) = default;
};

inline bool blank(char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; }
inline bool mark(char c) { return c != '\0' && std::string{"=:,;()[]{}\"'|<>"}.find(c) != std::string::npos; }
inline bool digit(char c) { return c >= '0' && c <= '9'; }
inline bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80; }
inline bool hex(char c) { return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

inline std::size_t count(const std::string& text, bool (*is)(char)) {
  std::size_t n = 0;
  for (const char c : text) n += is(c);
  return n;
}
inline std::size_t count(const std::string& text, char wanted) {
  std::size_t n = 0;
  for (const char c : text) n += c == wanted;
  return n;
}
inline bool all(const std::string& text, bool (*is)(char)) { return count(text, is) == text.size(); }

inline std::vector<std::string> split(const std::string& text, const std::string& at) {
  std::vector<std::string> parts{""};
  for (const char c : text) {
    if (at.find(c) != std::string::npos)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

/// [+-]?digits(.digits)*, all of it.
inline bool number(std::string text) {
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.erase(0, 1);
  for (const std::string& part : split(text, "."))
    if (part.empty() || !all(part, digit)) return false;
  return true;
}

inline bool domain(const std::string& text) {
  static const std::vector<std::string> known{"com", "net",   "org",   "edu",         "gov",      "mil", "io",
                                              "dev", "cloud", "local", "localdomain", "internal", "lan"};
  static const std::string files = " py sh js rs md so ko cc pl rb go ts cs gz db hh id is in to no at by my me as do ps vm ms gc ";
  const std::vector<std::string> labels = split(text, ".");
  if (labels.size() < 2 || text.find_first_of("/\\_$") != std::string::npos || text.rfind('.') == 0) return false;
  const std::string& top = labels.back();
  for (const std::string& name : known)
    if (top == name) return true;
  return top.size() == 2 && labels.size() > 2 && std::islower(static_cast<unsigned char>(top[0])) &&
         std::islower(static_cast<unsigned char>(top[1])) && files.find(' ' + top + ' ') == std::string::npos;
}

inline bool enumerator(const std::string& text) {
  const std::string last = split(text, ".").back();
  return last.size() > 1 && all(last, [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
}

inline bool numbered(const std::string& text) {
  bool first = true;
  for (const std::string& part : split(text, "_-")) {
    if (!first && !part.empty() && all(part, digit)) return true;
    first = false;
  }
  return false;
}

struct Step {
  std::string before, value, after;
  ElementKind kind = ElementKind::constant;
};

inline Step core(const std::string& text, const std::string& after) {
  const auto as = [&](ElementKind kind) { return Step{"", text, after, kind}; };
  const std::size_t digits = count(text, digit), letters = count(text, letter), dots = count(text, '.'), slashes = count(text, '/'),
                    backslashes = count(text, '\\');
  if (text.size() > 1 && text[0] == '/' && digits + letters != 0) return as(ElementKind::value);
  for (const char* start : {"~/", "./", "~./", "../"})
    if (text.size() > 2 && text.rfind(start, 0) == 0) return as(ElementKind::value);
  if (backslashes > 1 || (text[0] == '\\' && text.size() > 1)) return as(ElementKind::value);
  if (digits == 0) {
    if (dots + slashes + backslashes == 0 || letters < 3) return as(ElementKind::constant);
    if (slashes == 0 && domain(text)) return as(ElementKind::value);
    if (slashes == 0 && enumerator(text)) return as(ElementKind::constant);
    return as(ElementKind::named);
  }
  if (digit(text[0]) || (text.size() > 1 && std::string{"-+*."}.find(text[0]) != std::string::npos && digit(text[1])))
    return as(ElementKind::value);
  for (std::size_t begin = 1; begin < text.size(); ++begin) {
    if (!digit(text[begin]) || static_cast<unsigned char>(text[begin - 1]) < 0x80) continue;
    std::size_t end = begin;
    while (end < text.size() && (digit(text[end]) || (text[end] == '.' && end + 1 < text.size() && digit(text[end + 1])))) ++end;
    return {text.substr(0, begin), text.substr(begin, end - begin), end == text.size() ? after : "", ElementKind::value};
  }
  std::size_t name = 0;
  while (name < text.size() && (letter(text[name]) || text[name] == '_')) ++name;
  if (name >= 2 && name + 1 < text.size() && digit(text[name + 1]) && number(text.substr(name + 1))) {
    const bool plain = text.substr(0, name).find('_') == std::string::npos;
    if (text[name] == '.' || (plain && (text[name] == '-' || text[name] == '/')))
      return {text.substr(0, name + 1), text.substr(name + 1), after, ElementKind::value};
  }
  if (text.size() >= 8 && digits >= 2 && all(text, hex)) return as(ElementKind::value);
  if (digits >= 3 || numbered(text) || ((text[0] == 'v' || text[0] == 'V') && number(text.substr(1)))) return as(ElementKind::value);
  if (digits >= 2 && 2 * digits >= digits + letters) return as(ElementKind::value);
  return as(dots + slashes != 0 ? ElementKind::named : ElementKind::constant);
}

inline Step step(const std::string& word) {
  if (word.size() > 255) return {"", word, "", ElementKind::value};
  std::string body = word;
  while (!body.empty() && std::string{".!?%-"}.find(body.back()) != std::string::npos) body.pop_back();
  const std::string tail = word.substr(body.size());
  std::string lead;
  while (!body.empty()) {
    const char c = body[0];
    bool leads = !digit(c) && !letter(c) && std::string{"/.\\~_"}.find(c) == std::string::npos;
    if (c == '-' || c == '+' || c == '*') leads = body.size() > 1 && !digit(body[1]) && body[1] != '.';
    if (!leads) break;
    lead += c;
    body.erase(0, 1);
  }
  if (body.empty()) return {word, "", "", ElementKind::constant};
  if (body.size() > 2 && body[0] == '.' && body[1] == '.' && body[2] != '/') {
    while (!body.empty() && body[0] == '.') {
      lead += '.';
      body.erase(0, 1);
    }
    return {lead, "", "", ElementKind::constant};
  }
  std::size_t joint = 0;
  while (joint < body.size() && body[joint] != '#' && body[joint] != '@' &&
         !(body[joint] == '.' && joint + 2 < body.size() && body[joint + 1] == '.' && body[joint + 2] != '/'))
    ++joint;
  Step out;
  if (joint == body.size()) {
    out = core(body, tail);
  } else {
    const std::string right = body.substr(joint + 1);
    if (body[joint] == '@' && lead.empty() && !right.empty()) {
      if (digit(body[0]) && digit(right[0])) return {"", body, tail, ElementKind::value};
      const bool numeric = digit(right[0]) || (right.size() >= 6 && all(right, hex));
      if (!numeric && count(right, '@') == 0) return {"", body, tail, count(right, '.') != 0 ? ElementKind::value : ElementKind::named};
    }
    std::size_t end = joint;
    while (end < body.size() && body[end] == body[joint]) ++end;
    if (joint == 0) return {lead + body.substr(0, end), "", "", ElementKind::constant};
    out = core(body.substr(0, joint), body.substr(joint, end - joint));
  }
  out.before = lead + out.before;
  return out;
}

/// Quotes that are no marks: each with those that close it.
inline const std::vector<std::pair<std::string, std::vector<std::string>>>& rare_quotes() {
  static const std::vector<std::pair<std::string, std::vector<std::string>>> pairs{
      {"`", {"`", "'"}}, {"“", {"”"}},   {"„", {"“", "”"}}, {"‘", {"’"}},   {"‚", {"‘", "’"}}, {"«", {"»"}},
      {"‹", {"›"}},      {"「", {"」"}}, {"『", {"』"}},    {"《", {"》"}}, {"〈", {"〉"}}};
  return pairs;
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view message) {
    std::string line{message.substr(0, message.find('\n'))};
    while (!line.empty() && blank(line.front())) line.erase(0, 1);
    while (!line.empty() && blank(line.back())) line.pop_back();
    cut_ = line.size() > kScanBytesMax;
    if (cut_) line.resize(kScanBytesMax);
    size_ = line.size();
    text_ = line + std::string(128, ' ');
  }

  std::vector<Token> run() {
    std::size_t at = 0;
    while (at < size_) {
      if (blank(text_[at])) {
        blank_ = true;
        ++at;
        continue;
      }
      if (tokens_.size() >= 256) return rest(at);
      if (mark(text_[at])) {
        at = read_mark(at);
        continue;
      }
      if (cut_ && word_end(at) >= size_) return rest(at);
      at = read_wide_word(at);
    }
    if (cut_) return rest(size_);
    return tokens_;
  }

 private:
  std::vector<Token> rest(std::size_t at) {
    add(text_.substr(at, size_ - at), ElementKind::value);
    return tokens_;
  }
  void add(std::string text, ElementKind kind) {
    tokens_.push_back({std::move(text), kind, blank_});
    blank_ = false;
  }
  std::size_t take(std::size_t begin, std::size_t end, ElementKind kind) {
    add(text_.substr(begin, end - begin), kind);
    return end;
  }
  std::size_t word_end(std::size_t at) const {
    while (at < size_ && !blank(text_[at]) && !mark(text_[at])) ++at;
    return at;
  }
  bool ends_at(std::size_t at, const std::string& what) const {
    return at >= what.size() && text_.compare(at - what.size(), what.size(), what) == 0;
  }

  bool stands(const std::string& what, std::size_t at) const { return text_.compare(at, what.size(), what) == 0; }
  static bool plain(char c) { return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
  static bool in(char c, const char* list) { return c != '\0' && std::string{list}.find(c) != std::string::npos; }
  /// The last byte before `at` that is no blank, when there is at most one blank between.
  char before(std::size_t at) const { return at == 0 ? ' ' : at > 1 && blank(text_[at - 1]) ? text_[at - 2] : text_[at - 1]; }

  std::size_t read_mark(std::size_t at) {
    const char c = text_[at];
    if (c == ':' && text_[at + 1] == ':' && hex(text_[at + 2]) && (at == 0 || blank(text_[at - 1]) || mark(text_[at - 1])))
      if (const Compound found = read_double_colon(text_.data(), size_, at); found.end != 0) return take(at, found.end, ElementKind::value);
    if (c == ':' && at > 0 && (blank(text_[at - 1]) || in(text_[at - 1], "(,"))) {
      const std::size_t end = word_end(at + 1);
      if (listed(at, end) && numbered_word(text_.substr(at + 1, end - at - 1))) return take(at, end, ElementKind::value);
    }
    if (c == '<' && digit(text_[at + 1]) && at != 0 && blank(text_[at - 1])) {
      const std::size_t end = word_end(at + 1);
      if (blank(text_[end]) || text_[end] == ',') return take(at, end, ElementKind::value);
    }
    if (c == '<' && closing_tag(at) != 0) return take(at, closing_tag(at), ElementKind::constant);
    if (stand_in(at) != 0) return take(at, stand_in(at), ElementKind::named);
    if (c == '{') ++braces_;
    if (c == '}' && braces_ > 0) --braces_;
    take(at, at + 1, ElementKind::mark);
    if (c == '"' || c == '\'') return read_quoted(at);
    if (c == '(' && ends_at(at, ")=")) return read_bracketed(at, ')');
    if (c == '[' && ends_at(at, "map") && !(at > 3 && (letter(text_[at - 4]) || digit(text_[at - 4])))) return read_bracketed(at, ']');
    if (c == '>') return read_element_text(at + 1);
    return at + 1;
  }

  /// Text between a tag's end and a closing tag.
  std::size_t read_element_text(std::size_t begin) {
    if (begin >= size_ || blank(text_[begin])) return begin;
    std::size_t end = begin;
    while (end < size_ && end - begin < 256 && text_[end] != '<' && text_[end] != '>') ++end;
    if (end >= size_ || end - begin >= 256 || text_[end] != '<' || closing_tag(end) == 0 || blank(text_[end - 1])) return begin;
    return take(begin, end, ElementKind::named);
  }
  std::size_t closing_tag(std::size_t at) const {
    if (!stands("</", at) || !letter(text_[at + 2])) return 0;
    std::size_t end = at + 2;
    while (end < size_ && (plain(text_[end]) || (end == at + 2) || in(text_[end], "_-.:"))) ++end;
    return end < size_ && text_[end] == '>' ? end + 1 : 0;
  }
  std::size_t stand_in(std::size_t at) const {
    for (const char* name : {"[REDACTED]", "[redacted]", "[FILTERED]", "[filtered]", "[HIDDEN]", "[hidden]", "<nil>", "<null>", "<none>",
                             "<None>", "<NULL>", "<empty>", "<unset>", "<redacted>", "<REDACTED>", "<masked>", "<hidden>"})
      if (stands(name, at)) return at + std::string{name}.size();
    if (!stands("[masked", at)) return 0;
    const std::size_t close = text_.find(']', at);
    return close == std::string::npos || close >= size_ || close - at >= 32 ? 0 : close + 1;
  }
  /// What stands in brackets, pairs of them inside counted, at most 2 KiB.
  std::size_t read_bracketed(std::size_t at, char close) {
    int depth = 0;
    for (std::size_t end = at; end < size_ && end < at + 2048; ++end) {
      depth += text_[end] == text_[at];
      depth -= text_[end] == close;
      if (depth == 0) return take(at + 1, end, ElementKind::named);
    }
    return at + 1;
  }

  /// The quote and, when what it quotes is one value, that and the quote behind it.
  std::size_t read_quoted(std::size_t at) {
    const char quote = text_[at];
    if (at + 1 >= size_ || at == closing_) return at + 1;
    const bool opens =
        at == 0 || blank(text_[at - 1]) || static_cast<unsigned char>(text_[at - 1]) >= 0x80 || in(text_[at - 1], "([{=:,;<>|\\");
    const std::string first = text_.substr(at + 1, word_end(at + 1) - at - 1);
    const char behind = text_[at + 1 + first.size() + 1];
    if (text_[at + 1 + first.size()] == quote && !(quote == '\'' && plain(behind))) {
      closing_ = at + 1 + first.size();
      if (first.empty() && opens && behind != quote && !plain(behind)) return take_quoted(at + 1, at + 1);
      return at + 1;
    }
    const std::size_t before = at == 0 ? at : text_[at - 1] == ' ' && at > 2 ? at - 2 : at - 1;
    const bool assigned = at > 0 && (text_[before] == '=' || (text_[before] == ':' && before > 0 && text_[before - 1] == quote));
    if (!assigned && !opens) return at + 1;
    const std::size_t end = quoted_end(at + 1);
    if (end <= at + 1) return at + 1;
    std::size_t name = 0;
    while (name < first.size() && letter(first[name])) ++name;
    const bool product = quote == '"' && name + 1 < first.size() && first[name] == '/' && digit(first[name + 1]);
    if (assigned || product || several_words(at + 1, end)) return take_quoted(at + 1, end);
    closing_ = text_[end] == quote ? end : end + 1;
    return at + 1;
  }
  std::size_t take_quoted(std::size_t begin, std::size_t end) {
    take(begin, end, ElementKind::named);
    if (text_[end] == '\\') {
      take(end, end + 1, ElementKind::constant);
      ++end;
    }
    return take(end, end + 1, ElementKind::mark);
  }
  /// Where the quoted text that begins at `begin` ends, 0 when it does not within 1 KiB.
  std::size_t quoted_end(std::size_t begin) const {
    const char quote = text_[begin - 1];
    const bool escaped = begin > 1 && text_[begin - 2] == '\\';
    for (std::size_t at = begin; at < size_ && at < begin + 1024; ++at) {
      if (text_[at] != quote) continue;
      const bool escape = at > begin && text_[at - 1] == '\\';
      if (escaped) return escape ? at - 1 : 0;
      if (!escape && !(quote == '\'' && plain(text_[at + 1]))) return at;
    }
    return 0;
  }
  bool several_words(std::size_t begin, std::size_t end) const {
    const std::string words = text_.substr(begin, end - begin);
    if (words.find(' ') == std::string::npos || blank(words.front()) || blank(words.back()) || in(words.front(), "{[<")) return false;
    if (text_[end] == '"' && plain(text_[end + 1])) return false;
    const std::string method = words.substr(0, words.find(' ')), target = words.substr(method.size() + 1);
    const bool request = method.size() >= 3 && all(method, [](char c) { return c >= 'A' && c <= 'Z'; }) &&
                         (in(target.front(), "/*") || target.rfind("http", 0) == 0);
    return !request && !key(begin, end);
  }
  /// Whether what stands in the quotes is the key of what follows.
  bool key(std::size_t begin, std::size_t end) const {
    if (begin < 2) return false;
    const bool separated = text_[end + 1] == ':' || stands("=>", end + 1) || stands(" =>", end + 1);
    return separated && in(before(begin - 1), "{,");
  }

  bool listed(std::size_t begin, std::size_t end) const { return begin > 0 && in(text_[end], ",)") && in(before(begin), "(,"); }
  static bool numbered_word(const std::string& word) {
    std::size_t letters = 0;
    while (letters < word.size() && letter(word[letters])) ++letters;
    return letters > 0 && letters < word.size() && all(word.substr(letters), digit);
  }

  bool assigned(std::size_t begin, std::size_t end) const {
    if (begin == 0) return false;
    const char left = text_[begin - 1];
    if (left == '=') return begin < 2 || (text_[begin - 2] != '=' && text_[begin - 2] != '!');
    if (left == '"') return text_[end] == '"' && !key(begin, end);
    if (left == '\'') return text_[end] == '\'' && !plain(text_[end + 1]) && !key(begin, end);
    if (braces_ == 0 || begin < 2) return false;
    if (left == ':') return letter(text_[begin - 2]) || digit(text_[begin - 2]);
    return begin > 2 && left == ' ' && text_[begin - 2] == ':' && in(text_[end], ",}");
  }
  /// One of eight or more words in a row that are two hexadecimal digits, one blank between them.
  bool dumped(std::size_t begin) const {
    const auto pair = [&](std::size_t at) {
      return (at == 0 || blank(text_[at - 1]) || mark(text_[at - 1])) && hex(text_[at]) && hex(text_[at + 1]) && blank(text_[at + 2]);
    };
    std::size_t first = begin, pairs = 0;
    while (first >= 3 && pair(first - 3)) first -= 3;
    for (std::size_t at = first; at < size_ && pair(at); at += 3) ++pairs;
    return pair(begin) && pairs >= 8;
  }
  bool user(std::size_t begin) const { return ends_at(begin, "for user ") || (begin > 12 && ends_at(begin, "nvalid user ")); }

  bool literal(const std::string& word, std::size_t begin) const {
    for (const char* known : {"true", "True", "TRUE", "false", "False", "FALSE"})
      if (word == known) return true;
    return word == "null" && begin > 0 && mark(text_[begin - 1]);
  }

  /// What is written for a value that is missing, where a value is expected.
  bool missing(std::size_t begin, std::size_t end) const {
    const std::string word = text_.substr(begin, end - begin);
    bool known = false;
    for (const char* name : {"null", "NULL", "None", "nil", "NaN", "undefined"}) known |= word == name;
    const char left = begin > 0 && text_[begin - 1] == ' ' ? (begin > 1 ? text_[begin - 2] : ' ') : begin > 0 ? text_[begin - 1] : ' ';
    return known && begin > 1 && in(left, "=:,([{") && (end >= size_ || in(text_[end], ",;)]}"));
  }

  /// Behind base64 with its padding, 0 when that is none.
  std::size_t base64(std::size_t begin, std::size_t end) const {
    std::size_t behind = end;
    while (behind < end + 2 && text_[behind] == '=') ++behind;
    const std::string word = text_.substr(begin, end - begin);
    if (behind == end || word.size() < 10 || (behind - begin) % 4 != 0 || plain(text_[behind]) || text_[behind] == '=') return 0;
    const std::size_t digits = count(word, digit), upper = count(word, [](char c) { return c >= 'A' && c <= 'Z'; }),
                      lower = count(word, [](char c) { return c >= 'a' && c <= 'z'; }),
                      others = count(word, [](char c) { return in(c, "+/-_"); });
    if (digits + upper + lower + others != word.size() || upper == 0 || lower == 0) return 0;
    return behind - end == 2 || digits > 0 || in(text_[behind], "\"'") || upper * 3 >= word.size() ? behind : 0;
  }

  std::size_t compound(std::size_t begin, const Compound& found) {
    const bool locator = found.type == ValueType::url || found.type == ValueType::path;
    return take(begin, locator ? end_of_locator(text_.data(), size_, begin, found.end) : found.end, ElementKind::value);
  }

  /// A word, or what of it stands before a quote or a punctuation mark beyond ASCII, or such a mark, with what it quotes.
  std::size_t read_wide_word(std::size_t begin) {
    const std::size_t end = word_end(begin);
    const bool wide = std::any_of(text_.begin(), text_.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    for (std::size_t at = begin; at < end && (wide || at == begin); ++at) {
      if (text_[at] == '`' && at != begin) continue;
      std::string found;
      for (const auto& [quote, closing] : rare_quotes())
        if (stands(quote, at)) found = quote;
      for (const char* punctuation : {"、", "。", "【", "】", "！", "（", "）", "，", "：", "；", "？"})
        if (stands(punctuation, at)) found = punctuation;
      if (found.empty()) continue;
      if (at != begin) return read_word_at(begin, at);
      const std::size_t inside = take(at, at + found.size(), ElementKind::constant);
      return read_enclosed(inside, found);
    }
    return read_word_at(begin, end);
  }
  std::size_t read_enclosed(std::size_t begin, const std::string& quote) {
    std::vector<std::string> closing;
    for (const auto& [open, close] : rare_quotes())
      if (open == quote) closing = close;
    std::size_t first = begin;
    while (first < size_ && first < begin + 256 && blank(text_[first])) ++first;
    for (std::size_t at = first; at < size_ && at < begin + 256; ++at)
      for (const std::string& close : closing) {
        if (!stands(close, at) || ((close == "'" || close == "’") && plain(text_[at + close.size()]))) continue;
        std::size_t last = at;
        while (last > first && blank(text_[last - 1])) --last;
        if (last == first || at + close.size() > size_) return begin;
        blank_ = first != begin;
        take(first, last, ElementKind::named);
        blank_ = last != at;
        return take(at, at + close.size(), ElementKind::constant);
      }
    return begin;
  }

  std::size_t read_word_at(std::size_t begin, std::size_t end) {
    const std::string word = text_.substr(begin, end - begin);
    const bool colon = text_[end] == ':' && !blank(text_[end + 1]);
    std::string stem = word;
    if (stem.back() == '.') stem.pop_back();
    const bool plain = word.size() <= 64 && count(word, digit) == 0 && stem.find_first_of("./\\@") == std::string::npos;
    if (word.size() == 2 && !all(word, digit) && dumped(begin)) return take(begin, end, ElementKind::value);
    if (plain) {
      if (colon && (text_[end + 1] == '/' || text_[end + 1] == '\\' || word.size() <= 4 || word[0] == 'l'))
        if (const Compound found = read_colon_compound(text_.data(), size_, begin, end); found.end != 0) return compound(begin, found);
      if (word.size() == 3 &&
          std::string{"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec Mon Tue Wed Thu Fri Sat Sun "}.find(word + ' ') % 4 == 0)
        if (const Compound found = read_calendar(text_.data(), size_, begin, end); found.end != 0)
          return take(begin, found.end, ElementKind::value);
      if (literal(word, begin)) return take(begin, end, ElementKind::value);
      if (base64(begin, end) != 0) return take(begin, base64(begin, end), ElementKind::value);
      if ((word == "?" || word == "%s") && listed(begin, end)) return take(begin, end, ElementKind::value);
      if (user(begin)) return take(begin, end, ElementKind::value);
      return take(begin, end, assigned(begin, end) || missing(begin, end) ? ElementKind::named : ElementKind::constant);
    }
    if (word.size() <= 64 && all(word, digit) && text_[end] != ':') return take(begin, end, ElementKind::value);
    if (base64(begin, end) != 0) return take(begin, base64(begin, end), ElementKind::value);
    if (word[0] == '@' && listed(begin, end) && numbered_word(word.substr(1))) return take(begin, end, ElementKind::value);
    if (colon)
      if (const Compound found = read_colon_compound(text_.data(), size_, begin, end); found.end != 0) return compound(begin, found);
    if (digit(word[0]))
      if (const Compound found = read_date_and_time(text_.data(), size_, begin, end); found.end != 0)
        return take(begin, found.end, ElementKind::value);
    if (word[0] == '/') end = end_of_locator(text_.data(), size_, begin, end);
    return read_steps(begin, end);
  }

  std::size_t read_steps(std::size_t begin, std::size_t end) {
    const bool is_assigned = assigned(begin, end);
    for (std::size_t at = begin; at < end;) {
      Step s = step(text_.substr(at, end - at));
      if (begin == 0 && s.kind == ElementKind::named) s.kind = ElementKind::constant;
      if (is_assigned) return take(begin, end, s.kind == ElementKind::value ? ElementKind::value : ElementKind::named);
      at += s.before.size() + s.value.size() + s.after.size();
      if (s.kind == ElementKind::constant) {
        add(s.before + s.value + s.after, ElementKind::constant);
      } else {
        if (!s.before.empty()) add(s.before, ElementKind::constant);
        add(s.value, s.kind);
        if (!s.after.empty()) add(s.after, ElementKind::constant);
      }
      if (at < end && text_[at - 1] == '@' && text_[end] == ':')
        if (const Compound found = read_colon_compound(text_.data(), size_, at, end); found.end != 0)
          return take(at, found.end, ElementKind::value);
    }
    return end;
  }

  std::string text_;
  std::size_t size_ = 0, closing_ = std::string::npos;  // closing_: a quote that opens nothing
  int braces_ = 0;
  bool cut_ = false, blank_ = false;
  std::vector<Token> tokens_;
};

inline std::vector<Token> tokens_of(std::string_view message) { return Tokenizer{message}.run(); }

/// The same from the scanner under test.
inline std::vector<Token> scanned_tokens(MessageScanner& scanner, std::string_view message) {
  std::vector<Element> elements;
  scanner.read_elements(message, elements);
  std::vector<Token> tokens;
  for (const Element& e : elements) tokens.push_back({std::string{scanner.text().substr(e.begin, e.size)}, e.kind, e.blank});
  return tokens;
}

/// Whether `text` is `pattern` with each `<*>` standing for any bytes, none included. Linear: leftmost match of each piece.
inline bool matches(std::string_view pattern, std::string_view text) {
  constexpr std::string_view kWild = "<*>";
  std::size_t wild = pattern.find(kWild);
  if (wild == std::string_view::npos) return pattern == text;
  if (text.substr(0, wild) != pattern.substr(0, wild)) return false;
  text.remove_prefix(wild);
  pattern.remove_prefix(wild + kWild.size());
  while ((wild = pattern.find(kWild)) != std::string_view::npos) {
    const std::size_t at = text.find(pattern.substr(0, wild));
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + wild);
    pattern.remove_prefix(wild + kWild.size());
  }
  return text.size() >= pattern.size() && text.substr(text.size() - pattern.size()) == pattern;
}

/// The first line, blanks at its ends removed and runs of them as one space: what a template's text describes.
inline std::string normalised(std::string_view message) {
  std::string out;
  for (const char c : message.substr(0, message.find('\n'))) {
    if (!blank(c))
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace loglode::reference
