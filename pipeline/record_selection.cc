#include "pipeline/record_selection.h"

namespace loglode {

bool RecordSelection::takes(const Record& record) const noexcept {
  if (of == Of::none) return false;
  if (of == Of::kept && (record.has(RecordFlag::blank) || record.has(RecordFlag::excluded))) return false;
  return route == 0 || record.routes == 0 || (record.routes & route) != 0;
}

std::uint32_t route_of_sink(std::size_t number) noexcept {
  constexpr std::size_t kRouteBits = 32;
  return number < kRouteBits ? std::uint32_t{1} << number : 0;
}

void select_records(const Batch& batch, const RecordSelection& selection, std::vector<std::uint32_t>& out) {
  out.clear();
  const auto size = static_cast<std::uint32_t>(batch.records.size());
  for (std::uint32_t record = 0; record < size; ++record)
    if (selection.takes(batch.records[record])) out.push_back(record);
}

}  // namespace loglode
