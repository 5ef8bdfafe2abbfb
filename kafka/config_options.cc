#include "kafka/config_options.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>

#include "base/near_word.h"
#include "base/yaml_lines.h"
#include "config/quantities.h"

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

bool is_port(std::string_view text) {
  const auto port = read_count(text);
  return port && *port > 0 && *port < 65'536;
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

/// Not within a longer word: a password `a` says nothing of the letters in a sentence.
static bool stands_alone(std::string_view text, std::size_t at, std::size_t size) {
  const auto is_word = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const std::size_t end = at + size;
  const bool begins = at == 0 || !is_word(text[at]) || !is_word(text[at - 1]);
  return begins && (end == text.size() || !is_word(text[end - 1]) || !is_word(text[end]));
}

std::string without_secrets(std::string text, const Options& options) {
  constexpr std::size_t kShort = 8;  // longer ones are no part of a word by chance
  constexpr std::string_view kMask = "***";
  for (const auto& [name, value] : options) {
    if (!value.hidden || value.value.empty()) continue;
    for (auto at = text.find(value.value); at != std::string::npos; at = text.find(value.value, at)) {
      const std::size_t size = value.value.size();
      const bool masked = size >= kShort || stands_alone(text, at, size);
      if (masked) text.replace(at, size, kMask);
      at += masked ? kMask.size() : 1;
    }
  }
  return text;
}

std::string without_addresses(std::string text, const std::vector<Text>& brokers) {
  const auto replace = [&](std::string_view what, const std::string& by) {
    if (what.empty()) return;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) text.replace(at, what.size(), by);
  };
  for (const Text& broker : brokers) {
    if (!broker.hidden) continue;
    for (const char* const separator : {",", ":"}) {  // one text may name several brokers; a sentence may name a host alone
      std::string_view rest{broker.value};
      for (std::size_t end = 0; end != std::string_view::npos; rest.remove_prefix(end == std::string_view::npos ? 0 : end + 1)) {
        end = rest.find(',');
        const std::string_view one = rest.substr(0, end);
        replace(*separator == ',' ? one : one.substr(0, one.rfind(':')), broker.shown);
      }
    }
  }
  return text;
}

std::string shown(const std::vector<Text>& brokers) {
  std::string out;
  for (const Text& broker : brokers) out += (out.empty() ? "" : ",") + broker.shown;
  return out;
}

bool is_topic_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= kTopicBytesMax && name != "." && name != ".." && std::all_of(name.begin(), name.end(), fits);
}

void check_brokers(const std::vector<Text>& brokers, ConfigReading& reading) {
  for (const Text& broker : brokers) {
    std::string_view rest = broker.value;
    while (!rest.empty()) {  // librdkafka takes several at once, with commas
      std::string_view one = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), one.size() + 1));
      if (const auto scheme = one.find("://"); scheme != std::string_view::npos) one.remove_prefix(scheme + 3);
      const auto bracket = one.starts_with('[') ? one.find(']') : 0;
      const auto colon = bracket == std::string_view::npos ? std::string_view::npos : one.find(':', bracket);
      const bool bad_port = colon != std::string_view::npos && !is_port(one.substr(colon + 1));
      if (one.substr(0, colon).empty() || bracket == std::string_view::npos || bad_port ||
          one.find_first_of(" \t/") != std::string_view::npos)
        reading.problem(broker.line, fmt::format("bad broker {}: write host:port", quoted(broker)));
      else if (colon == std::string_view::npos)
        reading.problem(broker.line, fmt::format("bad broker {}: it has no port: write host:port, as host:9092", quoted(broker)));
    }
  }
}

}  // namespace loglode::config
