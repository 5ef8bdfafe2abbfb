// What the status and the error of one item of a `_bulk` answer mean for its document. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sinks/elasticsearch/bulk_answer.h"

namespace loglode {

enum class ItemOutcome : std::uint8_t {
  stored,
  conflict,              // a document of this id is there; whether it is ours is for its hash to say
  retry,                 // back-pressure: again, without a limit
  retry_until_deadline,  // the index, the cluster or the configuration refuses, not the document: a person may mend it
  repair,                // the document violates the mapping
  reject                 // it will never be stored
};

/// For metrics.
[[nodiscard]] constexpr std::string_view name_of(ItemOutcome outcome) noexcept {
  constexpr std::string_view kNames[] = {"stored", "conflict", "retry", "retry_until_deadline", "repair", "reject"};
  return kNames[static_cast<std::size_t>(outcome)];
}

struct ItemVerdict {
  ItemOutcome outcome;
  std::string_view reason;  // a static word, for metrics
};

/// `is_event`: the document was sent with an external version, so that a conflict means that a newer one is stored.
/// The failure store counts where it took the document. `not_enabled` and `failed` accompany every rejection by a data stream of
/// Elasticsearch from 8.18 on, whatever its cause, and leave the verdict to status and error: else no document would be repaired there.
[[nodiscard]] ItemVerdict verdict_of(const BulkItem& item, bool is_event) noexcept;

}  // namespace loglode
