#include "parse/framing/wrapping.h"

#include <algorithm>

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

/// {"log":"text\n","stream":"stdout","time":"…"}
bool unwrap_docker(std::string_view line, std::string& buffer, WrappedLine& out) {
  std::string_view escaped;
  if (!line.starts_with('{') || line.substr(0, 256).find("\"log\":") == std::string_view::npos) return false;
  if (!find_string(line, "\"log\":", escaped)) return false;
  const std::size_t behind = static_cast<std::size_t>(escaped.data() - line.data()) + escaped.size();
  if (!find_string(line.substr(behind), "\"stream\":", out.writer)) return false;
  buffer.resize(escaped.size());
  std::size_t size = 0;
  if (!unescape_json(escaped, buffer.data(), size)) return false;
  buffer.resize(size);
  out.partial = !buffer.ends_with('\n');
  out.inner = buffer;
  while (out.inner.ends_with('\n') || out.inner.ends_with('\r')) out.inner.remove_suffix(1);
  return true;
}

/// 2026-11-24T00:00:00.000000000Z stdout F text
bool unwrap_cri(std::string_view line, WrappedLine& out) {
  const std::size_t stamp = line.substr(0, 48).find(' ');
  if (stamp == std::string_view::npos || stamp < 20 || line[10] != 'T' || !is_digit(line[0])) return false;
  const std::string_view rest = line.substr(stamp + 1);
  if (!rest.starts_with("stdout ") && !rest.starts_with("stderr ")) return false;
  if (rest.size() < 8 || (rest[7] != 'F' && rest[7] != 'P')) return false;
  const std::size_t end = rest.find(' ', 7);
  out.writer = rest.substr(0, 6);
  out.partial = rest[7] == 'P';
  out.inner = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return end == std::string_view::npos ? rest.size() == 8 : rest[8] == ' ' || rest[8] == ':';
}

std::string_view without_colour(std::string_view line) noexcept {
  while (line.starts_with("\x1b[")) {
    const std::size_t end = line.substr(0, 16).find('m');
    if (end == std::string_view::npos) break;
    line.remove_prefix(end + 1);
  }
  return line;
}

/// `checkout-1  | text`
bool unwrap_compose(std::string_view line, WrappedLine& out) {
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

/// [pod/NAME/CONTAINER] text
bool unwrap_kubectl(std::string_view line, WrappedLine& out) {
  if (!line.starts_with("[pod/")) return false;
  const std::size_t end = line.substr(0, 2 * kWriterLengthMax).find(']');
  if (end == std::string_view::npos || line.find(' ') < end) return false;
  out.writer = line.substr(1, end - 1);
  out.inner = line.substr(end + 1);
  if (out.inner.starts_with(' ')) out.inner.remove_prefix(1);
  return true;
}

bool unwrap_columns(std::string_view line, const ColumnTable& table, WrappedLine& out) {
  ColumnValues values;
  if (!table.split(line, values)) return false;
  out.inner = values[table.text_column()];
  out.substream = table.writer(values);
  return true;
}

std::string_view without_suffix(std::string_view name, std::size_t length_min, std::size_t length_max, bool digits_only) noexcept {
  const std::size_t dash = name.find_last_of("-_");
  if (dash == std::string_view::npos || dash == 0) return name;
  const std::string_view suffix = name.substr(dash + 1);
  if (suffix.size() < length_min || suffix.size() > length_max) return name;
  const bool all = std::all_of(suffix.begin(), suffix.end(), [&](char c) { return is_digit(c) || (!digits_only && c >= 'a' && c <= 'z'); });
  return all ? name.substr(0, dash) : name;
}

bool has_digit(std::string_view text) noexcept { return std::any_of(text.begin(), text.end(), is_digit); }

/// checkout-7d9f8b6c5d-x2x4z, checkout-x2x4z (daemon set), checkout-0 (stateful set) -> checkout
std::string_view without_pod_hashes(std::string_view pod) noexcept {
  const std::string_view replica = without_suffix(pod, 1, 4, true);
  if (replica.size() != pod.size()) return replica;
  const std::string_view shorter = without_suffix(pod, 5, 5, false);
  if (shorter.size() == pod.size()) return pod;
  const std::string_view shortest = without_suffix(shorter, 6, 10, false);
  if (shortest.size() != shorter.size() && has_digit(shorter.substr(shortest.size()))) return shortest;
  return has_digit(pod.substr(shorter.size())) ? shorter : pod;
}

}  // namespace

bool unwrap(std::string_view line, Wrapping wrapping, const ColumnTable* table, std::string& buffer, WrappedLine& out) {
  out = {};
  bool fits = false;
  switch (wrapping) {
    case Wrapping::none:
      break;
    case Wrapping::docker:
      fits = unwrap_docker(line, buffer, out);
      break;
    case Wrapping::cri:
      fits = unwrap_cri(line, out);
      break;
    case Wrapping::compose:
      fits = unwrap_compose(line, out);
      break;
    case Wrapping::kubectl:
      fits = unwrap_kubectl(line, out);
      break;
    case Wrapping::columns:
      return unwrap_columns(line, *table, out);
  }
  if (fits) out.substream = hash_writer(out.writer);
  return fits;
}

Wrapping detect_wrapping(std::span<const std::string_view> lines) {
  std::string buffer;
  WrappedLine unwrapped;
  for (const Wrapping wrapping : {Wrapping::docker, Wrapping::cri, Wrapping::compose, Wrapping::kubectl}) {
    std::size_t fits = 0, all = 0;
    for (const std::string_view line : lines) {
      if (line.empty()) continue;
      ++all;
      if (unwrap(line, wrapping, nullptr, buffer, unwrapped)) ++fits;
    }
    if (fits != 0 && fits * 10 >= all * 9) return wrapping;
  }
  return Wrapping::none;
}

Workload workload_of(std::string_view writer, Wrapping wrapping) {
  if (wrapping == Wrapping::compose) return {without_suffix(writer, 1, 3, true), writer};
  if (wrapping != Wrapping::kubectl) return {};
  if (writer.starts_with("pod/")) writer.remove_prefix(4);
  const std::string_view pod = writer.substr(0, writer.find('/'));
  return {without_pod_hashes(pod), pod};
}

}  // namespace loglode
