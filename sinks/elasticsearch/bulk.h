// A bulk: documents on their way to the server, as the body of one `_bulk` request. Owned by one thread at a time.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sinks/open_writes.h"

namespace loglode {

/// One action and its source, two lines of a bulk's body.
struct BulkDocument {
  using TimePoint = std::chrono::steady_clock::time_point;

  OpenWrite::Mark mark{};
  std::size_t begin = 0, size = 0;  // in the body
  std::size_t action_size = 0;      // of its first line, with the newline
  bool is_event = false;            // op index with a version of ours; else create
  std::uint8_t repairs = 0;         // of a document that the mapping refused
  bool was_refused_whole = false;   // its request was refused, and no document could be named
  std::size_t refused_by = 0;       // then: the node that did it
  std::uint64_t stored_before = 0;  // and how many documents of its kind that node had stored
  TimePoint first_refused{};        // of refusals that are not repeated for ever
};

struct Bulk {
  std::string body{};
  std::vector<BulkDocument> documents{};
  unsigned attempts = 0;  // that brought nothing: what the pause before the next one comes from
  /// Its documents may be stored already, in an index that was written to since then: they are looked up before they are sent.
  std::optional<std::chrono::system_clock::time_point> look_up_since{};

  [[nodiscard]] bool empty() const noexcept { return documents.empty(); }
  [[nodiscard]] std::string_view lines_of(const BulkDocument& document) const noexcept {
    return std::string_view{body}.substr(document.begin, document.size);
  }
  /// `lines`: the action and the source, each with its newline. `document` says all but where they stand.
  void add(BulkDocument document, std::string_view lines) {
    document.begin = body.size();
    document.size = lines.size();
    body += lines;
    documents.push_back(document);
  }
  /// Copies a document of another bulk, so that the bytes of the rest of it are not kept.
  void add(const Bulk& from, const BulkDocument& document) { add(document, from.lines_of(document)); }
  void may_be_stored_since(std::chrono::system_clock::time_point sent) {
    look_up_since = look_up_since ? std::min(*look_up_since, sent) : sent;
  }
  /// What stands of it beside its documents.
  void keep_history_of(const Bulk& from) {
    attempts = std::max(attempts, from.attempts);
    if (from.look_up_since) may_be_stored_since(*from.look_up_since);
  }
};

/// The first half of its documents, and the rest.
[[nodiscard]] inline std::array<Bulk, 2> halves_of(const Bulk& bulk) {
  std::array<Bulk, 2> halves;
  const std::size_t half = bulk.documents.size() / 2;
  for (std::size_t i = 0; i < bulk.documents.size(); ++i) halves[i < half ? 0 : 1].add(bulk, bulk.documents[i]);
  for (Bulk& each : halves) each.keep_history_of(bulk);
  return halves;
}

}  // namespace loglode
