// Lines made of columns (`--columns time,service,message --delimiter '\t'`). Immutable, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace loglode {

enum class ColumnRole : std::uint8_t { time, service, host, pod, trace_id, span_id, severity, line, attribute };

/// The most columns that a table may have.
inline constexpr std::size_t kColumnsMax = 64;
/// The values of one line, by column; views into the line.
using ColumnValues = std::array<std::string_view, kColumnsMax>;

class ColumnTable {
 public:
  /// Errors: see make_framer_factory. `delimiter` with its escapes unread; empty: a tab.
  static Result<ColumnTable> make(std::vector<std::string> names, std::string_view delimiter);

  /// The last column takes the rest of the line, delimiters included. False when the line has too few columns.
  bool split(std::string_view line, ColumnValues& values) const;
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
  [[nodiscard]] ColumnRole role(std::size_t column) const noexcept { return roles_[column]; }
  /// Of the column that holds the text that a person reads.
  [[nodiscard]] std::size_t text_column() const noexcept { return text_; }
  /// Hash of what tells the writers of interleaved lines apart (service, pod, host); 0 when no column does.
  [[nodiscard]] std::uint32_t writer(const ColumnValues& values) const noexcept;
  [[nodiscard]] bool tells_writers() const noexcept;

 private:
  std::vector<std::string> names_;
  std::vector<ColumnRole> roles_;
  std::string delimiter_;
  std::size_t text_ = 0;
};

/// Reads `\t`, `\n`, `\0`, `\\` and `\xHH`. Errors: invalid_argument for any other escape.
[[nodiscard]] Result<std::string> read_escapes(std::string_view text);

/// 32 bits of a writer's name, never 0: what Framing::substream holds.
[[nodiscard]] std::uint32_t hash_writer(std::string_view name, std::uint32_t seed = 0) noexcept;

}  // namespace loglode
