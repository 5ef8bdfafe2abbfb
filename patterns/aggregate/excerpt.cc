#include "patterns/aggregate/excerpt.h"

#include "core/limits.h"

namespace loglode {

namespace {

constexpr int kTraceLinesRead = 200;  // from the end; the cause of a longer trace is hardly further away
constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool is_name_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '$';
}

/// `pkg.SomeError: text`, `SomeException`: how Java, Python, .NET and JavaScript all end or begin a trace.
bool names_exception(std::string_view line) noexcept {
  std::size_t end = 0;
  while (end < line.size() && is_name_char(line[end])) ++end;
  const std::string_view name = line.substr(0, end);
  const bool ends_name = end == line.size() || line[end] == ':';
  return ends_name && (name.ends_with("Error") || name.ends_with("Exception") || name.ends_with("Failure"));
}

std::string_view cause_line(std::string_view lines) noexcept {
  std::string_view exception;
  for (int read = 0; read < kTraceLinesRead && !lines.empty(); ++read) {
    const std::size_t newline = lines.find_last_of('\n');
    const std::string_view line = trimmed(newline == std::string_view::npos ? lines : lines.substr(newline + 1));
    if (line.starts_with("Caused by")) return line;
    if (exception.empty() && names_exception(line)) exception = line;
    lines = newline == std::string_view::npos ? std::string_view{} : lines.substr(0, newline);
  }
  return exception;
}

}  // namespace

std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) noexcept {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  // At most three bytes back: what is not UTF-8 is cut where it is.
  for (int back = 0; back < 3 && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80; ++back) --end;
  return text.substr(0, end);
}

std::string make_excerpt(std::string_view message) {
  constexpr std::string_view kGap = " … ";
  const std::size_t newline = message.find('\n');
  const std::string_view first = trimmed(message.substr(0, newline));
  const std::string_view cause = newline == std::string_view::npos ? std::string_view{} : cause_line(message.substr(newline + 1));
  if (cause.empty()) return std::string{utf8_prefix(first, kExcerptBytesMax)};
  // Both parts are shown: neither may push the other out.
  std::string excerpt{utf8_prefix(
      first, cause.size() + kGap.size() >= kExcerptBytesMax / 2 ? kExcerptBytesMax / 2 : kExcerptBytesMax - cause.size() - kGap.size())};
  excerpt += kGap;
  excerpt += utf8_prefix(cause, kExcerptBytesMax - excerpt.size());
  return excerpt;
}

}  // namespace loglode
