#include "patterns/mining/word_reader.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "patterns/mining/byte_class.h"

namespace loglode {

namespace {

constexpr std::size_t kWordBytesMax = 255;  // no language has such words: longer ones are values
constexpr std::size_t kHexBytesMin = 6;     // shorter mixes of digits and a-f are judged as words
constexpr std::size_t kDigestBytesMin = 8;  // of so many a-f with two digits among them, none is a word

struct Counts {
  unsigned digits = 0, letters = 0, hex = 0, dots = 0, slashes = 0, backslashes = 0, wide = 0;  // wide: bytes beyond ASCII
};

/// For each byte, a one in the lane of eight bits of everything that is counted and that it is: a word is counted by adding these up.
constexpr std::array<std::uint64_t, 256> kCountLanes = [] {
  std::array<std::uint64_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool is[] = {(kByteClasses[c] & kDigitByte) != 0,
                       (kByteClasses[c] & kLetterByte) != 0,
                       (kByteClasses[c] & kHexByte) != 0,
                       c == '.',
                       c == '/',
                       c == '\\',
                       c >= 0x80};
    for (unsigned lane = 0; lane < std::size(is); ++lane) table[c] |= std::uint64_t{is[lane]} << (8 * lane);
  }
  return table;
}();
static_assert(kWordBytesMax < 256, "a lane holds the length of a word");

Counts count(const char* text, std::size_t size) noexcept {
  std::uint64_t lanes = 0;
  for (std::size_t i = 0; i < size; ++i) lanes += kCountLanes[static_cast<unsigned char>(text[i])];
  const auto lane = [lanes](unsigned number) { return static_cast<unsigned>(lanes >> (8 * number) & 0xff); };
  return {lane(0), lane(1), lane(2), lane(3), lane(4), lane(5), lane(6)};
}

std::size_t digits_at(const char* text, std::size_t size, std::size_t at) noexcept {
  std::size_t end = at;
  while (end < size && is_digit(text[end])) ++end;
  return end - at;
}

/// Length of [+-]?digits(.digits)* at the beginning; 0 when there is none.
std::size_t number_length(const char* text, std::size_t size) noexcept {
  std::size_t at = size > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  std::size_t run = digits_at(text, size, at);
  if (run == 0) return 0;
  at += run;
  while (at + 1 < size && text[at] == '.' && (run = digits_at(text, size, at + 1)) != 0) at += 1 + run;
  return at;
}

bool all_hex(const char* text, std::size_t size) noexcept { return std::all_of(text, text + size, is_hex); }

bool is_uuid(const char* text, std::size_t size) noexcept {
  if (size != 36) return false;
  for (std::size_t i = 0; i < size; ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

template <std::size_t N>
bool one_of(std::string_view text, const std::string_view (&list)[N]) noexcept {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

constexpr std::size_t kUnitBytesMax = 6;

/// A short text and its size as one word.
constexpr std::uint64_t packed(std::string_view text) noexcept {
  std::uint64_t word = std::uint64_t{text.size()} << 56;
  for (std::size_t i = 0; i < text.size(); ++i) word |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * i);
  return word;
}

template <std::size_t N>
constexpr std::array<std::uint64_t, N> packed_all(const std::string_view (&texts)[N]) noexcept {
  std::array<std::uint64_t, N> words{};
  for (std::size_t i = 0; i < N; ++i) words[i] = packed(texts[i]);
  return words;
}

ValueType type_of_unit(std::string_view unit) noexcept {
  constexpr auto kTimes = packed_all({"ms", "s", "ns", "us", "\xc2\xb5s", "sec", "secs", "m", "min", "mins", "h", "hr", "d"});
  constexpr auto kSizes =
      packed_all({"B", "K", "k", "KB", "kB", "kb", "KiB", "M", "MB", "MiB", "G", "GB", "GiB", "T", "TB", "TiB", "bytes", "Kbytes"});
  if (unit.size() > kUnitBytesMax) return ValueType::word;
  const std::uint64_t word = packed(unit);
  if (std::find(kTimes.begin(), kTimes.end(), word) != kTimes.end()) return ValueType::time;
  return std::find(kSizes.begin(), kSizes.end(), word) != kSizes.end() ? ValueType::size : ValueType::word;
}

/// 2024-03-01, 2024/03/01, 01/Mar/2024, perhaps with a time glued on.
bool begins_with_date(const char* text, std::size_t size) noexcept {
  const std::size_t first = digits_at(text, size, 0);
  if (size < 8 || (first != 4 && first != 2) || (text[first] != '-' && text[first] != '/')) return false;
  const std::size_t second = digits_at(text, size, first + 1);
  const std::size_t next = first + 1 + (second != 0 ? second : 3);
  if (second > 2 || next + 1 >= size || text[next] != text[first]) return false;
  return (first == 4 && second != 0 && is_digit(text[next + 1])) || (first == 2 && digits_at(text, size, next + 1) >= 4);
}

WordStep whole(std::size_t size, std::size_t after, WordForm form, ValueType type) noexcept { return {0, size, after, form, type}; }

/// core.4900, jetty-6.1, PS/2: a name, a joint, a number. Returns the length of name and joint, or 0.
std::size_t glued_name(const char* text, std::size_t size) noexcept {
  std::size_t at = 0;
  bool letters = true;
  for (; at < size && (is_letter(text[at]) || text[at] == '_'); ++at) letters &= text[at] != '_';
  if (at < 2 || at >= size) return 0;
  const char joint = text[at++];
  if (joint != '.' && !(letters && (joint == '-' || joint == '/'))) return 0;
  return at < size && number_length(text + at, size - at) == size - at && is_digit(text[at]) ? at : 0;
}

/// 用户42登录: where a number follows letters beyond ASCII, whose scripts often put no blanks between words. Returns where it begins, or 0.
std::size_t number_behind_wide(const char* text, std::size_t size) noexcept {
  for (std::size_t at = 1; at < size; ++at)
    if (is_digit(text[at]) && static_cast<unsigned char>(text[at - 1]) >= 0x80) return at;
  return 0;
}

bool is_capital(char c) noexcept { return c >= 'A' && c <= 'Z'; }
bool is_small(char c) noexcept { return c >= 'a' && c <= 'z'; }

/// www.example.com, db.eu.example.de: a domain that is known to be one, and so a value even when it never changes.
bool is_domain(std::string_view name) noexcept {
  constexpr std::string_view kKnown[] = {"com", "net",   "org",   "edu",         "gov",      "mil", "io",
                                         "dev", "cloud", "local", "localdomain", "internal", "lan"};
  // Two letters that end file names and identifiers more often than domains.
  constexpr std::string_view kFiles[] = {"py", "sh", "js", "rs", "md", "so", "ko", "cc", "pl", "rb", "go", "ts", "cs", "gz", "db", "hh",
                                         "id", "is", "in", "to", "no", "at", "by", "my", "me", "as", "do", "ps", "vm", "ms", "gc"};
  const std::size_t last = name.rfind('.');
  const std::size_t labels = static_cast<std::size_t>(std::count(name.begin(), name.end(), '.')) + 1;
  if (last == std::string_view::npos || last == 0 || name.find_first_of("/\\_$") != std::string_view::npos) return false;
  const std::string_view top = name.substr(last + 1);
  const bool country = top.size() == 2 && labels > 2 && std::all_of(top.begin(), top.end(), is_small) && !one_of(top, kFiles);
  return country || one_of(top, kKnown);
}

/// org.example.State.IN_PROGRESS: one of an enumeration says what happened.
bool is_enumerator(std::string_view name) noexcept {
  const std::string_view last = name.substr(name.rfind('.') + 1);
  return last.size() > 1 && std::all_of(last.begin(), last.end(), [](char c) { return is_capital(c) || c == '_'; });
}

/// task_3, rdd_2_1, pool-1-thread-2: a name with a number of its own between underscores or hyphens names one of many.
bool is_numbered_name(const char* text, std::size_t size) noexcept {
  for (std::size_t at = 1; at < size; ++at) {
    if (text[at - 1] != '_' && text[at - 1] != '-') continue;
    const std::size_t run = digits_at(text, size, at);
    if (run != 0 && (at + run == size || text[at + run] == '_' || text[at + run] == '-')) return true;
  }
  return false;
}

/// A word without `#` and without a mail's `@`, punctuation at its ends taken off.
WordStep read_core(const char* text, std::size_t size, std::size_t after) noexcept {
  const Counts c = count(text, size);
  const char first = text[0];
  if (first == '/' && size > 1 && c.digits + c.letters != 0)
    return whole(size, after, WordForm::value, is_ipv4(text + 1, size - 1) ? ValueType::ip : ValueType::path);
  const bool relative = size > 2 && (first == '~' || first == '.') && (text[1] == '/' || (text[1] == '.' && text[2] == '/'));
  if (relative || c.backslashes > 1 || (first == '\\' && size > 1)) return whole(size, after, WordForm::value, ValueType::path);
  if (c.digits == 0) {
    const unsigned joints = c.dots + c.slashes + c.backslashes;
    if (joints == 0 || c.letters < 3) return whole(size, after, WordForm::constant, ValueType::word);
    if (c.slashes == 0 && is_domain({text, size})) return whole(size, after, WordForm::value, ValueType::host);
    if (c.slashes == 0 && is_enumerator({text, size})) return whole(size, after, WordForm::constant, ValueType::word);
    return whole(size, after, WordForm::named, c.slashes != 0 ? ValueType::path : ValueType::host);
  }
  const bool signed_number = (first == '-' || first == '+' || first == '*') && size > 1 && is_digit(text[1]);
  if (is_digit(first) || signed_number || (first == '.' && size > 1 && is_digit(text[1])))
    return whole(size, after, WordForm::value, type_of(text, size));
  if (c.wide != 0)
    if (const std::size_t name = number_behind_wide(text, size); name != 0) {
      const std::size_t number = number_length(text + name, size - name);
      return {name, number, name + number == size ? after : 0, WordForm::value, ValueType::number};
    }
  if (const std::size_t name = glued_name(text, size); name != 0)
    return {name, size - name, after, WordForm::value, type_of(text + name, size - name)};
  const bool version = (first == 'v' || first == 'V') && number_length(text + 1, size - 1) == size - 1;
  const unsigned alphanumeric = c.digits + c.letters;
  const bool digest = size >= kDigestBytesMin && c.digits >= 2 && c.hex == size;
  if (c.digits >= 3 || digest || version || is_numbered_name(text, size) || (c.digits >= 2 && 2 * c.digits >= alphanumeric)) {
    const ValueType type = type_of(text, size);
    if (type != ValueType::word) return whole(size, after, WordForm::value, type);
    return whole(size, after, WordForm::value, c.slashes > 1 ? ValueType::path : c.dots > 1 ? ValueType::host : ValueType::word);
  }
  if (c.dots + c.slashes != 0) return whole(size, after, WordForm::named, c.slashes != 0 ? ValueType::path : ValueType::host);
  return whole(size, after, WordForm::constant, ValueType::word);
}

}  // namespace

bool is_ipv4(const char* text, std::size_t size) noexcept {
  std::size_t at = 0;
  for (int group = 0; group < 4; ++group) {
    if (group != 0 && (at >= size || text[at++] != '.')) return false;
    const std::size_t run = digits_at(text, size, at);
    if (run == 0 || run > 3) return false;
    at += run;
  }
  return at == size;
}

ValueType type_of(const char* value, std::size_t size) noexcept {
  if (size == 0) return ValueType::word;
  if (is_ipv4(value, size)) return ValueType::ip;
  if (const std::size_t number = number_length(value, size); number != 0) {
    if (number == size) return ValueType::number;
    const bool digest = size >= kDigestBytesMin && all_hex(value, size);  // 7317849d is no number of days
    if (const ValueType unit = type_of_unit({value + number, size - number}); unit != ValueType::word && !digest) return unit;
  }
  if (size > 2 && value[0] == '0' && (value[1] == 'x' || value[1] == 'X') && all_hex(value + 2, size - 2)) return ValueType::hex;
  if (is_uuid(value, size)) return ValueType::uuid;
  if (size >= kHexBytesMin && all_hex(value, size)) return ValueType::hex;
  return begins_with_date(value, size) ? ValueType::time : ValueType::word;
}

WordStep read_word(const char* word, std::size_t size) noexcept {
  if (size > kWordBytesMax) return {0, size, 0, WordForm::value, ValueType::text};
  std::size_t end = size;
  while (end > 0 && byte_is(word[end - 1], kTrailByte)) --end;
  std::size_t begin = 0;
  const auto leads = [&](char c) {
    if (c == '-' || c == '+' || c == '*') return begin + 1 < end && !is_digit(word[begin + 1]) && word[begin + 1] != '.';
    return !byte_is(c, kDigitByte | kLetterByte) && c != '/' && c != '.' && c != '\\' && c != '~' && c != '_';
  };
  while (begin < end && leads(word[begin])) ++begin;
  if (begin >= end) return {0, size, 0, WordForm::constant, ValueType::word};
  if (word[begin] == '.' && begin + 2 < end && word[begin + 1] == '.' && word[begin + 2] != '/') {  // a leader on its own
    while (begin < end && word[begin] == '.') ++begin;
    return {begin, 0, 0, WordForm::constant, ValueType::word};
  }

  // `#`, `@` and dotted leaders (`enabled......0`) divide a word.
  const auto divides = [&](const char* at) {
    if (!byte_is(*at, kDividerByte)) [[likely]]
      return false;
    return *at != '.' || (word + end - at > 2 && at[1] == '.' && at[2] != '/');
  };
  const char* joint = word + begin;
  while (joint != word + end && !divides(joint)) ++joint;
  const auto core = static_cast<std::size_t>(joint - word) - begin;
  if (joint == word + end) {
    WordStep step = read_core(word + begin, end - begin, size - end);
    step.before += begin;
    return step;
  }
  const char* right = joint + 1;
  const auto right_size = static_cast<std::size_t>(word + end - right);
  if (*joint == '@' && begin == 0 && right_size > 0) {
    if (is_digit(word[0]) && is_digit(*right)) return {0, end, size - end, WordForm::value, ValueType::word};
    const bool numeric = is_digit(*right) || (right_size >= kHexBytesMin && all_hex(right, right_size));
    if (!numeric && std::find(right, word + end, '@') == word + end) {
      const bool domain = std::find(right, word + end, '.') != word + end;
      return {0, end, size - end, domain ? WordForm::value : WordForm::named, ValueType::email};
    }
  }
  while (right < word + end && *right == *joint) ++right;
  if (core == 0) return {static_cast<std::size_t>(right - word), 0, 0, WordForm::constant, ValueType::word};
  WordStep step = read_core(word + begin, core, static_cast<std::size_t>(right - joint));
  step.before += begin;
  return step;
}

}  // namespace loglode
