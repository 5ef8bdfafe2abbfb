#include "patterns/mining/compound_reader.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "patterns/mining/byte_class.h"
#include "patterns/mining/word_reader.h"

namespace loglode {

namespace {

bool wordlike(char c) noexcept { return byte_is(c, kDigitByte | kLetterByte) || c == '_'; }

/// Up to `most` digits from `at` on; the blanks behind the message end every run.
std::size_t digit_run(const char* text, std::size_t at, std::size_t most) noexcept {
  std::size_t run = 0;
  while (run < most && is_digit(text[at + run])) ++run;
  return run;
}

/// Behind a fraction of a second and a zone, from the end of hh:mm[:ss] on.
std::size_t end_of_time(const char* text, std::size_t at) noexcept {
  if ((text[at] == '.' || text[at] == ',') && digit_run(text, at + 1, 3) == 3)
    at += 1 + digit_run(text, at + 1, 12);
  else if (text[at] == '.' && is_digit(text[at + 1]))
    at += 1 + digit_run(text, at + 1, 12);
  if (text[at] == 'Z') return at + 1;
  if ((text[at] == '+' || text[at] == '-') && digit_run(text, at + 1, 4) >= 2) {
    at += 1 + digit_run(text, at + 1, 4);
    if (text[at] == ':' && digit_run(text, at + 1, 2) == 2) at += 3;
  }
  return at;
}

/// Behind the half of the day, ` PM`, `pm`, ` a.m.`, that may follow a time which ends at `at`.
std::size_t end_of_half(const char* text, std::size_t at) noexcept {
  const char* half = text + at + (text[at] == ' ' ? 1 : 0);
  const char first = static_cast<char>(half[0] | 0x20);
  if (first != 'a' && first != 'p') return at;
  const bool dots = half[1] == '.';
  if ((half[dots ? 2 : 1] | 0x20) != 'm') return at;
  const char* end = half + (dots ? 3 : 2);
  if (dots && *end == '.') ++end;
  return wordlike(*end) ? at : static_cast<std::size_t>(end - text);
}

/// Behind hh:mm[:ss[.fff]][zone][ PM] that begins at `at`; 0 when that is no time.
std::size_t read_clock(const char* text, std::size_t at) noexcept {
  const std::size_t hours = digit_run(text, at, 2);
  at += hours;
  if (hours == 0 || text[at] != ':' || digit_run(text, at + 1, 3) != 2) return 0;
  at += 3;
  if (text[at] == ':' && digit_run(text, at + 1, 3) == 2) at += 3;
  at = end_of_half(text, end_of_time(text, at));
  return wordlike(text[at]) ? 0 : at;
}

/// Behind the ` UTC`, ` GMT` or ` +0000` that may follow a date and time which end at `at`.
std::size_t end_of_zone(const char* text, std::size_t at) noexcept {
  if (text[at] != ' ') return at;
  const char* zone = text + at + 1;
  if ((std::memcmp(zone, "UTC", 3) == 0 || std::memcmp(zone, "GMT", 3) == 0) && !wordlike(zone[3])) return at + 4;
  if ((*zone == '+' || *zone == '-') && digit_run(text, at + 2, 5) == 4 && !wordlike(zone[5])) return at + 6;
  return at;
}

/// Groups of hexadecimal digits joined by colons: times, MAC and IPv6 addresses, PCI slots, serial numbers.
Compound read_groups(const char* text, std::size_t begin) noexcept {
  constexpr std::size_t kGroupMax = 8, kGroupsMax = 32;
  std::size_t at = begin, groups = 0, colons = 0;
  bool digit = false, doubled = false, short_groups = true;
  for (;;) {
    std::size_t run = 0;
    while (run <= kGroupMax && is_hex(text[at + run])) digit |= is_digit(text[at + run++]);
    if (run > kGroupMax || groups > kGroupsMax) return {};
    short_groups &= run == 2;
    groups += run != 0;
    at += run;
    if (text[at] != ':' || (text[at + 1] != ':' && !is_hex(text[at + 1]))) break;
    doubled |= text[at + 1] == ':';
    at += text[at + 1] == ':' ? 2 : 1;
    ++colons;
    if (!is_hex(text[at])) break;
  }
  if (text[at] == '.' && is_digit(text[at + 1])) {  // an IPv4 tail, a PCI function, a fraction
    while (is_digit(text[at]) || (text[at] == '.' && is_digit(text[at + 1]))) ++at;
  }
  if (text[at] == '%' || text[at] == '/') {  // zone or prefix length of an address
    const std::size_t mark = at++;
    while (wordlike(text[at])) ++at;
    if (at == mark + 1) --at;
  }
  if (!digit || wordlike(text[at]) || !(doubled ? groups >= 1 : colons >= 2)) return {};
  return {at, !doubled && short_groups ? ValueType::hex : ValueType::ip};
}

bool is_source_file(std::string_view word) noexcept {
  constexpr std::string_view kSuffixes[] = {"c",    "h",  "cc",    "cpp", "cxx", "hpp", "go", "py", "rb",  "rs", "js", "ts",
                                            "java", "kt", "scala", "php", "pl",  "m",   "mm", "cs", "lua", "sh", "ex", "erl"};
  const std::size_t dot = word.rfind('.');
  return dot != std::string_view::npos &&
         std::find(std::begin(kSuffixes), std::end(kSuffixes), word.substr(dot + 1)) != std::end(kSuffixes);
}

/// host:port: the word looks like a host, one to five digits follow.
Compound read_port(const char* text, std::size_t begin, std::size_t end) noexcept {
  const std::string_view word{text + begin, end - begin};
  const std::size_t port = digit_run(text, end + 1, 6);
  const std::size_t after = end + 1 + port;
  if (port == 0 || port > 5 || wordlike(text[after]) || (text[after] == '.' && is_digit(text[after + 1]))) return {};
  const bool dotted = word.find('.') != std::string_view::npos, hyphened = word.find('-') != std::string_view::npos && port > 1;
  if (word.size() < 3 || !(dotted || hyphened || word == "localhost") || is_source_file(word)) return {};
  if (!std::all_of(word.begin(), word.end(), [](char c) { return wordlike(c) || c == '.' || c == '-' || c == '/'; })) return {};
  const std::string_view top = word.substr(word.find_last_of("./") == std::string_view::npos ? 0 : word.find_last_of("./") + 1);
  if (dotted && std::any_of(top.begin(), top.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) return {};  // Class.Member:17
  const std::size_t slash = word.front() == '/' ? 1 : 0;
  return {after, is_ipv4(word.data() + slash, word.size() - slash) ? ValueType::ip : ValueType::host};
}

/// Whether the `]` at `at` closes what stands for a secret in a URL (docs/redaction.md): `bob:[masked]@db` is one piece, not two.
bool closes_masked(const char* text, std::size_t begin, std::size_t at) noexcept {
  const std::string_view before{text + begin, at - begin};
  if (text[at] != ']') return false;
  const std::size_t open = before.find_last_of("[]");
  return open != std::string_view::npos && before.substr(open).starts_with("[masked");
}

/// The first of `ends` or blank from `at` on.
std::size_t end_of_run(const char* text, std::size_t size, std::size_t at, std::string_view ends) noexcept {
  const std::size_t begin = at;
  while (at < size && !is_blank(text[at]) && (ends.find(text[at]) == std::string_view::npos || closes_masked(text, begin, at))) ++at;
  return at;
}

std::size_t end_of_url(const char* text, std::size_t size, std::size_t at) noexcept {
  at = end_of_run(text, size, at, "\"'<>|{})],;");
  while (text[at - 1] == '.' || text[at - 1] == ':') --at;
  return at;
}

bool one_of_three(const char* text, std::string_view names) noexcept {
  for (std::size_t i = 0; i < names.size(); i += 3)
    if (std::memcmp(text, names.data() + i, 3) == 0) return true;
  return false;
}
bool is_weekday(const char* text) noexcept { return one_of_three(text, "MonTueWedThuFriSatSun") && !wordlike(text[3]); }
bool is_month(const char* text) noexcept { return one_of_three(text, "JanFebMarAprMayJunJulAugSepOctNovDec") && !wordlike(text[3]); }

std::size_t skip_blanks(const char* text, std::size_t size, std::size_t at) noexcept {
  while (at < size && is_blank(text[at])) ++at;
  return at;
}

/// Behind ` hh:mm:ss`, ` PDT` and ` 2005`, each of which may be missing, from the end of the day on.
std::size_t end_of_calendar(const char* text, std::size_t size, std::size_t at) noexcept {
  std::size_t next = skip_blanks(text, size, at);
  bool clock = false;
  const auto year = [&] {
    if (digit_run(text, next, 5) != 4 || wordlike(text[next + 4]) || text[next + 4] == ':' || (text[next] != '1' && text[next] != '2'))
      return;
    at = next + 4;
    next = skip_blanks(text, size, at);
  };
  year();
  if (const std::size_t end = read_clock(text, next); end != 0) {
    clock = true;
    at = end;
    next = skip_blanks(text, size, at);
  }
  if (!clock) return at;
  std::size_t zone = 0;
  while (zone < 5 && text[next + zone] >= 'A' && text[next + zone] <= 'Z') ++zone;
  if (zone >= 3 && zone <= 4 && is_blank(text[next + zone])) {
    const std::size_t behind = skip_blanks(text, size, next + zone);
    if (digit_run(text, behind, 5) == 4) next = behind;
  }
  if ((text[next] == '+' || text[next] == '-') && digit_run(text, next + 1, 5) == 4) {
    at = next + 5;
    next = skip_blanks(text, size, at);
  }
  year();
  return at;
}

}  // namespace

Compound read_double_colon(const char* text, std::size_t /*size*/, std::size_t begin) noexcept { return read_groups(text, begin); }

Compound read_colon_compound(const char* text, std::size_t size, std::size_t begin, std::size_t end) noexcept {
  const std::size_t length = end - begin;
  if (text[end + 1] == '/' && text[end + 2] == '/' && length >= 2 && is_letter(text[begin]))
    return {end_of_url(text, size, end + 3), ValueType::url};
  if (length == 1 && is_letter(text[begin]) && (text[end + 1] == '\\' || (text[end + 1] == '/' && wordlike(text[end + 2]))))
    return {end_of_url(text, size, end + 1), ValueType::path};
  if (is_hex(text[begin]) && (is_hex(text[end + 1]) || text[end + 1] == ':')) {
    if (length <= 2)
      if (const std::size_t clock = read_clock(text, begin); clock != 0 && text[clock] != ':') return {clock, ValueType::time};
    if (const Compound groups = read_groups(text, begin); groups.end != 0) return groups;
  }
  if (!is_digit(text[end + 1])) return {};
  if (is_digit(text[begin]) && length >= 8 && type_of(text + begin, length) == ValueType::time) {
    const bool iso = text[end - 3] == 'T' && is_digit(text[end - 2]) && is_digit(text[end - 1]);
    if (const std::size_t clock = read_clock(text, iso ? end - 2 : end + 1); clock != 0) return {end_of_zone(text, clock), ValueType::time};
  }
  return read_port(text, begin, end);
}

Compound read_calendar(const char* text, std::size_t size, std::size_t begin, std::size_t end) noexcept {
  std::size_t at = begin;
  if (is_weekday(text + at)) {
    at = end;
    if (text[at] == ',') ++at;
    if (!is_blank(text[at])) return {};
    at = skip_blanks(text, size, at);
  }
  if (const std::size_t day = digit_run(text, at, 3);
      at != begin && day >= 1 && day <= 2 && is_blank(text[at + day])) {  // Tue, 05 Mar 2024
    at = skip_blanks(text, size, at + day);
    if (at + 3 > size || !is_month(text + at)) return {};
    return {end_of_calendar(text, size, at + 3), ValueType::time};
  }
  if (at + 3 > size || !is_month(text + at)) return {};
  const std::size_t day_begin = skip_blanks(text, size, at + 3);
  const std::size_t day = digit_run(text, day_begin, 3);
  if (day_begin == at + 3 || day == 0 || day > 2 || wordlike(text[day_begin + day])) return {};
  std::size_t day_end = day_begin + day;
  if (text[day_end] == ',' && text[day_end + 1] == ' ' && digit_run(text, day_end + 2, 5) == 4) ++day_end;  // Mar 5, 2024
  return {end_of_calendar(text, size, day_end), ValueType::time};
}

Compound read_date_and_time(const char* text, std::size_t /*size*/, std::size_t begin, std::size_t end) noexcept {
  if (end - begin < 8 || end - begin > 11 || text[end] != ' ' || type_of(text + begin, end - begin) != ValueType::time) return {};
  const std::size_t clock = read_clock(text, end + 1);
  return clock == 0 ? Compound{} : Compound{end_of_zone(text, clock), ValueType::time};
}

std::size_t end_of_locator(const char* text, std::size_t size, std::size_t begin, std::size_t end) noexcept {
  if (end - begin == 2 && text[end] == ':' && text[end + 1] == '/') end = end_of_url(text, size, end + 1);  // /D:/some/where
  if (end > begin && std::memchr(text + begin, '?', end - begin) != nullptr) {
    end = end_of_run(text, size, end, "\"'<>|{})]");
    while (std::memchr(",.;:", text[end - 1], 4) != nullptr) --end;
  }
  if (end + 7 < size && text[end] == ' ' && std::memcmp(text + end + 1, "HTTP/", 5) == 0 && is_digit(text[end + 6])) {
    end += 7;
    while (is_digit(text[end]) || (text[end] == '.' && is_digit(text[end + 1]))) ++end;
  }
  return end;
}

}  // namespace loglode
