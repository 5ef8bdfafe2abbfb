// Where a partition goes on behind a batch that is damaged, asked of its brokers.
// Stateless; each call has a client of its own, which joins no group.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "ingest/kafka/kafka_source.h"
#include "kafka/handles.h"

namespace loglode::kafka {

/// The message cannot be decompressed, or is none: asking again will not help, unless the wire or a broker's memory was at fault.
[[nodiscard]] bool is_damage(rd_kafka_resp_err_t error) noexcept;

/// The first offset behind the damaged batch that reading from `from` meets: good messages, another damaged batch or the partition's end.
/// `from` itself when reading goes well there after all. A fraction of a second for each offset looked at. Nothing: the brokers did not
/// answer, or `stop` was set.
[[nodiscard]] std::optional<std::int64_t> readable_again(const KafkaSourceConfig& config, const std::string& topic, std::int32_t partition,
                                                         std::int64_t from, const std::atomic<bool>& stop);

}  // namespace loglode::kafka
