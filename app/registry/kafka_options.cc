#include "app/registry/kafka_options.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include "base/near_word.h"
#include "base/yaml_lines.h"

namespace loglode::config {
namespace {

std::string nearest_option(std::string_view name) {
  const std::vector<std::string> names = kafka::option_names();
  const std::vector<std::string_view> known{names.begin(), names.end()};
  return hint(name, known);
}

std::string sentence_of(const kafka::OptionFault& fault, const std::string& name, const Text& value) {
  switch (fault.kind) {
    case kafka::OptionFault::Kind::reserved:
      return fmt::format("option {} is not to be set here: {}", in_quotes(name), fault.why);
    case kafka::OptionFault::Kind::unknown:
      return fmt::format("unknown option {} of librdkafka {}{}", in_quotes(name), rd_kafka_version_str(), nearest_option(name));
    case kafka::OptionFault::Kind::bad_value:
      break;
  }
  // librdkafka's sentence may quote the value.
  if (!value.hidden) return fmt::format("option {}: {}", in_quotes(name), fault.why);
  return fmt::format("option {}: librdkafka refuses the value {}", in_quotes(name), quoted(value));
}

}  // namespace

bool check_kafka_options(const Options& options, kafka::Role role, ConfigReading& reading) {
  bool good = true;
  for (const auto& [name, value] : options) {
    const auto fault = kafka::fault_of_option(name, value.value, role);
    if (!fault) continue;
    reading.problem(value.line, sentence_of(*fault, name, value));
    good = false;
  }
  return good;
}

std::string without_secrets(std::string text, const Options& options) {
  for (const auto& [name, value] : options) {
    if (!value.hidden || value.value.empty()) continue;
    for (auto at = text.find(value.value); at != std::string::npos; at = text.find(value.value, at + 3))
      text.replace(at, value.value.size(), "***");
  }
  return text;
}

}  // namespace loglode::config
