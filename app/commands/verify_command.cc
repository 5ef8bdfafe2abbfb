#include "app/commands/verify_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "app/reading/option_words.h"
#include "app/registry/type_readers.h"
#include "app/registry/types.h"
#include "app/service/source_reread.h"
#include "base/descriptor_limit.h"
#include "base/exit_status.h"
#include "base/private_memory.h"
#include "base/stop_signals.h"
#include "base/terminal_text.h"
#include "config/load_config.h"
#include "sinks/dead_letters.h"
#include "sinks/elasticsearch/index_walk.h"
#include "sinks/elasticsearch/search_setup.h"

namespace loglode {

namespace {

constexpr std::size_t kRangesShown = 10;  // of a stream, to a person
constexpr std::size_t kChunkBytes = 64 * kKiB;

/// Position of the sink that is meant; nothing, and the reason is told, when there is none or several.
std::optional<std::size_t> meant_sink(const config::PipelineConfig& config, const std::string& name) {
  std::optional<std::size_t> meant;
  for (std::size_t i = 0; i < config.sinks.size(); ++i) {
    const config::SinkConfig& sink = config.sinks[i];
    const bool fits = sink.type == config::SinkConfig::Type::elasticsearch && sink.wants(Document::record);
    if (!fits || (!name.empty() && sink.name != name)) continue;
    if (meant) {
      report_usage("several sinks are of type elasticsearch: say which with --sink NAME");
      return std::nullopt;
    }
    meant = i;
  }
  if (!meant)
    report_usage(name.empty() ? "no sink of this configuration is of type elasticsearch and takes records"
                              : "no sink of type elasticsearch that takes records is named " + printable(name));
  return meant;
}

bool read_offsets(const std::string& text, RereadWanted& wanted) {
  if (text.empty()) return true;
  const std::size_t dots = text.find("..");
  if (dots == std::string::npos) return false;
  const auto read = [](std::string_view digits, std::uint64_t& out) {
    if (digits.empty()) return true;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    return error == std::errc{} && end == digits.data() + digits.size();
  };
  return read(std::string_view{text}.substr(0, dots), wanted.first_offset) &&
         read(std::string_view{text}.substr(dots + 2), wanted.last_offset) && wanted.first_offset <= wanted.last_offset;
}

Result<DeadLetterIds> read_dead_letters(const std::string& path, std::vector<std::string>& notes) {
  DeadLetterIds ids;
  if (path.empty()) return ids;
  auto reader = DeadLetterReader::open(path);
  if (!reader && reader.error().code == std::errc::invalid_argument) return ids;  // none was ever written
  if (!reader) return tl::unexpected<Error>(reader.error());
  for (;;) {
    auto letter = reader->next();
    if (!letter) return tl::unexpected<Error>(letter.error());
    if (!letter->has_value()) break;
    if ((*letter)->event.empty()) ids.insert((*letter)->record_id);
  }
  if (reader->damaged() != 0) notes.push_back(fmt::format("{} dead letters are damaged: what they held looks lost", reader->damaged()));
  return ids;
}

/// Standard output, or a file; in chunks.
class Output {
 public:
  Result<void> open(const std::string& path) {
    if (path.empty() || path == "-") return {};
    file_.reset(std::fopen(path.c_str(), "we"));
    if (!file_) return fail_errno("cannot write " + path);
    path_ = path;
    return {};
  }
  void add(std::string_view text) {
    text_ += text;
    if (text_.size() >= kChunkBytes) hand_over();
  }
  Result<void> finish() {
    hand_over();
    if (fine_ && file_ && std::fflush(file_.get()) != 0) fine_ = fail_errno("cannot write " + path_);
    return fine_;
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  void hand_over() {
    if (fine_ && file_ && std::fwrite(text_.data(), 1, text_.size(), file_.get()) != text_.size())
      fine_ = fail_errno("cannot write " + path_);
    if (fine_ && !file_) fine_ = print_text(text_);
    text_.clear();
  }
  std::unique_ptr<std::FILE, Close> file_;
  std::string path_, text_;
  Result<void> fine_;
};

/// One stream's part of the receipt, written as it comes.
class StreamPart {
 public:
  StreamPart(const ReceiptOrigin& origin, bool ndjson, Output& output) : origin_{origin}, ndjson_{ndjson}, output_{output} {}

