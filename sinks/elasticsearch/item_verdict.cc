#include "sinks/elasticsearch/item_verdict.h"

#include <algorithm>
#include <array>

namespace loglode {
namespace {

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) noexcept {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Types that name the document alone: its JSON, or a value that its field does not take.
constexpr std::array<std::string_view, 14> kDocumentErrors{"document_parsing_exception",
                                                           "mapper_parsing_exception",
                                                           "mapper_exception",
                                                           "strict_dynamic_mapping_exception",
                                                           "max_bytes_length_exceeded_exception",
                                                           "parsing_exception",
                                                           "parse_exception",
                                                           "x_content_parse_exception",
                                                           "json_parse_exception",
                                                           "json_e_o_f_exception",
                                                           "not_x_content_exception",
                                                           "input_coercion_exception",
                                                           "date_time_parse_exception",
                                                           "number_format_exception"};

struct Phrase {
  std::string_view text, reason;
  ItemOutcome outcome;
};

/// `illegal_argument_exception` says anything. What concerns the target stands first, as its texts may name a field, too.
constexpr std::array<Phrase, 11> kArgumentErrors{{
    {"op_type of create", "op_type", ItemOutcome::retry_until_deadline},
    {"maximum normal shards open", "shard_limit", ItemOutcome::retry_until_deadline},
    {"maximum shards open", "shard_limit", ItemOutcome::retry_until_deadline},
    {"pipeline with id [", "pipeline", ItemOutcome::retry_until_deadline},
    {"as part of path [", "pipeline", ItemOutcome::retry_until_deadline},
    {"no write index", "alias", ItemOutcome::retry_until_deadline},
    {"single index op", "alias", ItemOutcome::retry_until_deadline},
    {"ield", "mapping", ItemOutcome::repair},  // limits of fields, immense terms and doc values, names that are no path
    {"mapper [", "mapping", ItemOutcome::repair},
    {"mapping", "mapping", ItemOutcome::repair},
    {"name cannot be empty", "mapping", ItemOutcome::repair},
}};

struct TypeReason {
  std::string_view type, reason;
};

/// Types of a 400 that name the index, the alias or the cluster.
constexpr std::array<TypeReason, 9> kTargetErrors{{
    {"index_closed_exception", "index_closed"},
    {"invalid_index_name_exception", "index_name"},
    {"invalid_alias_name_exception", "index_name"},
    {"invalid_index_template_exception", "index_template"},
    {"resource_already_exists_exception", "index_created_meanwhile"},
    {"validation_exception", "shard_limit"},
    {"routing_missing_exception", "routing"},
    {"alias_limitation_exception", "alias"},
    {"action_request_validation_exception", "request"},
}};

ItemVerdict bad_request(const BulkItem& item) noexcept {
  if (is_one_of(item.error_type, kDocumentErrors)) return {ItemOutcome::repair, "mapping"};
  for (const TypeReason& known : kTargetErrors) {
    if (item.error_type == known.type) return {ItemOutcome::retry_until_deadline, known.reason};
  }
  if (item.error_type == "illegal_argument_exception") {
    for (const Phrase& known : kArgumentErrors) {
      if (item.error_reason.find(known.text) != std::string_view::npos) return {known.outcome, known.reason};
    }
  }
  return {ItemOutcome::retry_until_deadline, "bad_request"};
}

}  // namespace

ItemVerdict verdict_of(const BulkItem& item, bool is_event) noexcept {
  const bool is_block = item.error_type == "cluster_block_exception";
  switch (item.status) {
    case 200:
    case 201:
      if (item.failure_store != FailureStore::none) return {ItemOutcome::reject, "failure_store"};
      // What an ingest pipeline drops is answered like what is stored, but for this word.
      if (item.result == "noop") return {ItemOutcome::reject, "dropped_by_pipeline"};
      return {ItemOutcome::stored, "stored"};
    case 400:
      return bad_request(item);
    case 403:
      return {ItemOutcome::retry_until_deadline, is_block ? "blocked" : "forbidden"};
    case 404:
      return {ItemOutcome::retry_until_deadline, item.error_type.find("pipeline") != std::string_view::npos ? "pipeline" : "index_missing"};
    case 409:
      return is_event ? ItemVerdict{ItemOutcome::stored, "newer_stored"} : ItemVerdict{ItemOutcome::conflict, "conflict"};
    case 413:
      return {ItemOutcome::reject, "too_large"};
    case 429:
      return {ItemOutcome::retry, is_block ? "flood_stage" : "throttled"};
    case 500:  // often of one document: a pipeline that fails it, a fault of the server
      return {ItemOutcome::retry_until_deadline, "server_error"};
    case 503:
      return {ItemOutcome::retry, "unavailable"};
    default:
      break;
  }
  if (item.status >= 500 && item.status < 600) return {ItemOutcome::retry, "server_error"};
  return {ItemOutcome::retry_until_deadline, "unknown_status"};
}

}  // namespace loglode
