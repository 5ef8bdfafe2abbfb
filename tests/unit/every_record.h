// For tests of one sink: a selection that leaves nothing out.
#pragma once

#include <numeric>
#include <vector>

#include "core/batch.h"

namespace loglode {

inline std::vector<std::uint32_t> every_record(const Batch& batch) {
  std::vector<std::uint32_t> all(batch.records.size());
  std::iota(all.begin(), all.end(), 0U);
  return all;
}

}  // namespace loglode
