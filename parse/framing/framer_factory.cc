#include "parse/framing/framer_factory.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "parse/framing/format_registry.h"
#include "parse/framing/line_framer.h"

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

constexpr std::pair<std::string_view, Wrapping> kWrappings[] = {
    {"docker", Wrapping::docker}, {"cri", Wrapping::cri}, {"compose", Wrapping::compose}, {"kubectl", Wrapping::kubectl}};

Wrapping wrapping_named(std::string_view name) {
  for (const auto& [known, wrapping] : kWrappings)
    if (known == name) return wrapping;
  return Wrapping::none;
}

std::vector<std::string_view> unwrapped(std::span<const std::string_view> lines, const ReadingPlan& plan,
                                        std::vector<std::string>& buffers) {
  std::vector<std::string_view> inner;
  buffers.resize(lines.size());
  bool joined = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    WrappedLine wrapped;
    if (!unwrap(lines[i], plan.wrapping, plan.columns.get(), buffers[i], wrapped)) continue;
    if (!joined) inner.push_back(wrapped.inner);
    joined = wrapped.partial;
  }
  return inner;
}

class Factory final : public FramerFactory {
 public:
  Factory(ParseConfig config, std::shared_ptr<const ColumnTable> columns, const ZoneRules* zone)
      : config_(std::move(config)), columns_(std::move(columns)), zone_(zone) {}

  [[nodiscard]] FramedStream open(const StreamInfo& info, std::span<const std::string_view> prefix) const override {
    auto plan = std::make_shared<ReadingPlan>();
    plan->context = {{info.modified, zone_}, config_.keep_attributes};
    plan->bare = config_.format == "message";
    plan->wrapping = choose_wrapping(prefix);
    plan->columns = columns_;
    choose_formats(prefix, *plan);
    plan->format = name_of_choice(*plan);
    std::unique_ptr<Framer> framer = make_line_framer(plan);
    return {std::move(framer), std::move(plan)};
  }

 private:
  [[nodiscard]] Wrapping choose_wrapping(std::span<const std::string_view> prefix) const {
    if (columns_ != nullptr) return Wrapping::columns;
    return config_.format == "auto" ? detect_wrapping(prefix) : wrapping_named(config_.format);
  }

  void choose_formats(std::span<const std::string_view> prefix, ReadingPlan& plan) const {
    if (plan.wrapping == Wrapping::none) {
      plan.formats = choose(prefix, plan);
      plan.rules = learn_line_rules(prefix, plan.formats.formats);
      return;
    }
    std::vector<std::string> buffers;
    const std::vector<std::string_view> inner = unwrapped(prefix, plan, buffers);
    const bool envelope = plan.wrapping == Wrapping::docker || plan.wrapping == Wrapping::cri;
    if (envelope) plan.formats.formats = {find_format(plan.wrapping == Wrapping::docker ? "json" : "cri")};
    DetectedFormats& found = envelope ? plan.inner : plan.formats;
    found = choose(inner, plan);
    plan.rules = learn_line_rules(inner, found.formats);
  }

  DetectedFormats choose(std::span<const std::string_view> lines, ReadingPlan& plan) const {
    if (plan.bare) return {};
    const LineFormat* named = find_format(config_.format);
    if (named == nullptr || wrapping_named(config_.format) != Wrapping::none) return detect_formats(lines, plan.context);
    plan.forced = true;
    DetectedFormats forced;
    forced.formats = {named};
    return forced;
  }

  [[nodiscard]] static std::string name_of_choice(const ReadingPlan& plan) {
    if (plan.bare) return "message";
    const auto first = [](const DetectedFormats& detected) {
      return detected.formats.empty() ? std::string{"text"} : std::string{detected.formats.front()->name()};
    };
    switch (plan.wrapping) {
      case Wrapping::none:
        return first(plan.formats);
      case Wrapping::docker:
        return "docker/" + first(plan.inner);
      case Wrapping::cri:
        return "cri/" + first(plan.inner);
      case Wrapping::compose:
        return "compose/" + first(plan.formats);
      case Wrapping::kubectl:
        return "kubectl/" + first(plan.formats);
      case Wrapping::columns:
        return "columns/" + first(plan.formats);
    }
    return {};
  }

  ParseConfig config_;
  std::shared_ptr<const ColumnTable> columns_;
  const ZoneRules* zone_;
};

}  // namespace

std::vector<std::string> known_formats() {
  std::vector<std::string> names{"auto", "message"};
  for (const LineFormat* format : all_formats()) names.emplace_back(format->name());
  for (const auto& [name, wrapping] : kWrappings) names.emplace_back(name);
  std::sort(names.begin() + 2, names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Result<std::shared_ptr<const FramerFactory>> make_framer_factory(ParseConfig config) {
  const std::vector<std::string> known = known_formats();
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
