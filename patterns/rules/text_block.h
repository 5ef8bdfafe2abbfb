// Texts side by side, each with a newline behind it, to be scanned at once. Owned and used by one worker.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "patterns/rules/known_texts.h"

namespace loglode {

class TextBlock {
 public:
  static constexpr std::size_t kBytes = 8192;
  struct Text {
    std::uint32_t begin = 0, record = 0;  // `begin`: of its bytes in the block
    KnownTexts::Key key{};
    bool unsure = false;  // something was found that need not be this text's
  };

  [[nodiscard]] bool has_room_for(std::size_t size) const noexcept { return size_ + size + 1 <= kBytes; }
  /// Where the next text's bytes go, before add().
  [[nodiscard]] char* next() noexcept { return bytes_.get() + size_; }
  void add(std::size_t size, std::size_t record, KnownTexts::Key key) {
    texts_.push_back({static_cast<std::uint32_t>(size_), static_cast<std::uint32_t>(record), key});
    size_ += size;
    bytes_[size_++] = '\n';
  }
  /// In which text a match ends whose end is at `end`: none is empty, its last byte says it.
  [[nodiscard]] Text& text_at(std::uint32_t end) noexcept {
    const auto behind =
        std::upper_bound(texts_.begin(), texts_.end(), end - 1, [](std::uint32_t at, const Text& text) { return at < text.begin; });
    return *std::prev(behind);
  }
  [[nodiscard]] bool has_one_line(const Text& text) const noexcept {
    const char* const newline = static_cast<const char*>(std::memchr(bytes_.get() + text.begin, '\n', size_ - text.begin));
    const Text* const behind = &text + 1;
    const std::size_t end = behind == texts_.data() + texts_.size() ? size_ : behind->begin;
    return newline == bytes_.get() + end - 1;
  }
  [[nodiscard]] std::string_view bytes() const noexcept { return {bytes_.get(), size_}; }
  [[nodiscard]] std::vector<Text>& texts() noexcept { return texts_; }
  void clear() noexcept {
    size_ = 0;
    texts_.clear();
  }

 private:
  std::unique_ptr<char[]> bytes_ = std::make_unique<char[]>(kBytes);
  std::size_t size_ = 0;
  std::vector<Text> texts_;
};

}  // namespace loglode
