#include "rca/model/model_client.h"

#include <fmt/format.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <random>

#include "base/private_memory.h"
#include "net/http_client.h"
#include "rca/model/call_log.h"
#include "rca/model/json_in_text.h"
#include "rca/model/model_wire.h"
#include "rca/model/server_refusal.h"

namespace loglode::rca {
namespace {

using Status = ModelAnswer::Status;
using Kind = ServerRefusal::Kind;
using std::chrono::milliseconds;

constexpr std::size_t kAnswerBytesMax = 2 * kMiB;  // of a whole answer: its text is 64 KiB at most, thoughts and signatures stand beside it
constexpr unsigned kRetriesMax = 2;
constexpr unsigned kFormsMax = 5;  // changes of one request: all that can be left out, once each
constexpr unsigned kFailuresMax = 3;
constexpr std::uint32_t kOutputTokensLeast = 512;
constexpr milliseconds kLook{1'000};

void add(ModelUsage& sum, const ModelUsage& more) {
  sum.input += more.input;
  sum.cached_input += more.cached_input;
  sum.output += more.output;
  sum.estimated = sum.estimated || more.estimated;
}

/// What came back of one request.
struct Exchanged {
  HttpAnswer http{};
  std::string body{};  // of 2xx
  bool is_too_large = false;
};

}  // namespace

std::string_view status_word(Status status) noexcept {
  constexpr std::string_view kWords[] = {"ok",          "refused",      "truncated", "unavailable", "not_configured",
                                         "over_budget", "breaker_open", "cancelled"};
  return kWords[static_cast<std::size_t>(status)];
}

std::uint32_t estimated_tokens(std::size_t bytes) noexcept { return static_cast<std::uint32_t>(static_cast<double>(bytes) / 2.7) + 1; }

struct ModelClient::Parts {
  Parts(ModelConfig of, WallClock clock) : config{std::move(of)}, now{std::move(clock)} {}

  const ModelConfig config;
  const WallClock now;
  std::mutex mutex{};
  std::condition_variable_any freed{};
  bool is_busy = false;  // guarded by mutex
  // Of whoever made it busy:
  CallLog log{config};
  std::uint64_t questions = 0;
  unsigned failures = 0;  // in a row
  std::optional<Timestamp> closed_until{};
  std::string closed_why{};
};

/// One question, from the look into memory to the answer.
class ModelClient::Asking {
 public:
  Asking(Parts& parts, const ModelRequest& request, const std::stop_token& stop)
      : parts_{parts}, config_{parts.config}, request_{request}, stop_{stop}, output_max_{parts.config.output_tokens_max} {
    const Timestamp now = parts.now();
    call_ = sha256_hex(fmt::format("{} {} {} {} {}", now.time_since_epoch().count(), ::getpid(), ++parts.questions, request.incident_id,
                                   request.user))
                .substr(0, 16);
    chance_.seed(static_cast<std::minstd_rand::result_type>(std::stoul(call_.substr(0, 8), nullptr, 16)));
  }

  ModelAnswer run() {
    if (is_answered_before()) return std::move(answer_);
    while (true) {
      if (stop_.stop_requested()) return cancelled();
      if (is_done(request_once())) break;
      if (!pause()) return cancelled();
    }
    answer_.cost = static_cast<double>(cost_micros(config_, answer_.usage)) / 1e6;
    note_failure();
    return std::move(answer_);
  }

 private:
  enum class Step : std::uint8_t { done, again };
  static bool is_done(Step step) { return step == Step::done; }

  Step done(Status status, std::string reason) {
    answer_.status = status;
    answer_.reason = std::move(reason);
    return Step::done;
  }
  ModelAnswer cancelled() {
    answer_.cost = static_cast<double>(cost_micros(config_, answer_.usage)) / 1e6;
    done(Status::cancelled, "stopped before the model had answered");
    return std::move(answer_);
  }

