// The one pass over a message: words, marks and values in order, each with whether a blank stood before it.
// A template over who listens, so that the hot path (hashing) and the cold ones (learning, explaining) cannot disagree.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "patterns/mining/byte_class.h"
#include "patterns/mining/compound_reader.h"
#include "patterns/mining/masked_message.h"
#include "patterns/mining/message_blocks.h"
#include "patterns/mining/phrase_reader.h"
#include "patterns/mining/scan_rules.h"
#include "patterns/mining/word_reader.h"

namespace loglode {

/// Listener: constant(text, size, blank), mark(text, blank), value(text, size, type, blank), named(text, size, type, blank), tokens().
template <class Listener>
class ScanLoop {
 public:
  ScanLoop(const MessageBlocks& blocks, Listener& listener) noexcept
      : blocks_{blocks}, listener_{listener}, text_{blocks.bytes()}, size_{blocks.size()} {}

  void run() noexcept {
    std::size_t at = 0;
    while (at < size_) {
      const char c = text_[at];
      const unsigned bits = kByteClasses[static_cast<unsigned char>(c)];
      if ((bits & kBlankByte) != 0) {
        blank_ = true;
        ++at;
        continue;
      }
      if (listener_.tokens() >= kTokensMax) return rest(at);
      at = (bits & kMarkByte) != 0 ? mark(at) : word(at);
      if (at == 0) return;  // the rest was taken
    }
    if (blocks_.cut()) rest(size_);
  }

 private:
  void put_value(const char* text, std::size_t size, ValueType type, bool blank) noexcept {
    if (is_applied(type))
      listener_.value(text, size, type, blank);
    else
      listener_.constant(text, size, blank);
  }
  void put_named(const char* text, std::size_t size, ValueType type, bool blank) noexcept {
    if (names_are_applied())
      listener_.named(text, size, type, blank);
    else
      listener_.constant(text, size, blank);
  }

  void rest(std::size_t at) noexcept { put_value(text_ + at, size_ - at, ValueType::text, take_blank()); }

  bool take_blank() noexcept {
    const bool blank = blank_;
    blank_ = false;
    return blank;
  }

  std::size_t value(std::size_t begin, std::size_t end, ValueType type) noexcept {
    put_value(text_ + begin, end - begin, type, take_blank());
    return end;
  }

  /// One or several words that are a name together: constant as long as they are always the same.
  std::size_t name(std::size_t begin, std::size_t end) noexcept {
    put_named(text_ + begin, end - begin, ValueType::text, take_blank());
    return end;
  }

  std::size_t mark(std::size_t at) noexcept {
    const char c = text_[at];
    if (c == '=' || c == ',' || c == ')' || c == ']') [[likely]] {
      listener_.mark(text_ + at, take_blank());
      return at + 1;
    }
    std::size_t end = 0;
    if (c == ':')
      end = value_with_colon(at);
    else if (c == '<')
      end = value_in_angles(at);
    else if (c == '[')
      end = may_be_stand_in(text_[at + 1]) ? stand_in(at) : 0;
    if (end != 0) return end;
    braces_ += c == '{';
    braces_ -= c == '}' && braces_ != 0;
    listener_.mark(text_ + at, take_blank());
    if (c == '"' || c == '\'') return quoted(at);
    if (c == '>') return element_text(at);
    const bool whole = (c == '(' && at > 1 && text_[at - 1] == '=' && text_[at - 2] == ')') || (c == '[' && at > 2 && text_[at - 1] == 'p');
    return whole ? bracketed(at) : at + 1;
  }

