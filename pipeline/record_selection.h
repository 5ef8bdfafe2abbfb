// Which records of a batch a sink gets, chosen once for each sink before any of them sees the batch. Stateless: any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/batch.h"

namespace loglode {

/// What one sink is to get.
struct RecordSelection {
  enum class Of : std::uint8_t {
    none,   // no records at all: the sink takes documents alone
    kept,   // neither blank nor RecordFlag::excluded
    every,  // those as well
  };
  Of of = Of::kept;
  std::uint32_t route = 0;  // the sink's bit in Record::routes: records that a transform routes elsewhere are not for it; 0: all are

  [[nodiscard]] bool takes(const Record& record) const noexcept;
};

/// The bit of the sink with this number, in the order of the configuration. A route chooses among the first 32 (transform_plan.h).
[[nodiscard]] std::uint32_t route_of_sink(std::size_t number) noexcept;

/// Overwrites `out` with the positions of the selected records, ascending.
void select_records(const Batch& batch, const RecordSelection& selection, std::vector<std::uint32_t>& out);

}  // namespace loglode