  /// From memory, or not at all: nothing is sent, nothing written.
  bool is_answered_before() {
    const Timestamp now = parts_.now();
    auto open = parts_.log.open(now);
    if (!open) return is_done(done(Status::unavailable, "no model is asked, as nothing can be written down: " + open.error().message));
    if (const RememberedAnswer* const known = find_answer(open->ledger, config_, request_, now)) {
      answer_ = {known->status, known->text, known->reason, known->request_id};
      answer_.from_cache = true;
      answer_.evidence = known->evidence;
      return true;
    }
    if (const auto form = open->ledger.forms.find(endpoint_name(config_)); form != open->ledger.forms.end()) form_ = form->second;
    if (!parts_.closed_until || now >= *parts_.closed_until) return false;
    answer_.retry_at = parts_.closed_until;
    return is_done(done(Status::breaker_open, "the model is left alone for a while: " + parts_.closed_why));
  }

  Step request_once() {
    const std::string body = request_body(config_, request_, form_, output_max_);
    const RequestBegin begin{call_, ++attempt_, body.size(), output_max_};
    if (!may_send(begin)) return Step::done;
    const Exchanged exchanged = exchange(body);
    RequestEnd end;
    end.http_status = exchanged.http.status;
    end.request_id = without_secrets(exchanged.http.request_id, config_.key).substr(0, 128);
    pause_ = milliseconds{0};
    const Step step = stop_.stop_requested() ? done(Status::cancelled, "stopped before the model had answered")
                      : exchanged.is_too_large
                          ? done(Status::refused, fmt::format("the model server's answer has more than {} MiB", kAnswerBytesMax / kMiB))
                      : exchanged.http.is_success() ? read_answer(exchanged.body, begin, end)
                                                    : read_error(exchanged.http);
    if (!exchanged.http.is_whole() && exchanged.http.was_sent)  // it may be billed
      end.usage = {estimated_tokens(body.size()), 0, exchanged.body.empty() ? 0 : estimated_tokens(exchanged.body.size()), true};
    if (!end.request_id.empty()) answer_.request_id = end.request_id;
    add(answer_.usage, end.usage);
    write_end(begin, end, step);
    return step;
  }

  /// Takes what it needs of the budgets, and has it written down.
  bool may_send(const RequestBegin& begin) {
    const Timestamp now = parts_.now();
    auto open = parts_.log.open(now);
    if (!open)
      return refuse("no model is asked, as nothing can be written down: " + open.error().message, std::nullopt, Status::unavailable);
    if (const auto until = cost_refused_until(open->ledger, config_))
      return refuse(
          fmt::format("the day's cost is used up ({} of {})", static_cast<double>(open->ledger.cost_micros) / 1e6, *config_.cost_per_day),
          until, Status::over_budget);
    if (needs_call_)
      if (const auto until = take_call(open->ledger, config_, now))
        return refuse(fmt::format("{} calls an hour are used up (rca.budget.calls_per_hour)", config_.calls_per_hour), until,
                      Status::over_budget);
    needs_call_ = false;
    if (auto begun = parts_.log.begin(*open, request_, begin, now); !begun)
      return refuse("no model is asked, as nothing can be written down: " + begun.error().message, std::nullopt, Status::unavailable);
    return true;
  }
  bool refuse(std::string why, std::optional<Timestamp> until, Status status) {
    answer_.retry_at = until;
    // A question that was asked once already has its answer: what was left of it.
    if (is_doubled_ && status == Status::over_budget)
      done(Status::truncated, "the answer was cut off, and asking for a longer one is over the budget: " + why);
    else
      done(status, std::move(why));
    return false;
  }

  Exchanged exchange(const std::string& body) {
    Exchanged out;
    HttpAccess access;
    if (config_.provider != ModelConfig::Provider::anthropic) access.bearer = config_.key;
    HttpCall call;
    call.method = "POST";
    call.url = model_endpoint(config_);
    call.body = body;
    call.headers = request_headers(config_);
    call.timeout = config_.timeout;
    call.take = [&out](std::string_view bytes) {
      out.is_too_large = out.body.size() + bytes.size() > kAnswerBytesMax;
      if (!out.is_too_large) out.body += bytes;
      return !out.is_too_large;
    };
    bool has_ended = false;
    HttpExchanges exchanges;
    exchanges.start(access, std::move(call), [&](HttpAnswer answer) {
      out.http = std::move(answer);
      has_ended = true;
    });
    const std::stop_callback wake{stop_, [&exchanges] { exchanges.wake(); }};
    while (!has_ended && !stop_.stop_requested()) exchanges.run(kLook);
    if (!has_ended) out.http = {};
    if (!has_ended) out.http.fault = "stopped";
    out.http.was_sent = out.http.was_sent || !has_ended;
    return out;
  }

