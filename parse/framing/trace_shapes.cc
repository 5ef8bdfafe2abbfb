#include "parse/framing/trace_shapes.h"

#include <algorithm>

namespace loglode::traces {

namespace {

constexpr std::size_t kLookAhead = 512;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name(char c) noexcept { return is_letter(c) || is_digit(c) || c == '_' || c == '$'; }
bool contains(std::string_view line, std::string_view part) noexcept { return line.find(part) != std::string_view::npos; }

/// The identifiers joined by dots that `line` begins with.
std::string_view qualified_name(std::string_view line) noexcept {
  std::size_t end = 0;
  while (end < line.size() && (is_name(line[end]) || (line[end] == '.' && end > 0 && end + 1 < line.size() && is_name(line[end + 1]))))
    ++end;
  return line.substr(0, end);
}

/// `/srv/app.js:12`, `node:internal/process/promises:288`, `file:///srv/app.mjs:3`: where Node says an uncaught error was thrown.
bool is_script_position(std::string_view line) noexcept {
  std::size_t end = line.size();
  while (end > 0 && is_digit(line[end - 1])) --end;
  if (end == line.size() || end < 4 || line[end - 1] != ':') return false;
  const std::string_view path = line.substr(0, end - 1);
  if (path.starts_with("node:internal/") || path.starts_with("node:")) return true;
  const bool absolute = path.starts_with('/') || path.starts_with("file://") || (path.size() > 2 && path[1] == ':' && path[2] == '\\');
  return absolute && (path.ends_with(".js") || path.ends_with(".mjs") || path.ends_with(".cjs") || path.ends_with(".ts"));
}

bool is_goroutine(std::string_view line) noexcept {
  return line.starts_with("goroutine ") && line.size() > 12 && is_digit(line[10]) && contains(line.substr(0, 64), " [");
}

bool is_rust_panic(std::string_view line) noexcept {
  return line.starts_with("thread '") && contains(line.substr(0, kLookAhead), " panicked at");
}

}  // namespace

bool is_blank_line(std::string_view line) noexcept {
  return std::all_of(line.begin(), line.end(), [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
}

bool is_indented(std::string_view line) noexcept { return !line.empty() && (line.front() == ' ' || line.front() == '\t'); }

bool is_crash(std::string_view line) noexcept {
  switch (line.empty() ? '\0' : line.front()) {
    case 'p':
      return line.starts_with("panic: ");
    case 'f':
      return line.starts_with("fatal error: ");
    case 'E':
      return line.starts_with("Exception in thread ");
    case 'U':
      return line.starts_with("Unhandled exception. ") || line.starts_with("Unhandled Exception: ");
    case 't':
      return line.starts_with("terminate called ") || is_rust_panic(line);
    case 'S':
      return line.starts_with("Segmentation fault") || line.starts_with("SIGSEGV: ") || line.starts_with("SIGABRT: ");
    case '=':
      return line.starts_with("==") && contains(line.substr(0, 64), "==ERROR: ");
    case 'P':
      return line.starts_with("PHP Fatal error: ");
    case 'n':
    case '/':
      return is_script_position(line);
    default:
      return false;
  }
}

Trace trace_begun_by(std::string_view line) noexcept {
  if (line.empty()) return Trace::none;
  switch (line.front()) {
    case 'T':
      return line.starts_with("Traceback (most recent call last):") ? Trace::python : Trace::none;
    case 'p':
      return line.starts_with("panic: ") ? Trace::go : Trace::none;
    case 'g':
      return is_goroutine(line) ? Trace::go : Trace::none;
    case 't':
      return is_rust_panic(line) ? (line.ends_with(':') ? Trace::rust_head : Trace::rust) : Trace::none;
    case 'S':
      return line.starts_with("SIGSEGV: ") || line.starts_with("SIGABRT: ") ? Trace::go : Trace::none;
    case 'P':
      return line.starts_with("PHP ") ? Trace::php : Trace::none;
    case 'E':
      return line.starts_with("Exception in thread ") ? Trace::java : Trace::none;
    default:
      break;
  }
  if (line.starts_with("fatal error: ")) return Trace::go;
  if (is_script_position(line)) return Trace::node;
  if (is_ruby_frame(line)) return Trace::ruby;
  return is_qualified_exception(line) ? Trace::java : Trace::none;
}

bool is_trace_line(std::string_view line) noexcept {
  if (line.empty()) return false;
  switch (line.front()) {
    case 'C':
      return line.starts_with("Caused by: ") || line == "Caused by:";
    case 'S':
      return line.starts_with("Suppressed: ") || line == "Stack trace:";
    case '.':
      return line.starts_with("... ") && line.size() > 4 && is_digit(line[4]);
    case '-':
      return line.starts_with("--- End of ") || line.starts_with("---> ");
    case 'n':
      return line.starts_with("note: run with `RUST_BACKTRACE") ||
             line.starts_with("note: Some details are omitted, run with `RUST_BACKTRACE");
    case 's':
      return line == "stack backtrace:";
    case 'D':
    case 'T':
      return chains_python_traces(line);
    case 'N':
      return line.starts_with("Node.js v");
    case 'a':
      return line.starts_with("at ") && (line.ends_with(')') || contains(line.substr(0, kLookAhead), ":line "));
    default:
      return false;
  }
}

bool chains_python_traces(std::string_view line) noexcept {
  return line.starts_with("During handling of the above exception, another exception occurred:") ||
         line.starts_with("The above exception was the direct cause of the following exception:");
}

bool is_qualified_exception(std::string_view line) noexcept {
  const std::string_view name = qualified_name(line.substr(0, kLookAhead));
  if (name.size() < 8 || name.find('.') == std::string_view::npos) return false;
  if (name.size() < line.size() && line[name.size()] != ':') return false;
  for (const std::string_view end : {"Exception", "Error", "Throwable", "Failure", "Fault", "Timeout", "Interrupt"})
    if (name.ends_with(end)) return true;
  return false;
}

bool ends_python_trace(std::string_view line) noexcept {
  const std::string_view name = qualified_name(line.substr(0, kLookAhead));
  if (name.empty() || is_digit(name.front())) return false;
  const std::string_view rest = line.substr(name.size());
  return rest.empty() || rest == ":" || rest.starts_with(": ");
}

bool continues_go_trace(std::string_view line) noexcept {
  if (is_goroutine(line) || line.starts_with("created by ") || line.starts_with("exit status ") || line.starts_with("[signal "))
    return true;
  if (line.starts_with("...additional frames elided...") || line == "runtime stack:" || line.starts_with("PC=")) return true;
  const std::size_t open = line.find('(');
  if (open != std::string_view::npos && open > 0 && line.ends_with(')')) {  // main.(*Server).serve(0xc000…, 0x1)
    const std::string_view callee = line.substr(0, open);
    return callee.find('.') != std::string_view::npos && callee.find(' ') == std::string_view::npos;
  }
  const std::size_t blank = line.find(' ');  // registers: `rax    0x0`
  return blank != std::string_view::npos && blank <= 6 && contains(line.substr(blank, 16), " 0x");
}

bool continues_node_crash(std::string_view line) noexcept {
  if (line.starts_with("Node.js v") || line.starts_with("Thrown at:") || line.starts_with("Emitted ") || line.starts_with("(Use `node "))
    return true;
  std::string_view rest = line.starts_with("Uncaught ") ? line.substr(9) : line;
  const std::string_view name = qualified_name(rest.substr(0, kLookAhead));
  rest.remove_prefix(name.size());
  return !name.empty() && (rest.starts_with(": ") || rest.starts_with(" [") || (rest.empty() && name.ends_with("Error")));
}

bool is_ruby_frame(std::string_view line) noexcept {
  const std::size_t at = line.substr(0, kLookAhead).find(":in ");
  if (at == std::string_view::npos || at < 5 || at + 4 >= line.size() || (line[at + 4] != '\'' && line[at + 4] != '`')) return false;
  std::size_t begin = at;
  while (begin > 0 && is_digit(line[begin - 1])) --begin;
  return begin != at && begin > 1 && line[begin - 1] == ':' && line.substr(0, begin).find(' ') == std::string_view::npos;
}

bool is_ruby_crash(std::string_view line) noexcept {
  if (!line.ends_with(')') || !is_ruby_frame(line)) return false;
  const std::size_t open = line.rfind(" (");
  const std::size_t message = line.substr(0, kLookAhead).find("': ");
  if (open == std::string_view::npos || message == std::string_view::npos || open < message) return false;
  const std::string_view name = line.substr(open + 2, line.size() - open - 3);
  return !name.empty() && name.front() >= 'A' && name.front() <= 'Z' &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_name(c) || c == ':'; });
}

bool is_numbered_frame(std::string_view line) noexcept {
  return line.size() > 3 && line[0] == '#' && is_digit(line[1]) && contains(line.substr(2, 4), " ");
}

bool mentions_error(std::string_view line) noexcept {
  line = line.substr(0, 256);
  for (const std::string_view word :
       {"ERROR", "Error", "error", "FATAL", "SEVERE", "CRITICAL", "Exception", "exception", "WARN", "ailed", "panic"})
    if (contains(line, word)) return true;
  return false;
}

bool closes_block(std::string_view line) noexcept {
  if (line.empty() || line.size() > 3) return false;
  return std::all_of(line.begin(), line.end(), [](char c) { return std::string_view{"}]),;"}.find(c) != std::string_view::npos; });
}

}  // namespace loglode::traces
