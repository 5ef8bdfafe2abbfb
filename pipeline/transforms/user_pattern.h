// Patterns that users write, searched in texts that anybody writes: the work is bounded, and what the bound cut short is said.
// A UserMatcher belongs to one thread; the patterns are shared.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "base/pcre.h"

namespace loglode {

/// What one match may reach over. A text that is not longer is searched as it is, by machine code. In longer ones whatever would look
/// further than this gives up, so that a pattern which goes over all of a text at each of its bytes costs no more than this for each.
inline constexpr std::size_t kUserMatchBytesMax = 16 * 1024;
/// What may be tried from one byte of a text of that size: kConfirmStepsMax, and in longer texts so much less that all of it stays bounded.
[[nodiscard]] std::uint32_t user_steps_max(std::size_t text_bytes) noexcept;

class UserMatcher {
 public:
  UserMatcher();
  /// The leftmost match that begins at `from` or behind it; anchors and look-behind see what is before. `gave_up`: steps, memory or
  /// kUserMatchBytesMax did not suffice to tell.
  [[nodiscard]] PcreMatch find(const PcrePattern& pattern, std::string_view text, std::size_t from = 0) noexcept;
  /// The same for matches of one byte and more: what is to be replaced.
  [[nodiscard]] PcreMatch find_some(const PcrePattern& pattern, std::string_view text, std::size_t from) noexcept;

 private:
  [[nodiscard]] PcreMatch search(const PcrePattern& pattern, std::string_view text, std::size_t from, std::uint32_t options) noexcept;

  std::unique_ptr<pcre2_match_data, FreeWith<&pcre2_match_data_free>> found_;
  std::unique_ptr<pcre2_match_context, FreeWith<&pcre2_match_context_free>> limits_;
};

}  // namespace loglode
