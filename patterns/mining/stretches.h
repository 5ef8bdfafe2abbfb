// Stretches of forms that may be one variable, and what stands around them: shared by the rules that widen templates (template_widening.h).
// Stateless; any thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <vector>

#include "patterns/mining/template_text.h"

namespace loglode {

inline constexpr std::size_t kPlacesMax = 64;  // tokens behind these, from either end, bound nothing

/// Hashes of what stands before and behind each place.
struct Ends {
  std::vector<std::uint64_t> before, behind;  // before[i]: of tokens below i; behind[i]: of tokens from i on
};
[[nodiscard]] Ends ends_of(const Form& form);

inline bool is_mark(const Form& form, std::size_t at, char c) noexcept {
  return !form.varies(at) && form.element(at).kind == ElementKind::mark && form.text(at).front() == c;
}

inline bool is_separator(const Form& form, std::size_t at) noexcept {
  return is_mark(form, at, ',') || is_mark(form, at, ';') || is_mark(form, at, '|');
}

/// What free text is made of: words, values and the punctuation of prose.
[[nodiscard]] bool is_soft(const Form& form, std::size_t at) noexcept;
[[nodiscard]] std::size_t words_in(const Form& form, std::size_t begin, std::size_t end) noexcept;
/// A hash of the tokens [begin, end).
[[nodiscard]] std::uint64_t content_of(const Form& form, std::size_t begin, std::size_t end) noexcept;

/// A stretch of a form that may be one variable, in the group of those with the same key.
struct Stretch {
  std::uint64_t key = 0, first = 0, content = 0;  // first: its first word, 0 when that varies already
  std::uint32_t form = 0;
  std::uint16_t begin = 0, end = 0;
  std::uint16_t needed = 0;
  bool counts = false;  // as evidence of the kind that the rule asks for
};

/// How many different values, 0 left out, the stretches [begin, end) have.
template <class Value>
std::size_t distinct(const std::vector<Stretch>& stretches, std::size_t begin, std::size_t end, Value value) {
  std::vector<std::uint64_t> values;
  for (std::size_t i = begin; i < end; ++i)
    if (const std::uint64_t one = value(stretches[i]); one != 0) values.push_back(one);
  std::sort(values.begin(), values.end());
  return static_cast<std::size_t>(std::unique(values.begin(), values.end()) - values.begin());
}

/// Calls `group(begin, end)` for each run of stretches with one key.
template <class Group>
void for_each_group(std::vector<Stretch>& stretches, Group group) {
  std::sort(stretches.begin(), stretches.end(),
            [](const Stretch& a, const Stretch& b) { return std::tie(a.key, a.form, a.begin) < std::tie(b.key, b.form, b.begin); });
  for (std::size_t begin = 0; begin < stretches.size();) {
    std::size_t end = begin;
    while (end < stretches.size() && stretches[end].key == stretches[begin].key) ++end;
    group(begin, end);
    begin = end;
  }
}

/// Makes each stretch one variable. Whether there were any.
bool join(std::vector<Form>& forms, const std::vector<Stretch>& stretches);

}  // namespace loglode
