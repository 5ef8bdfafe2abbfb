#include "parse/framing/wrapping_detector.h"

#include <algorithm>

#include "parse/framing/format_detector.h"
#include "parse/framing/line_rules.h"
#include "parse/framing/wrapper_prefix.h"
#include "parse/json/json_format.h"
#include "parse/text/syslog_header.h"

namespace loglode {

namespace {

constexpr double kWrappedShare = 0.9;  // of the lines that are not blank

std::vector<std::string_view> flatten(const std::vector<ProgramLines>& programs) {
  std::vector<std::string_view> all;
  for (const ProgramLines& program : programs) all.insert(all.end(), program.lines.begin(), program.lines.end());
  return all;
}

class WrappingStudy {
 public:
  WrappingStudy(std::span<const std::string_view> lines, const ParseContext& context) : lines_(lines), context_(context) {}

  /// The outermost wrapping of the lines; none when there is none.
  Layer find() {
    for (const Wrapping kind : {Wrapping::docker, Wrapping::cri, Wrapping::compose, Wrapping::kubectl, Wrapping::stern}) {
      Layer layer{kind, kind == Wrapping::docker && keep_line_ends(), nullptr};
      if (share(layer) >= kWrappedShare) return layer;
    }
    if (is_syslog()) return {modern_ * 2 > lines_.size() ? Wrapping::syslog_5424 : Wrapping::syslog, false, nullptr};
    if (is_stamped()) return {Wrapping::stamped, false, nullptr};
    if (is_json()) return {Wrapping::json, false, nullptr};
    return {};
  }

 private:
  /// How many of the lines have the layer, as a share.
  double share(const Layer& layer) {
    std::size_t fits = 0, all = 0;
    for (const std::string_view line : lines_) {
      if (line.empty()) continue;
      ++all;
      WrappedLine wrapped;
      fits += unwrapper_.unwrap(line, {&layer, 1}, wrapped) ? 1 : 0;
    }
    return all == 0 ? 0 : static_cast<double>(fits) / static_cast<double>(all);
  }

  /// Docker ends each text with a line end and leaves it out where it cut a line; shippers that use the same names leave it out everywhere.
  [[nodiscard]] bool keep_line_ends() const {
    std::size_t ended = 0, all = 0;
    std::string buffer;
    for (const std::string_view line : lines_) {
      WrapperPrefix prefix;
      if (!split_docker(line, true, buffer, prefix)) continue;
      ++all;
      ended += prefix.partial ? 0 : 1;
    }
    return ended * 2 > all;
  }

  /// Most of the lines name their program, and either no format knows better how such lines look as a whole or one knows what is inside.
  bool is_syslog() {
    const Layer layer{Wrapping::syslog, false, nullptr};
    if (share(layer) < kWrappedShare) return false;
    std::size_t named = 0;
    for (const std::string_view line : lines_) {
      ParsedLine parsed;
      const bool modern = read_syslog_5424(line, context_, parsed);
      const bool fits = modern || (parsed.reset(), read_syslog_header(line, context_, parsed));
      modern_ += modern ? 1 : 0;
      named += fits && !parsed.service.empty() ? 1 : 0;
    }
    if (named * 4 < lines_.size() * 3) return false;
    const DetectedFormats whole = detect_formats(lines_, context_);
    if (whole.formats.empty() || whole.formats.front()->name().starts_with("syslog")) return true;
    std::deque<std::string> texts;
    const std::vector<ProgramLines> programs = unwrap_programs(lines_, {&layer, 1}, texts);
    return std::any_of(programs.begin(), programs.end(),
                       [&](const ProgramLines& program) { return !detect_formats(program.lines, context_).formats.empty(); });
  }

  /// Nanoseconds to their ninth digit are a runtime's. Behind any other time there must be a line with a time of its own, or JSON.
  bool is_stamped() {
    const Layer layer{Wrapping::stamped, false, nullptr};
    if (share(layer) < kWrappedShare) return false;
    std::size_t fine = 0, json = 0, all = 0;
    std::vector<std::string_view> inner;
    for (const std::string_view line : lines_) {
      WrapperPrefix prefix;
      if (!split_stamped(line, prefix)) continue;
      ++all;
      const std::size_t point = prefix.time.find('.');
      const std::size_t digits = point == std::string_view::npos ? 0 : prefix.time.find_first_not_of("0123456789", point + 1) - point - 1;
      fine += prefix.time[10] == 'T' && digits == 9 ? 1 : 0;
      const std::string_view text = prefix.inner.substr(std::min(prefix.inner.size(), prefix.inner.find_first_not_of(' ')));
      json += text.starts_with('{') && text.ends_with('}') ? 1 : 0;
      inner.push_back(prefix.inner);
    }
    const auto nearly_all = [&](std::size_t count) { return static_cast<double>(count) >= kWrappedShare * static_cast<double>(all); };
    if (nearly_all(fine) || nearly_all(json)) return true;
    return std::all_of(lines_.begin(), lines_.end(), [](std::string_view line) { return line.size() < 11 || line[10] != ' '; }) &&
           reads_most(detect_formats(inner, context_), inner, true);
  }

