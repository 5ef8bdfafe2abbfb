// What a configuration says of Kafka: names of topics, brokers, and options for librdkafka, each alone.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/section.h"
#include "kafka/options.h"

namespace loglode::config {

inline constexpr std::size_t kTopicBytesMax = 249;  // Kafka's own limit

/// A name that Kafka takes.
[[nodiscard]] bool is_topic_name(std::string_view name);
/// `host:port`, several with commas.
void check_brokers(const std::vector<Text>& brokers, ConfigReading& reading);

/// Reports every option that is unknown, has a value that librdkafka refuses, or is not a user's to set (kafka/options.h). False when
/// there is one.
bool check_kafka_options(const Options& options, kafka::Role role, ConfigReading& reading);

/// The sentence without the values of these options that nobody shall see: librdkafka may quote them.
[[nodiscard]] std::string without_secrets(std::string text, const Options& options);
/// The same of brokers whose addresses came from outside.
[[nodiscard]] std::string without_addresses(std::string text, const std::vector<Text>& brokers);
/// As they may be shown: `a:9092,${BROKERS}`.
[[nodiscard]] std::string shown(const std::vector<Text>& brokers);

}  // namespace loglode::config
