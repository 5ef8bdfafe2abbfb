// PCRE2, owned and bounded: the slow, exact matcher for what Hyperscan cannot express, and for saying where a rule hit.
// A PcrePattern is immutable and shared; a PcreMatcher belongs to one thread.
#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "base/free_with.h"

namespace loglode {

// PCRE2 backtracks: at most so many steps from each start, and starts only in the first bytes of a text. Patterns that come near the
// steps on text made to annoy them are refused when they are loaded (pattern_checks.h), so the bound is for what that text did not foresee.
inline constexpr std::uint32_t kConfirmStepsMax = 10'000;
inline constexpr std::size_t kConfirmBytesMax = 32 * 1024;

struct PcreProblem {
  std::string message;
  std::size_t position = 0;  // in the pattern
};

class PcrePattern {
 public:
  /// Same meaning as Hyperscan gives a pattern here: bytes, `.` without newline, no multi-line.
  [[nodiscard]] static tl::expected<PcrePattern, PcreProblem> compile(std::string_view pattern, bool case_sensitive);
  [[nodiscard]] const pcre2_code* code() const noexcept { return code_.get(); }
  [[nodiscard]] std::size_t compiled_bytes() const noexcept;

 private:
  std::unique_ptr<pcre2_code, FreeWith<&pcre2_code_free>> code_;
};

enum class Searched : std::uint8_t { found, not_found, gave_up };  // gave_up: a limit was reached
struct PcreMatch {
  Searched outcome = Searched::not_found;
  std::size_t begin = 0, end = 0;
};

class PcreMatcher {
 public:
  explicit PcreMatcher(std::uint32_t steps_max = kConfirmStepsMax);
  /// The leftmost match in the first kConfirmBytesMax bytes.
  [[nodiscard]] PcreMatch search(const PcrePattern& pattern, std::string_view text) noexcept { return search(pattern, text, 0); }
  /// The same without machine code, which does not count every step.
  [[nodiscard]] PcreMatch search_counting_steps(const PcrePattern& pattern, std::string_view text) noexcept {
    return search(pattern, text, PCRE2_NO_JIT);
  }

 private:
  [[nodiscard]] PcreMatch search(const PcrePattern& pattern, std::string_view text, std::uint32_t options) noexcept;

  std::unique_ptr<pcre2_match_data, FreeWith<&pcre2_match_data_free>> found_;
  std::unique_ptr<pcre2_match_context, FreeWith<&pcre2_match_context_free>> limits_;
};

}  // namespace loglode