  Step read_answer(const std::string& body, const RequestBegin& begin, RequestEnd& end) {
    WireAnswer wire = read_wire_answer(config_.provider, body);
    end.usage = wire.has_usage ? wire.usage : ModelUsage{estimated_tokens(begin.body_bytes), 0, estimated_tokens(body.size()), true};
    end.answer = wire.text;
    if (end.request_id.empty()) end.request_id = without_secrets(wire.id, config_.key).substr(0, 128);
    const std::string detail = wire.detail.empty() ? std::string{} : ": " + without_secrets(wire.detail, config_.key);
    using enum WireAnswer::End;
    switch (wire.end) {
      case refusal:
        return done(Status::refused, "the model refuses to answer" + detail);
      case failed:
        return try_again("the model server failed" + detail, std::nullopt);
      case unreadable:
        return try_again("the model server's answer is not what was asked for: is rca.url right?", std::nullopt);
      case context_limit:
        return done(Status::truncated, "the answer was cut off where the model's context ends: lower rca.tokens.input_max");
      case output_limit:
        return ask_for_more();
      case whole:
        break;
    }
    return read_text(wire.text);
  }

  Step read_text(const std::string& text) {
    JsonInText found = json_in_text(text);
    if (found.is_cut_off) return done(Status::truncated, "the answer was cut off, though the server calls it whole");
    if (found.object.empty())
      return done(Status::refused, text.empty() ? "the model's answer is empty" : "the model's answer holds no JSON object");
    answer_.text = std::move(found.object);
    return done(Status::ok, {});
  }

  Step ask_for_more() {
    if (is_doubled_)
      return done(Status::truncated, fmt::format("the answer was cut off at {} tokens: raise rca.tokens.output_max", output_max_));
    is_doubled_ = needs_call_ = true;
    output_max_ *= 2;
    return Step::again;
  }

  Step read_error(const HttpAnswer& http) {
    const ServerRefusal refusal = read_refusal(config_, http);
    switch (refusal.kind) {
      case Kind::passing:
        return try_again(refusal.reason, http.retry_after);
      case Kind::form:
        return try_lower(refusal);
      case Kind::output_limit:
        if (is_doubled_) return done(Status::truncated, "the answer was cut off, and no longer one fits: " + refusal.reason);
        if (has_less_ || output_max_ / 4 < kOutputTokensLeast) break;
        has_less_ = true;
        output_max_ /= 4;
        return Step::again;
      case Kind::account:
      case Kind::no_model:
        close(config_.account_pause, refusal.reason);
        break;
      case Kind::timed_out:
      case Kind::key:
      case Kind::other:
        is_failure_ = true;
        break;
      case Kind::too_long:
        break;
    }
    return done(Status::unavailable, refusal.reason);
  }

  Step try_lower(const ServerRefusal& refusal) {
    const auto lower = changes_ < kFormsMax ? lower_form(config_, form_, refusal.wording) : std::nullopt;
    if (!lower) return done(Status::unavailable, refusal.reason);
    ++changes_;
    form_ = *lower;
    return Step::again;
  }

  Step try_again(std::string reason, std::optional<milliseconds> retry_after) {
    is_failure_ = true;
    if (retry_after && *retry_after > config_.retry_after_longest) {
      close(std::min<milliseconds>(*retry_after, config_.account_pause), reason);
      return done(Status::unavailable, std::move(reason));
    }
    if (retries_ == kRetriesMax) return done(Status::unavailable, fmt::format("{} (asked {} times)", reason, retries_ + 1));
    const milliseconds doubled = std::min(config_.retry_first * (1 << retries_), config_.retry_longest);
    ++retries_;
    // Between three quarters of it and all of it, so that those who failed together do not come together.
    pause_ =
        retry_after ? *retry_after : milliseconds{doubled.count() - static_cast<std::int64_t>(chance_() % 1024) * doubled.count() / 4096};
    return Step::again;
  }

  bool pause() {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock{mutex};
    never.wait_for(lock, stop_, pause_, [] { return false; });
    return !stop_.stop_requested();
  }

