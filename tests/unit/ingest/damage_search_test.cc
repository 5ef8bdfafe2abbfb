#include "ingest/kafka/damage_search.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <vector>

using namespace loglode::kafka;

namespace {

struct FakeBatch {
  std::int64_t first = 0, last = 0;
  bool damaged = false;
};

/// Answers like a broker and its client: with the first batch that reaches the offset; behind the last one reading goes well.
struct FakePartition {
  std::vector<FakeBatch> batches{};
  std::size_t looks = 0;

  void append(std::int64_t size, bool damaged, std::int64_t gap = 0) {
    const std::int64_t first = end() + gap;
    batches.push_back({first, first + size - 1, damaged});
  }
  [[nodiscard]] std::int64_t end() const { return batches.empty() ? 0 : batches.back().last + 1; }
  [[nodiscard]] const FakeBatch* at(std::int64_t offset) const {
    const auto found = std::find_if(batches.begin(), batches.end(), [&](const FakeBatch& batch) { return batch.last >= offset; });
    return found == batches.end() ? nullptr : &*found;
  }
  [[nodiscard]] Look look(std::int64_t offset) {
    ++looks;
    const FakeBatch* const batch = at(offset);
    if (batch == nullptr || !batch->damaged) return {Look::Seen::good};
    return {Look::Seen::damaged, batch->first};
  }
  std::optional<std::int64_t> search(std::int64_t from) {
    looks = 0;
    return behind_damage([&](std::int64_t offset) { return look(offset); }, from, end());
  }
};

}  // namespace

TEST_CASE("a good batch between two damaged ones is not called damaged", "[ingest]") {
  FakePartition partition;
  partition.append(10, true);
  partition.append(4, false);
  partition.append(86, true);
  partition.append(50, false);
  CHECK(partition.search(0) == 10);
  CHECK(partition.search(10) == 10);
  CHECK(partition.search(14) == 100);
}

TEST_CASE("of two damaged batches in a row the first one's end is found, then the second one's", "[ingest]") {
  FakePartition partition;
  partition.append(3, true);
  partition.append(200, true);
  CHECK(partition.search(0) == 3);
  CHECK(partition.search(3) == 203);  // the partition's end
}

TEST_CASE("whatever is damaged, what is found is the first offset behind the damaged batch, in few looks", "[ingest]") {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    std::mt19937 random{seed};
    const auto up_to = [&](std::int64_t most) { return std::uniform_int_distribution<std::int64_t>{0, most}(random); };
    FakePartition partition;
    for (std::int64_t left = 1 + up_to(30); left > 0; --left) {
      const std::int64_t size = 1 + up_to(up_to(3) == 0 ? 2000 : 8);
      partition.append(size, up_to(2) == 0, up_to(4) == 0 ? up_to(20) : 0);  // compaction leaves gaps
    }
    for (int i = 0; i < 20; ++i) {
      const std::int64_t from = up_to(partition.end() - 1);
      const FakeBatch& batch = *partition.at(from);
      INFO("seed " << seed << ", from " << from << " in " << batch.first << " to " << batch.last);
      REQUIRE(partition.search(from) == (batch.damaged ? batch.last + 1 : from));
      REQUIRE(partition.looks <= 30);  // 1 + 2 * (1 + log2 of 2020) and some
    }
  }
}

TEST_CASE("a search that sees nothing once finds nothing; so does one at the end", "[ingest]") {
  FakePartition partition;
  partition.append(100, true);
  CHECK_FALSE(partition.search(100));
  REQUIRE(partition.search(0) == 100);
  const std::size_t all = partition.looks;
  for (std::size_t blind = 0; blind < all; ++blind) {
    INFO("look " << blind);
    std::size_t looks = 0;
    CHECK_FALSE(behind_damage([&](std::int64_t offset) { return looks++ == blind ? Look{} : partition.look(offset); }, 0, 100));
  }
}
