#include "app/service/source_reread.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>

#include "app/reading/builtin_rules.h"
#include "app/reading/open_state.h"
#include "app/registry/types.h"
#include "app/service/service_run.h"
#include "base/terminal_text.h"
#include "ingest/follow/bookmark.h"
#include "ingest/kafka/position_mark.h"
#include "parse/parser.h"
#include "pipeline/transforms/transforms.h"

namespace loglode {

namespace {

using config::SourceConfig;
using Clock = std::chrono::steady_clock;
using Fate = SourceRecord::Fate;

constexpr auto kStandstill = std::chrono::seconds{60};
constexpr int kQuietFills = 8;  // one after the other in which nothing came: then a follower has nothing more to read

/// A source that follows, as one that ends where it has nothing more to give. Commits go nowhere.
class UntilAllRead final : public Source {
 public:
  /// `is_all`: asked when nothing came for a while; it is not asked where that alone says it.
  UntilAllRead(std::unique_ptr<Source> inner, std::function<bool()> is_all, std::string name)
      : inner_{std::move(inner)}, is_all_{std::move(is_all)}, name_{std::move(name)} {}

  Result<Fill> fill(Batch& out, Deadline until) override {
    auto filled = inner_->fill(out, until);
    if (!filled || *filled == Fill::end || stopped_) return filled;
    const auto now = Clock::now();
    if (!out.records.empty() || out.stream) {
      quiet_ = 0;
      moved_ = now;
      return filled;
    }
    if (now >= until) ++quiet_;  // else it only takes its time
    if (is_all_ ? is_all_() : quiet_ >= kQuietFills) {
      stop();
    } else if (now > moved_ + kStandstill) {
      return fail(std::make_error_code(std::errc::timed_out),
                  fmt::format("source {}: nothing comes and its end was not reached: does a broker answer?", name_));
    }
    return filled;
  }
  void stop() noexcept override {
    stopped_ = true;
    inner_->stop();
  }
  Result<void> commit(std::span<const StreamPosition>) override { return {}; }

 private:
  std::unique_ptr<Source> inner_;
  const std::function<bool()> is_all_;
  const std::string name_;
  int quiet_ = 0;
  Clock::time_point moved_ = Clock::now();
  bool stopped_ = false;
};

/// Each partition that is assigned was handed out up to its end.
bool is_at_end(const KafkaSource& source) {
  const KafkaStatistics now = source.statistics();
  return !now.partitions.empty() && std::all_of(now.partitions.begin(), now.partitions.end(), [](const KafkaLag& each) {
    return each.high_watermark >= 0 && each.position >= each.high_watermark;
  });
}

bool begins_late(const SourceConfig& source) {
  using Kind = config::StartAt::Kind;
  return source.start.kind == Kind::end || source.start.kind == Kind::latest || source.start.kind == Kind::time;
}

}  // namespace

/// Takes all records of all batches.
class SourceReread::Notes final : public RecordSink {
 public:
  Notes(SourceReread& of, const SourceConfig& source, SourceRecords& into) : of_{of}, source_{source}, into_{into} {}

  Result<void> write(std::shared_ptr<const Batch> batch, SelectedRecords selected, Verdicts&) override {
    if (batch->stream != stream_) begin(batch->stream);
    for (const std::uint32_t i : selected)
      if (auto noted = note(batch->records[i]); !noted) return noted;
    return {};
  }
  Result<void> flush(Deadline) override { return {}; }

 private:
  void begin(const std::shared_ptr<const Stream>& stream) {
    stream_ = stream;
    const StreamInfo& info = stream->info;
    RereadStream about;
    about.origin = {source_.name, info.path, info.topic, info.partition};
    about.identity = info.identity;
    about.begins_late = begins_late(source_);
    if (info.topic.empty()) about.paths.push_back(info.path);
    const Key key{info.identity.high, info.identity.low};
    if (const auto known = of_.known_.find(key); known != of_.known_.end()) {
      about.end = known->second.end;
      if (info.topic.empty() && known->second.path != info.path) {
        about.origin.path = known->second.path;
        about.paths.push_back(known->second.path);
      }
    } else if (!of_.config_.state.empty()) {
      about.end = 0;  // the run keeps where it is before it gives out anything
    }
    previous_ = kNoTime;
    is_asked_for_ = of_.is_asked_for(about);
    end_ = about.end;
    shift_ = info.topic.empty() ? 0 : kKafkaOffsetShift;
    if (is_asked_for_ && end_ != 0) of_.streams_.emplace(key, std::move(about));
  }

