// What became of each record of a stream, from two sorted sequences: what the source holds, and what the index holds of it. A pure function
// of both; memory for one group of equal origin. docs/elasticsearch.md says what each status means.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/batch.h"
#include "core/result.h"
#include "core/timestamp.h"
#include "sinks/elasticsearch/event_hash.h"

namespace loglode {

enum class ReceiptStatus : std::uint8_t {
  stored,
  lost,
  duplicate,
  different,
  dead_letter,
  filtered,
  expired_in_cluster,
  expired_at_source,
  unverifiable,
  kCount
};
[[nodiscard]] std::string_view name_of(ReceiptStatus status) noexcept;  // as written here

class ReceiptCounts {
 public:
  [[nodiscard]] std::uint64_t& operator[](ReceiptStatus status) noexcept { return counts_[static_cast<std::size_t>(status)]; }
  [[nodiscard]] std::uint64_t of(ReceiptStatus status) const noexcept { return counts_[static_cast<std::size_t>(status)]; }
  /// Of records; what expired at the source is counted in documents.
  [[nodiscard]] std::uint64_t records() const noexcept;
  /// Nothing is lost, there twice, or other than at the source.
  [[nodiscard]] bool is_good() const noexcept;
  ReceiptCounts& operator+=(const ReceiptCounts& other) noexcept;
  friend bool operator==(const ReceiptCounts&, const ReceiptCounts&) = default;

 private:
  std::array<std::uint64_t, static_cast<std::size_t>(ReceiptStatus::kCount)> counts_{};
};

/// A record as it is read again. Written to a temporary file as it is.
struct SourceRecord {
  enum class Fate : std::uint8_t {
    wanted,    // the sink had to get it
    filtered,  // the configuration keeps it from the sink
    outside,   // nobody asks about it, whatever stands in the index
  };
  std::uint64_t offset = 0;  // Record::offset
  EventHash hash{};          // where there is a key
  Timestamp time = kNoTime;
  Fate fate = Fate::wanted;
};

/// A document of the index.
struct StoredDocument {
  std::uint64_t place = 0;  // in a file Record::offset, in a topic the message's
  std::string id;           // empty: it was not asked for, stream and place say enough
  std::optional<EventHash> hash;
  bool is_of_stream = false;  // it names the stream; else only its path, or topic and partition, is the same
};

/// The ids of records that are in our dead letters.
using DeadLetterIds = std::set<std::string, std::less<>>;

/// What is known of a stream beside its records and documents.
struct ReceiptStream {
  StreamIdentity identity{};
  unsigned offset_shift = 0;            // of Record::offset to StoredDocument::place
  bool has_hashes = false;              // there is a key
  bool begins_late = false;             // the run did not read it from its beginning
  Timestamp cluster_begins = kNoTime;   // indices of before were deleted; kNoTime: none was
  const DeadLetterIds* dead = nullptr;  // null: there are none
};

/// Neighbours of one status.
struct ReceiptRange {
  ReceiptStatus status{};
  std::uint64_t first = 0, last = 0;  // places
  std::uint64_t records = 0;          // of documents that no record explains: documents
  std::string id;                     // of the first record; of a document that no record explains, where it was asked for
};

/// Errors: of reading. False: there is none any more.
using NextSourceRecord = std::function<Result<bool>(SourceRecord&)>;
using NextStoredDocument = std::function<Result<bool>(StoredDocument&)>;

/// Joins records, ascending by offset and each once, with documents, ascending by place. `take` gets the ranges in order.
/// Errors: of reading either.
[[nodiscard]] Result<ReceiptCounts> join_receipt(const ReceiptStream& stream, const NextSourceRecord& next_record,
                                                 const NextStoredDocument& next_document,
                                                 const std::function<void(const ReceiptRange&)>& take);

}  // namespace loglode
