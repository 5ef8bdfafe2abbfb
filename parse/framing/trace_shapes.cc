#include "parse/framing/trace_shapes.h"

#include <algorithm>
#include <array>

#include "parse/framing/dump_shapes.h"
#include "parse/framing/line_beginnings.h"

namespace loglode::traces {

namespace {

constexpr std::size_t kLookAhead = 512;
constexpr std::string_view kTraceback = "Traceback (most recent call last):";

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_capital(char c) noexcept { return c >= 'A' && c <= 'Z'; }
constexpr auto kNameBytes = [] {
  std::array<bool, 256> names{};
  for (unsigned c = 'a'; c <= 'z'; ++c) names[c] = names[c - 32] = true;
  for (unsigned c = '0'; c <= '9'; ++c) names[c] = true;
  names['_'] = names['$'] = true;
  return names;
}();
bool is_name(char c) noexcept { return kNameBytes[static_cast<unsigned char>(c)]; }
bool contains(std::string_view line, std::string_view part) noexcept { return line.find(part) != std::string_view::npos; }

/// The identifiers joined by single bytes of `joints` that `line` begins with; `:` joins when it is doubled.
std::string_view joined_names(std::string_view line, std::string_view joints) noexcept {
  std::size_t end = 0;
  for (;;) {
    while (end < line.size() && is_name(line[end])) ++end;
    if (end == 0 || end >= line.size() || joints.find(line[end]) == std::string_view::npos) break;
    const std::size_t joint = line.substr(end, 2) == "::" ? 2 : 1;
    if ((joint == 1 && line[end] == ':') || end + joint >= line.size() || !is_name(line[end + joint])) break;
    end += joint;
  }
  return line.substr(0, end);
}
std::string_view qualified_name(std::string_view line) noexcept { return joined_names(line.substr(0, kLookAhead), "."); }

/// `/srv/app.js:12`, `node:internal/process/promises:288`, `file:///srv/app.mjs:3`: where Node says an uncaught error was thrown.
bool is_script_position(std::string_view line) noexcept {
  std::size_t end = line.size();
  while (end > 0 && is_digit(line[end - 1])) --end;
  if (end == line.size() || end < 4 || line[end - 1] != ':') return false;
  const std::string_view path = line.substr(0, end - 1);
  if (path.starts_with("node:")) return true;
  const bool absolute = path.starts_with('/') || path.starts_with("file://") || (path.size() > 2 && path[1] == ':' && path[2] == '\\');
  return absolute && (path.ends_with(".js") || path.ends_with(".mjs") || path.ends_with(".cjs") || path.ends_with(".ts"));
}

bool is_goroutine(std::string_view line) noexcept {
  return line.starts_with("goroutine ") && line.size() > 12 && is_digit(line[10]) && contains(line.substr(0, 64), " [");
}

bool is_rust_panic(std::string_view line) noexcept {
  return line.starts_with("thread '") && contains(line.substr(0, kLookAhead), " panicked at");
}

/// `SIGQUIT: quit`, `SIGSEGV: segmentation violation`: how a Go program says what killed it.
bool is_go_signal(std::string_view line) noexcept {
  if (!line.starts_with("SIG")) return false;
  const std::size_t end = line.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890", 3);
  return end != std::string_view::npos && end > 5 && line.substr(end, 2) == ": ";
}

/// PHP's and Dart's `#0 /path(12): f()`.
bool is_numbered_frame(std::string_view line) noexcept {
  return line.size() > 3 && line[0] == '#' && is_digit(line[1]) && contains(line.substr(2, 4), " ");
}

bool is_dotnet_mark(std::string_view line) noexcept {  // `--- End of inner exception stack trace ---`, in any language
  return line.starts_with("--- ") && (line.ends_with(" ---") || line.starts_with("--- End of "));
}

constexpr LineBeginnings kCrashes{"panic: ",
                                  "fatal error: ",
                                  "Exception in thread ",
                                  "Exception ignored in: ",
                                  "Fatal Python error: ",
                                  "Fatal error: ",
                                  "Unhandled exception. ",
                                  "Unhandled Exception: ",
                                  "Unhandled exception:",
                                  "Unhandled rejection ",
                                  "Unhandled Rejection",
                                  "Process terminated. ",
                                  "terminate called ",
                                  "unexpected fault address ",
                                  "runtime: goroutine stack exceeds ",
                                  "PHP Fatal error: ",
                                  "PHP Parse error: ",
                                  "*** stack smashing detected ***",
                                  "*** buffer overflow detected ***",
                                  "double free or corruption",
                                  "free(): ",
                                  "malloc(): ",
                                  "munmap_chunk(): ",
                                  "Assertion failed: ",
                                  "Kernel panic - not syncing"};

constexpr LineBeginnings kTraceLines{"Caused by: ",
                                     "Suppressed: ",
                                     "Wrapped by: ",
                                     "Driver stacktrace:",
                                     "---> ",
                                     "note: run with `RUST_BACKTRACE",
                                     "note: Some details are omitted, run with `RUST_BACKTRACE",
                                     "Node.js v",
                                     "(Use `node ",
                                     "[SQL: ",
                                     "[parameters: ",
                                     "(Background on this error at: ",
                                     "[stacktrace]",
                                     "[previous exception]",
                                     "Version: '",  // of MySQL, below `ready for connections.`
                                     "CallStack (from HasCallStack):",
                                     "\u2039"};  // CockroachDB's lines after the first one of a message

constexpr LineBeginnings kOcamlFrames{"Raised ", "Re-raised ", "Called from "};

constexpr LineBeginnings kTraceTitles{
    "Caused by:", "Stack trace:", "Stacktrace:", "stack backtrace:", "stack traceback:", "Backtrace:", "Stack backtrace:", "Call stack:"};

constexpr LineBeginnings kGoParts{"created by ",    "exit status ", "[signal ", "...additional frames elided...",
                                  "runtime stack:", "PC=",          "sigcode="};
constexpr LineBeginnings kNodeParts{"Node.js v", "Thrown at:", "Emitted ", "(Use `node "};
constexpr LineBeginnings kElixirParts{
    "** ",          "Last message", "State: ",      "Initial Call: ",   "Ancestors: ",   "Message Queue Length: ",
    "Messages: ",   "Links: ",      "Dictionary: ", "Trapping Exits: ", "Status: ",      "Heap Size: ",
    "Stack Size: ", "Reductions: ", "Neighbours:",  "Client #PID<",     "Process #PID<", "Function: ",
    "(elixir ",     "(stdlib "};
constexpr LineBeginnings kPythonParts{"Current thread 0x", "Thread 0x", "DETAIL:  ",  "HINT:  ", "LINE ",
                                      "CONTEXT:  ",        "Message: ", "Arguments: "};

bool continues_go(std::string_view line) noexcept {
  if (is_goroutine(line) || kGoParts.begin(line)) return true;
  const std::size_t open = line.find('(');
  if (open != std::string_view::npos && open > 0 && line.ends_with(')')) {  // main.(*Server).serve(0xc000…, 0x1)
    const std::string_view callee = line.substr(0, open);
    return callee.find('.') != std::string_view::npos && callee.find(' ') == std::string_view::npos;
  }
  const std::size_t blank = line.find(' ');  // registers: `rax    0x0`
  return blank != std::string_view::npos && blank <= 6 && contains(line.substr(blank, 16), " 0x");
}

}  // namespace

bool is_blank_line(std::string_view line) noexcept {
  return std::all_of(line.begin(), line.end(), [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
}

bool is_indented(std::string_view line) noexcept {
  return !line.empty() && (line.front() == ' ' || line.front() == '\t' || (line.front() == '#' && line.starts_with(kEscapedTab)));
}

bool is_crash(std::string_view line) noexcept {
  if (line.empty()) return false;
  switch (line.front()) {
    case 't':
      return is_rust_panic(line) || kCrashes.begin(line);
    case 'S':
      return is_go_signal(line);
    case 'n':
    case '/':
      return is_script_position(line);
    case '#':
    case '=':
    case '*':
    case 'B':
    case '-':
      return dump_begun_by(line) != Trace::none || kCrashes.begin(line);
    default:
      return kCrashes.begin(line);
  }
}

Trace trace_begun_by(std::string_view line) noexcept {
  if (line.empty()) return Trace::none;
  switch (line.front()) {
    case 'T':
      if (line.starts_with(kTraceback)) return Trace::python;
      break;
    case 'C':
      if (line.starts_with("Current thread 0x")) return Trace::python;
      break;
    case 'p':
      if (line.starts_with("panic: ")) return Trace::go;
      break;
    case 'g':
      if (is_goroutine(line)) return Trace::go;
      break;
    case 't':
      if (is_rust_panic(line)) return line.ends_with(':') ? Trace::rust_head : Trace::rust;
      break;
    case 'S':
      if (is_go_signal(line)) return Trace::go;
      break;
    case 'P':
      if (line.starts_with("PHP ")) return Trace::php;
      break;
    case 'E':
      if (line.starts_with("Exception in thread ")) return line.ends_with(kTraceback) ? Trace::python : Trace::java;
      break;
    case 'f':
      if (line.starts_with("fatal error: ")) return Trace::go;
      break;
    case 'F':
      if (line.starts_with("Fatal Python error: ")) return Trace::python;
      if (line.starts_with("Fatal error: ")) return Trace::php;
      break;
    case 'U':
      if (line.starts_with("Unhandled exception:")) return Trace::php;  // Dart numbers its frames alike
      break;
    case '*':
      if (line.starts_with("** (")) return Trace::elixir;
      break;
    default:
      break;
  }
  if (const Trace dump = dump_begun_by(line); dump != Trace::none) return dump;
  if (is_script_position(line)) return Trace::node;
  if (is_ruby_frame(line)) return Trace::ruby;
  if (exception_named_by(line) != ExceptionName::qualified) return Trace::none;
  return line.ends_with(kTraceback) ? Trace::python : Trace::java;  // Python below a JVM: Spark, Beam, Flink
}

bool is_trace_line(std::string_view line) noexcept {
  if (line.empty()) return false;
  if (kTraceLines.begin(line) || chains_python_traces(line) || is_dotnet_mark(line)) return true;
  if (kTraceTitles.begin(line)) return line.size() < 32;
  if (kOcamlFrames.begin(line)) return contains(line.substr(0, kLookAhead), ", characters ");
  if (line.front() == '.') return line.starts_with("... ") && line.size() > 4 && is_digit(line[4]);
  return line.starts_with("at ") && (line.ends_with(')') || contains(line.substr(0, kLookAhead), ":line "));
}

bool is_frame(std::string_view line) noexcept {
  if (line.starts_with(kEscapedTab)) line.remove_prefix(kEscapedTab.size());
  const std::size_t begin = line.find_first_not_of(" \t|+");
  if (begin == std::string_view::npos) return false;
  line.remove_prefix(begin);
  constexpr LineBeginnings kFrames{"at ", "File \"",   "from ",        "... ",  "@ 0x",     "#0 ",
                                   "#1 ", "Caused by", "Suppressed: ", "---> ", "(elixir ", "[0x"};
  if (kFrames.begin(line)) return true;
  const std::size_t digits = line.find_first_not_of("0123456789");
  return digits != std::string_view::npos && digits > 0 && line.substr(digits, 2) == ": ";
}

bool chains_python_traces(std::string_view line) noexcept {
  constexpr LineBeginnings kChains{"During handling of the above exception, another exception occurred:",
                                   "The above exception was the direct cause of the following exception:"};
  return kChains.begin(line);
}

bool continues_trace(Trace trace, std::string_view line) noexcept {
  switch (trace) {
    case Trace::go:
      return continues_go(line);
    case Trace::ruby:
      return is_ruby_frame(line);
    case Trace::php:
      return is_numbered_frame(line);
    case Trace::elixir:
      return kElixirParts.begin(line);
    case Trace::symbols:
      return is_go_symbol(line);
    case Trace::python_end:
      return kPythonParts.begin(line);
    default:
      return continues_dump(trace, line);
  }
}

ExceptionName exception_named_by(std::string_view line) noexcept {
  line = line.substr(0, kLookAhead);
  if (line.starts_with('[')) line.remove_prefix(1);
  if (line.starts_with("Uncaught ")) line.remove_prefix(9);
  if (line.empty() || !is_letter(line.front())) return ExceptionName::none;
  std::string_view name = joined_names(line, ".:\\+");
  const std::string_view rest = line.substr(name.size());
  if (!rest.empty() && rest.front() != ':' && !rest.starts_with(" (") && !rest.starts_with(" [") && !rest.starts_with("`")) {
    return ExceptionName::none;
  }
  const std::size_t joint = name.find_last_of(".:\\+");
  const std::string_view last = joint == std::string_view::npos ? name : name.substr(joint + 1);
  for (const std::string_view end : {"Exception", "Error", "Throwable", "Failure", "Fault", "Timeout", "Interrupt"}) {
    if (!last.ends_with(end)) continue;
    if (name.size() != last.size()) return ExceptionName::qualified;
    if (last.size() != end.size()) return is_capital(name.front()) ? ExceptionName::name : ExceptionName::none;
    return rest.starts_with(": ") || rest.starts_with(" [") ? ExceptionName::word : ExceptionName::none;
  }
  return ExceptionName::none;
}

bool ends_python_trace(std::string_view line) noexcept {
  const std::string_view name = qualified_name(line);
  if (name.empty() || is_digit(name.front())) return false;
  const std::string_view rest = line.substr(name.size());
  return rest.empty() || rest == ":" || rest.starts_with(": ");
}

bool continues_node_crash(std::string_view line) noexcept {
  if (kNodeParts.begin(line)) return true;
  std::string_view rest = line.starts_with("Uncaught ") ? line.substr(9) : line;
  const std::string_view name = qualified_name(rest);
  rest.remove_prefix(name.size());
  return !name.empty() && (rest.starts_with(": ") || rest.starts_with(" [") || (rest.empty() && name.ends_with("Error")));
}

bool is_ruby_frame(std::string_view line) noexcept {
  const std::size_t blank = line.substr(0, kLookAhead).find(' ');  // no other stands before it
  if (blank == std::string_view::npos || blank < 8 || !line.substr(blank - 3).starts_with(":in ")) return false;
  const std::size_t at = blank - 3;
  if (at + 4 >= line.size() || (line[at + 4] != '\'' && line[at + 4] != '`')) return false;
  std::size_t begin = at;
  while (begin > 0 && is_digit(line[begin - 1])) --begin;
  return begin != at && begin > 1 && line[begin - 1] == ':';
}

bool is_ruby_crash(std::string_view line) noexcept {
  if (!line.ends_with(')') || !is_ruby_frame(line)) return false;
  const std::size_t open = line.rfind(" (");
  const std::size_t message = line.substr(0, kLookAhead).find("': ");
  if (open == std::string_view::npos || message == std::string_view::npos || open < message) return false;
  const std::string_view name = line.substr(open + 2, line.size() - open - 3);
  return !name.empty() && is_capital(name.front()) && std::all_of(name.begin(), name.end(), [](char c) { return is_name(c) || c == ':'; });
}

bool is_go_symbol(std::string_view line) noexcept {
  if (line.size() > kLookAhead || line.empty() || !is_letter(line.front())) return false;
  const std::size_t slash = line.rfind('/');
  const std::size_t dot = line.find('.', slash == std::string_view::npos ? 0 : slash);
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == line.size()) return false;
  const char next = line[dot + 1];
  if (!is_letter(next) && next != '(' && next != '_') return false;
  return std::all_of(line.begin(), line.end(),
                     [](char c) { return is_name(c) || std::string_view{"./-~%*()[]·…"}.find(c) != std::string_view::npos; });
}

bool mentions_error(std::string_view line) noexcept {
  line = line.substr(0, 256);
  for (const std::string_view word :
       {"ERROR", "Error", "error", "FATAL", "SEVERE", "CRITICAL", "Exception", "exception", "WARN", "ailed", "panic"})
    if (contains(line, word)) return true;
  return false;
}

bool states_calm(std::string_view line) noexcept {
  constexpr std::size_t kHeaderMax = 160;
  constexpr std::string_view kMarks = "[]()<>=:\"'\t|";  // of which one stands beside a level that is not in capitals
  const std::string_view header = line.substr(0, kHeaderMax);
  const auto at = [&](std::size_t place) { return place < header.size() ? header[place] : ' '; };
  for (const std::string_view word : {"INFO", "DEBUG", "TRACE", "NOTICE", "info", "debug", "trace", "notice", "Information"}) {
    const bool capitals = word[1] < 'a';
    for (std::size_t found = header.find(word); found != std::string_view::npos; found = header.find(word, found + 1)) {
      const char before = found == 0 ? ' ' : header[found - 1], after = at(found + word.size());
      if (is_letter(before) || is_digit(before) || is_letter(after) || is_digit(after)) continue;
      if (capitals || kMarks.find(before) != std::string_view::npos || kMarks.find(after) != std::string_view::npos)
        return !mentions_error(line);
    }
  }
  return false;
}

bool closes_block(std::string_view line) noexcept {
  if (line.empty() || line.size() > 3) return false;
  return std::all_of(line.begin(), line.end(), [](char c) { return std::string_view{"}]),;"}.find(c) != std::string_view::npos; });
}

}  // namespace loglode::traces
