// What stands around a program's own line when something else wrote it down: container runtimes, compose, kubectl, tables. Unwrapped
// just enough to see where records begin and who wrote the line. Stateless, any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "parse/framing/column_table.h"

namespace loglode {

enum class Wrapping : std::uint8_t { none, docker, cri, compose, kubectl, columns };

struct WrappedLine {
  std::string_view inner;       // views into the line or the buffer given
  std::string_view writer;      // compose: the container; kubectl: `pod/name/container`; docker, CRI: stdout or stderr
  std::uint32_t substream = 0;  // hash of the writer
  bool partial = false;         // the program's line goes on in the writer's next one
};

/// False when `line` is not so wrapped. `table` for Wrapping::columns only; `buffer` holds the inner line where it had to be unescaped.
bool unwrap(std::string_view line, Wrapping wrapping, const ColumnTable* table, std::string& buffer, WrappedLine& out);

/// The wrapping that nearly all of these lines have; never columns.
[[nodiscard]] Wrapping detect_wrapping(std::span<const std::string_view> lines);

/// `[pod/checkout-7d9f8b6c5d-x2x4z/app]` -> pod and workload; `shop-checkout-1` -> the service of a compose container.
struct Workload {
  std::string_view service, instance;
};
[[nodiscard]] Workload workload_of(std::string_view writer, Wrapping wrapping);

}  // namespace loglode