  /// ::1, (:p1, :p2)
  std::size_t value_with_colon(std::size_t at) noexcept {
    const char next = text_[at + 1];
    if (next == ':' && is_hex(text_[at + 2]) && (at == 0 || ends_word(text_[at - 1])))
      if (const Compound address = read_double_colon(text_, size_, at); address.end != 0) return value(at, address.end, address.type);
    if (!is_letter(next) || at == 0 || !(is_blank(text_[at - 1]) || text_[at - 1] == '(' || text_[at - 1] == ',')) return 0;
    const std::size_t end = blocks_.word_end(at + 1);
    return is_listed(text_, at, end) && is_numbered_word(text_, at + 1, end) ? value(at, end, ValueType::word) : 0;
  }

  /// <1 ms, </name>, <nil>
  std::size_t value_in_angles(std::size_t at) noexcept {
    if (at != 0 && is_digit(text_[at + 1]) && is_blank(text_[at - 1])) {  // a bound is a quantity; <1> is not
      const std::size_t end = blocks_.word_end(at + 1);
      if (is_blank(text_[end]) || text_[end] == ',') return value(at, end, type_of(text_ + at + 1, end - at - 1));
    }
    const std::size_t end = end_of_closing_tag(text_, size_, at);
    if (end == 0) return stand_in(at);
    listener_.constant(text_ + at, end - at, take_blank());
    return end;
  }

  /// [masked], [REDACTED], …
  static bool may_be_stand_in(char first) noexcept {
    const char lower = static_cast<char>(first | 0x20);
    return lower == 'm' || lower == 'r' || lower == 'f' || lower == 'h';
  }

  [[gnu::noinline]] std::size_t stand_in(std::size_t at) noexcept {
    const std::size_t end = end_of_stand_in(text_, size_, at);
    return end == 0 ? 0 : name(at, end);
  }

  std::size_t element_text(std::size_t at) noexcept {
    const std::size_t end = end_of_element_text(text_, size_, at);
    return end == 0 ? at + 1 : name(at + 1, end);
  }

  /// Key (name)=(several words); map[a:1 b:2], as Go writes maps.
  [[gnu::noinline]] std::size_t bracketed(std::size_t at) noexcept {
    if (text_[at] == '[' && (std::memcmp(text_ + at - 3, "map", 3) != 0 || (at > 3 && byte_is(text_[at - 4], kLetterByte | kDigitByte))))
      return at + 1;
    const std::size_t end = end_of_bracket(text_, size_, at);
    return end == 0 ? at + 1 : name(at + 1, end);
  }

  /// 'several words', key="several words", "Agent/1.0 (and so on)": the words are one value. Otherwise the quote is a mark like any other.
  std::size_t quoted(std::size_t quote) noexcept {
    const char quoting = text_[quote];
    const std::size_t begin = quote + 1;
    if (begin >= size_ || quote == closing_) return begin;
    const std::size_t first = blocks_.word_end(begin);
    const char behind = text_[first + 1];
    if (text_[first] == quoting && (quoting == '"' || !is_alphanumeric(behind))) {  // one word, or none; no apostrophe
      closing_ = first;
      if (first != begin || behind == quoting || is_alphanumeric(behind) || !opens_quote(text_, quote)) return begin;
      return closed(name(begin, begin));
    }
    const bool assigned = is_assigned(quote);
    if (!assigned && !opens_quote(text_, quote)) return begin;
    const std::size_t end = end_of_quoted(text_, size_, begin);
    if (end <= begin) return begin;
    if (assigned || (quoting == '"' && is_product(begin, first)) || is_several_words(begin, end)) return closed(name(begin, end));
    closing_ = text_[end] == '\\' ? end + 1 : end;
    return begin;
  }

  bool is_several_words(std::size_t begin, std::size_t end) const noexcept {
    return is_phrase(text_, begin, end) && !is_quoted_key(text_, begin, end) && !(text_[end] == '"' && is_alphanumeric(text_[end + 1]));
  }

  /// Behind the quote, escaped or not, at `at`.
  std::size_t closed(std::size_t at) noexcept {
    if (text_[at] == '\\') listener_.constant(text_ + at++, 1, false);
    listener_.mark(text_ + at, false);
    return at + 1;
  }