  void take(const ReceiptRange& range) {
    if (ndjson_) return output_.add(to_line(range_json(origin_, range)) + "\n");
    const bool is_bad =
        range.status == ReceiptStatus::lost || range.status == ReceiptStatus::duplicate || range.status == ReceiptStatus::different;
    if (!is_bad) return;
    if (++bad_ranges_ <= kRangesShown) ranges_ += range_text(range);
  }
  void finish(const ReceiptCounts& counts) {
    if (ndjson_) return output_.add(to_line(stream_json(origin_, counts)) + "\n");
    output_.add(stream_text(origin_, counts) + ranges_);
    if (bad_ranges_ > kRangesShown)
      output_.add(fmt::format("    and {} more ranges: --report ndjson has all\n", with_commas(bad_ranges_ - kRangesShown)));
  }

 private:
  const ReceiptOrigin& origin_;
  const bool ndjson_;
  Output& output_;
  std::string ranges_;
  std::uint64_t bad_ranges_ = 0;
};

Result<ReceiptCounts> join_stream(const RereadStream& about, const SearchSinkConfig& sink, const RereadWanted& wanted,
                                  const DeadLetterIds& dead, SourceRecords& records, IndexWalk& walk, StreamPart& part) {
  ReceiptStream stream;
  stream.identity = about.identity;
  stream.offset_shift = about.origin.topic.empty() ? 0 : kKafkaOffsetShift;
  stream.has_hashes = !sink.hash_key.empty();
  stream.begins_late = about.begins_late;
  stream.cluster_begins = walk.begins();
  stream.dead = &dead;
  WalkedStream walked{about.identity, about.origin.topic, about.origin.partition, about.paths};
  constexpr auto kAll = std::numeric_limits<std::uint64_t>::max();
  if (about.end != kAll) walked.to = about.end >> stream.offset_shift;
  if (stream.offset_shift != 0) {
    walked.from = wanted.first_offset;
    if (wanted.last_offset != kAll) walked.to = std::min(walked.to, wanted.last_offset + 1);
  }
  records.begin(about.identity);
  walk.begin(std::move(walked));
  return join_receipt(
      stream, [&](SourceRecord& to) { return records.next(to); }, [&](StoredDocument& to) { return walk.next(to); },
      [&](const ReceiptRange& range) { part.take(range); });
}

Result<ReceiptTotals> write_receipt(const config::PipelineConfig& config, std::size_t sink_number, const RereadWanted& wanted, bool ndjson,
                                    const std::atomic<bool>& stop, Output& output) {
  SearchSinkConfig sink = config::search_sink_config_of(config.sinks[sink_number]);
  const bool is_routed = !sink.route.dataset.empty() || !sink.route.tenant.empty();
  if (is_routed && sink.shape == SearchShape::otel)
    sink.data_stream += ",logs-loglode.otel-*,logs-loglode.*.otel-*";
  else if (is_routed)
    sink.data_stream += ",logs-loglode-*,logs-loglode.*-*";  // wherever `route` may have sent a record
  ReceiptTotals totals;
  totals.sink = sink.name;
  totals.index = sink.data_stream;
  const auto cluster = cluster_of(sink);
  if (!cluster) return tl::unexpected<Error>(cluster.error());
  totals.server = (cluster->is_opensearch ? "OpenSearch " : "Elasticsearch ") + cluster->version;

  SourceRecords records;
  SourceReread reread{config, sink_number, wanted, stop};
  if (auto read = reread.read(records); !read) return tl::unexpected<Error>(read.error());
  totals.is_complete = reread.is_complete();
  totals.notes = reread.notes();
  const auto dead = read_dead_letters(config.dead_letters.path.value, totals.notes);
  if (!dead) return tl::unexpected<Error>(dead.error());
  const auto walk = IndexWalk::open(sink, cluster->is_opensearch);  // behind the reading: what was delivered by then is visible
  if (!walk) return tl::unexpected<Error>(walk.error());
  totals.notes.insert(totals.notes.end(), (*walk)->notes().begin(), (*walk)->notes().end());
  if (sink.hash_key.empty())
    totals.notes.emplace_back("the sink has no hash_key: whether what is stored has the right bytes cannot be told");

  for (const RereadStream& stream : reread.streams()) {
    if (stop) {
      totals.is_complete = false;
      break;
    }
    StreamPart part{stream.origin, ndjson, output};
    const auto counts = join_stream(stream, sink, wanted, *dead, records, **walk, part);
    if (!counts) return tl::unexpected<Error>(counts.error());
    part.finish(*counts);
    totals.counts += *counts;
    ++totals.streams;
  }
  if (totals.streams == 0 && !(wanted.source + wanted.topic + wanted.file).empty()) {
    totals.is_complete = false;
    totals.notes.emplace_back("nothing of that was delivered by these sources: is it named as the configuration names it?");
  }
  return totals;
}

}  // namespace

int verify_pipeline(const VerifyArguments& arguments) {
  config::LoadedConfig loaded = config::load_config(arguments.config, config::type_readers());
  for (const config::ConfigProblem& problem : loaded.problems) fmt::print(stderr, "{}\n", printable(config::to_string(problem)));
  if (!loaded.usable()) return kWrongUsage;
  const auto sink = meant_sink(loaded.config, arguments.sink);
  if (!sink) return kWrongUsage;
  RereadWanted wanted{arguments.source};
  wanted.topic = arguments.topic;
  wanted.file = arguments.file;
  wanted.group = arguments.group;
  const auto& sources = loaded.config.sources;
  if (!wanted.source.empty() && std::none_of(sources.begin(), sources.end(), [&](const auto& each) { return each.name == wanted.source; }))
    return report_usage("no source is named " + printable(wanted.source));
  if (!read_offsets(arguments.offsets, wanted))
    return report_usage("--offsets " + printable(arguments.offsets) + ": write for example 1000..1999, or 1000.. to the end");
  if (!arguments.offsets.empty() && wanted.topic.empty()) return report_usage("--offsets needs --topic");
  if (!wanted.topic.empty() && !wanted.file.empty()) return report_usage("--topic or --file, not both");
  auto times = TimeRange::read(arguments.since, arguments.until, {});
  if (!times) return report_error(times.error());
  wanted.times = *times;

  if (loaded.holds_secrets) keep_memory_private();
  allow_many_files();
  const std::atomic<bool>& stop = stop_on_signals();
  Output output;
  if (auto opened = output.open(arguments.output); !opened) return report_error(opened.error());
  const bool ndjson = arguments.report == "ndjson";
  const auto totals = write_receipt(loaded.config, *sink, wanted, ndjson, stop, output);
  if (totals) output.add(ndjson ? to_line(totals_json(*totals)) + "\n" : totals_text(*totals));
  if (auto written = output.finish(); !written) return report_error(written.error());
  if (!totals) return report_error(totals.error());
  if (signal_received() != 0) return 128 + signal_received();
  return totals->is_complete && totals->counts.is_good() ? kDone : kCouldNotFinish;
}

void add_verify_command(CLI::App& app, VerifyArguments& arguments, int& status) {
  CLI::App* command = app.add_subcommand("verify", "The receipt: what of the sources is stored in Elasticsearch, lost, twice or different");
  command->add_option("config", arguments.config, "the configuration of run")->required();
  command->add_option("--sink", arguments.sink, "which sink, where several are of type elasticsearch")->type_name("NAME");
  command->add_option("--source", arguments.source, "this source alone")->type_name("NAME");
  command->add_option("--since", arguments.since, "records of this time or later (2026-11-23T12:00:00Z, or 1h: an hour ago)")
      ->type_name("TIME");
  command->add_option("--until", arguments.until, "records before this time")->type_name("TIME");
  command->add_option("--topic", arguments.topic, "this topic alone")->type_name("TOPIC");
  command->add_option("--offsets", arguments.offsets, "of --topic, the first and the last")->type_name("A..B");
  command->add_option("--file", arguments.file, "this file alone, with its rotated parts")->type_name("FILE");
  command
      ->add_option("--group", arguments.group,
                   "the consumer group that reads topics again; nothing is committed (default: GROUP-verify-PID)")
      ->type_name("GROUP");
  add_words(*command, "--report", arguments.report, Words<std::string>{{"human", "human"}, {"ndjson", "ndjson"}}, "form of the receipt");
  command->add_option("-o,--output", arguments.output, "a file instead of standard output")->type_name("FILE");
  command->footer(
      "Reads the sources again as run read them, up to where run has delivered, and compares each record with what the data stream holds.\n"
      "Nothing is changed, and run may go on meanwhile. Exit status: 0 when nothing is lost, there twice, or other than at the source; "
      "else 1.\n"
      "Examples:\n  loglode verify shop.yaml\n"
      "  loglode verify shop.yaml --since 24h\n"
      "  loglode verify shop.yaml --topic orders --offsets 1000..1999\n"
      "  loglode verify shop.yaml --report ndjson | jq -c 'select(.status == \"lost\")'");
  command->callback([&arguments, &status] { status = verify_pipeline(arguments); });
}

}  // namespace loglode
