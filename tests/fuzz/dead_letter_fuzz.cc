// Any bytes as a part of dead letters: no crash, what was passed over and what was read follow each other up to the end, a dead letter that
// can be read comes out the same when it is written again, and a good frame is found whatever stands around it.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/assert.h"
#include "sinks/dead_letter_frame.h"

namespace {

using namespace loglode;

class InMemory final : public FrameBytes {
 public:
  explicit InMemory(std::string_view bytes) : bytes_{bytes} {}
  Result<std::string_view> view(std::uint64_t offset, std::size_t size) override {
    return offset < bytes_.size() ? bytes_.substr(offset, size) : std::string_view{};
  }

 private:
  std::string_view bytes_;
};

/// How many dead letters stand in `bytes`; `sought` must be among them when it is not null.
std::size_t scan(std::string_view bytes, const DeadLetter* sought) {
  InMemory memory{bytes};
  FrameScanner frames{memory};
  std::uint64_t at = 0;
  std::size_t count = 0;
  bool found = sought == nullptr;
  for (;;) {
    const auto dead_letter = frames.next();
    LOGLODE_ASSERT(dead_letter.has_value());
    LOGLODE_ASSERT(frames.passed().begin == at && frames.passed().end >= at);
    if (!dead_letter->has_value()) break;
    LOGLODE_ASSERT(frames.good_end() >= frames.passed().end + kFrameHeaderBytes);
    at = frames.good_end();
    ++count;
    found = found || **dead_letter == *sought;
  }
  LOGLODE_ASSERT(frames.passed().end == bytes.size() && found);
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text{reinterpret_cast<const char*>(bytes), size};
  scan(text, nullptr);
  DeadLetter dead_letter;
  if (const auto read = dead_letter_of(text)) dead_letter = *read;
  LOGLODE_ASSERT(dead_letter_of(frame_of(dead_letter).substr(kFrameHeaderBytes)).has_value());
  dead_letter.raw = text;
  const std::string frame = frame_of(dead_letter);
  LOGLODE_ASSERT(scan(frame, nullptr) == 1);
  // A header in the text may be whole and swallow what stands behind it.
  if (text.find('\xde') == std::string::npos) scan(text + frame + text, &dead_letter);
  return 0;
}
