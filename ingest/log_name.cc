#include "ingest/log_name.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <iterator>
#include <tuple>

namespace loglode::ingest {

namespace {

constexpr std::string_view kCompressed[] = {".gz", ".zst", ".zstd", ".bz2", ".xz", ".lz4", ".Z", ".zip"};
constexpr std::string_view kOld[] = {".old", ".bak", ".prev", ".previous"};
constexpr std::string_view kExtensions[] = {".log", ".txt", ".out", ".err", ".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".logs", ".msg"};
constexpr std::string_view kSeparators = "-_.";

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_separator(char c) noexcept { return kSeparators.find(c) != std::string_view::npos; }

std::size_t digits_at(std::string_view text, std::size_t at) noexcept {
  const std::size_t end = std::min(text.find_first_not_of("0123456789", at), text.size());
  return end > at ? end - at : 0;
}

std::uint64_t number_of(std::string_view digits) noexcept {
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

bool in(std::string_view digits, std::uint64_t low, std::uint64_t high) noexcept {
  const std::uint64_t value = number_of(digits);
  return value >= low && value <= high;
}

bool remove_suffix_of(std::string_view& name, const auto& suffixes) noexcept {
  for (const std::string_view suffix : suffixes) {
    if (name.size() <= suffix.size() || !name.ends_with(suffix)) continue;
    name.remove_suffix(suffix.size());
    return true;
  }
  return false;
}

/// Two digits of a date or time from `at`, after a separator when `separated`; moves `at` behind them.
bool take_two(std::string_view name, std::size_t& at, bool separated, std::uint64_t low, std::uint64_t high, std::string& digits) {
  const std::size_t begin = at + (separated ? 1 : 0);
  if (begin + 2 > name.size() || (separated && !is_separator(name[at]) && name[at] != ':')) return false;
  const std::string_view two = name.substr(begin, 2);
  if (digits_at(two, 0) != 2 || !in(two, low, high)) return false;
  digits += two;
  at = begin + 2;
  return true;
}

/// hh, hhmm or hhmmss, behind `-`, `_`, `.`, `T` or nothing; leaves `at` alone when there is none. Two digits behind a separator may as
/// well be an index; taken as one, `-9`, `-10` and `-24` are in order, whichever they are.
void take_time(std::string_view name, std::size_t& at, std::string& digits) {
  std::size_t next = at;
  if (next < name.size() && (is_separator(name[next]) || name[next] == 'T')) ++next;
  std::string time;
  if (!take_two(name, next, false, 0, 23, time)) return;
  const bool separated = next < name.size() && !is_digit(name[next]);
  std::size_t further = next;
  if (take_two(name, further, separated, 0, 59, time)) {
    next = further;
    if (take_two(name, further, separated, 0, 60, time)) next = further;
  } else if (is_separator(name[at])) {
    return;
  }
  if (next < name.size() && is_digit(name[next])) return;  // a longer number: no time
  digits += time;
  at = next;
}

/// Length of the date that begins at `at`, 0 when there is none; its digits go to `digits`.
std::size_t calendar_date(std::string_view name, std::size_t at, std::string& digits) {
  if (at + 7 > name.size() || digits_at(name.substr(at, 4), 0) != 4 || !in(name.substr(at, 4), 1970, 2199)) return 0;
  digits = name.substr(at, 4);
  std::size_t next = at + 4;
  const bool separated = !is_digit(name[next]);
  if (!take_two(name, next, separated, 1, 12, digits)) return 0;
  if (!take_two(name, next, separated, 1, 31, digits)) {
    return separated && (next == name.size() || !is_digit(name[next])) ? next - at : 0;  // a month: app-2026-11.log
  }
  const std::size_t day_end = next;
  take_time(name, next, digits);
  return next < name.size() && next == day_end && is_digit(name[next]) ? 0 : next - at;
}

/// Seconds since 1970, as logrotate's %s.
std::size_t epoch_date(std::string_view name, std::size_t at, std::string& digits) {
  if (digits_at(name, at) != 10 || name[at] < '1' || name[at] > '4') return 0;
  const auto seconds = static_cast<std::time_t>(number_of(name.substr(at, 10)));
  std::tm parts{};
  std::array<char, 32> text{};
  if (::gmtime_r(&seconds, &parts) == nullptr) return 0;
  digits.assign(text.data(), std::strftime(text.data(), text.size(), "%Y%m%d%H%M%S", &parts));
  return 10;
}

/// Takes the first date out of `name`, with the separator before it and an index behind it.
bool take_date(std::string& name, LogName& parts) {
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (!is_digit(name[at]) || (at > 0 && is_digit(name[at - 1]))) continue;
    std::string digits;
    std::size_t length = calendar_date(name, at, digits);
    if (length == 0 && (at == 0 || is_separator(name[at - 1]))) length = epoch_date(name, at, digits);
    if (length == 0) continue;
    std::size_t end = at + length;
    if (end < name.size() && is_separator(name[end])) {
      const std::size_t count = digits_at(name, end + 1);
      const std::size_t behind = end + 1 + count;
      if (count > 0 && count <= 6 && (behind == name.size() || is_separator(name[behind]))) {
        parts.index = number_of(std::string_view{name}.substr(end + 1, count));
        end = behind;
      }
    }
    const bool separator_before = at > 0 && is_separator(name[at - 1]);
    if (separator_before) {
      --at;
    } else if (at == 0 && end < name.size() && is_separator(name[end]) && name[end] != '.') {
      ++end;
    }
    parts.date += digits;
    name.erase(at, end - at);
    return true;
  }
  return false;
}

/// `@`, 24 hexadecimal digits of a TAI64N time, `.s` or `.u`: a part of `current`, as multilog, svlogd and s6-log name it.
bool is_part_of_current(std::string_view name) noexcept {
  constexpr std::size_t kDigits = 24;
  return name.size() == kDigits + 3 && name[0] == '@' && name.find_first_not_of("0123456789abcdef", 1) == kDigits + 1 &&
         (name.ends_with(".s") || name.ends_with(".u"));
}

}  // namespace

LogName parse_log_name(std::string_view name) {
  LogName parts;
  remove_suffix_of(name, kCompressed);
  if (is_part_of_current(name)) {
    parts.log = "current";
    parts.date = name.substr(1, name.size() - 3);
    return parts;
  }
  parts.old = remove_suffix_of(name, kOld);
  parts.log = name;
  for (int dates = 0; dates < 2 && take_date(parts.log, parts); ++dates) {}
  const std::size_t dot = parts.log.rfind('.');
  const std::size_t count = dot == std::string::npos ? 0 : digits_at(parts.log, dot + 1);
  if (dot != std::string::npos && dot > 0 && count > 0 && count <= 19 && dot + 1 + count == parts.log.size()) {
    parts.rotated = number_of(std::string_view{parts.log}.substr(dot + 1));
    parts.log.resize(dot);
  }
  return parts;
}

std::string_view stem_of(std::string_view log) noexcept {
  while (remove_suffix_of(log, kExtensions)) {}
  for (const std::string_view extension : kExtensions) {
    if (log == extension) return {};
  }
  while (true) {
    std::size_t end = log.size();
    while (end > 0 && is_digit(log[end - 1])) --end;
    if (end == 0) return {};
    if (is_separator(log[end - 1]))
      --end;
    else
      end = log.size();
    if (end == log.size() || end == 0) return log;
    log = log.substr(0, end);
  }
}

bool is_older(const LogName& left, const LogName& right) {
  const auto age = [](const LogName& name) { return !name.date.empty() ? 0 : name.rotated ? 1 : name.old ? 2 : 3; };
  const auto key = [&](const LogName& name) {
    // A part without an index is the one that its date began with; without a rotation number, the newest of its date.
    return std::tuple{age(name), std::string_view{name.date}, name.index.value_or(0), ~name.rotated.value_or(0), !name.old};
  };
  return key(left) < key(right);
}

bool natural_less(std::string_view left, std::string_view right) noexcept {
  std::size_t i = 0, k = 0;
  while (i < left.size() && k < right.size()) {
    if (is_digit(left[i]) && is_digit(right[k])) {
      std::string_view a = left.substr(i, digits_at(left, i)), b = right.substr(k, digits_at(right, k));
      i += a.size();
      k += b.size();
      a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
      b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
      if (a.size() != b.size()) return a.size() < b.size();
      if (a != b) return a < b;
      continue;
    }
    if (left[i] != right[k]) return static_cast<unsigned char>(left[i]) < static_cast<unsigned char>(right[k]);
    ++i;
    ++k;
  }
  if ((i < left.size()) != (k < right.size())) return k < right.size();
  return left < right;  // 01 and 1
}

bool is_no_log_by_name(std::string_view path) noexcept {
  static constexpr std::string_view kOtherKinds[] = {".yaml", ".yml",  ".md",  ".rst",  ".html", ".css", ".js",   ".ts", ".py",   ".rb",
                                                     ".go",   ".rs",   ".c",   ".h",    ".cc",   ".cpp", ".java", ".sh", ".conf", ".cfg",
                                                     ".ini",  ".toml", ".pid", ".lock", ".sock", ".pem", ".key",  ".crt"};
  for (const std::string_view compression : {".gz", ".zst", ".bz2", ".xz"})
    if (path.ends_with(compression)) path.remove_suffix(compression.size());
  return std::any_of(std::begin(kOtherKinds), std::end(kOtherKinds), [&](std::string_view kind) { return path.ends_with(kind); });
}

}  // namespace loglode::ingest
