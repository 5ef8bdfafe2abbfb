// What the first line of a record leaves open, so that the lines below it belong to it: an empty message, one that ends in a colon, a
// quote, a bracket, an SQL statement. The line is kept, and looked at only when a line comes that nothing else explains. Owned by
// RecordBounds.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "parse/text/line_format.h"

namespace loglode {

class OpenRecord {
 public:
  /// A new record: `line` is its first.
  void begin(std::string_view line);
  /// A new record that leaves nothing open.
  void close() noexcept;
  /// Another line of the record, whatever explained it: quotes and brackets may close.
  void add(std::string_view line);

  /// Whether a quote or a bracket is open.
  [[nodiscard]] bool inside();
  /// Whether the message ends so that text must follow, until the next header.
  [[nodiscard]] bool announces(std::span<const LineFormat* const> formats);
  /// Whether `line` goes on with a statement of SQL that the message holds.
  [[nodiscard]] bool continues_statement(std::string_view line) const;

  [[nodiscard]] std::string_view first_line() const noexcept { return line_; }

 private:
  enum class Answer : unsigned char { unasked, no, yes };
  void count(std::string_view line) noexcept;

  std::string line_;       // at most kLineBytesKept of it
  bool counted_ = false;   // line_ is in depth_ and quoted_
  bool quoted_ = false;    // a double quote is open
  std::size_t depth_ = 0;  // brackets that are open
  Answer announces_ = Answer::no;
};

}  // namespace loglode
