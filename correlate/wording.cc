#include "correlate/wording.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace loglode {

namespace {

constexpr std::size_t kSubjectBytesMax = 160;

std::string cut(std::string_view text) {
  if (text.size() <= kSubjectBytesMax) return std::string{text};
  std::size_t end = kSubjectBytesMax;
  for (int back = 0; back < 3 && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80; ++back) --end;
  return std::string{text.substr(0, end)} + "…";
}

/// Letters outside variables: what a person can read in a template.
std::size_t readable(std::string_view text) {
  std::size_t letters = 0;
  for (const char c : text) letters += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80 ? 1 : 0;
  return letters;
}

bool has_variables(const Series& series) { return series.info != nullptr && series.info->text.find("<*>") != std::string::npos; }

/// An excerpt of a stack trace: the message says that something failed, its cause says why.
bool names_cause(std::string_view excerpt) { return excerpt.find(" \u2026 ") != std::string_view::npos; }

/// In quotes that do not stand in it.
std::string quoted(const std::string& text) {
  if (text.find('"') == std::string::npos) return '"' + text + '"';
  return text.starts_with('"') || text.find('\'') != std::string::npos ? text : '\'' + text + '\'';
}

/// A request of an access log and its answer, as one says it: `"GET /a HTTP/1.1" 502 157` is `GET /a answered 502`. Empty for other text.
std::string request_text(std::string_view text) {
  static constexpr std::array<std::string_view, 7> kMethods{"GET ", "POST ", "PUT ", "DELETE ", "HEAD ", "PATCH ", "OPTIONS "};
  if (!text.starts_with('"')) return {};
  const std::size_t close = text.find('"', 1);
  if (close == std::string_view::npos) return {};
  std::string_view request = text.substr(1, close - 1), answer = text.substr(close + 1);
  if (std::none_of(kMethods.begin(), kMethods.end(), [&](std::string_view method) { return request.starts_with(method); })) return {};
  request = request.substr(0, request.rfind(" HTTP/"));
  if (!answer.starts_with(' ')) return {};
  const std::string_view status = answer.substr(1, answer.find(' ', 1) - 1);
  const bool digits = std::all_of(status.begin(), status.end(), [](char c) { return c >= '0' && c <= '9'; });
  return status.size() == 3 && digits ? cut(request) + " answered " + std::string{status} : std::string{};
}

}  // namespace

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t place = digits.size(); place > 3; place -= 3) digits.insert(place - 3, 1, ',');
  return digits;
}

std::string rounded(double number) {
  if (number >= 10) return grouped(static_cast<std::uint64_t>(std::llround(std::fmin(number, 9e18))));
  char text[32];
  std::snprintf(text, sizeof text, number >= 0.095 ? "%.1f" : "%.2f", number);
  const std::string shown{text};
  return shown.ends_with(".0") ? shown.substr(0, shown.size() - 2) : shown == "0.00" ? "0" : shown;
}

std::string times_counted(std::uint64_t number) { return number == 1 ? "once" : grouped(number) + " times"; }

std::string clock_time(const Timeline& timeline, Timestamp time) {
  constexpr std::size_t kDay = 10, kDayAndClock = 19;
  std::string full = to_rfc3339(time);
  if (full.size() < kDayAndClock) return "?";
  const std::string first = to_rfc3339(timeline.first), last = to_rfc3339(timeline.last);
  if (first.substr(0, kDay) == last.substr(0, kDay)) return full.substr(kDay + 1, kDayAndClock - kDay - 1);
  full[kDay] = ' ';
  return full.substr(0, kDayAndClock);
}

std::string severity_text(Severity severity) {
  if (severity == Severity::unspecified) return "no severity";
  std::string name{severity_name(severity)};
  for (char& c : name) c = static_cast<char>(c - 'a' + 'A');
  return name;
}

std::string lag_text(double seconds) {
  char text[48];
  if (seconds < 0.0005) return "+0 s";
  if (seconds < 1) {
    std::snprintf(text, sizeof text, "+%.0f ms", seconds * 1000);
  } else if (seconds < 120) {
    std::snprintf(text, sizeof text, "+%.1f s", seconds);
  } else {
    std::snprintf(text, sizeof text, "+%.0f min", seconds / 60);
  }
  return text;
}

std::string duration_text(double microseconds) {
  constexpr double kMillisecond = 1e3, kSecond = 1e6, kMinute = 6e7;
  if (microseconds < kMillisecond) return rounded(microseconds) + " µs";
  if (microseconds < kSecond) return rounded(microseconds / kMillisecond) + " ms";
  return microseconds < 2 * kMinute ? rounded(microseconds / kSecond) + " s" : rounded(microseconds / kMinute) + " min";
}

std::string place_of(const Timeline& timeline, const Point& point) {
  if (timeline.since_boot) return rounded(std::chrono::duration<double>(point.first.time_since_epoch()).count()) + " s after boot";
  if (!timeline.ordinal) return clock_time(timeline, point.first);
  return point.cell != nullptr ? "line " + grouped(point.cell->first_line) : "the beginning";
}

std::string subject_text(const Series& series) {
  if (series.info == nullptr) return series.rule != nullptr ? series.rule->name : std::string{};
  // A person knows his log by what stands in it: "no connection after <*> ms" stands nowhere.
  const bool plain = !has_variables(series) && series.among == 0 && readable(series.info->text) >= 6;
  for (const auto* points : {&series.points, &series.learned})
    for (const Point& point : *points)
      if (point.cell != nullptr && !point.cell->excerpt.empty() && (!plain || names_cause(point.cell->excerpt)))
        return cut(point.cell->excerpt);
  return cut(series.info->text);
}

std::string subject_of(const Series& series) {
  if (series.info == nullptr) return subject_text(series);
  const std::string text = subject_text(series), request = request_text(text);
  const std::string shown = !request.empty() ? request : quoted(text);
  if (series.severity_max > series.severity)
    return shown + " (" + severity_text(series.severity) + " and " + severity_text(series.severity_max) + ')';
  return series.joined ? shown + " (" + severity_text(series.severity) + ')' : shown;
}

std::string lines_like(const Series& series) { return (has_variables(series) ? "lines like " : "") + subject_of(series); }

std::string stable_id(std::string_view text) {
  char hex[17];
  std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(XXH3_64bits(text.data(), text.size())));
  return {hex, 16};
}

}  // namespace loglode
