#include "parse/framing/framer_factory.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <deque>

#include "core/limits.h"
#include "parse/framing/dated_framer.h"
#include "parse/framing/format_registry.h"
#include "parse/framing/line_rules.h"
#include "parse/framing/strict_line.h"
#include "parse/framing/wrapping_detector.h"
#include "parse/text/text_formats.h"

namespace loglode {

namespace {

tl::unexpected<Error> invalid(std::string what) { return fail(std::make_error_code(std::errc::invalid_argument), std::move(what)); }

/// Levenshtein distance, case ignored.
std::size_t distance(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

std::string unknown_format(const std::string& name) {
  std::vector<std::string> near;
  for (const std::string& known : known_formats())
    if (distance(name, known) <= 1 + known.size() / 4 || (name.size() > 2 && known.find(name) != std::string::npos)) near.push_back(known);
  const std::string hint = near.empty() ? "" : fmt::format(" Did you mean {}?", fmt::join(near, " or "));
  return fmt::format("--format '{}' is not a known format.{} Known: {}", name.substr(0, 80), hint, fmt::join(known_formats(), " "));
}

constexpr Wrapping kNamedWrappings[] = {Wrapping::docker,  Wrapping::cri,   Wrapping::compose,
                                        Wrapping::kubectl, Wrapping::stern, Wrapping::stamped};
constexpr std::size_t kProgramsMax = 64;  // that have a plan of their own

Wrapping wrapping_named(std::string_view name) {
  for (const Wrapping wrapping : kNamedWrappings)
    if (wrapping_name(wrapping) == name) return wrapping;
  return Wrapping::none;
}

std::vector<std::string_view> lines_of_all(const std::vector<ProgramLines>& programs) {
  std::vector<std::string_view> all;
  for (const ProgramLines& program : programs) all.insert(all.end(), program.lines.begin(), program.lines.end());
  return all;
}

/// The time that `formats` find in `line`, as the workers would read it.
Timestamp time_in(std::string_view line, const DetectedFormats& formats, const ParseContext& context, Batch& batch) {
  Record record;
  record.raw = line = batch.keep(line);
  for (const LineFormat* format : formats.formats)
    if (format->parse(line, record, batch, context)) return record.time;
  return fallback_format().parse(line, record, batch, context) ? record.time : kNoTime;
}

/// What the times in `lines` leave out: they change with the zone or the year that is assumed.
AssumedTimes assumed_times(std::span<const std::string_view> lines, const DetectedFormats& formats, const ParseContext& context) {
  constexpr std::size_t kLinesTried = 50;
  static const Result<const ZoneRules*> elsewhere = find_zone("Asia/Kathmandu");  // no other zone's offset in use is 5:45
  ParseContext other_zone = context, other_year = context;
  if (elsewhere) other_zone.time.zone = *elsewhere;
  other_year.time.reference = Timestamp{} + std::chrono::days{365 * 12};
  Batch batch;
  AssumedTimes assumed;
  for (const std::string_view line : lines.first(std::min(lines.size(), kLinesTried))) {
    const Timestamp time = time_in(line, formats, context, batch);
    if (time == kNoTime) continue;
    assumed.any = true;
    assumed.zone = assumed.zone || !elsewhere || time != time_in(line, formats, other_zone, batch);
    assumed.year = assumed.year || time != time_in(line, formats, other_year, batch);
  }
  return assumed;
}

/// A stream that is taken up again in its middle has its columns from its beginning.
std::shared_ptr<const ColumnHeader> last_columns(std::span<const std::string_view> lines, const DetectedFormats& formats) {
  std::shared_ptr<const ColumnHeader> last;
  for (const LineFormat* format : formats.formats) {
    if (!format->has_column_headers()) continue;
    for (const std::string_view line : lines)
      if (auto columns = format->column_header(line)) last = std::move(columns);
  }
  return last;
}

/// As RecordBounds will see them: JSON objects that stand on one line are lines of their own.
std::vector<std::string_view> split_objects(std::span<const std::string_view> lines) {
  std::vector<std::string_view> split;
  for (std::string_view line : lines) {
    while (const std::size_t bytes = first_object_bytes(line)) {
      split.push_back(line.substr(0, bytes));
      line.remove_prefix(bytes);
    }
    split.push_back(line);
  }
  split.resize(std::min(split.size(), kPrefixLines));
  return split;
}

class Factory final : public FramerFactory {
 public:
  Factory(ParseConfig config, std::shared_ptr<const ColumnTable> columns, const ZoneRules* zone)
      : config_(std::move(config)), columns_(std::move(columns)), zone_(zone) {}

  [[nodiscard]] FramedStream open(const StreamInfo& info, std::span<const std::string_view> lines) const override {
    const std::vector<std::string_view> prefix = split_objects(lines);
    auto plan = std::make_shared<ReadingPlan>();
    plan->context = {{info.modified, zone_}, config_.keep_attributes};
    plan->zone = config_.zone;
    plan->bare = config_.format == "message";
    plan->own_formats = config_.own_formats;
    plan->forced = named_format() != nullptr && wrapping_named(config_.format) == Wrapping::none;
    plan->layers = choose_layers(prefix, *plan);
    choose_formats(prefix, *plan);
    plan->format = name_of_choice(*plan);
    std::unique_ptr<Framer> framer = make_dated_framer(plan, info, prefix);
    return {std::move(framer), std::move(plan)};
  }

 private:
  [[nodiscard]] std::vector<Layer> choose_layers(std::span<const std::string_view> prefix, const ReadingPlan& plan) const {
    if (columns_ != nullptr) return {Layer{Wrapping::columns, false, columns_}};
    if (config_.format == "auto") return detect_wrappings(prefix, 0, plan.context);
    const Wrapping named = wrapping_named(config_.format);
    if (named == Wrapping::none) return {};
    std::vector<Layer> layers{Layer{named, named == Wrapping::docker, nullptr}};
    std::deque<std::string> texts;
    const std::vector<ProgramLines> programs = unwrap_programs(prefix, layers, texts);
    const std::vector<Layer> further = detect_wrappings(lines_of_all(programs), 1, plan.context);
    layers.insert(layers.end(), further.begin(), further.end());
    return layers;
  }

  void choose_formats(std::span<const std::string_view> prefix, ReadingPlan& plan) const {
    if (plan.layers.empty()) {
      plan.usual = plan_program(prefix, plan);
      return;
    }
    std::deque<std::string> texts;
    const std::vector<ProgramLines> programs = unwrap_programs(prefix, plan.layers, texts);
    plan.usual = plan_program(lines_of_all(programs), plan);
    plan.outer_rules = learn_line_rules(prefix, outer_formats(plan.layers.front().kind));
    if (plan.columns() != nullptr) return;
    for (const ProgramLines& program : programs) {
      if (plan.programs.size() == kProgramsMax) break;
      std::vector<Layer> layers = plan.forced ? std::vector<Layer>{} : detect_wrappings(program.lines, plan.layers.size(), plan.context);
      if (layers.empty() && programs.size() == 1) break;  // its plan is the usual one
      plan.programs.emplace_back(program.program, plan_wrapped_program(program.lines, std::move(layers), plan));
    }
    std::sort(plan.programs.begin(), plan.programs.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  }

  /// For lines that lack the wrapping of the others: what begins with its header begins a record.
  [[nodiscard]] static std::vector<const LineFormat*> outer_formats(Wrapping outermost) {
    if (is_syslog(outermost)) return {find_format("syslog"), find_format("syslog-5424")};
    return {};
  }

  [[nodiscard]] ProgramPlan plan_wrapped_program(std::span<const std::string_view> lines, std::vector<Layer> layers,
                                                 const ReadingPlan& plan) const {
    if (layers.empty()) return plan_program(lines, plan);
    std::deque<std::string> texts;
    ProgramPlan program = plan_program(lines_of_all(unwrap_programs(lines, layers, texts)), plan);
    program.layers = std::move(layers);
    return program;
  }

  [[nodiscard]] ProgramPlan plan_program(std::span<const std::string_view> lines, const ReadingPlan& plan) const {
    ProgramPlan program;
    program.formats = choose(lines, plan);
    program.rules = learn_line_rules(lines, program.formats.formats);
    program.assumed = assumed_times(lines, program.formats, plan.context);
    program.columns = last_columns(lines, program.formats);
    if (plan.layers.empty()) return program;
    // Whoever writes to syslog writes messages, not lines: only a trace goes on with the next one.
    const bool messages = std::any_of(plan.layers.begin(), plan.layers.end(), [](const Layer& layer) { return is_syslog(layer.kind); });
    if (messages) program.rules.indented = !program.formats.formats.empty();
    return program;
  }

  /// The format that --format names: built in, or the user's own.
  [[nodiscard]] const LineFormat* named_format() const {
    for (const auto& own : config_.own_formats)
      if (own->name() == config_.format) return own.get();
    return find_format(config_.format);
  }

  /// A format of the user's own that reads a third of the lines is the stream's, whatever else would read them.
  [[nodiscard]] DetectedFormats detect_with_own(std::span<const std::string_view> lines, const ParseContext& context) const {
    DetectedFormats detected = detect_formats(lines, context);
    const auto reads = [&](const LineFormat& format) {
      return static_cast<std::size_t>(
          std::count_if(lines.begin(), lines.end(), [&](std::string_view line) { return format.begins_record(line); }));
    };
    const LineFormat* best = nullptr;
    std::size_t most = 0;
    for (const auto& own : config_.own_formats)
      if (const std::size_t count = reads(*own); count > most) most = count, best = own.get();
    if (best != nullptr && most * 3 >= lines.size()) detected.formats.insert(detected.formats.begin(), best);
    return detected;
  }

  [[nodiscard]] DetectedFormats choose(std::span<const std::string_view> lines, const ReadingPlan& plan) const {
    if (plan.bare) return {};
    if (!plan.forced) return detect_with_own(lines, plan.context);
    DetectedFormats forced;
    forced.formats = {named_format()};
    return forced;
  }

  [[nodiscard]] static std::string name_of_choice(const ReadingPlan& plan) {
    if (plan.bare) return "message";
    std::string name;
    for (const Layer& layer : plan.layers) name.append(wrapping_name(layer.kind)).push_back('/');
    if (!plan.usual.formats.formats.empty()) return name.append(plan.usual.formats.formats.front()->name());
    if (!plan.layers.empty() && is_syslog(plan.layers.back().kind))
      name.pop_back();
    else
      name += "text";
    return name;
  }

  ParseConfig config_;
  std::shared_ptr<const ColumnTable> columns_;
  const ZoneRules* zone_;
};

}  // namespace

std::string ReadingPlan::how_read() const {
  std::string text = format;
  AssumedTimes assumed = usual.assumed;
  for (const auto& [program, plan] : programs) {
    assumed.any = assumed.any || plan.assumed.any;
    assumed.zone = assumed.zone || plan.assumed.zone;
    assumed.year = assumed.year || plan.assumed.year;
  }
  for (std::size_t i = 1; i < usual.formats.formats.size(); ++i)
    text.append(i == 1 ? ", also " : ", ").append(usual.formats.formats[i]->name());
  if (!assumed.any && layers.empty()) text += "; no times";
  if (assumed.zone) text += "; zone " + (zone.empty() ? std::string{"UTC"} : zone) + " assumed";
  if (assumed.year && context.time.reference != kNoTime)
    text += "; year by the file's age, " + to_rfc3339(context.time.reference).substr(0, 10);
  return text;
}

std::vector<std::string> known_formats() {
  std::vector<std::string> names{"auto", "message"};
  for (const LineFormat* format : all_formats()) names.emplace_back(format->name());
  for (const Wrapping wrapping : kNamedWrappings) names.emplace_back(wrapping_name(wrapping));
  std::sort(names.begin() + 2, names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Result<std::shared_ptr<const FramerFactory>> make_framer_factory(ParseConfig config) {
  if (!config.own_problems.empty()) return invalid("the format files cannot be used:" + config.own_problems);
  std::vector<std::string> known = known_formats();
  for (const auto& own : config.own_formats) known.emplace_back(own->name());
  if (std::find(known.begin(), known.end(), config.format) == known.end()) return invalid(unknown_format(config.format));
  std::shared_ptr<const ColumnTable> columns;
  if (!config.columns.empty()) {
    Result<ColumnTable> table = ColumnTable::make(config.columns, config.delimiter);
    if (!table) return tl::unexpected<Error>(table.error());
    columns = std::make_shared<const ColumnTable>(std::move(*table));
  } else if (!config.delimiter.empty()) {
    return invalid("--delimiter is given without --columns, which say what the columns are");
  }
  const ZoneRules* zone = nullptr;
  if (!config.zone.empty()) {
    const Result<const ZoneRules*> found = find_zone(config.zone);
    if (!found) return tl::unexpected<Error>(found.error());
    zone = *found;
  }
  return std::make_shared<const Factory>(std::move(config), std::move(columns), zone);
}

}  // namespace loglode
