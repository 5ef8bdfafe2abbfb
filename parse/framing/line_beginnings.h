// Literal beginnings of lines, asked of every line while framing: nearly all lines are told apart by their first byte.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace loglode {

template <std::size_t Count>
class LineBeginnings {
 public:
  template <class... Text>
  constexpr explicit LineBeginnings(Text... texts) : texts_{std::string_view{texts}...} {
    for (const std::string_view text : texts_) firsts_[static_cast<unsigned char>(text.front())] = true;
  }
  [[nodiscard]] constexpr bool begin(std::string_view line) const noexcept {
    if (line.empty() || !firsts_[static_cast<unsigned char>(line.front())]) return false;
    for (const std::string_view text : texts_)
      if (text.front() == line.front() && line.starts_with(text)) return true;
    return false;
  }
  /// Whether `word` is one of them, all of it.
  [[nodiscard]] constexpr bool has(std::string_view word) const noexcept {
    for (const std::string_view text : texts_)
      if (word == text) return true;
    return false;
  }

 private:
  std::array<std::string_view, Count> texts_;
  std::array<bool, 256> firsts_{};
};
template <class... Text>
LineBeginnings(Text...) -> LineBeginnings<sizeof...(Text)>;

}  // namespace loglode
