// The shapes of lines that runtimes print for an error: pure functions of one line. Used while framing, so they look at its beginning only.
#pragma once

#include <string_view>

namespace loglode::traces {

/// A trace that a line opens; what it lets follow is decided by RecordBounds.
enum class Trace : unsigned char {
  none,
  python,
  python_end,
  python_chain,
  go,
  node,
  rust_head,
  rust,
  ruby,
  php,
  java,
  elixir,
  symbols,      // names of functions, each with its position indented below: Go's zap and pkg/errors
  jvm_banner,   // `# A fatal error has been detected by the Java Runtime Environment:`
  thread_dump,  // the JVM's
  kernel,       // an oops on a console that writes no times
  sanitizer,
  native,  // glog, glibc
};

inline constexpr std::string_view kEscapedTab = "#011";  // by syslog

[[nodiscard]] bool is_blank_line(std::string_view line) noexcept;
/// Also behind a tab that syslog has escaped (`#011`).
[[nodiscard]] bool is_indented(std::string_view line) noexcept;

/// The trace that begins with this line; none for most lines.
[[nodiscard]] Trace trace_begun_by(std::string_view line) noexcept;
/// Lines that a runtime prints when it dies, whatever was logged before: they begin a record even between lines that have headers.
[[nodiscard]] bool is_crash(std::string_view line) noexcept;
/// `During handling of the above exception, …`: another Python traceback follows and belongs to the same error.
[[nodiscard]] bool chains_python_traces(std::string_view line) noexcept;
/// Lines that continue whatever is before them, in any stream: `Caused by:`, `... 3 more`, `--- End of …`, `note: run with …`.
[[nodiscard]] bool is_trace_line(std::string_view line) noexcept;
/// Within a trace, an indented line that names a place in a program: `  at f(x)`, `  File "a.py", line 3`, `  0: core::panic`.
[[nodiscard]] bool is_frame(std::string_view line) noexcept;
/// Whether a trace of this kind goes on with `line`, which is not indented and continues nothing by itself. Python, Node and Rust, whose
/// traces have parts, are RecordBounds' own.
[[nodiscard]] bool continues_trace(Trace trace, std::string_view line) noexcept;

enum class ExceptionName : unsigned char { none, word, name, qualified };
/// `Error: text` (a word), `TypeError: text`, `NoMethodError (text)`, `[RangeError: text] {` (a name), `java.io.IOException: text`,
/// `Shop::Declined: text` (qualified): what runtimes print between a message and its trace.
[[nodiscard]] ExceptionName exception_named_by(std::string_view line) noexcept;
/// `ValueError: text`, `KeyboardInterrupt`, `shop.errors.Declined: text`: how a Python traceback ends.
[[nodiscard]] bool ends_python_trace(std::string_view line) noexcept;
[[nodiscard]] bool continues_node_crash(std::string_view line) noexcept;
[[nodiscard]] bool is_ruby_frame(std::string_view line) noexcept;  // `path.rb:12:in 'x'`
[[nodiscard]] bool is_ruby_crash(std::string_view line) noexcept;  // `path.rb:12:in 'x': text (KeyError)`; also a cause of the one before
/// `main.main`, `github.com/shop/pay.(*Client).Do`: a function of Go's, alone on its line.
[[nodiscard]] bool is_go_symbol(std::string_view line) noexcept;
/// Whether a line that begins a record speaks of an error, so that an exception right below belongs to it.
[[nodiscard]] bool mentions_error(std::string_view line) noexcept;
/// Whether a line that begins a record states that nothing is wrong (INFO, DEBUG …) and speaks of no error: what a runtime prints right
/// below it is not its own.
[[nodiscard]] bool states_calm(std::string_view line) noexcept;
/// `}`, `]`, `)` and what may follow them: the end of an indented block.
[[nodiscard]] bool closes_block(std::string_view line) noexcept;

}  // namespace loglode::traces
