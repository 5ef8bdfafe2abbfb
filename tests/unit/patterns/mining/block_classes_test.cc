// The block code of this processor against its portable twin.
#include "patterns/mining/block_classes.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <random>

using namespace loglode;

namespace {
struct Block {
  alignas(64) std::array<char, 64> bytes{};
  explicit Block(std::size_t size) {
    bytes.fill(' ');
    std::fill_n(bytes.begin(), size, 'a');
  }
};

void compare(const Block& block, std::size_t size) {
  const BlockBits fast = classify_block(block.bytes.data(), size), slow = classify_block_portable(block.bytes.data(), size);
  INFO("size " << size << ", first byte " << static_cast<int>(block.bytes[0]));
  CHECK(fast.ends == slow.ends);
  CHECK(fast.digits == slow.digits);
  CHECK(fast.joints == slow.joints);
  CHECK(fast.wide == slow.wide);
}
}  // namespace

TEST_CASE("block classes: every byte at every place is what the table says", "[mining]") {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t at = 0; at < 64; ++at) {
      Block block{64};
      block.bytes[at] = static_cast<char>(byte);
      const BlockBits fast = classify_block(block.bytes.data(), 64), slow = classify_block_portable(block.bytes.data(), 64);
      if (fast == slow) continue;
      INFO("byte " << byte << " at " << at);
      CHECK(fast == slow);
    }
  }
}

TEST_CASE("block classes: messages that end anywhere in a block, before it and behind it", "[mining]") {
  for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 31U, 32U, 33U, 47U, 48U, 49U, 63U, 64U, 65U, 4096U}) {
    Block block{std::min<std::size_t>(size, 64)};
    compare(block, size);
    if (size != 0) block.bytes[std::min<std::size_t>(size, 64) - 1] = '\x80';
    compare(block, size);
  }
}

TEST_CASE("block classes: random bytes", "[mining]") {
  std::mt19937 random{20261128};
  for (int round = 0; round < 20'000; ++round) {
    const std::size_t size = random() % 65;
    Block block{size};
    for (std::size_t i = 0; i < size; ++i) block.bytes[i] = static_cast<char>(random());
    if (classify_block(block.bytes.data(), size) == classify_block_portable(block.bytes.data(), size)) continue;
    compare(block, size);
  }
}
