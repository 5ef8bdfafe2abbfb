#include "parse/framing/trace_headline.h"

#include <algorithm>

#include "parse/framing/strict_line.h"
#include "parse/framing/trace_shapes.h"

namespace loglode {

using namespace traces;

namespace {

std::string_view take_line(std::string_view& text) noexcept {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// The last one: of chained exceptions it is the one that was not handled.
std::string_view python_exception(std::string_view text) {
  std::string_view found;
  bool in_frames = false;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (in_frames && !is_indented(line) && ends_python_trace(line)) found = line;
    in_frames = is_indented(line) || line.starts_with("Traceback ");
  }
  return found;
}

std::string_view node_error(std::string_view text) {
  take_line(text);
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (!line.empty() && !is_indented(line) && line.front() >= 'A' && line.front() <= 'Z' && continues_node_crash(line) &&
        !line.starts_with("Node.js v"))
      return line;
  }
  return {};
}

}  // namespace

std::optional<std::string> trace_headline(std::string_view text) {
  if (text.find('\n') == std::string_view::npos) return std::nullopt;
  std::string_view rest = text;
  const std::string_view first = take_line(rest);
  std::string_view line;
  switch (trace_begun_by(first)) {
    case Trace::python:
      line = python_exception(text);
      break;
    case Trace::java:  // Python words it alike for its threads
      if (rest.starts_with("Traceback (most recent call last):")) line = python_exception(rest);
      break;
    case Trace::node:
      line = node_error(text);
      break;
    case Trace::rust_head: {
      const std::string_view message = take_line(rest);
      return message.empty() ? std::nullopt : std::optional{std::string{first}.append(" ").append(message)};
    }
    default:
      return std::nullopt;
  }
  return line.empty() ? std::nullopt : std::optional{std::string{line}};
}

bool begins_with_crash(std::string_view text) {
  const std::string_view first = take_line(text);
  if (is_crash(first) || is_ruby_crash(first) || is_last_word(first)) return true;
  const bool alone = text.empty();
  // Of single lines Python's alone are crashes.
  if (alone && !first.ends_with(':') && !first.starts_with('T') && !first.starts_with('C') && !first.starts_with('F')) return false;
  const std::string_view second = take_line(text);
  if (is_indented(second) && second.substr(std::min(second.find_first_not_of(" \t"), second.size())).starts_with("at "))
    return true;  // of any runtime
  const Trace trace = trace_begun_by(first);
  return trace == Trace::python || ((trace == Trace::ruby || trace == Trace::java) && !second.empty());
}

}  // namespace loglode
