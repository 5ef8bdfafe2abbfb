#include "parse/framing/wrapper_prefix.h"

#include <algorithm>

#include "parse/framing/workload.h"
#include "parse/json/json_text.h"
#include "parse/time/timestamp_reader.h"

namespace loglode {

namespace {

constexpr std::size_t kWriterLengthMax = 128;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_name(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
}

/// The string that follows `key` (`"log":`), escapes unread; false when there is none.
bool find_string(std::string_view line, std::string_view key, std::string_view& out) {
  const std::size_t at = line.find(key);
  if (at == std::string_view::npos) return false;
  std::size_t begin = at + key.size();
  while (begin < line.size() && line[begin] == ' ') ++begin;
  if (begin >= line.size() || line[begin] != '"') return false;
  for (std::size_t end = ++begin; end < line.size(); ++end) {
    if (line[end] == '\\') {
      ++end;
    } else if (line[end] == '"') {
      out = line.substr(begin, end - begin);
      return true;
    }
  }
  return false;
}

std::string_view without_colour(std::string_view line) noexcept {
  while (line.starts_with("\x1b[")) {
    const std::size_t end = line.substr(0, 16).find('m');
    if (end == std::string_view::npos) break;
    line.remove_prefix(end + 1);
  }
  return line;
}

/// Takes the word up to the next blank, and the blank.
bool take_word(std::string_view& rest, std::string_view& word) noexcept {
  const std::size_t end = rest.substr(0, kWriterLengthMax).find(' ');
  if (end == 0 || end == std::string_view::npos) return false;
  word = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return true;
}

bool is_name_word(std::string_view word) noexcept { return !word.empty() && std::all_of(word.begin(), word.end(), is_name); }

}  // namespace

bool split_docker(std::string_view line, bool keeps_line_ends, std::string& buffer, WrapperPrefix& out) {
  std::string_view escaped;
  if (!line.starts_with('{') || line.substr(0, 256).find("\"log\":") == std::string_view::npos) return false;
  if (!find_string(line, "\"log\":", escaped)) return false;
  const std::size_t behind = static_cast<std::size_t>(escaped.data() - line.data()) + escaped.size();
  if (!find_string(line.substr(behind), "\"stream\":", out.writer)) return false;
  if (out.writer != "stdout" && out.writer != "stderr") return false;
  static_cast<void>(find_string(line.substr(behind), "\"time\":", out.time));
  out.iostream = out.writer;
  buffer.resize(escaped.size());
  std::size_t size = 0;
  if (!unescape_json(escaped, buffer.data(), size)) return false;
  buffer.resize(size);
  out.partial = keeps_line_ends && !buffer.ends_with('\n');
  out.inner = buffer;
  while (out.inner.ends_with('\n') || out.inner.ends_with('\r')) out.inner.remove_suffix(1);
  return true;
}

bool split_cri(std::string_view line, WrapperPrefix& out) {
  const std::size_t stamp = line.substr(0, 48).find(' ');
  if (stamp == std::string_view::npos || stamp < 20 || line[10] != 'T' || !is_digit(line[0])) return false;
  const std::string_view rest = line.substr(stamp + 1);
  if (!rest.starts_with("stdout ") && !rest.starts_with("stderr ")) return false;
  if (rest.size() < 8 || (rest[7] != 'F' && rest[7] != 'P')) return false;
  const std::size_t end = rest.find(' ', 7);
  out.time = line.substr(0, stamp);
  out.writer = out.iostream = rest.substr(0, 6);
  out.partial = rest[7] == 'P';
  out.inner = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return end == std::string_view::npos ? rest.size() == 8 : rest[8] == ' ' || rest[8] == ':';
}

bool split_compose(std::string_view line, WrapperPrefix& out) {
  line = without_colour(line);
  std::size_t end = 0;
  while (end < line.size() && end < kWriterLengthMax && is_name(line[end])) ++end;
  std::size_t bar = end;
  while (bar < line.size() && bar < kWriterLengthMax && line[bar] == ' ') ++bar;
  if (end == 0 || bar == end || bar >= line.size() || line[bar] != '|') return false;
  if (bar + 1 < line.size() && line[bar + 1] != ' ' && line[bar + 1] != '\x1b') return false;
  out.writer = line.substr(0, end);
  if (severity_from_word(out.writer) != Severity::unspecified) return false;  // `INFO  | text` is somebody's own format
  line.remove_prefix(bar + 1);
  line = without_colour(line);
  if (line.starts_with(' ')) line.remove_prefix(1);
  out.inner = without_colour(line);
  return true;
}

bool split_kubectl(std::string_view line, WrapperPrefix& out) {
  if (!line.starts_with("[pod/")) return false;
  const std::size_t end = line.substr(0, 2 * kWriterLengthMax).find(']');
  if (end == std::string_view::npos || line.find(' ') < end) return false;
  out.writer = line.substr(1, end - 1);
  out.inner = line.substr(end + 1);
  if (out.inner.starts_with(' ')) out.inner.remove_prefix(1);
  return true;
}

bool split_stern(std::string_view line, WrapperPrefix& out) {
  std::string_view rest = without_colour(line), pod, container;
  const auto is_pod = [](std::string_view word) { return is_pod_name(word.substr(0, word.find('\x1b'))); };
  if (!take_word(rest, pod)) return false;
  if (!is_pod(pod) && (!is_name_word(pod) || !take_word(rest, pod) || !is_pod(pod))) return false;
  rest = without_colour(rest);
  if (!take_word(rest, container)) {
    if (!is_name_word(rest)) return false;
    container = rest, rest = {};
  }
  container = container.substr(0, container.find('\x1b'));
  if (!is_name_word(container) || severity_from_word(container) != Severity::unspecified) return false;
  out.writer = {pod.data(), static_cast<std::size_t>(container.data() + container.size() - pod.data())};
  out.inner = without_colour(rest);
  return true;
}

bool split_stamped(std::string_view line, WrapperPrefix& out) {
  static const TimeContext kAnyYear{Timestamp{}, nullptr};
  Timestamp time = kNoTime;
  if (line.size() < 20 || !is_digit(line[0]) || line[4] != '-' || (line[10] != 'T' && line[10] != ' ')) return false;
  const std::size_t length = read_timestamp(line, kAnyYear, time);
  if (length == 0) return false;
  out.time = line.substr(0, length);
  if (length < line.size() && line[length] != ' ' && line[length] != '\t') return false;
  out.inner = line.substr(std::min(line.size(), length + 1));
  return true;
}

}  // namespace loglode
