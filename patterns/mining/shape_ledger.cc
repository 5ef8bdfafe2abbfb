#include "patterns/mining/shape_ledger.h"

#include <algorithm>
#include <bit>
#include <tuple>

namespace loglode {

namespace {
constexpr std::uint64_t kGraceRecords = 20'000;  // the young are spared: what is new may become frequent
}

std::vector<std::uint64_t> ShapeLedger::least_worth(const ShapeTable& table, std::string_view owner, std::size_t keep,
                                                    const std::vector<std::uint64_t>& pinned) const {
  struct Candidate {
    bool young;
    int worth;  // log2 of the uses, less one for every halving of what share of the records since has passed without one
    std::uint64_t last, hash;
  };
  std::vector<Candidate> candidates;
  for (const auto& shape : table.shapes()) {
    if (!owner.empty() && shape->owner() != owner) continue;
    if (std::binary_search(pinned.begin(), pinned.end(), shape->hash())) continue;
    const auto found = uses_.find(shape->hash());
    const Use use = found == uses_.end() ? Use{} : found->second;
    const int age = static_cast<int>(std::bit_width((now_ - use.last) / kGraceRecords));
    candidates.push_back(
        {use.count != 0 && now_ - use.born < kGraceRecords, static_cast<int>(std::bit_width(use.count)) - age, use.last, shape->hash()});
  }
  if (candidates.size() <= keep) return {};
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.young, a.worth, a.last, a.hash) < std::tie(b.young, b.worth, b.last, b.hash);
  });
  candidates.resize(candidates.size() - keep);
  std::vector<std::uint64_t> shapes;
  for (const Candidate& candidate : candidates) shapes.push_back(candidate.hash);
  std::sort(shapes.begin(), shapes.end());
  return shapes;
}

void ShapeLedger::forget(const std::vector<std::uint64_t>& shapes) {
  for (const std::uint64_t shape : shapes) uses_.erase(shape);
}

}  // namespace loglode
