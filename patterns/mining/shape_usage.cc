#include "patterns/mining/shape_usage.h"

#include <algorithm>
#include <bit>
#include <tuple>

namespace loglode {

namespace {
constexpr std::uint64_t kGraceRecords = 20'000;  // the young are spared: what is new may become frequent
}

std::vector<ShapeId> ShapeUsage::least_worth(const ShapeTable& table, std::string_view owner, std::size_t keep,
                                             const std::vector<ShapeId>& pinned) const {
  struct Candidate {
    bool young;
    int worth;  // log2 of the uses, less one for every halving of what share of the records since has passed without one
    std::uint64_t last;
    ShapeId id;
  };
  std::vector<Candidate> candidates;
  for (const auto& shape : table.shapes()) {
    if (!owner.empty() && shape->owner() != owner) continue;
    if (std::binary_search(pinned.begin(), pinned.end(), shape->id())) continue;
    const auto found = uses_.find(shape->id());
    const Use use = found == uses_.end() ? Use{} : found->second;
    const int age = static_cast<int>(std::bit_width((now_ - use.last) / kGraceRecords));
    candidates.push_back(
        {use.count != 0 && now_ - use.born < kGraceRecords, static_cast<int>(std::bit_width(use.count)) - age, use.last, shape->id()});
  }
  if (candidates.size() <= keep) return {};
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.young, a.worth, a.last, a.id) < std::tie(b.young, b.worth, b.last, b.id);
  });
  candidates.resize(candidates.size() - keep);
  std::vector<ShapeId> shapes;
  for (const Candidate& candidate : candidates) shapes.push_back(candidate.id);
  std::sort(shapes.begin(), shapes.end());
  return shapes;
}

void ShapeUsage::forget(const std::vector<ShapeId>& shapes) {
  for (const ShapeId shape : shapes) uses_.erase(shape);
}

}  // namespace loglode
