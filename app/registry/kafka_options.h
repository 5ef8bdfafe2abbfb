// Options that are handed to librdkafka: each is tried on a scratch configuration, and those that would break the promises are refused.
#pragma once

#include "config/section.h"

namespace loglode::config {

enum class KafkaRole : std::uint8_t { source, sink };

/// Reports every option that is unknown, has a value that librdkafka refuses, or is not a user's to set; `key` names it in messages.
void check_kafka_options(const Options& options, KafkaRole role, Reading& reading);

/// Whether the librdkafka that is loaded can be trusted with the cooperative protocol.
[[nodiscard]] bool can_cooperate() noexcept;

}  // namespace loglode::config
