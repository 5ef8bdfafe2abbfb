// BulkSender's way to know whether documents are stored before it sends them again, and whether one whose id is taken is ours (look_up.h).
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sinks/elasticsearch/bulk_sender.h"

namespace loglode {

namespace {

using std::chrono::system_clock;

constexpr std::chrono::minutes kClocksDiffer{10};  // by at most so much: ours and the cluster's
constexpr std::size_t kIndicesMax = 3;             // are looked into: two rollovers while a document has no verdict are rare
constexpr std::size_t kPlacesMax = 20'000;         // of one `_mget`

}  // namespace

/// What an earlier run sent without learning its verdict comes again among the first documents: they are looked up until as many bytes as
/// the queue holds were not found. Within an index the id alone keeps a document from being stored twice.
bool BulkSender::is_to_be_looked_up(Bulk& bulk) {
  const bool has_record =
      std::any_of(bulk.documents.begin(), bulk.documents.end(), [](const BulkDocument& each) { return !each.is_event; });
  if (!has_record) bulk.look_up_since.reset();
  if (!bulk.look_up_since && has_record && unsure_bytes_ > 0 && bulk.attempts == 0) bulk.look_up_since = system_clock::time_point{};
  return bulk.look_up_since.has_value();
}

void BulkSender::look_up(Bulk bulk, std::size_t node) {
  // One target at a time; an event is never looked up: its version says which one is newer.
  const auto action = [&](const BulkDocument& document) {
    return document.is_event ? std::string_view{} : bulk.lines_of(document).substr(0, document.action_size);
  };
  const std::string_view first_action = action(bulk.documents.front());
  const std::string first = target_of(first_action);
  const std::string_view before_id = first_action.substr(0, first_action.find("\"_id\""));
  Bulk of_first, rest;
  for (const BulkDocument& document : bulk.documents) {
    const bool is_same = before_id.empty() ? document.is_event : action(document).starts_with(before_id);
    const bool is_together = is_same && of_first.documents.size() < kPlacesMax / kIndicesMax;
    (is_together ? of_first : rest).add(bulk, document);
  }
  for (Bulk* const part : {&of_first, &rest}) part->keep_history_of(bulk);
  if (!rest.empty()) later_.emplace(Clock::now(), std::move(rest));
  if (first.empty()) of_first.look_up_since.reset();
  if (!of_first.look_up_since) return start(std::move(of_first), node);

  auto look_up = std::make_shared<LookUp>(LookUp{std::move(of_first), node});
  HttpCall request;
  request.url = fmt::format("{}/{}/_settings/index.creation_date?flat_settings=true", nodes_.url(node), first);
  request.timeout = config_.bulk_timeout;
  ++in_flight_;
  exchanges_.start(access_, std::move(request), [this, look_up](const HttpAnswer& answer) { indices_answered(look_up, answer); });
}

void BulkSender::indices_answered(const std::shared_ptr<LookUp>& look_up, const HttpAnswer& answer) {
  --in_flight_;
  if (answer.status == 404) return looked_up(*look_up, std::vector<StoredAs>(look_up->bulk.documents.size(), StoredAs::absent));
  if (!answer.is_success()) return cannot_look_up(*look_up, answer, "view_index_metadata");
  const bool is_of_earlier_run = *look_up->bulk.look_up_since == system_clock::time_point{};
  auto indices = written_since(answer.body, is_of_earlier_run ? system_clock::time_point{} : *look_up->bulk.look_up_since - kClocksDiffer,
                               kIndicesMax);
  if (!indices) {
    nodes_.failed(look_up->node, Clock::now());
    return again(std::move(look_up->bulk), indices.error().message);
  }
  if (is_of_earlier_run && indices->size() == 1) indices->clear();  // there the id is enough
  for (std::size_t i = 0; i < look_up->bulk.documents.size(); ++i)
    for (const std::string& index : *indices) look_up->places.push_back({i, index});
  ask_where_stored(look_up);
}

void BulkSender::ask_where_stored(const std::shared_ptr<LookUp>& look_up) {
  if (look_up->places.empty()) return looked_up(*look_up, std::vector<StoredAs>(look_up->bulk.documents.size(), StoredAs::absent));
  look_up->body = look_up_body(look_up->bulk, look_up->places);
  HttpCall request;
  request.method = "POST";
  request.url = nodes_.url(look_up->node) + "/_mget?filter_path=docs._id,docs.found,docs._source,docs.error.type";
  request.headers = {"Content-Type: application/json"};
  request.timeout = config_.bulk_timeout;
  request.body = look_up->body;
  ++in_flight_;
  exchanges_.start(access_, std::move(request), [this, look_up](const HttpAnswer& answer) {
    --in_flight_;
    if (!answer.is_success()) return cannot_look_up(*look_up, answer, "read");
    const auto stored = stored_as(answer.body, look_up->bulk, look_up->places);
    if (stored) return looked_up(*look_up, *stored);
    if (!stored.error().retryable) return cannot_look_up(*look_up, answer, "read");
    nodes_.failed(look_up->node, Clock::now());
    again(std::move(look_up->bulk), stored.error().message);
  });
}

/// A cluster that has too much to do is asked again; one that does not let us look is written to without.
void BulkSender::cannot_look_up(LookUp& look_up, const HttpAnswer& answer, const char* privilege) {
  const TimePoint now = Clock::now();
  if (answer.status == 401) renew_access();
  if (!answer.is_whole() || answer.status >= 500 || answer.status == 429 || answer.status == 401) {
    nodes_.failed(look_up.node, now, told_pause(answer));
    return again(std::move(look_up.bulk), fmt::format("{} does not say what is stored: {}", nodes_.url(look_up.node),
                                                      answer.is_whole() ? std::to_string(answer.status) : answer.fault));
  }
  if (!std::exchange(cannot_look_up_told_, true))
    links_.tell(
        fmt::format("sink '{}': our key may not see what is stored ({}): what is sent again is recognised by its id alone; the privilege "
                    "\"{}\" of the data stream allows more",
                    config_.name, answer.status, privilege));
  unsure_bytes_ = 0;
  const StoredAs as = look_up.is_conflict ? StoredAs::unverified : StoredAs::absent;
  looked_up(look_up, std::vector<StoredAs>(look_up.bulk.documents.size(), as));
}

void BulkSender::looked_up(LookUp& look_up, const std::vector<StoredAs>& stored) {
  nodes_.answered(look_up.node);
  Bulk absent;
  bool is_found = false;
  for (std::size_t i = 0; i < stored.size(); ++i) {
    const BulkDocument& document = look_up.bulk.documents[i];
    is_found = is_found || stored[i] != StoredAs::absent;
    links_.answers.count("looked_up", name_of(stored[i]));
    if (stored[i] == StoredAs::absent)
      absent.add(look_up.bulk, document);
    else if (stored[i] == StoredAs::different)
      writes_.settle(document.mark, Verdict::rejected, "409: another record is stored under this id, its event.hash is not ours");
    else {
      if (!look_up.is_conflict)
        ++stored_by(look_up.node, false);  // it was taken with the rest refused (a whole 400), as a conflict shows too
      writes_.settle(document.mark, Verdict::delivered);
    }
  }
  if (look_up.is_conflict) {
    if (!absent.empty()) again(std::move(absent), "documents are refused for their ids, and are not there");
    return;
  }
  if (unsure_bytes_ > 0)
    unsure_bytes_ = is_found ? config_.queue_bytes_max : unsure_bytes_ - std::min(unsure_bytes_, look_up.bulk.body.size());
  absent.attempts = look_up.bulk.attempts;
  if (!absent.empty()) start(std::move(absent), look_up.node);
}

}  // namespace loglode
