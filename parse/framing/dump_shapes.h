// Dumps that are no stack traces of one exception: the JVM's banner and thread dumps, kernel oopses, sanitizers, glog and glibc. Pure
// functions of one line; part of traces:: (trace_shapes.h), which asks them.
#pragma once

#include <string_view>

#include "parse/framing/trace_shapes.h"

namespace loglode::traces {

/// none for most lines.
[[nodiscard]] Trace dump_begun_by(std::string_view line) noexcept;
/// For the kinds that dump_begun_by returns; lines that are not indented.
[[nodiscard]] bool continues_dump(Trace trace, std::string_view line) noexcept;

}  // namespace loglode::traces