  Result<void> note(const Record& record) {
    if (!is_asked_for_ || record.has(RecordFlag::blank)) return {};
    if (record.offset >= end_) {
      ++of_.undelivered_;
      return {};
    }
    const std::uint64_t place = record.offset >> shift_;
    if (shift_ != 0 && (place < of_.wanted_.first_offset || place > of_.wanted_.last_offset)) return {};
    if (record.time != kNoTime) previous_ = record.time;  // what says no time goes the way of the one before
    SourceRecord out;
    out.offset = record.offset;
    out.time = previous_;
    out.fate = !of_.wanted_.times.everything() && !of_.wanted_.times.holds(previous_) ? Fate::outside
               : of_.selection_.takes(record)                                         ? Fate::wanted
                                                                                      : Fate::filtered;
    if (!of_.hash_key_.empty()) out.hash = event_hash(of_.hash_key_, record.raw);
    return into_.add(stream_->info.identity, out);
  }

  SourceReread& of_;
  const SourceConfig& source_;
  SourceRecords& into_;
  std::shared_ptr<const Stream> stream_;  // held, so that no other can have its address
  Timestamp previous_ = kNoTime;
  std::uint64_t end_ = 0;
  unsigned shift_ = 0;
  bool is_asked_for_ = false;
};

SourceReread::SourceReread(const config::PipelineConfig& config, std::size_t sink, RereadWanted wanted, const std::atomic<bool>& stop)
    : config_{config},
      selection_{RecordSelection::Of::kept, route_of_sink(sink)},
      hash_key_{config.sinks[sink].search.hash_key.value},
      wanted_{std::move(wanted)},
      stop_{stop},
      framers_{config} {}

bool SourceReread::is_asked_for(const RereadStream& stream) const {
  if (!wanted_.topic.empty() && stream.origin.topic != wanted_.topic) return false;
  if (wanted_.file.empty()) return true;
  const auto place_of = [](const std::string& path) {
    std::error_code ignored;
    return std::filesystem::weakly_canonical(path, ignored);
  };
  return std::any_of(stream.paths.begin(), stream.paths.end(),
                     [&](const std::string& path) { return place_of(path) == place_of(wanted_.file); });
}

/// Bookmarks as if each file had more to give: those that were read to their end are looked for as well.
Result<void> SourceReread::take_state() {
  if (config_.state.empty()) {
    notes_.emplace_back("the configuration has no state: what was delivered is not known, all that is there is asked for");
    return {};
  }
  auto state = open_state(config_.state.value, true);
  if (!state) return tl::unexpected<Error>(state.error());
  for (const StoredBookmark& stored : state->contents.bookmarks) {
    if (const auto partition = kafka::read_partition_bookmark(stored.bytes)) {
      const auto position = static_cast<std::uint64_t>(std::max<std::int64_t>(partition->position, 0));
      known_[{stored.identity.high, stored.identity.low}] = {{}, {}, position << kKafkaOffsetShift};
      bookmarks_.push_back(stored.bytes);
      continue;
    }
    auto mark = ingest::decode_bookmark(stored.bytes);
    if (!mark) continue;
    if (!mark->path.empty()) known_[{mark->identity.high, mark->identity.low}] = {mark->source, mark->path, mark->offset};
    mark->finished = false;
    bookmarks_.push_back(ingest::encode(*mark));
  }
  return {};
}

Result<WorkerChain> SourceReread::make_worker() {
  WorkerChain chain;
  chain.push_back(make_parser(counters_));
  if (!make_transforms_) return chain;
  auto classifier = make_classifier(rules_.rules, counters_);
  if (!classifier) return tl::unexpected<Error>(classifier.error());
  auto transforms = make_transforms_();
  if (!transforms) return tl::unexpected<Error>(transforms.error());
  chain.push_back(std::move(*classifier));
  chain.push_back(std::move(*transforms));
  return chain;
}

Result<void> SourceReread::read(SourceRecords& into) {
  if (auto taken = take_state(); !taken) return taken;
  const bool any_transform =
      std::any_of(config_.sources.begin(), config_.sources.end(), [](const SourceConfig& each) { return !each.transforms.empty(); });
  if (any_transform) {
    auto rules = load_rules_for(rule_options(config_));
    if (!rules) return tl::unexpected<Error>(rules.error());
    rules_ = std::move(*rules);
    auto transforms = make_transforms(config_.sources, config_.sinks, *rules_.catalog, counters_);
    if (!transforms) return tl::unexpected<Error>(transforms.error());
    make_transforms_ = std::move(*transforms);
  }
  for (const SourceConfig& source : config_.sources) {
    if (!wanted_.source.empty() && source.name != wanted_.source) continue;
    if (source.type == SourceConfig::Type::standard_input) {
      notes_.push_back(fmt::format("source {}: standard input cannot be read again", source.name));
      continue;
    }
    const bool is_topic = source.type == SourceConfig::Type::kafka;
    if ((is_topic && !wanted_.file.empty()) || (!is_topic && !wanted_.topic.empty())) continue;
    if (auto done = read_source(source, into); !done) return done;
    if (stop_) break;
  }
  tell_problems();
  is_complete_ = is_complete_ && !stop_;
  if (undelivered_ != 0)
    notes_.push_back(
        fmt::format("{} more records are at the source and were not delivered yet: they are not asked for", with_commas(undelivered_)));
  return {};
}

Result<void> SourceReread::read_source(const SourceConfig& source, SourceRecords& into) {
  SourceConfig again = source;
  again.start = {};  // of a topic the earliest, of a file its beginning
  again.instance = {};
  again.group.value = wanted_.group.empty() ? fmt::format("{}-verify-{}", source.group.value, ::getpid()) : wanted_.group;
  const std::set<std::string> reread{source.name};
  std::vector<std::pair<std::string, KafkaSource*>> kafka;
  std::vector<std::pair<std::string, const FileSource*>> files;
  const config::SourceMaking with{config_.file,
                                  config_.pipeline.line_bytes_max.value,
                                  batch_bytes_of(config_),
                                  queue_bytes_of(config_),
                                  counters_,
                                  [this](const SourceConfig& of, const std::string& format) { return framers_.of(of, format); },
                                  [this] { return StreamId{next_stream_++}; },
                                  [this] { return bookmarks_; },
                                  {},
                                  {},
                                  reread,
                                  [](const std::string&) {},
                                  kafka,
                                  files,
                                  true};
  auto made = config::type_of(again).make(again, with);
  if (!made) return tl::unexpected<Error>(made.error());
  std::function<bool()> is_all;
  if (!kafka.empty()) is_all = [of = kafka.front().second] { return is_at_end(*of); };
  UntilAllRead until_all{std::move(*made), std::move(is_all), source.name};
  Notes notes{*this, source, into};
  Pipeline pipeline{until_all, [this] { return make_worker(); }, {}, {{notes, {RecordSelection::Of::every, 0}}}};
  pipeline.threads = config_.pipeline.threads.value == 0 ? usable_cores() : config_.pipeline.threads.value;
  pipeline.stop = &stop_;
  auto ran = run_pipeline(pipeline);
  if (!ran) return tl::unexpected<Error>(ran.error());
  // What the state knows of this source and is not there any more: its documents may still be.
  for (const auto& [key, known] : known_) {
    if (known.source != source.name || known.path.empty() || known.end == 0) continue;
    RereadStream gone;
    gone.origin = {source.name, known.path, {}, -1};
    gone.identity = {key.first, key.second};
    gone.paths = {known.path};
    gone.end = known.end;
    if (is_asked_for(gone)) streams_.emplace(key, std::move(gone));
  }
  return {};
}

void SourceReread::tell_problems() {
  for (const InputProblem& problem : counters_.take_problems()) {
    is_complete_ = is_complete_ && !problem.fatal;
    notes_.push_back(problem.path + ": " + problem.what);
  }
}

std::vector<RereadStream> SourceReread::streams() const {
  std::vector<RereadStream> all;
  for (const auto& [key, stream] : streams_) all.push_back(stream);
  std::sort(all.begin(), all.end(), [](const RereadStream& one, const RereadStream& other) {
    const auto key = [](const RereadStream& of) {
      return std::tie(of.origin.source, of.origin.topic, of.origin.partition, of.origin.path);
    };
    return key(one) < key(other);
  });
  return all;
}

}  // namespace loglode
