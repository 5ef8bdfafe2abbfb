#include "patterns/rules/pack_reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace loglode {

void ProblemList::add(int line, std::string_view rule, std::string message) {
  if (problems_.size() >= kProblemsMax) return;
  problems_.push_back({file_, line, std::string(rule), std::move(message)});
}

MappingReader::MappingReader(const YAML::Node& node, std::string what, std::span<const std::string_view> known, ProblemList& problems,
                             std::string rule)
    : what_(std::move(what)), rule_(std::move(rule)), line_(line_of(node)), problems_(problems) {
  if (!node.IsMap()) {
    problem(line_, fmt::format("{} must be a mapping", what_));
    return;
  }
  for (const auto& entry : node) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : std::string{};
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      problem(line_of(entry.first), fmt::format("unknown key {} in {}{}", in_quotes(key), what_, hint(key, known)));
    } else if (!values_.emplace(key, Value{entry.second, line_of(entry.first)}).second) {
      problem(line_of(entry.first), fmt::format("key \"{}\" is given twice in {}", key, what_));
    }
  }
}

const YAML::Node* MappingReader::find(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : &found->second.node;
}

int MappingReader::line_at(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return line_;
  return found->second.node.IsNull() ? found->second.key_line : line_of(found->second.node);
}

std::string MappingReader::required_text(std::string_view key) {
  const YAML::Node* node = find(key);
  if (node == nullptr) {
    problem(line_, fmt::format("{} lacks \"{}\"", what_, key));
    return {};
  }
  std::string text = optional_text(key);
  if (node->IsNull() || (node->IsScalar() && text.empty())) problem(line_at(key), fmt::format("\"{}\" must not be empty", key));
  return text;
}

std::string MappingReader::optional_text(std::string_view key) {
  const YAML::Node* node = find(key);
  if (node == nullptr || node->IsNull()) return {};
  if (node->IsScalar()) return node->Scalar();
  problem(line_of(*node), fmt::format("\"{}\" must be a text", key));
  return {};
}

bool MappingReader::optional_flag(std::string_view key, bool otherwise) {
  const YAML::Node* node = find(key);
  if (node == nullptr) return otherwise;
  if (node->IsScalar() && (node->Scalar() == "true" || node->Scalar() == "false")) return node->Scalar() == "true";
  problem(line_of(*node), fmt::format("\"{}\" must be true or false", key));
  return otherwise;
}

std::vector<TextAt> MappingReader::texts(std::string_view key, std::size_t count_max, bool required) {
  std::vector<TextAt> out;
  const YAML::Node* node = find(key);
  if (node == nullptr) {
    if (required) problem(line_, fmt::format("{} lacks \"{}\"", what_, key));
    return out;
  }
  const auto take = [&](const YAML::Node& item) {
    if (!item.IsScalar() || item.Scalar().empty()) {
      problem(line_of(item), fmt::format("\"{}\" must be a text or a list of texts, none of them empty", key));
    } else {
      out.push_back({item.Scalar(), line_of(item)});
    }
  };
  if (node->IsNull()) {
    problem(line_at(key), fmt::format("\"{}\" must not be empty", key));
    return out;
  }
  if (!node->IsSequence()) {
    take(*node);
    return out;
  }
  if (node->size() > count_max)
    problem(line_of(*node), fmt::format("\"{}\" has {} entries, at most {} are read", key, node->size(), count_max));
  if (required && node->size() == 0) problem(line_of(*node), fmt::format("\"{}\" must not be empty", key));
  for (std::size_t i = 0; i < std::min(node->size(), count_max); ++i) take((*node)[i]);
  return out;
}

}  // namespace loglode
