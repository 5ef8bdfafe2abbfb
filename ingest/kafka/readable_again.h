// Where a partition can be read again behind a batch that is damaged: librdkafka says where such a batch begins, nobody where it ends.
// Stateless; each call has a client of its own, which joins no group.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "ingest/kafka/handles.h"
#include "ingest/kafka/kafka_source.h"

namespace loglode::kafka {

/// The message can not be decompressed, or is none: asking again will not help, unless the wire or a broker's memory was at fault.
[[nodiscard]] bool is_damage(rd_kafka_resp_err_t error) noexcept;

/// The first offset from `from` on where reading goes well: `from` itself when it does after all, the partition's end when nothing good
/// follows. Looks at about 2 log2(n) offsets for n damaged messages, a fraction of a second each. Nothing: the brokers did not answer, or
/// `stop` was set.
[[nodiscard]] std::optional<std::int64_t> readable_again(const KafkaSourceConfig& config, const std::string& topic, std::int32_t partition,
                                                         std::int64_t from, const std::atomic<bool>& stop);

}  // namespace loglode::kafka
