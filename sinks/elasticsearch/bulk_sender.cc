#include "sinks/elasticsearch/bulk_sender.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/assert.h"
#include "sinks/elasticsearch/refusal_text.h"
#include "sinks/elasticsearch/repair.h"
#include "sinks/elasticsearch/search_templates.h"

namespace loglode {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestWait{1000};
constexpr std::uint8_t kRepairsMax = 2;
constexpr std::size_t kReasonBytesMax = 500, kKindBytesMax = 100;
constexpr std::size_t kBodyBytesMin = 64 * kKiB;
constexpr unsigned kRefusalsInARow = 8;  // of whole requests, until the cluster is believed to refuse everything
constexpr milliseconds kRetryAfterMax{300'000};
constexpr milliseconds kThrottlePauseMax{
    15'000};  // a busy cluster bears one request in 15 s, and its answer shows when the cluster has room again

std::string gzip_of(std::string_view text) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16, kMemory = 8;
  LOGLODE_ASSERT(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // NOLINT: zlib's old signature; it is not written to
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  LOGLODE_ASSERT(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  out.shrink_to_fit();
  deflateEnd(&stream);
  return out;
}

/// The beginning of what a server says, on one line.
std::string words_of(std::string_view body) {
  std::string out{body.substr(0, kReasonBytesMax)};
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return out.empty() ? "it says no more" : out;
}

/// What a message may say of an error: its type. A reason can quote a document.
std::string kind_of(std::string_view type) {
  const bool is_word = !type.empty() && type.size() <= kKindBytesMax &&
                       std::all_of(type.begin(), type.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  return is_word ? " " + std::string{type} : std::string{};
}

/// For metrics: why a whole request brought no verdicts.
std::string_view reason_of(const HttpAnswer& answer) {
  if (!answer.is_whole()) return answer.timed_out ? "timed_out" : "no_answer";
  switch (answer.status) {
    case 400:
      return "400";
    case 401:
      return "401";
    case 403:
      return "403";
    case 413:
      return "413";
    case 429:
      return "429";
    default:
      return answer.status >= 500 ? "5xx" : "other_status";
  }
}

milliseconds until(std::chrono::steady_clock::time_point due, std::chrono::steady_clock::time_point now) {
  if (due <= now) return milliseconds{0};
  if (due - now > kLongestWait) return kLongestWait;
  return std::chrono::ceil<milliseconds>(due - now);
}

}  // namespace

/// One request on its way, and what its answer says of each document so far.
struct BulkSender::Flight {
  struct Judged {
    ItemVerdict verdict{};
    std::string kind, reason;  // the server's; only where it was not stored (of a conflict: the index). The reason can quote the document
  };
  Flight(Bulk documents, std::size_t to) : bulk{std::move(documents)}, node{to} {}

  Bulk bulk;
  std::size_t node;
  std::chrono::system_clock::time_point sent = std::chrono::system_clock::now();
  TimePoint begun = Clock::now();
  std::string compressed{};
  std::vector<Judged> judged{};
  std::unique_ptr<BulkAnswer> answer{};
};

BulkSender::BulkSender(const SearchSinkConfig& config, OpenWrites& writes, SearchSinkLinks links)
    : config_{config},
      writes_{writes},
      links_{std::move(links)},
      body_bytes_max_{config.bulk_bytes},
      access_{config.access},
      nodes_{config.urls, BackOff{config.retry_first, config.retry_max, std::random_device{}()}},
      window_{config.in_flight_max},
      back_off_{config.retry_first, config.retry_max, std::random_device{}()},
      throttle_back_off_{config.retry_first, std::min(config.retry_max, kThrottlePauseMax), std::random_device{}()},
      stored_(2 * config.urls.size()),
      unsure_bytes_{config.queue_bytes_max} {
  if (config_.has_records) templates_to_ask_for_.emplace_back(records_template(config_.shape));
  if (config_.has_events) templates_to_ask_for_.push_back(events_template(config_.events_prefix));
  thread_ = std::thread{[this] { run(); }};
}

BulkSender::~BulkSender() {
  stop_ = true;
  exchanges_.wake();
  thread_.join();
}

void BulkSender::add(const Bulk& bulk) {
  {
    const std::scoped_lock lock{mutex_};
    for (const BulkDocument& document : bulk.documents) {
      if (!filling_.empty() && filling_.body.size() + document.size > body_bytes_max_) full_.push_back(std::exchange(filling_, {}));
      if (filling_.empty()) filling_since_ = Clock::now();
      filling_.add(bulk, document);
    }
  }
  exchanges_.wake();
}

void BulkSender::hurry() {
  hurry_ = true;
  exchanges_.wake();
}

void BulkSender::set_trouble(const std::string& why) {
  const std::string before = links_.answers.trouble();
  if (before == why) return;
  links_.answers.set_trouble(why);
  if (!before.empty() && !why.empty()) return;  // the first reason is told, and the end
  links_.tell(fmt::format("sink '{}': {}", config_.name, why.empty() ? "the cluster takes documents again" : why));
}

/// Secrets can have changed: those of the configuration's files and environment are read again.
void BulkSender::renew_access() {
  if (auto renewed = links_.renewed_access()) access_ = std::move(*renewed);
}

/// Once per SIGHUP: what waits out a pause for wrong credentials is tried at once.
void BulkSender::notice_reload() {
  const std::uint32_t reloads = links_.reloads == nullptr ? 0 : links_.reloads->load();
  if (std::exchange(reloads_seen_, reloads) == reloads) return;
  renew_access();
  if (pauses_ > 0) paused_until_ = {};
}

void BulkSender::run() {
  while (!stop_) {
    notice_reload();
    const TimePoint now = Clock::now();
    if (templates_to_ask_for_.empty() || ask_for_templates(now)) start_due(now);
    exchanges_.run(wait_from(Clock::now()));
  }
}

std::chrono::milliseconds BulkSender::wait_from(TimePoint now) {
  if (paused_until_ > now) return until(paused_until_, now);
  if (!templates_to_ask_for_.empty()) return asks_ ? kLongestWait : until(nodes_.next_due(), now);
  if (in_flight_ >= window_.size()) return kLongestWait;
  TimePoint due = later_.empty() ? TimePoint::max() : later_.begin()->first;
  {
    const std::scoped_lock lock{mutex_};
    if (!full_.empty() || (hurry_ && !filling_.empty())) due = now;
    if (!filling_.empty()) due = std::min(due, filling_since_ + config_.bulk_age);
  }
  if (due <= now) due = std::max(due, nodes_.next_due());  // it would have been sent, had there been a node
  return until(due, now);
}

/// Whether the cluster is known to have our templates. Without them a server would make an index that guesses what fields are.
bool BulkSender::ask_for_templates(TimePoint now) {
  if (asks_ || paused_until_ > now) return false;
  const auto node = nodes_.choose(now);
  if (!node) return false;
  asks_ = true;
  HttpCall request;
  request.url = nodes_.url(*node) + "/_index_template/" + templates_to_ask_for_.back();
  request.timeout = config_.bulk_timeout;
  exchanges_.start(access_, std::move(request), [this, node = *node](const HttpAnswer& answer) { templates_answered(node, answer); });
  return false;
}

void BulkSender::templates_answered(std::size_t node, const HttpAnswer& answer) {
  asks_ = false;
  const TimePoint now = Clock::now();
  if (!answer.is_whole() || answer.status >= 500 || answer.status == 429) {
    nodes_.failed(node, now, told_pause(answer));
    return set_trouble(refusal_text(nodes_.url(node), answer, "a look at its index templates"));
  }
  nodes_.answered(node);
  if (answer.status == 401) renew_access();
  if (const std::string other = product_fault(nodes_.url(node), answer, config_.product); !other.empty()) return pause(now, other);
  // A key that may only write: then the person who made it has seen to the templates. A proxy's own 403 is no JSON.
  const bool may_not_see = answer.status == 403 && answer.body.starts_with('{');
  if (answer.is_success() || may_not_see) {
    if (const std::string fault = no_template_fault(nodes_.url(node), answer); !fault.empty()) return pause(now, fault);
    if (templates_to_ask_for_.size() == 1 && !look_over_cluster(now)) return;
    templates_to_ask_for_.pop_back();
    pauses_ = 0;
    return templates_to_ask_for_.empty() ? set_trouble({}) : void();
  }
  if (answer.status == 404)
    return pause(now,
                 fmt::format("the cluster has no index template {}: run `loglode setup elasticsearch CONFIG` once; nothing is sent until "
                             "then, nothing is lost",
                             templates_to_ask_for_.back()));
  pause(now, refusal_text(nodes_.url(node), answer, "a look at its index templates"));
}

/// False, and a pause: something there has to be mended first. It is looked at again then.
bool BulkSender::look_over_cluster(TimePoint now) {
  if (!links_.look_over) return true;
  std::string stops;
  for (const ClusterFinding& each : links_.look_over(access_)) {
    if (each.stops) stops += (stops.empty() ? "" : "; ") + each.text;
    if (!each.stops && told_of_cluster_.insert(each.text).second) links_.tell(fmt::format("sink '{}': {}", config_.name, each.text));
  }
  if (!stops.empty()) pause(now, stops + "; nothing is sent until then, nothing is lost");
  return stops.empty();
}

void BulkSender::start_due(TimePoint now) {
  while (paused_until_ <= now && in_flight_ < window_.size()) {
    Bulk bulk;
    if (!next_bulk(now, bulk)) return;
    const auto node = nodes_.choose(now);
    if (!node) {
      later_.emplace(now, std::move(bulk));
      return;
    }
    is_to_be_looked_up(bulk) ? look_up(std::move(bulk), *node) : start(std::move(bulk), *node);
  }
}

/// What is due again comes first, and together: documents that were refused one by one do not go one by one.
bool BulkSender::next_bulk(TimePoint now, Bulk& out) {
  for (auto next = later_.begin(); next != later_.end() && next->first <= now; next = later_.erase(next)) {
    Bulk& due = next->second;
    if (out.empty()) {
      out = std::move(due);
      continue;
    }
    const bool is_suspect = due.documents.front().was_refused_whole || out.documents.front().was_refused_whole;
    if (is_suspect || out.body.size() + due.body.size() > body_bytes_max_) break;
    for (const BulkDocument& document : due.documents) out.add(due, document);
    out.keep_history_of(due);
  }
  if (!out.empty()) return true;
  const std::scoped_lock lock{mutex_};
  if (!full_.empty()) {
    out = std::move(full_.front());
    full_.erase(full_.begin());
    return true;
  }
  if (filling_.empty() || (!hurry_ && filling_since_ + config_.bulk_age > now)) return false;
  hurry_ = false;
  out = std::exchange(filling_, {});
  return true;
}

void BulkSender::start(Bulk bulk, std::size_t node) {
  auto flight = std::make_shared<Flight>(std::move(bulk), node);
  flight->answer = std::make_unique<BulkAnswer>([this, &flight = *flight](const BulkItem& item) { judge(flight, item); });
  HttpCall request;
  request.method = "POST";
  request.url = nodes_.url(node) + "/_bulk?filter_path=items.*.status,items.*.error,items.*.failure_store,items.*.result";
  request.headers = {"Content-Type: application/x-ndjson"};
  request.timeout = config_.bulk_timeout;
  request.body = flight->bulk.body;
  if (config_.gzip) {
    flight->compressed = gzip_of(flight->bulk.body);
    request.body = flight->compressed;
    request.headers.emplace_back("Content-Encoding: gzip");
  }
  request.take = [&flight = *flight](std::string_view bytes) { return flight.answer->append(bytes).has_value(); };
  ++in_flight_;
  exchanges_.start(access_, std::move(request), [this, flight](const HttpAnswer& answer) { ended(*flight, answer); });
}

void BulkSender::ended(Flight& flight, const HttpAnswer& answer) {
  --in_flight_;
  const std::size_t sent = flight.bulk.documents.size();
  if (!answer.is_whole() || !answer.is_success()) links_.answers.count("request", reason_of(answer), sent);
  if (!answer.is_whole()) return unanswered(flight, answer);
  if (!answer.is_success()) return refused_whole(flight, answer);
  if (flight.answer->finish() && flight.answer->items() == sent) return answered(flight);
  links_.answers.count("request", "not_an_answer", sent);
  nodes_.failed(flight.node, Clock::now());
  flight.bulk.may_be_stored_since(flight.sent);
  again(std::move(flight.bulk), fmt::format("{} says of {} documents what became of them, {} were sent: is it Elasticsearch or OpenSearch?",
                                            nodes_.url(flight.node), flight.answer->items(), sent));
}

/// No answer, or a part of one: what the server did is not known, and the ids make a repeat safe.
void BulkSender::unanswered(Flight& flight, const HttpAnswer& answer) {
  nodes_.failed(flight.node, Clock::now());
  window_.answered(1);
  const std::string why = refusal_text(nodes_.url(flight.node), answer, "a write to " + config_.data_stream);
  Bulk& bulk = flight.bulk;
  for (BulkDocument& document : bulk.documents) document.first_refused = {};
  if (answer.was_sent) bulk.may_be_stored_since(flight.sent);
  if (!answer.timed_out || bulk.attempts == 0 || bulk.documents.size() == 1) return again(std::move(bulk), why);
  // Twice too late: a slow link may never take so much at once.
  body_bytes_max_ = std::clamp<std::size_t>(bulk.body.size() / 2, kBodyBytesMin, body_bytes_max_);
  for (Bulk& half : halves_of(bulk)) again(std::move(half), why);
}

milliseconds BulkSender::told_pause(const HttpAnswer& answer) const {
  return std::min(answer.retry_after.value_or(milliseconds{0}), std::max(config_.retry_max, kRetryAfterMax));
}

void BulkSender::refused_whole(Flight& flight, const HttpAnswer& answer) {
  const TimePoint now = Clock::now();
  const std::string why = refusal_text(nodes_.url(flight.node), answer, "a write to " + config_.data_stream);
  Bulk& bulk = flight.bulk;
  if (answer.status == 429 || answer.status >= 500)
    for (BulkDocument& document : bulk.documents) document.first_refused = {};
  // A proxy may say 5xx of a request that the server has carried out, and a whole 400 can have stored most of its documents.
  if (answer.status >= 500 || answer.status == 400) bulk.may_be_stored_since(flight.sent);
  if (answer.status >= 500) {
    nodes_.failed(flight.node, now, told_pause(answer));
    return again(std::move(bulk), why);
  }
  nodes_.answered(flight.node);
  if (answer.status == 429) {
    // The whole cluster has too much to do, not this request. Several that were on their way together say it once.
    window_.answered(1);
    throttled_at_ = now;
    if (paused_until_ <= now) paused_until_ = now + throttle_back_off_.pause(++throttled_);
    paused_until_ = std::max(paused_until_, now + told_pause(answer));
    ++bulk.attempts;
    later_.emplace(paused_until_, std::move(bulk));
    return set_trouble(why);
  }
  if (answer.status == 413) {
    if (bulk.documents.size() == 1)
      return writes_.settle(bulk.documents.front().mark, Verdict::rejected,
                            fmt::format("413: larger than the server takes, {} bytes", bulk.body.size()));
    body_bytes_max_ = std::clamp<std::size_t>(bulk.body.size() / 2, kBodyBytesMin, body_bytes_max_);
    return split(flight);
  }
  if (answer.status == 400) {
    if (++refused_since_stored_ > kRefusalsInARow) {
      refused_since_stored_ = 0;  // so many again behind the pause
      later_.emplace(now, std::move(bulk));
      return pause(now, "no document is taken: " + why);
    }
    return bulk.documents.size() == 1 ? refuse_alone(flight, fmt::format("400: {}", words_of(answer.body))) : split(flight);
  }
  if (answer.status == 401) renew_access();
  if (nodes_.size() > 1) nodes_.failed(flight.node, now);  // another node may know us
  later_.emplace(now, std::move(bulk));
  pause(now, why);
}

/// A request that was refused for one of its documents, nobody knows which; most of the rest may be stored.
void BulkSender::split(Flight& flight) {
  const TimePoint now = Clock::now();
  Bulk& bulk = flight.bulk;
  for (BulkDocument& document : bulk.documents) {
    if (!document.was_refused_whole || document.refused_by != flight.node)
      document.stored_before = stored_by(flight.node, document.is_event);
    document.was_refused_whole = true;
    document.refused_by = flight.node;
  }
  for (Bulk& half : halves_of(bulk)) later_.emplace(now, std::move(half));
}

/// It is the document's fault only if this node took another one of its kind since.
void BulkSender::refuse_alone(Flight& flight, const std::string& reason) {
  BulkDocument& document = flight.bulk.documents.front();
  const std::uint64_t stored = stored_by(flight.node, document.is_event);
  const bool was_here = document.was_refused_whole && document.refused_by == flight.node;
  if (was_here && stored > document.stored_before) return writes_.settle(document.mark, Verdict::rejected, reason);
  if (!was_here) document.stored_before = stored;
  document.was_refused_whole = true;
  document.refused_by = flight.node;
  again(std::move(flight.bulk), fmt::format("{} refuses a request (400) with one document", nodes_.url(flight.node)));
}

void BulkSender::judge(Flight& flight, const BulkItem& item) {
  const std::size_t position = flight.judged.size();
  if (position >= flight.bulk.documents.size()) {
    flight.judged.emplace_back();  // counted: the answer is not believed then
    return;
  }
  Flight::Judged judged{verdict_of(item, flight.bulk.documents[position].is_event), {}, {}};
  if (judged.verdict.outcome == ItemOutcome::conflict)
    judged.kind = item.error_index;
  else if (judged.verdict.outcome != ItemOutcome::stored)
    judged.kind = fmt::format("{}{}", item.status, kind_of(item.error_type)),
    judged.reason = fmt::format("{} {}: {}", item.status, item.error_type.empty() ? judged.verdict.reason : item.error_type,
                                words_of(item.error_reason));
  flight.judged.push_back(std::move(judged));
}

void BulkSender::answered(Flight& flight) {
  nodes_.answered(flight.node);
  count_answers(flight);
  refused_since_stored_ = 0;
  Refused refused;
  for (std::size_t i = 0; i < flight.bulk.documents.size(); ++i) {
    const ItemOutcome outcome = flight.judged[i].verdict.outcome;
    const bool is_ours = outcome == ItemOutcome::conflict && config_.hash_key.empty();  // its id says so, and nothing else can
    if (outcome == ItemOutcome::stored || is_ours) {
      ++stored_by(flight.node, flight.bulk.documents[i].is_event);
      writes_.settle(flight.bulk.documents[i].mark, Verdict::delivered);
    } else {
      refuse_item(flight, i, refused);
    }
  }
  if (flight.begun > throttled_at_) {  // an older one says nothing of how it is now
    throttled_ = 0;
    window_.answered(static_cast<double>(refused.throttled) / static_cast<double>(flight.bulk.documents.size()));
  }
  if (!refused.conflicts.empty())
    ask_where_stored(std::make_shared<LookUp>(LookUp{std::move(refused.conflicts), flight.node, true, std::move(refused.places)}));
  if (!refused.repaired.empty()) later_.emplace(Clock::now(), std::move(refused.repaired));
  pauses_ = 0;
  if (refused.later.empty()) {
    const bool is_left = std::any_of(later_.begin(), later_.end(), [](const auto& each) { return each.second.attempts > 0; });
    return is_left ? void() : set_trouble({});
  }
  refused.later.attempts = flight.bulk.attempts;
  again(std::move(refused.later), refused.why);
}

void BulkSender::count_answers(const Flight& flight) {
  std::map<std::pair<std::string_view, std::string_view>, std::uint64_t> counts;
  for (const Flight::Judged& judged : flight.judged) ++counts[{name_of(judged.verdict.outcome), judged.verdict.reason}];
  for (const auto& [words, count] : counts) links_.answers.count(words.first, words.second, count);
}

void BulkSender::refuse_item(Flight& flight, std::size_t position, Refused& refused) {
  BulkDocument& document = flight.bulk.documents[position];
  const Flight::Judged& judged = flight.judged[position];
  document.was_refused_whole = false;
  const TimePoint now = Clock::now();
  const auto reject = [&] { writes_.settle(document.mark, Verdict::rejected, judged.reason); };
  switch (judged.verdict.outcome) {
    case ItemOutcome::repair:
      if (document.repairs < kRepairsMax) {
        const std::string lines = repaired_lines(flight.bulk.lines_of(document), document.action_size, judged.reason, document.repairs);
        if (!lines.empty()) {
          BulkDocument changed = document;
          ++changed.repairs;
          return refused.repaired.add(changed, lines);
        }
      }
      return reject();
    case ItemOutcome::conflict:
      ++stored_by(flight.node, false);
      if (judged.kind.empty()) return writes_.settle(document.mark, Verdict::delivered);
      refused.places.push_back({refused.conflicts.documents.size(), judged.kind});
      return refused.conflicts.add(flight.bulk, document);
    case ItemOutcome::retry_until_deadline:
      if (document.first_refused == TimePoint{}) document.first_refused = now;
      if (now - document.first_refused > config_.item_deadline) return reject();
      break;
    case ItemOutcome::retry:
      ++refused.throttled;
      break;
    default:
      return reject();
  }
  if (refused.why.empty()) refused.why = fmt::format("documents are refused for now: {}", judged.kind);
  refused.later.add(flight.bulk, document);
}

void BulkSender::again(Bulk bulk, const std::string& why) {
  ++bulk.attempts;
  later_.emplace(Clock::now() + back_off_.pause(bulk.attempts), std::move(bulk));
  set_trouble(why);
}

void BulkSender::pause(TimePoint now, const std::string& why) {
  if (paused_until_ <= now) paused_until_ = now + back_off_.pause(++pauses_);  // several that were on their way together count once
  set_trouble(why);
}

}  // namespace loglode
