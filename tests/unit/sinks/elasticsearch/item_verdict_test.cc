#include "sinks/elasticsearch/item_verdict.h"

#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace loglode;

namespace {

/// The verdict on an item as a server writes it.
void expect(std::string_view item, ItemOutcome outcome, std::string_view reason, bool is_event = false) {
  INFO(item);
  std::size_t taken = 0;
  BulkAnswer answer{[&](const BulkItem& read) {
    const ItemVerdict verdict = verdict_of(read, is_event);
    CHECK(static_cast<int>(verdict.outcome) == static_cast<int>(outcome));
    CHECK(verdict.reason == reason);
    ++taken;
  }};
  REQUIRE(answer.append("{\"errors\":true,\"items\":[{\"create\":" + std::string{item} + "}]}"));
  REQUIRE(answer.finish());
  CHECK(taken == 1);
}

void expect_error(int status, std::string_view type, std::string_view text, ItemOutcome outcome, std::string_view reason) {
  expect("{\"_index\":\"logs\",\"_id\":\"i\",\"status\":" + std::to_string(status) + ",\"error\":{\"type\":\"" + std::string{type} +
             "\",\"reason\":\"" + std::string{text} + "\"}}",
         outcome, reason);
}

}  // namespace

TEST_CASE("item verdicts: what is stored, and what the failure store took", "[sinks][elasticsearch]") {
  expect(R"({"_index":".ds-logs-2026.11.29-000001","_id":"i","_version":1,"result":"created","status":201})", ItemOutcome::stored,
         "stored");
  expect(R"({"result":"updated","status":200})", ItemOutcome::stored, "stored");
  expect(R"({"status":200})", ItemOutcome::stored, "stored");  // VictoriaLogs
  expect(R"({"_index":".fs-logs-000002","_id":"made there","failure_store":"used","status":201})", ItemOutcome::reject, "failure_store");
  expect(R"({"failure_store":"a later word","status":201})", ItemOutcome::reject, "failure_store");
  expect(R"({"failure_store":"not_applicable_or_unknown","status":201})", ItemOutcome::stored, "stored");
}

TEST_CASE("item verdicts: a failure store that did not take the document leaves the verdict to status and error",
          "[sinks][elasticsearch]") {
  for (const std::string word : {"not_enabled", "failed"}) {
    const std::string mark = R"("failure_store":")" + word + R"(",)";
    expect("{" + mark +
               R"("status":400,"error":{"type":"document_parsing_exception","reason":"[1:9] failed to parse field [n] of type [long]"}})",
           ItemOutcome::repair, "mapping");
    expect("{" + mark + R"("status":400,"error":{"type":"index_closed_exception","reason":"closed"}})", ItemOutcome::retry_until_deadline,
           "index_closed");
    expect("{" + mark + R"("status":503,"error":{"type":"unavailable_shards_exception","reason":"primary shard is not active"}})",
           ItemOutcome::retry, "unavailable");
    expect("{" + mark + R"("status":429,"error":{"type":"es_rejected_execution_exception","reason":"rejected"}})", ItemOutcome::retry,
           "throttled");
  }
}

TEST_CASE("item verdicts: a conflict is for the hash to settle, of an event it says that a newer one is stored", "[sinks][elasticsearch]") {
  const std::string_view item =
      R"({"_id":"i","status":409,"error":{"type":"version_conflict_engine_exception","reason":"[i]: version conflict, document already exists"}})";
  expect(item, ItemOutcome::conflict, "conflict");
  expect(item, ItemOutcome::stored, "newer_stored", true);
}

TEST_CASE("item verdicts: what an ingest pipeline drops is not stored", "[sinks][elasticsearch]") {
  expect(R"({"_index":"logs","_id":"i","_version":-3,"result":"noop","_shards":{"total":0,"successful":0,"failed":0},"status":200})",
         ItemOutcome::reject, "dropped_by_pipeline");
  expect(R"({"_index":"logs","_id":"i","result":"created","status":201})", ItemOutcome::stored, "stored");
}

