// Asks whether documents of a bulk are stored already: the answer to a request was lost, an earlier run may have stored them, or the server
// says that their id is taken (409). A data stream holds each id once a backing index, so that behind a rollover only looking helps.
// Pure functions: bodies of `_mget` (real-time, so that what was stored a moment ago is found) and what their answers mean.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "sinks/elasticsearch/bulk.h"

namespace loglode {

/// The index or data stream of an action line; empty: it names none.
[[nodiscard]] std::string target_of(std::string_view action);

/// A document of a bulk, and an index that may hold it.
struct StoredPlace {
  std::size_t document = 0;
  std::string index{};
};

enum class StoredAs : std::uint8_t {
  absent,
  same,        // its event.hash is ours
  unverified,  // it or ours has no event.hash: the id alone says that it is the same
  different    // another record stands under the id
};

/// `absent`, `same`, `unverified`, `different`.
[[nodiscard]] constexpr std::string_view name_of(StoredAs as) noexcept {
  constexpr std::string_view kNames[] = {"absent", "same", "unverified", "different"};
  return kNames[static_cast<std::size_t>(as)];
}

/// The body of `POST /_mget`.
[[nodiscard]] std::string look_up_body(const Bulk& bulk, const std::vector<StoredPlace>& places);

/// What the answer says of each document of `bulk`. An index that is gone holds nothing. Errors: bad_message, when it is not an answer for
/// these places; permission_denied, when the key may not read one of the indices.
[[nodiscard]] Result<std::vector<StoredAs>> stored_as(std::string_view answer, const Bulk& bulk, const std::vector<StoredPlace>& places);

/// From the answer to `GET /TARGET/_settings/index.creation_date?flat_settings=true`: the indices of a data stream that may have been
/// written to since then by the server's clock, the newest `count_max` of them. Errors: bad_message.
[[nodiscard]] Result<std::vector<std::string>> written_since(std::string_view answer, std::chrono::system_clock::time_point since,
                                                             std::size_t count_max);

}  // namespace loglode
