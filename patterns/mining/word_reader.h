// What a word with digits or joints in it is: the sub-token rules. Stateless; any thread. docs/mining.md has the table.
#pragma once

#include <cstddef>
#include <cstdint>

#include "patterns/mining/value_type.h"

namespace loglode {

enum class WordForm : std::uint8_t {
  constant,  // says what happened
  named,     // may be either: a constant as long as all messages agree (class names, hosts, relative paths)
  value,     // always a variable
};

/// One step through a word: `before` bytes of constant, `value` bytes of the form, `after` bytes of constant; then read on behind them.
struct WordStep {
  std::size_t before = 0, value = 0, after = 0;
  WordForm form = WordForm::constant;
  ValueType type = ValueType::word;
};

/// Reads the beginning of `word` (no blanks, no marks, not empty); consumes at least one byte and never looks behind `size`.
[[nodiscard]] WordStep read_word(const char* word, std::size_t size) noexcept;

/// What a value is, from its bytes alone; `word` when it is nothing in particular.
[[nodiscard]] ValueType type_of(const char* value, std::size_t size) noexcept;

/// Four dotted numbers of up to three digits.
[[nodiscard]] bool is_ipv4(const char* text, std::size_t size) noexcept;

}  // namespace loglode