  /// key="…", key = "…", "key": "…"
  bool is_assigned(std::size_t quote) const noexcept {
    if (quote == 0) return false;
    std::size_t before = quote - 1;
    if (text_[before] == ' ' && before > 1) --before;
    return text_[before] == '=' || (text_[before] == ':' && before > 0 && text_[before - 1] == text_[quote]);
  }

  /// Where the first quote or punctuation mark beyond ASCII (or backtick, at the beginning) of [begin, end) stands; `end` when there is
  /// none.
  [[gnu::noinline]] std::size_t find_wide_mark(std::size_t begin, std::size_t end) const noexcept {
    for (std::size_t at = begin; at < end; ++at)
      if ((text_[at] != '`' || at == begin) && wide_mark(text_, at) != 0) return at;
    return end;
  }

  /// “several words”, `name`, 「名」; or the mark at `at` alone.
  [[gnu::noinline]] std::size_t enclosed(std::size_t at) noexcept {
    const std::size_t size = wide_mark(text_, at);
    const Enclosed found = read_enclosed(text_, size_, at);
    listener_.constant(text_ + at, size, take_blank());
    if (found.behind == 0) return at + size;
    blank_ = found.begin != at + size;
    name(found.begin, found.end);
    listener_.constant(text_ + found.close, found.behind - found.close, found.end != found.close);
    return found.behind;
  }

  /// de ad be ef: one of at least eight pairs of hexadecimal digits in a row, as dumps of bytes have them.
  bool in_hex_dump(std::size_t begin) const noexcept {
    constexpr std::size_t kPairsMin = 8, kStride = 3;
    const auto pair = [this](std::size_t at) {
      return is_hex(text_[at]) && is_hex(text_[at + 1]) && is_blank(text_[at + 2]) && (at == 0 || ends_word(text_[at - 1]));
    };
    if (!pair(begin)) return false;
    std::size_t pairs = 1;
    for (std::size_t at = begin; at >= kStride && pairs < kPairsMin && pair(at - kStride); at -= kStride) ++pairs;
    for (std::size_t at = begin + kStride; pairs < kPairsMin && at < size_ && pair(at); at += kStride) ++pairs;
    return pairs >= kPairsMin;
  }

  /// Mozilla/5.0: what a user agent's name for itself begins with.
  bool is_product(std::size_t begin, std::size_t end) const noexcept {
    while (begin < end && is_letter(text_[begin])) ++begin;
    return begin + 1 < end && text_[begin] == '/' && is_digit(text_[begin + 1]);
  }

  /// The words whose content is a value by where they stand: after `=`, alone in quotes, behind `for user`.
  bool stands_for_value(std::size_t begin, std::size_t end) const noexcept {
    if (begin == 0) return false;
    const char before = text_[begin - 1];
    if (before == ' ' && braces_ == 0) [[likely]]
      return false;
    if (before == '=') return begin < 2 || !(text_[begin - 2] == '=' || text_[begin - 2] == '!');
    if (before == '"' || before == '\'') {
      if (text_[end] != before || (before == '\'' && is_alphanumeric(text_[end + 1]))) return false;
      return !is_quoted_key(text_, begin, end);
    }
    return braces_ != 0 && is_member_value(begin, end);
  }

  /// Within braces: {Name:anna Owner:bob}, { name: anna, … }
  bool is_member_value(std::size_t begin, std::size_t end) const noexcept {
    if (text_[begin - 1] == ':') return begin > 1 && byte_is(text_[begin - 2], kLetterByte | kDigitByte);
    return begin > 2 && text_[begin - 1] == ' ' && text_[begin - 2] == ':' && (text_[end] == ',' || text_[end] == '}');
  }

