#include "parse/text/access_severity.h"

#include <algorithm>

#include "parse/text/line_scanner.h"

namespace loglode {
namespace {

constexpr std::size_t kBytesTried = 1024;
constexpr std::size_t kPlacesTried = 8;

/// A status of three digits behind blanks (and the quote that closes a request).
Severity status_behind(LineScanner scan) noexcept {
  scan.take('"');
  if (scan.take_blanks() == 0) return Severity::unspecified;
  const std::string_view number = scan.take_number();
  const bool ends = scan.at_end() || is_blank(scan.peek()) || std::string_view{",;|\"')]}"}.find(scan.peek()) != std::string_view::npos;
  if (!ends || severity_of_status(number) != Severity::error) return Severity::unspecified;
  return Severity::error;
}

/// METHOD target HTTP/1.1, which ends at `end`.
bool is_request(std::string_view text, std::size_t protocol) noexcept {
  if (protocol < 5 || text[protocol - 1] != ' ') return false;
  const std::size_t target = text.rfind(' ', protocol - 2);
  if (target == std::string_view::npos || target == 0) return false;
  std::size_t method = target;
  while (method > 0 && text[method - 1] >= 'A' && text[method - 1] <= 'Z') --method;
  return is_http_method(text.substr(method, target - method));
}

Severity behind_protocol(std::string_view text) noexcept {
  std::size_t at = text.find("HTTP/");
  for (std::size_t tries = 0; at != std::string_view::npos && tries < kPlacesTried; ++tries, at = text.find("HTTP/", at + 5)) {
    LineScanner scan{text};
    scan.go_to(at + 5);
    while (is_digit(scan.peek()) || scan.peek() == '.') scan.go_to(scan.position() + 1);
    if (is_request(text, at)) return status_behind(scan);
  }
  return Severity::unspecified;
}

/// A count of bytes, or nothing sent: behind the status of a request, never behind a number in a sentence.
bool size_follows(LineScanner scan) noexcept {
  scan.take('"');
  scan.take_blanks();
  scan.take_number();
  return scan.take_blanks() > 0 && (is_digit(scan.peek()) || scan.peek() == '-' || scan.peek() == '"');
}

/// "https://shop.example/p" 502 2438, "/p?x=1" 502 -
Severity behind_quoted_target(std::string_view text) noexcept {
  std::size_t at = text.find('"');
  for (std::size_t tries = 0; at != std::string_view::npos && tries < kPlacesTried; ++tries) {
    LineScanner scan{text};
    scan.go_to(at);
    std::string_view target;
    if (!scan.take_quoted(target)) return Severity::unspecified;
    const bool is_target = target.substr(0, 7) == "http://" || target.substr(0, 8) == "https://" || (target.size() > 1 && target[0] == '/');
    if (is_target && target.find(' ') == std::string_view::npos) return size_follows(scan) ? status_behind(scan) : Severity::unspecified;
    at = text.find('"', scan.position());
  }
  return Severity::unspecified;
}

}  // namespace

Severity severity_of_status(std::string_view status) noexcept {
  if (status.size() != 3 || !all_digits(status) || status[0] < '1' || status[0] > '5') return Severity::unspecified;
  return status[0] == '5' ? Severity::error : Severity::info;
}

bool is_http_method(std::string_view word) noexcept {
  constexpr std::string_view kMethods[] = {"GET",     "POST",    "PUT",   "HEAD",     "DELETE", "PATCH",
                                           "OPTIONS", "CONNECT", "TRACE", "PROPFIND", "PRI"};
  return std::find(std::begin(kMethods), std::end(kMethods), word) != std::end(kMethods);
}

Severity access_severity(std::string_view message) noexcept {
  const std::string_view text = message.substr(0, kBytesTried);
  if (const Severity severity = behind_protocol(text); severity != Severity::unspecified) return severity;
  return behind_quoted_target(text);
}

}  // namespace loglode
