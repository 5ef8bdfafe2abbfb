// UTF-16 to UTF-8, as it is read. Surrogates without their other half become U+FFFD.
#pragma once

#include <array>

#include "ingest/byte_reader.h"

namespace loglode::ingest {

enum class ByteOrder : std::uint8_t { little, big };

class Utf16Reader final : public ByteReader {
 public:
  Utf16Reader(std::unique_ptr<ByteReader> from, ByteOrder order) : from_{std::move(from)}, order_{order} {}
  ReadResult read(char* to, std::size_t room, Deadline until) override;
  void stop() noexcept override { from_->stop(); }

 private:
  void decode(const char* bytes, std::size_t size);
  void unit(std::uint16_t unit);
  void append(std::uint32_t code_point);

  std::unique_ptr<ByteReader> from_;
  ByteOrder order_;
  std::array<char, 16 * 1024> input_{};
  std::string text_;             // decoded, not handed out yet
  std::size_t begin_ = 0;        // of that, in text_
  int half_ = -1;                // first byte of a unit whose second has not come
  std::uint16_t surrogate_ = 0;  // high one that waits for the low one
  bool ended_ = false;
};

}  // namespace loglode::ingest
