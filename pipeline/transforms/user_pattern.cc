#include "pipeline/transforms/user_pattern.h"

#include <algorithm>
#include <new>

namespace loglode {

namespace {
constexpr std::uint32_t kHeapKiBMax = 4096;
constexpr std::size_t kStepsPerText = 4'000'000;  // some milliseconds
constexpr std::size_t kLeastSteps = 100;
}  // namespace

std::uint32_t user_steps_max(std::size_t text_bytes) noexcept {
  const std::size_t share = kStepsPerText / std::max<std::size_t>(text_bytes, 1);
  return static_cast<std::uint32_t>(std::clamp<std::size_t>(share, kLeastSteps, kConfirmStepsMax));
}

UserMatcher::UserMatcher() : found_(pcre2_match_data_create(1, nullptr)), limits_(pcre2_match_context_create(nullptr)) {
  if (!found_ || !limits_) throw std::bad_alloc{};
  pcre2_set_depth_limit(limits_.get(), kConfirmStepsMax);
  pcre2_set_heap_limit(limits_.get(), kHeapKiBMax);
}

PcreMatch UserMatcher::find(const PcrePattern& pattern, std::string_view text, std::size_t from) noexcept {
  return search(pattern, text, from, 0);
}

PcreMatch UserMatcher::find_some(const PcrePattern& pattern, std::string_view text, std::size_t from) noexcept {
  while (from < text.size()) {
    const PcreMatch match = search(pattern, text, from, PCRE2_NOTEMPTY);
    if (match.outcome != Searched::found || match.end > match.begin) return match;
    from = std::max(from, match.end) + 1;  // `\K` can still make one empty
  }
  return {};
}

PcreMatch UserMatcher::search(const PcrePattern& pattern, std::string_view text, std::size_t from, std::uint32_t options) noexcept {
  if (text.empty()) text = std::string_view{""};
  pcre2_set_match_limit(limits_.get(), user_steps_max(text.size()));
  for (;;) {
    const std::size_t end = std::min(text.size(), from + kUserMatchBytesMax);
    const bool cut = end < text.size();
    // Hard: what merely touches the cut is not a match yet, however it would go on.
    const std::uint32_t at_cut = cut ? PCRE2_NOTEOL | PCRE2_PARTIAL_HARD : 0;
    const int code =
        pcre2_match(pattern.code(), reinterpret_cast<PCRE2_SPTR>(text.data()), end, from, options | at_cut, found_.get(), limits_.get());
    const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer(found_.get());
    if (code >= 0) return {Searched::found, std::max<std::size_t>(bounds[0], from), std::max({bounds[0], bounds[1], from})};
    if (code == PCRE2_ERROR_NOMATCH) {
      if (!cut) return {};
      from = end;
    } else if (code == PCRE2_ERROR_PARTIAL && bounds[0] > from) {
      from = bounds[0];
    } else {
      return {Searched::gave_up, 0, 0};
    }
  }
}

}  // namespace loglode
