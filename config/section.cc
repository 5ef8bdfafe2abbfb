#include "config/section.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/near_word.h"
#include "base/yaml_lines.h"
#include "config/expansion.h"
#include "config/quantities.h"

namespace loglode::config {
namespace {

std::string spelled_size(std::uint64_t bytes) {
  if (bytes > 0 && bytes % (1ull << 30) == 0) return fmt::format("{}GiB", bytes >> 30);
  if (bytes > 0 && bytes % (1ull << 20) == 0) return fmt::format("{}MiB", bytes >> 20);
  return bytes > 0 && bytes % 1024 == 0 ? fmt::format("{}KiB", bytes >> 10) : fmt::format("{}", bytes);
}

bool is_url_with_user(std::string_view value) {
  const auto scheme = value.find("://");
  return scheme != std::string_view::npos && value.find('@', scheme) != std::string_view::npos;
}

}  // namespace

std::string quoted(const Text& text) { return in_quotes(text.shown); }

Text ConfigReading::text_of(const YAML::Node& scalar, std::string_view key) {
  const int line = line_of(scalar);
  Expanded expanded = expand(scalar.Scalar(), environment, folder);
  for (std::string& message : expanded.problems) problem(line, fmt::format("\"{}\": {}", key, message));
  // Past a bad reference the value is not what was meant: it stays, so that one fault is not reported as two.
  if (!expanded.problems.empty()) expanded.value = scalar.Scalar();
  const bool secret = is_secret_key(key) || is_url_with_user(expanded.value);
  holds_secrets = holds_secrets || (secret && !expanded.value.empty());
  const bool hidden = secret || expanded.from_outside;
  return {std::move(expanded.value), line, secret ? "***" : std::move(expanded.shown), hidden};
}

void ConfigReading::expand_home(Text& path) const {
  const auto home = environment("HOME");
  if (path.value.starts_with("~/") && home && home->starts_with('/')) path.value.replace(0, 1, *home);
}

void ConfigReading::resolve(Text& path) {
  expand_home(path);
  if (path.value.starts_with('~'))
    problem(path.line,
            fmt::format("{}: only ~/ stands for a home folder, where HOME is set: write the whole path, or ./ before a name that "
                        "begins with ~",
                        quoted(path)));
  path.value = path_in(folder, path.value);
  if (!path.hidden) path.shown = path.value;
}

Section::Section(const YAML::Node& node, int line, std::string what, std::span<const std::string_view> known, ConfigReading& reading)
    : what_(std::move(what)), line_(line), is_mapping_(node.IsMap()), reading_(reading) {
  if (!is_mapping_) {
    problem(line_, fmt::format("{} must be a mapping", what_));
    return;
  }
  for (const auto& entry : node) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : std::string{};
    const int at = line_of(entry.first);
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      problem(at, fmt::format("unknown key {} in {}{}", in_quotes(key), what_, hint(key, known)));
    } else if (!values_.emplace(key, Value{entry.second, at}).second) {
      problem(at, fmt::format("key \"{}\" is given twice in {}", key, what_));
    }
  }
}

const YAML::Node* Section::find(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : &found->second.node;
}

int Section::key_line(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? line_ : found->second.key_line;
}

std::vector<std::string> Section::keys() const {
  std::vector<std::string> out;
  for (const auto& [key, value] : values_) out.push_back(key);
  return out;
}

void Section::lacks(std::string_view key) const {
  if (is_mapping_) problem(line_, fmt::format("{} lacks \"{}\"", what_, key));
}

std::optional<Text> Section::scalar(std::string_view key) const {
  const YAML::Node* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (node->IsScalar()) return reading_.text_of(*node, key);
  problem(key_line(key),
          fmt::format("\"{}\" {}", key, node->IsNull() ? "must not be empty" : "must be one value, not a list or a mapping"));
  return std::nullopt;
}

Text Section::text(std::string_view key, bool required) const {
  if (required && !has(key)) lacks(key);
  const auto text = scalar(key);
  if (text && text->empty()) problem(text->line, fmt::format("\"{}\" must not be empty", key));
  return text.value_or(Text{});
}

Text Section::text_or_nothing(std::string_view key) const { return scalar(key).value_or(Text{}); }

Text Section::path(std::string_view key, bool required) const {
  Text path = text(key, required);
  reading_.resolve(path);
  return path;
}

