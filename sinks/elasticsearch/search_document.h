// A record and an event as Elasticsearch gets them: the action that says where to, and the document. Owned by one sink, used by one thread
// at a time.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/batch.h"
#include "core/event.h"
#include "core/rule_info.h"
#include "core/timestamp.h"
#include "sinks/elasticsearch/stream_router.h"
#include "sinks/record_json.h"

namespace loglode {

/// The object that holds every key which our mapping does not name: one field for the server, so that a log cannot make fields.
inline constexpr std::string_view kAttributesField = "loglode.unknown";
inline constexpr std::size_t kAttributesMax = 128, kAttributeBytesMax = 8 * kKiB,
                             kAttributesBytesMax = 32 * kKiB;  // what is more is left out, and marked

/// Names the stream that a record is of, so that what is stored of one can be walked in its order, whatever its file is called by now.
inline constexpr std::string_view kStreamField = "loglode.stream";
/// As it is written there: 32 hex digits.
[[nodiscard]] std::string to_hex(const StreamIdentity& stream);

class SearchDocuments {
 public:
  /// `rules` must outlive it; `mask` as of RecordJson. `hash_key`: of event.hash (event_hash.h); empty: none is written.
  SearchDocuments(const RuleCatalog& rules, StreamRouter router, std::string hash_key, MaskText mask, SearchShape shape = SearchShape::ecs);

  /// Appends the two lines of a record. Op create under its record id. `read`: the time that counts where the record has none that the
  /// server takes (none at all, or before 1970 or after 2261), which is marked. Returns the size of the first line.
  std::size_t append(std::string& out, const Batch& batch, const Record& record, std::string_view template_members, Timestamp read);

 private:
  void append_attributes(std::string& out, const Batch& batch, const Record& record);
  void append_mapped(std::string& out, const Batch& batch, const Record& record, bool of_resource);
  void append_resource(std::string& out, const Batch& batch, const Record& record);

  RecordJson json_;
  StreamRouter router_;
  const std::string hash_key_;
  const SearchShape shape_;
  StreamIdentity stream_{};  // of the latest record, and its name
  std::string stream_name_;
  std::vector<std::string> names_;  // as they are written: two that differ in what is no UTF-8 are the same there
};

/// Appends the two lines of an event: op index under its key into `PREFIX-KINDs-YYYY.MM`, the month in which it opened as it was first told
/// (a template: `PREFIX-templates-v1`; so all where `by_month` is false); the size of the first line. Its revision is the
/// document's version, so that an older one never replaces a newer one; `version` where it has none. `now`: its time, where it has none of
/// its own.
std::size_t append_event(std::string& out, const Event& event, std::string_view prefix, bool by_month, Timestamp now,
                         std::uint64_t version);

}  // namespace loglode
