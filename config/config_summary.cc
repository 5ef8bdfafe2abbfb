#include "config/config_summary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace loglode::config {
namespace {

std::string words_of(const std::vector<Text>& texts) {
  std::vector<std::string> words;
  words.reserve(texts.size());
  for (const Text& text : texts) words.push_back(text.shown);
  return fmt::format("{}", fmt::join(words, " "));
}

std::string say(const SourceConfig& source) {
  switch (source.type) {
    case SourceConfig::Type::kafka:
      return fmt::format("{}: kafka {} as {}", source.name, words_of(source.topics), source.group.shown);
    case SourceConfig::Type::file:
      return fmt::format("{}: files {}", source.name, words_of(source.paths));
    case SourceConfig::Type::standard_input:
      break;
  }
  return fmt::format("{}: stdin", source.name);
}

std::string say(const SinkConfig& sink) {
  constexpr std::string_view kDocuments[] = {"records", "templates", "findings", "incidents", "reports"};
  std::vector<std::string_view> what;
  for (const Document document : sink.what) what.push_back(kDocuments[static_cast<std::size_t>(document)]);
  const std::string where = sink.type == SinkConfig::Type::file    ? "file " + sink.path.shown
                            : sink.type == SinkConfig::Type::kafka ? "kafka " + sink.topic.shown
                                                                   : "elasticsearch " + sink.search.data_stream.shown;
  return fmt::format("{}: {} to {}", sink.name, fmt::join(what, ", "), where);
}

template <class Part>
std::string list(const std::vector<Part>& parts, std::string_view noun) {
  std::vector<std::string> said;
  said.reserve(parts.size());
  for (const Part& part : parts) said.push_back(say(part));
  return fmt::format("{} {}{} ({})", parts.size(), noun, parts.size() == 1 ? "" : "s", fmt::join(said, "; "));
}

}  // namespace

std::string summary_of(const PipelineConfig& config) {
  return fmt::format("{}, {}, {}", list(config.sources, "source"), list(config.sinks, "sink"),
                     config.state.empty() ? std::string{"no state"} : "state in " + config.state.shown);
}

}  // namespace loglode::config
