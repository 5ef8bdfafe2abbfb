// One pass over one text: every place at which a detector can begin is looked at once. Internal to parse/redact; one thread.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "parse/redact/detectors.h"
#include "parse/redact/sql_value.h"

namespace loglode::redaction {

class Pass {
 public:
  explicit Pass(std::string_view text) : text_{text} {}
  /// The next secret at or after where the last one ended; empty at the end of the text.
  Span next();

 private:
  Span look();
  Span look_opening();
  Span look_equals();
  Span look_colon();
  Span look_divider();
  Span look_bracket();
  Span look_sign();
  Span look_word();
  Span look_word_start();
  void forget_row() noexcept;
  [[nodiscard]] bool begins_word() const noexcept;

  std::string_view text_;
  std::size_t at_ = 0, floor_ = 0, run_end_ = 0;
  std::size_t secrets_end_ = 0;    // of the object of secrets that was entered last
  bool secrets_in_lines_ = false;  // it is lines of YAML, which may as well be prose
  RowReader rows_;
  std::vector<Span> row_;  // found in a row of SQL, in order, not yet returned
  std::size_t row_taken_ = 0;
};

}  // namespace loglode::redaction
