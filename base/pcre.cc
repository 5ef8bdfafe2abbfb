#include "base/pcre.h"

#include <algorithm>
#include <array>
#include <new>

namespace loglode {
namespace {

// Bytes, as Hyperscan has it: `(*UTF)` in a pattern would make invalid UTF-8 an error, `\C` and call-outs have no meaning here.
constexpr std::uint32_t kOptions = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C;
constexpr std::uint32_t kHeapKiBMax = 4096;
constexpr std::uint32_t kGroupDepthMax = 50;
using CompileContext = std::unique_ptr<pcre2_compile_context, FreeWith<&pcre2_compile_context_free>>;

std::string message_of(int code) {
  std::array<PCRE2_UCHAR, 256> text{};
  const int size = pcre2_get_error_message(code, text.data(), text.size());
  return size > 0 ? std::string(reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(size)) : "PCRE2 gave no reason";
}

}  // namespace

tl::expected<PcrePattern, PcreProblem> PcrePattern::compile(std::string_view pattern, bool case_sensitive) {
  int error = 0;
  PCRE2_SIZE position = 0;
  const CompileContext context{pcre2_compile_context_create(nullptr)};
  if (!context) throw std::bad_alloc{};
  // What a newline is and how deep groups nest are choices of whoever built the library; not of the host here.
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  pcre2_set_parens_nest_limit(context.get(), kGroupDepthMax);
  PcrePattern out;
  out.code_.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                kOptions | (case_sensitive ? 0 : PCRE2_CASELESS), &error, &position, context.get()));
  if (!out.code_) return tl::unexpected(PcreProblem{message_of(error), position});
  // Without the memory for machine code the interpreter gives the same answers, if later.
  static_cast<void>(pcre2_jit_compile(out.code_.get(), PCRE2_JIT_COMPLETE | PCRE2_JIT_PARTIAL_HARD));
  return out;
}

std::size_t PcrePattern::compiled_bytes() const noexcept {
  std::size_t bytes = 0;
  return pcre2_pattern_info(code_.get(), PCRE2_INFO_SIZE, &bytes) == 0 ? bytes : 0;
}

PcreMatcher::PcreMatcher(std::uint32_t steps_max)
    : found_(pcre2_match_data_create(1, nullptr)), limits_(pcre2_match_context_create(nullptr)) {
  if (!found_ || !limits_) throw std::bad_alloc{};
  pcre2_set_match_limit(limits_.get(), steps_max);
  pcre2_set_depth_limit(limits_.get(), steps_max);
  pcre2_set_heap_limit(limits_.get(), kHeapKiBMax);
}

PcreMatch PcreMatcher::search(const PcrePattern& pattern, std::string_view text, std::uint32_t options) noexcept {
  const std::string_view subject = text.empty() ? std::string_view{""} : text.substr(0, kConfirmBytesMax);
  const int code =
      pcre2_match(pattern.code(), reinterpret_cast<PCRE2_SPTR>(subject.data()), subject.size(), 0, options, found_.get(), limits_.get());
  if (code == PCRE2_ERROR_NOMATCH) return {};
  if (code < 0) return {Searched::gave_up, 0, 0};
  const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer(found_.get());
  return {Searched::found, bounds[0], std::max(bounds[0], bounds[1])};
}

}  // namespace loglode
