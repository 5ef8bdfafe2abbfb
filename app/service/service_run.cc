#include "app/service/service_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "app/reading/builtin_rules.h"
#include "app/registry/kafka_clients.h"
#include "app/registry/types.h"
#include "base/near_word.h"
#include "base/terminal_text.h"
#include "config/load_config.h"
#include "parse/redact/redactor.h"
#include "pipeline/overflow_sink.h"
#include "pipeline/transforms/transforms.h"
#include "sinks/report.h"

namespace loglode {

namespace {

using config::PipelineConfig;
using config::SinkConfig;
using config::SourceConfig;
using config::values_of;

constexpr std::chrono::seconds kWaitingTold{5};

DocumentKinds kinds_of(const SinkConfig& sink) {
  DocumentKinds kinds;
  for (const Document kind : sink.what) kinds |= only(kind);
  return kinds;
}

std::string sorted_words(const std::vector<config::Text>& texts) {
  std::vector<std::string> values = values_of(texts);
  std::sort(values.begin(), values.end());
  return fmt::format("{}", fmt::join(values, ","));
}

std::string target_of(const SinkConfig& sink) {
  switch (sink.type) {
    case SinkConfig::Type::file:
      return "file " + sink.path.value;
    case SinkConfig::Type::kafka:
      return fmt::format("kafka {} {}", sink.topic.value, sorted_words(sink.brokers));
    case SinkConfig::Type::elasticsearch:
      break;
  }
  return fmt::format("elasticsearch {} {} {}", sink.search.data_stream.value, sink.search.events_prefix.value,
                     sorted_words(sink.search.urls));
}

/// Where each sink writes to, so that a sink that is new to a state is known from one that only has another name.
std::vector<EventDocuments::Target> targets_of(const std::vector<SinkConfig>& sinks) {
  std::vector<EventDocuments::Target> targets;
  targets.reserve(sinks.size());
  for (const SinkConfig& sink : sinks) targets.push_back({target_of(sink), kinds_of(sink)});
  return targets;
}

bool mask_whole(std::string_view text, std::string& out) {
  RedactionCounts counts;
  return redact_into(text, out, counts);
}

}  // namespace

ReadingOptions rule_options(const PipelineConfig& config) {
  ReadingOptions reading;
  reading.no_builtin_rules = !config.rules.builtin;
  reading.rules = values_of(config.rules.packs);
  return reading;
}

JudgeConfig::Frequent frequent_of(const config::JudgingConfig& detect) {
  return {detect.frequent_count.value, std::chrono::duration_cast<Duration>(detect.frequent_window.value)};
}

std::vector<Mute> mutes_of(const config::JudgingConfig& detect) {
  std::vector<Mute> mutes;
  for (const config::MuteConfig& each : detect.muted) mutes.push_back(each.mute);
  return mutes;
}

ServiceRun::ServiceRun(PipelineConfig config, const std::atomic<bool>& stop, std::atomic<bool>& hangup)
    : config_{std::move(config)}, stop_{stop}, hangup_{hangup}, log_{config_.log} {
  options_.reading = rule_options(config_);
  options_.state = config_.state.value;
  options_.announcer = "run";
  options_.checkpoint = config_.snapshot.value;
  options_.frequent = frequent_of(config_.detect);
  options_.mutes = mutes_of(config_.detect);
  options_.mining.shapes_max = config_.templates_max.value;
  options_.mining.shapes_per_service_max = std::min<std::size_t>(options_.mining.shapes_per_service_max, config_.templates_max.value);
  options_.originals = std::any_of(config_.sinks.begin(), config_.sinks.end(), [](const SinkConfig& sink) {
    return sink.type != SinkConfig::Type::kafka && (kinds_of(sink) & only(Document::record)) != DocumentKinds{};
  });
  options_.threads = config_.pipeline.threads.value == 0 ? usable_cores() : config_.pipeline.threads.value;
  for (const SourceConfig& source : config_.sources) options_.lateness = std::max<Duration>(options_.lateness, source.lateness.value);
}

ServiceRun::~ServiceRun() = default;

/// What the configuration gets wrong beyond its own text, before a state folder, a file or a position is made.
Result<void> ServiceRun::refuse_unsound() {
  if (auto loaded = live_->load(); !loaded) return loaded;
  std::string unknown;
  if (config::names_rules(config_)) {
    std::set<std::string> known;
    for (const RuleInfo& rule : live_->rules()) known.insert(rule.id);
    for (const config::ConfigProblem& problem : config::check_rule_ids(config_, known)) unknown += "\n  " + config::to_string(problem);
  }
  if (!unknown.empty()) return fail(std::make_error_code(std::errc::invalid_argument), "the configuration cannot be used:" + unknown);
  for (const SourceConfig& source : config_.sources) {
    if (auto framers = framers_.of(source, source.format.value); !framers) return tl::unexpected<Error>(framers.error());
    for (const config::TopicRule& rule : source.per_topic)
      if (auto framers = rule.format ? framers_.of(source, rule.format->value) : Result<const FramerFactory*>{}; !framers)
        return tl::unexpected<Error>(framers.error());
  }
  auto transforms = make_transforms(config_.sources, config_.sinks, live_->rules(), live_->counters());
  if (!transforms) return tl::unexpected<Error>(transforms.error());
  live_->add_worker_stage(std::move(*transforms));
  return {};
}

Result<void> ServiceRun::reread(const std::vector<std::string>& sources) {
  std::vector<std::string_view> names;
  for (const SourceConfig& source : config_.sources)
    if (source.type == SourceConfig::Type::kafka) names.push_back(source.name);
  for (const std::string& name : sources) {
    if (std::find(names.begin(), names.end(), name) == names.end())
      return fail(std::make_error_code(std::errc::invalid_argument),
                  fmt::format("--reread {}: there is no source of type kafka with this name{}", name, hint(name, names)));
    reread_.insert(name);
  }
  return {};
}

Result<void> ServiceRun::prepare() {
  live_ = std::make_unique<LiveRun>(options_, events_, stop_);
  if (auto sound = refuse_unsound(); !sound) return sound;
  if (auto ready = live_->prepare(); !ready) return ready;
  if (!live_->notice().empty()) log_.warn(live_->notice());
  events_.restore(live_->announced_before());
  events_.set_targets(targets_of(config_.sinks));
  if (!options_.state.empty()) {
    keeper_ = std::make_unique<LastRunKeeper>(options_.state, true, live_->counters());
    events_.on_changes([this](const std::shared_ptr<const Assessment>& assessment, const LiveChanges& changes) {
      if (!assessment->last && changes.incidents.empty() && changes.findings.empty()) return;
      LastRunKeeper::Numbers numbers;
      for (const LiveIncident& live : changes.present) numbers.emplace_back(live.incident, live.number);
      keeper_->take(assessment, std::move(numbers));
    });
  }
  if (!config_.dead_letters.path.empty()) {
    DeadLettersConfig dead_letters;
    dead_letters.path = config_.dead_letters.path.value;
    dead_letters.size_max = config_.dead_letters.bytes_max.value;
    if (config_.dead_letters.mask.value) dead_letters.mask = mask_whole;
    dead_letters.tell = [this](const std::string& what) { log_.warn(what); };
    auto opened = DeadLetters::open(std::move(dead_letters));
    if (!opened) return tl::unexpected<Error>(opened.error());
    dead_letters_ = std::move(*opened);
  }
  verdicts_ = std::make_unique<RejectedRecords>(dead_letters_.get());
  live_->engine().set_verdicts(
      *verdicts_, *verdicts_, [this] { return verdicts_->secure(); }, [this] { return verdicts_->full(); });
  live_->set_sinks([this](const RuleCatalog& rules) { return make_sinks(rules); });
  events_.on_muted([this](const std::string& muted) { log_.info(muted); });
  for (const SinkConfig& sink : config_.sinks) meters_.emplace_back().name = sink.name;
  if (auto added = add_sources(); !added) return added;
  operations_ = std::make_unique<Operations>(
      Observed{*live_, events_, kafka_, files_, meters_, dropped_by_sinks_, dead_letters_.get(), *verdicts_, stop_});
  return operations_->start(config_.http);
}

Result<void> ServiceRun::add_sources() {
  const config::SourceMaking with{config_.file,
                                  config_.pipeline.line_bytes_max.value,
                                  batch_bytes_of(config_),
                                  queue_bytes_of(config_),
                                  live_->counters(),
                                  [this](const SourceConfig& source, const std::string& format) { return framers_.of(source, format); },
                                  [this] { return live_->next_stream(); },
                                  [this] { return live_->bookmarks(); },
                                  live_->known_position(),
                                  live_->commit_metadata(),
                                  reread_,
                                  [this](const std::string& what) { log_.info(what); },
                                  kafka_,
                                  files_};
  for (const SourceConfig& source : config_.sources) {
    auto made = config::type_of(source).make(source, with);
    if (!made) return tl::unexpected<Error>(made.error());
    live_->add_source(source.name, std::move(*made));
  }
  return {};
}

Result<std::vector<EngineSink>> ServiceRun::make_sinks(const RuleCatalog& rules) {
  std::vector<EngineSink> sinks;
  for (std::size_t number = 0; number < config_.sinks.size(); ++number) {
    const SinkConfig& sink_config = config_.sinks[number];
    const config::SinkMaking with{config_.file,
                                  rules,
                                  [this](ShapeId shape) -> const std::string& { return live_->template_members_of(shape); },
                                  [this](const std::string& what) { log_.warn(what); },
                                  meters_[number].answers,
                                  &reloads_};
    auto sink = config::type_of(sink_config).make(sink_config, with);
    if (!sink) return tl::unexpected<Error>(sink.error());
    *sink = make_metered_sink(std::move(*sink), meters_[number]);
    if (sink_config.when_full.value == config::WhenFull::drop_newest)
      *sink = make_overflow_sink(std::move(*sink), WhenRefused::drop, dropped_by_sinks_);
    if (sink_config.when_full.value == config::WhenFull::dead_letter)
      *sink = make_overflow_sink(std::move(*sink), WhenRefused::dead_letter, dropped_by_sinks_);
    const auto of = sink_config.wants(Document::record) ? RecordSelection::Of::kept : RecordSelection::Of::none;
    sinks.push_back({std::move(*sink), {of, route_of_sink(number)}, kinds_of(sink_config)});
  }
  return sinks;
}

void ServiceRun::tell_problems() {
  if (const std::uint64_t rejected = verdicts_->rejected(); rejected != rejected_told_) {
    const std::uint64_t more = rejected - std::exchange(rejected_told_, rejected);
    log_.warn(fmt::format("{} record{} rejected by a sink for good: see `loglode dlq list{}`", with_commas(more),
                          more == 1 ? " was" : "s were", config_.dead_letters.path.empty() ? "" : " " + config_.dead_letters.path.value));
  }
  for (const InputProblem& problem : live_->counters().take_problems())
    problem.fatal ? log_.error(problem_text(problem)) : log_.warn(problem_text(problem));
  const std::string refusal = live_->engine().refusal();
  if (refusal_told_ != !refusal.empty()) {
    refusal_told_ = !refusal.empty();
    if (refusal_told_)
      log_.error("reading pauses until a sink takes records again: " + refusal);
    else
      log_.info("all sinks take records again: reading goes on");
  }
  const std::string trouble = live_->engine().trouble();
  if (trouble == trouble_told_) return;
  if (trouble.empty())
    log_.info("checkpoints can be written again; nothing was lost");
  else
    log_.error("cannot write checkpoint: " + trouble + "; nothing is lost: it is tried again, until then positions stay where they are");
  trouble_told_ = trouble;
}

void ServiceRun::tell_unmatched() {
  std::set<std::string> unmatched;
  for (const auto& source : operations_->file_figures())
    for (const std::string& pattern : source.unmatched)
      unmatched.insert(fmt::format("source {}: nothing matches {}", source.name, pattern));
  for (const std::string& each : unmatched)
    if (!unmatched_told_.contains(each))
      log_.warn(each + " yet: it is looked for as long as this runs; is the path right, and may this user list its folders?");
  for (const std::string& each : unmatched_told_)
    if (!unmatched.contains(each)) log_.info(each + " is over: something does now");
  unmatched_told_ = std::move(unmatched);
}

void ServiceRun::monitor() {
  const auto waiting_told_at = std::chrono::steady_clock::now() + kWaitingTold;
  while (!done_) {
    if (!waiting_told_ && std::chrono::steady_clock::now() > waiting_told_at) {
      waiting_told_ = true;
      if (const std::string source = operations_->waiting_source(); !source.empty())
        log_.info("source " + source +
                  " has no partitions yet: no broker answers, or the group waits for a member that was killed, until its "
                  "session.timeout.ms is over");
    }
    if (hangup_.exchange(false)) reload();
    tell_problems();
    tell_unmatched();
    operations_->tick();
    keep_last(false);
    log_.write_repeats();
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  tell_problems();
  keep_last(true);
}

void ServiceRun::keep_last(bool last) {
  if (keeper_ == nullptr) return;
  auto kept = keeper_->write(last);
  if (!kept && !keeping_fails_)
    log_.warn("cannot keep what was found for `loglode incidents --state " + options_.state + "`: " + kept.error().message);
  keeping_fails_ = !kept;
}

Result<PipelineTimes> ServiceRun::run() {
  log_.info(fmt::format("running: {} source{}, {} sink{}{}", config_.sources.size(), config_.sources.size() == 1 ? "" : "s",
                        config_.sinks.size(), config_.sinks.size() == 1 ? "" : "s",
                        config_.state.empty() ? ", no state: nothing outlives the process" : ""));
  std::thread monitoring{[this] { monitor(); }};
  auto times = live_->run([this] { operations_->end_sources(); });
  done_ = true;
  monitoring.join();
  log_.info(fmt::format("ended: {} records read, {} checkpoints written", with_commas(live_->counters().records),
                        with_commas(live_->engine().checkpoints())));
  return times;
}

}  // namespace loglode