std::vector<Text> Section::texts(std::string_view key, bool required) const {
  std::vector<Text> out;
  const YAML::Node* node = find(key);
  if (node == nullptr) {
    if (required) lacks(key);
    return out;
  }
  if (!node->IsSequence()) {
    if (Text one = text(key); !one.empty()) out.push_back(std::move(one));
    return out;
  }
  if (required && node->size() == 0) problem(key_line(key), fmt::format("\"{}\" must not be empty", key));
  for (const auto& item : *node) {
    Text one = item.IsScalar() ? reading_.text_of(item, key) : Text{};
    if (one.empty()) {
      problem(item.IsNull() ? key_line(key) : line_of(item),
              fmt::format("\"{}\" must be a text or a list of texts, none of them empty", key));
    } else {
      out.push_back(std::move(one));
    }
  }
  return out;
}

std::vector<Text> Section::paths(std::string_view key, bool required) const {
  std::vector<Text> out = texts(key, required);
  for (Text& path : out) reading_.resolve(path);
  return out;
}

Options Section::options(std::string_view key) const {
  Options out;
  const YAML::Node* node = find(key);
  if (node == nullptr) return out;
  if (!node->IsMap()) {
    problem(key_line(key), fmt::format("\"{}\" must be a mapping", key));
    return out;
  }
  for (const auto& entry : *node) {
    const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : std::string{};
    const int at = line_of(entry.first);
    if (name.empty() || !entry.second.IsScalar()) {
      problem(at, fmt::format("option {} must have one value", in_quotes(name)));
    } else if (!out.emplace(name, reading_.text_of(entry.second, name)).second) {
      problem(at, fmt::format("option {} is given twice in {}", in_quotes(name), what_));
    }
  }
  return out;
}

std::optional<Section> Section::section(std::string_view key, std::string what, std::span<const std::string_view> known) const {
  const YAML::Node* node = find(key);
  if (node == nullptr) return std::nullopt;
  return Section{*node, key_line(key), std::move(what), known, reading_};
}

void Section::duration(std::string_view key, Given<Milliseconds>& out, Bounds<Milliseconds> bounds) const {
  const Text given = text(key);
  if (given.empty()) return;
  const auto read = read_duration(given.value);
  if (!read) {
    problem(given.line, fmt::format("bad {} {}: a duration is written 500ms, 10s, 5m, 2h or 1d", key, quoted(given)));
  } else if (*read < bounds.min || *read > bounds.max) {
    problem(given.line, fmt::format("bad {} {}: from {} to {}", key, quoted(given), spelled(bounds.min), spelled(bounds.max)));
  } else {
    out = {*read, given.line};
  }
}

void Section::size(std::string_view key, Given<std::uint64_t>& out, Bounds<std::uint64_t> bounds) const {
  const Text given = text(key);
  if (given.empty()) return;
  const auto read = read_size(given.value);
  if (!read) {
    problem(given.line, fmt::format("bad {} {}: a size is written 64KiB, 256MiB, 1GiB or in plain bytes", key, quoted(given)));
  } else if (*read < bounds.min || *read > bounds.max) {
    problem(given.line, fmt::format("bad {} {}: from {} to {}", key, quoted(given), spelled_size(bounds.min), spelled_size(bounds.max)));
  } else {
    out = {*read, given.line};
  }
}

void Section::count(std::string_view key, Given<std::uint64_t>& out, Bounds<std::uint64_t> bounds) const {
  const Text given = text(key);
  if (given.empty()) return;
  const auto read = read_count(given.value);
  if (!read || *read < bounds.min || *read > bounds.max) {
    problem(given.line, fmt::format("bad {} {}: a whole number from {} to {}", key, quoted(given), bounds.min, bounds.max));
  } else {
    out = {*read, given.line};
  }
}

void Section::flag(std::string_view key, Given<bool>& out) const {
  constexpr Word<bool> kWords[] = {{"true", true}, {"false", false}};
  choice(key, kWords, out);
}

std::optional<std::size_t> Section::word_index(std::string_view key, const Text& given, std::span<const std::string_view> names) const {
  if (given.empty()) return std::nullopt;
  const auto found = std::find(names.begin(), names.end(), given.value);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  const std::string near = !given.hidden ? hint(given.value, names) : std::string{};
  problem(given.line, fmt::format("bad {} {}: one of {}{}", key, quoted(given), fmt::join(names, ", "), near));
  return std::nullopt;
}

}  // namespace loglode::config
