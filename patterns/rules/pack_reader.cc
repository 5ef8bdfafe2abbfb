#include "patterns/rules/pack_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace loglode {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = a[i] == b[j] ? diagonal : 1 + std::min({diagonal, above, row[j]});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

void ProblemList::add(int line, std::string_view rule, std::string message) {
  if (problems_.size() >= kProblemsMax) return;
  problems_.push_back({file_, line, std::string(rule), std::move(message)});
}

int line_of(const YAML::Node& node) { return std::max(0, node.Mark().line + 1); }

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  if (word.size() > 40) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 2);
  for (const std::string_view candidate : known) {
    // "warning" is far from "warn" by letters and yet what was meant.
    const bool one_begins_the_other = word.size() >= 3 && (word.starts_with(candidate) || candidate.starts_with(word));
    const std::size_t distance = one_begins_the_other ? 1 : edit_distance(word, candidate);
    if (distance < best_distance || (distance == best_distance && best.empty() && distance <= 2)) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string hint(std::string_view word, std::span<const std::string_view> known) {
  const std::string_view guess = nearest(word, known);
  return guess.empty() ? std::string{} : fmt::format(" (did you mean \"{}\"?)", guess);
}

std::string in_quotes(std::string_view word) {
  constexpr std::size_t kShownMax = 60;
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  const auto continues_a_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  std::size_t size = std::min(word.size(), kShownMax);
  while (size > 0 && size < word.size() && continues_a_character(word[size])) --size;
  std::string shown = "\"";
  for (const char c : word.substr(0, size)) shown += is_control(c) ? '?' : c;
  return shown + (size < word.size() ? "…\"" : "\"");
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
