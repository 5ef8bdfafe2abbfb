// What a record says that is nothing but a crash or a stack trace: which of its lines a person wants to read. Stateless, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace loglode {

/// Python: the exception at the traceback's end. Rust: the position and the message below it. Node: the error below the source line.
/// nullopt when `text` does not begin with such a trace or its first line says it all.
[[nodiscard]] std::optional<std::string> trace_headline(std::string_view text);
/// Whether `text` begins with what a runtime prints for an error that nobody handled, or with a program's last words.
[[nodiscard]] bool begins_with_crash(std::string_view text);

}  // namespace loglode