  /// Objects whose messages are lines of another format. A program that states its level logs somebody's body, so JSON is none.
  bool is_json() {
    std::size_t objects = 0, all = 0, stated = 0;
    Batch batch;
    std::vector<std::string_view> inner;
    for (const std::string_view line : lines_) {
      if (line.empty()) continue;
      ++all;
      Record record;
      JsonWrapper wrapper;
      if (!read_json_wrapper(line, record, batch, context_, wrapper)) continue;
      ++objects;
      stated += wrapper.own_severity ? 1 : 0;
      inner.push_back(wrapper.text);
    }
    if (all == 0 || static_cast<double>(objects) < kWrappedShare * static_cast<double>(all)) return false;
    if (stated * 10 >= all) return false;  // a logger's own objects: what its messages look like is not asked
    const DetectedFormats found = detect_formats(inner, context_);
    if (!found.formats.empty() && found.formats.front()->name() == "json") return stated == 0;
    const LineRules rules = learn_line_rules(inner, {});
    RecordBounds bounds{rules};
    const bool traces = std::any_of(inner.begin(), inner.end(), [&](std::string_view line) { return bounds.continues(line); });
    return traces || reads_most(found, inner, true) || reads_most(found, inner, false);
  }

  /// Whether `formats` read four lines in five, and find a time in them (or a level).
  bool reads_most(const DetectedFormats& formats, const std::vector<std::string_view>& lines, bool timed) {
    Batch batch;
    std::size_t read = 0;
    for (const std::string_view line : lines) {
      Record record;
      record.raw = line;
      const bool fits = std::any_of(formats.formats.begin(), formats.formats.end(),
                                    [&](const LineFormat* format) { return format->parse(batch.keep(line), record, batch, context_); });
      read += fits && (timed ? record.time != kNoTime : record.severity != Severity::unspecified) ? 1 : 0;
    }
    return read != 0 && read * 10 >= lines.size() * 8;
  }

  std::span<const std::string_view> lines_;
  const ParseContext& context_;
  Unwrapper unwrapper_;
  std::size_t modern_ = 0;  // lines of RFC 5424
};

}  // namespace

std::vector<ProgramLines> unwrap_programs(std::span<const std::string_view> lines, std::span<const Layer> layers,
                                          std::deque<std::string>& texts) {
  std::vector<ProgramLines> programs;
  std::vector<std::uint32_t> open;  // writers whose latest line goes on
  Unwrapper unwrapper;
  for (const std::string_view line : lines) {
    WrappedLine wrapped;
    if (!unwrapper.unwrap(line, layers, wrapped)) continue;
    const auto opened = std::find(open.begin(), open.end(), wrapped.writer);
    const bool rest_of_line = opened != open.end();
    if (rest_of_line && !wrapped.partial) open.erase(opened);
    if (!rest_of_line && wrapped.partial) open.push_back(wrapped.writer);
    if (rest_of_line || wrapped.continues) continue;
    auto program = std::find_if(programs.begin(), programs.end(), [&](const auto& known) { return known.program == wrapped.program; });
    if (program == programs.end()) program = programs.insert(programs.end(), ProgramLines{wrapped.program, {}});
    for (std::string_view rest = texts.emplace_back(wrapped.inner);;) {
      const std::size_t end = rest.find('\n');
      program->lines.push_back(rest.substr(0, end));
      if (end == std::string_view::npos) break;
      rest.remove_prefix(end + 1);
    }
  }
  return programs;
}

std::vector<Layer> detect_wrappings(std::span<const std::string_view> lines, std::size_t known, const ParseContext& context) {
  std::vector<Layer> layers;
  std::deque<std::string> texts;
  std::vector<std::string_view> inner(lines.begin(), lines.end());
  while (known + layers.size() < kWrappingsMax) {
    const Layer layer = WrappingStudy{inner, context}.find();
    if (layer.kind == Wrapping::none) break;
    layers.push_back(layer);
    inner = flatten(unwrap_programs(inner, {&layer, 1}, texts));
  }
  return layers;
}

}  // namespace loglode
