// librdkafka's objects, each freed by its owner.
#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>

#include "base/free_with.h"

namespace loglode::kafka {

using Conf = std::unique_ptr<rd_kafka_conf_t, FreeWith<&rd_kafka_conf_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, FreeWith<&rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, FreeWith<&rd_kafka_event_destroy>>;
using KafkaError = std::unique_ptr<rd_kafka_error_t, FreeWith<&rd_kafka_error_destroy>>;
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, FreeWith<&rd_kafka_topic_partition_list_destroy>>;
using OnePartition = std::unique_ptr<rd_kafka_topic_partition_t, FreeWith<&rd_kafka_topic_partition_destroy>>;

inline PartitionList new_list(int size = 1) { return PartitionList{rd_kafka_topic_partition_list_new(size)}; }

}  // namespace loglode::kafka