  /// Behind `for user`, `invalid user`: a name, even when it is always the same one.
  bool stands_for_user(std::size_t begin) const noexcept {
    if (begin < 9 || text_[begin - 1] != ' ' || std::memcmp(text_ + begin - 6, " user ", 6) != 0) return false;
    const char* before = text_ + begin - 9;
    return std::memcmp(before, "for", 3) == 0 || (begin >= 13 && std::memcmp(text_ + begin - 12, "nvalid", 6) == 0);
  }

  std::size_t word(std::size_t begin) noexcept {
    std::size_t end = blocks_.word_end(begin);
    if (blocks_.cut() && end >= size_) {
      rest(begin);
      return 0;
    }
    if (blocks_.wide() || text_[begin] == '`') [[unlikely]] {
      end = find_wide_mark(begin, end);
      if (end == begin) return enclosed(begin);
    }
    const std::size_t length = end - begin;
    if (length <= 64) [[likely]] {
      const std::uint64_t inside = ~std::uint64_t{0} >> (64 - length);
      const std::uint64_t digits = blocks_.digits_from(begin) & inside, joints = blocks_.joints_from(begin) & inside;
      if (length == 2 && digits != inside && in_hex_dump(begin)) return value(begin, end, ValueType::hex);
      if (digits == 0 && (joints == 0 || (joints == std::uint64_t{1} << (length - 1) && text_[end - 1] == '.'))) return letters(begin, end);
      if (digits == inside && text_[end] != ':') return value(begin, end, ValueType::number);
    }
    return mixed(begin, end);
  }

  static bool is_date_name(const char* word) noexcept {
    constexpr std::string_view kNames = "JanFebMarAprMayJunJulAugSepOctNovDecMonTueWedThuFriSatSun";
    if (word[0] < 'A' || word[0] > 'W') return false;
    for (std::size_t i = 0; i < kNames.size(); i += 3)
      if (std::memcmp(word, kNames.data() + i, 3) == 0) return true;
    return false;
  }

  /// true, false; null where a value stands.
  bool is_literal(std::size_t begin, std::size_t length) const noexcept {
    const std::string_view word{text_ + begin, length};
    if (length == 5) return word == "false" || word == "False" || word == "FALSE";
    if (word == "true" || word == "True" || word == "TRUE") return true;
    return word == "null" && begin > 0 && byte_is(text_[begin - 1], kMarkByte);
  }

  /// nil, None, undefined, … where a member's value stands: behind a mark and before one.
  bool is_missing(std::size_t begin, std::size_t end) const noexcept {
    const char first = text_[begin];
    if (first != 'n' && first != 'N' && first != 'u') return false;
    const std::string_view word{text_ + begin, end - begin};
    if (word != "null" && word != "NULL" && word != "None" && word != "nil" && word != "NaN" && word != "undefined") return false;
    if (begin < 2 || (end < size_ && std::memchr(",;)]}", text_[end], 5) == nullptr)) return false;
    const char before = text_[begin - 1] == ' ' ? text_[begin - 2] : text_[begin - 1];
    return std::memchr("=:,([{", before, 6) != nullptr;
  }

  /// (?, ?), (%s, %s)
  bool is_placeholder(std::size_t begin, std::size_t end) const noexcept {
    const std::string_view word{text_ + begin, end - begin};
    return (word == "?" || word == "%s") && is_listed(text_, begin, end);
  }

  /// A word without digits and joints.
  std::size_t letters(std::size_t begin, std::size_t end) noexcept {
    const std::size_t length = end - begin;
    const char next = text_[end];
    if (next == ':' && !is_blank(text_[end + 1]) && (text_[end + 1] == '/' || text_[end + 1] == '\\' || length <= 4 || text_[begin] == 'l'))
      if (const Compound found = read_colon_compound(text_, size_, begin, end); found.end != 0) return locator(begin, found);
    if (length == 3 && is_date_name(text_ + begin))
      if (const Compound found = read_calendar(text_, size_, begin, end); found.end != 0) return value(begin, found.end, found.type);
    if ((length == 4 || length == 5) && is_literal(begin, length)) return value(begin, end, ValueType::word);
    if (next == '=' && length >= kBase64BytesMin)
      if (const std::size_t padded = end_of_base64(text_, begin, end); padded != 0) return value(begin, padded, ValueType::word);
    if (byte_is(text_[begin], kTrailByte) && is_placeholder(begin, end)) return value(begin, end, ValueType::word);
    if (stands_for_user(begin)) return value(begin, end, ValueType::word);
    if (stands_for_value(begin, end) || ((next != ' ' || end == size_) && is_missing(begin, end)))
      put_named(text_ + begin, length, ValueType::word, take_blank());
    else
      listener_.constant(text_ + begin, length, take_blank());
    return end;
  }