  void write_end(const RequestBegin& begin, RequestEnd& end, Step step) {
    const Timestamp now = parts_.now();
    end.status = step == Step::again ? "again" : std::string{status_word(answer_.status)};
    if (step == Step::done) end.reason = answer_.reason;
    auto open = parts_.log.open(now);
    if (open && step == Step::done) remember(open->ledger, now);
    const Result<void> written = open ? parts_.log.end(*open, begin, end, now) : tl::unexpected<Error>(open.error());
    // The question is answered all the same: that it was asked is written down.
    if (!written && answer_.reason.empty()) answer_.reason = "what it cost is not written down: " + written.error().message;
  }

  void remember(CallLedger& ledger, Timestamp now) {
    if (answer_.status == Status::ok && form_ != RequestForm{}) ledger.forms[endpoint_name(config_)] = form_;
    if (answer_.status == Status::ok || answer_.status == Status::refused || answer_.status == Status::truncated)
      remember_answer(ledger, config_, request_, answer_, now);
  }

  void close(milliseconds time, const std::string& why) {
    parts_.closed_until = answer_.retry_at = parts_.now() + time;
    parts_.closed_why = why;
  }

  /// The breaker: what the server, the network or the account did, not what one prompt is.
  void note_failure() {
    if (answer_.status == Status::ok || answer_.status == Status::refused || answer_.status == Status::truncated) parts_.failures = 0;
    if (answer_.status != Status::unavailable || !is_failure_) return;
    if (++parts_.failures < kFailuresMax) return;
    parts_.failures = 0;
    if (!answer_.retry_at) close(config_.breaker_pause, answer_.reason);
  }

  Parts& parts_;
  const ModelConfig& config_;
  const ModelRequest& request_;
  const std::stop_token stop_;
  std::string call_{};
  std::minstd_rand chance_{};
  RequestForm form_{};
  std::uint32_t output_max_;
  std::uint64_t attempt_ = 0;
  unsigned retries_ = 0, changes_ = 0;
  bool needs_call_ = true, is_doubled_ = false, has_less_ = false, is_failure_ = false;
  milliseconds pause_{0};
  ModelAnswer answer_{};
};

Timestamp ModelClient::system_time() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

ModelClient::ModelClient(ModelConfig config, WallClock now) : parts_{std::make_unique<Parts>(std::move(config), std::move(now))} {
  if (!parts_->config.key.empty()) keep_memory_private();
}

ModelClient::~ModelClient() = default;

const ModelConfig& ModelClient::config() const noexcept { return parts_->config; }

ModelPreview ModelClient::preview(const ModelRequest& request) const {
  const ModelConfig& config = parts_->config;
  ModelPreview out{model_endpoint(config), request_body(config, request, {}, config.output_tokens_max), 0};
  out.input_tokens = tokens_in(out.body.size());
  return out;
}

std::uint32_t ModelClient::tokens_in(std::size_t bytes) const {
  const auto ledger = read_ledger(parts_->config.audit_file + ".budget", parts_->config, parts_->now());
  return ledger ? rca::tokens_in(*ledger, parts_->config, bytes) : estimated_tokens(bytes);
}

ModelAnswer ModelClient::ask(const ModelRequest& request, std::stop_token stop) {
  ModelAnswer answer;
  answer.status = Status::not_configured;
  const ModelConfig& config = parts_->config;
  if (config.provider == ModelConfig::Provider::none || config.model.empty() || config.url.empty())
    answer.reason = "no model is configured: rca.provider, rca.url and rca.model name one";
  else if (config.audit_file.empty())
    answer.reason = "no model is asked without an audit file: rca.audit.path, or a state folder";
  else if (config.cost_per_day && !config.prices)
    answer.reason = "rca.budget.cost_per_day needs price_per_million: without prices nobody knows what a call costs";
  if (!answer.reason.empty()) return answer;
  {
    std::unique_lock lock{parts_->mutex};
    if (!parts_->freed.wait(lock, stop, [this] { return !parts_->is_busy; })) {
      answer.status = Status::cancelled;
      answer.reason = "stopped before the model was asked";
      return answer;
    }
    parts_->is_busy = true;
  }
  answer = Asking{*parts_, request, stop}.run();
  const std::lock_guard lock{parts_->mutex};
  parts_->is_busy = false;
  parts_->freed.notify_one();
  return answer;
}

}  // namespace loglode::rca
