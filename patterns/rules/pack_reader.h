// Reading one YAML mapping strictly: every key is known, present once and of the right kind, or there is a problem with its line.
#pragma once

#include <yaml-cpp/yaml.h>

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/near_word.h"
#include "base/yaml_lines.h"
#include "patterns/rules/rule_pack.h"

namespace loglode {

/// Collects the problems of one file. Used by one thread, for the length of read_pack.
class ProblemList {
 public:
  ProblemList(std::string file, std::vector<RuleProblem>& problems) : file_(std::move(file)), problems_(problems) {}
  void add(int line, std::string_view rule, std::string message);
  [[nodiscard]] const std::string& file() const noexcept { return file_; }

 private:
  std::string file_;
  std::vector<RuleProblem>& problems_;
};

/// One mapping. `what` names it in messages ("rule", "applies_to"); `rule` is filled in once the rule's id is known.
class MappingReader {
 public:
  /// Reports unknown and repeated keys at once. `known` must be static.
  MappingReader(const YAML::Node& node, std::string what, std::span<const std::string_view> known, ProblemList& problems,
                std::string rule = {});

  [[nodiscard]] bool has(std::string_view key) const { return values_.contains(key); }
  [[nodiscard]] int line() const noexcept { return line_; }
  /// Of the value; of the key where nothing follows it; of the mapping where there is no such key.
  [[nodiscard]] int line_at(std::string_view key) const;
  [[nodiscard]] const YAML::Node* find(std::string_view key) const;

  /// Empty (and a problem) when it is missing, empty or no text.
  [[nodiscard]] std::string required_text(std::string_view key);
  [[nodiscard]] std::string optional_text(std::string_view key);
  [[nodiscard]] bool optional_flag(std::string_view key, bool otherwise);
  /// A text or a list of texts. At most `count_max`, more is a problem.
  [[nodiscard]] std::vector<TextAt> texts(std::string_view key, std::size_t count_max, bool required);
  void problem(int line, std::string message) { problems_.add(line, rule_, std::move(message)); }

 private:
  std::string what_, rule_;
  int line_;
  ProblemList& problems_;
  struct Value {
    YAML::Node node;
    int key_line = 0;
  };
  std::map<std::string, Value, std::less<>> values_;
};

}  // namespace loglode