  std::size_t locator(std::size_t begin, const Compound& found) noexcept {
    const bool query = found.type == ValueType::url || found.type == ValueType::path;
    return value(begin, query ? end_of_locator(text_, size_, begin, found.end) : found.end, found.type);
  }

  std::size_t mixed(std::size_t begin, std::size_t end) noexcept {
    if (text_[end] == '=')
      if (const std::size_t padded = end_of_base64(text_, begin, end); padded != 0) return value(begin, padded, ValueType::word);
    if (text_[begin] == '@' && is_listed(text_, begin, end) && is_numbered_word(text_, begin + 1, end))
      return value(begin, end, ValueType::word);
    if (text_[end] == ':' && !is_blank(text_[end + 1]))
      if (const Compound found = read_colon_compound(text_, size_, begin, end); found.end != 0) return locator(begin, found);
    if (is_digit(text_[begin]))
      if (const Compound found = read_date_and_time(text_, size_, begin, end); found.end != 0) return value(begin, found.end, found.type);
    if (text_[begin] == '/') end = end_of_locator(text_, size_, begin, end);
    const bool assigned = stands_for_value(begin, end);
    std::size_t at = begin;
    while (at < end) {
      WordStep step = read_word(text_ + at, end - at);
      if (begin == 0 && step.form == WordForm::named) step.form = WordForm::constant;  // what a message begins with says what it is about
      if (assigned && (at != begin || step.before + step.value + step.after != end - begin || step.before + step.after != 0)) {
        const WordForm form = step.form == WordForm::value ? WordForm::value : WordForm::named;
        return whole(begin, end, form);
      }
      emit(at, step, assigned);
      at += step.before + step.value + step.after;
      if (at < end && text_[at - 1] == '@' && text_[end] == ':')
        if (const Compound host = read_colon_compound(text_, size_, at, end); host.end != 0) return value(at, host.end, host.type);
    }
    return end;
  }

  std::size_t whole(std::size_t begin, std::size_t end, WordForm form) noexcept {
    if (form == WordForm::value) return value(begin, end, type_of(text_ + begin, end - begin));
    put_named(text_ + begin, end - begin, ValueType::word, take_blank());
    return end;
  }

  void emit(std::size_t at, const WordStep& step, bool assigned) noexcept {
    if (step.form == WordForm::constant && assigned) {
      put_named(text_ + at, step.before + step.value + step.after, ValueType::word, take_blank());
      return;
    }
    if (step.form == WordForm::constant) {
      listener_.constant(text_ + at, step.before + step.value + step.after, take_blank());
      return;
    }
    if (step.before != 0) listener_.constant(text_ + at, step.before, take_blank());
    const char* text = text_ + at + step.before;
    if (step.form == WordForm::value)
      put_value(text, step.value, step.type, take_blank());
    else
      put_named(text, step.value, step.type, take_blank());
    if (step.after != 0) listener_.constant(text + step.value, step.after, false);
  }

  const MessageBlocks& blocks_;
  Listener& listener_;
  const char* text_;
  std::size_t size_;
  std::size_t braces_ = 0;               // that are open
  std::size_t closing_ = kScanBytesMax;  // a quote that is known to be no opening one
  bool blank_ = false;
};

}  // namespace loglode
