// Reading one YAML mapping of the configuration file strictly: every key is known, given once and of the right kind, or there is a problem
// with its line. Values are expanded (${NAME}); what came from outside or is secret is never part of a message.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/load_config.h"

namespace loglode::config {

/// One reading of one file: who is asked for variables, and what was found wrong so far. Used by one thread, for the length of load_config.
struct ConfigReading {
  std::string file, folder;
  const Environment& environment;
  std::vector<ConfigProblem> problems{}, warnings{};
  bool holds_secrets = false;

  void problem(int line, std::string message) { problems.push_back({file, line, std::move(message)}); }
  void warn(int line, std::string message) { warnings.push_back({file, line, std::move(message)}); }
  /// A scalar under `key`, expanded; what is wrong with its references becomes a problem.
  [[nodiscard]] Text text_of(const YAML::Node& scalar, std::string_view key);
  /// `~/` at the beginning of a path or pattern: the home folder.
  void expand_home(Text& path) const;
  /// A path that was relative to the file, or to the home folder.
  void resolve(Text& path);
};

/// What a message may say of a value, in quotes.
[[nodiscard]] std::string quoted(const Text& text);

template <class T>
struct Word {
  std::string_view name;
  T value;
};

template <class T>
struct Bounds {
  T min, max;
};

class Section {
 public:
  /// Reports unknown and repeated keys at once. `what` names the section in messages; `known` must be static. `line`: where it begins.
  Section(const YAML::Node& node, int line, std::string what, std::span<const std::string_view> known, ConfigReading& reading);

  [[nodiscard]] bool is_mapping() const noexcept { return is_mapping_; }
  [[nodiscard]] bool has(std::string_view key) const { return values_.contains(key); }
  [[nodiscard]] const YAML::Node* find(std::string_view key) const;
  [[nodiscard]] int line() const noexcept { return line_; }
  [[nodiscard]] int key_line(std::string_view key) const;
  [[nodiscard]] const std::string& what() const noexcept { return what_; }
  [[nodiscard]] ConfigReading& reading() const noexcept { return reading_; }
  [[nodiscard]] std::vector<std::string> keys() const;
  void problem(int line, std::string message) const { reading_.problem(line, std::move(message)); }
  void lacks(std::string_view key) const;  // for mappings; a value of another kind has its problem already

  /// Without a key: an empty text, and a problem when it is required. A given one that is empty, or no text, is a problem.
  [[nodiscard]] Text text(std::string_view key, bool required = false) const;
  [[nodiscard]] Text text_or_nothing(std::string_view key) const;  // may be empty: ''
  [[nodiscard]] Text path(std::string_view key, bool required = false) const;
  /// A text or a list of texts.
  [[nodiscard]] std::vector<Text> texts(std::string_view key, bool required = false) const;
  [[nodiscard]] std::vector<Text> paths(std::string_view key, bool required = false) const;
  [[nodiscard]] Options options(std::string_view key) const;
  /// The mapping under `key`; none when there is no such key.
  [[nodiscard]] std::optional<Section> section(std::string_view key, std::string what, std::span<const std::string_view> known) const;

  // Each leaves `out` as it is without the key, and for a value that is refused.
  void duration(std::string_view key, Given<Milliseconds>& out, Bounds<Milliseconds> bounds) const;
  void size(std::string_view key, Given<std::uint64_t>& out, Bounds<std::uint64_t> bounds) const;
  void count(std::string_view key, Given<std::uint64_t>& out, Bounds<std::uint64_t> bounds) const;
  void flag(std::string_view key, Given<bool>& out) const;
  template <class T, std::size_t N>
  void choice(std::string_view key, const Word<T> (&words)[N], Given<T>& out) const {
    std::string_view names[N];
    for (std::size_t i = 0; i < N; ++i) names[i] = words[i].name;
    const Text given = text(key);
    if (const auto index = word_index(key, given, names)) out = {words[*index].value, given.line};
  }
  /// The position of `given` in `names`; nothing, with a problem under the name of `key`, when it is not there. Nothing for an empty text.
  std::optional<std::size_t> word_index(std::string_view key, const Text& given, std::span<const std::string_view> names) const;

 private:
  struct Value {
    YAML::Node node;
    int key_line = 0;
  };
  [[nodiscard]] std::optional<Text> scalar(std::string_view key) const;

  std::string what_;
  int line_;
  bool is_mapping_;
  ConfigReading& reading_;
  std::map<std::string, Value, std::less<>> values_;
};

[[nodiscard]] inline Milliseconds hours(std::int64_t count) { return std::chrono::hours{count}; }

}  // namespace loglode::config
