// Which shapes are worth keeping when there are too many: how often and how recently each was used. Kept by the learner, in the order of
// records, so that what is forgotten does not depend on threads or batches. Costs nothing until the table is half full.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "patterns/mining/shape_table.h"

namespace loglode {

class ShapeUsage {
 public:
  /// The next record has this shape.
  void note(ShapeId shape) {
    Use& use = uses_[shape];
    if (use.count++ == 0) use.born = now_;
    use.last = now_++;
  }
  /// The shapes of `table` (of `owner` alone when it is not empty) that are worth least, as many as to leave `keep` of those; never one of
  /// `pinned`. Rarely used ones first, then those unused for longest; those born among the latest 20,000 records only when there are no
  /// others. Ties by id.
  [[nodiscard]] std::vector<ShapeId> least_worth(const ShapeTable& table, std::string_view owner, std::size_t keep,
                                                 const std::vector<ShapeId>& pinned) const;
  void forget(const std::vector<ShapeId>& shapes);

 private:
  struct Use {
    std::uint64_t count = 0, born = 0, last = 0;
  };
  std::uint64_t now_ = 0;  // records noted
  absl::flat_hash_map<ShapeId, Use> uses_;
};

}  // namespace loglode