TEST_CASE("item verdicts: back-pressure is retried, refusals by index or cluster until a deadline", "[sinks][elasticsearch]") {
  using enum ItemOutcome;
  expect_error(429, "es_rejected_execution_exception", "rejected execution of primary operation", retry, "throttled");
  expect_error(429, "rejected_execution_exception", "rejected execution", retry, "throttled");
  expect_error(429, "cluster_block_exception", "index [a] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark];",
               retry, "flood_stage");
  expect_error(503, "unavailable_shards_exception", "[a][0] primary shard is not active Timeout: [1m]", retry, "unavailable");
  expect_error(500, "illegal_state_exception", "no", ItemOutcome::retry_until_deadline, "server_error");
  expect_error(504, "process_cluster_event_timeout_exception", "no", retry, "server_error");
  expect_error(403, "cluster_block_exception", "index [a] blocked by: [FORBIDDEN/8/index write (api)];", retry_until_deadline, "blocked");
  expect_error(403, "security_exception", "action [indices:data/write/bulk[s]] is unauthorized", retry_until_deadline, "forbidden");
  expect_error(404, "index_not_found_exception", "no such index [a]", retry_until_deadline, "index_missing");
  expect_error(413, "too_large", "no", reject, "too_large");
  expect_error(302, "moved", "no", retry_until_deadline, "unknown_status");
  expect_error(202, "", "", retry_until_deadline, "unknown_status");
}

TEST_CASE("item verdicts: a document that violates the mapping is repaired, in the words of each server", "[sinks][elasticsearch]") {
  using enum ItemOutcome;
  expect_error(400, "mapper_parsing_exception", "failed to parse field [n] of type [long] in document with id 'i'", repair, "mapping");
  expect_error(400, "document_parsing_exception", "[1:6] object mapping for [a] tried to parse field [a] as object", repair, "mapping");
  expect_error(400, "strict_dynamic_mapping_exception", "mapping set to strict, dynamic introduction of [b] within [_doc] is not allowed",
               repair, "mapping");
  expect_error(400, "illegal_argument_exception", "Limit of total fields [1000] has been exceeded while adding new fields [1]", repair,
               "mapping");
  expect_error(400, "illegal_argument_exception", "Limit of mapping depth [20] has been exceeded due to object field [a.b]", repair,
               "mapping");
  expect_error(400, "illegal_argument_exception", "Document contains at least one immense term in field=\\\"ex\\\"", repair, "mapping");
  expect_error(400, "illegal_argument_exception", "mapper [ci.pipeline] cannot be changed from type [long] to [text]", repair, "mapping");
  expect_error(400, "illegal_argument_exception", "DocValuesField \\\"a\\\" is too large, must be <= 32766", repair, "mapping");
  expect_error(400, "illegal_argument_exception", "name cannot be empty string", repair, "mapping");
}

TEST_CASE("item verdicts: a 400 that the configuration or the cluster may be at fault for is no dead letter at once",
          "[sinks][elasticsearch]") {
  using enum ItemOutcome;
  const std::vector<std::array<std::string_view, 3>> rows{
      {"illegal_argument_exception", "only write ops with an op_type of create are allowed in data streams", "op_type"},
      {"illegal_argument_exception", "pipeline with id [shop] does not exist", "pipeline"},
      {"illegal_argument_exception", "field [user] not present as part of path [user]", "pipeline"},
      {"illegal_argument_exception", "no write index is defined for alias [logs]. The write index may be explicitly disabled", "alias"},
      {"illegal_argument_exception", "Alias [a] has more than one index associated with it [a-1, a-2], can't execute a single index op",
       "alias"},
      {"illegal_argument_exception",
       "Validation Failed: 1: this action would add [2] total shards, but this cluster currently has [9]/[9] maximum shards open;",
       "shard_limit"},
      {"validation_exception",
       "Validation Failed: 1: this action would add [2] shards, but this cluster currently has [9]/[9] maximum normal shards open;",
       "shard_limit"},
      {"index_closed_exception", "closed", "index_closed"},
      {"invalid_index_name_exception", "Invalid index name [Logs], must be lowercase", "index_name"},
      {"illegal_argument_exception", "something that no server has said yet", "bad_request"},
      {"", "", "bad_request"}};
  for (const auto& [type, text, reason] : rows) expect_error(400, type, text, retry_until_deadline, reason);
}
