// What is kept of a partition that is given back.
#include "ingest/kafka/staging_queue.h"

#include <catch2/catch.hpp>
#include <memory>

namespace loglode::kafka {

TEST_CASE("a partition that is given back before the state was cut still has its bookmark, with the mark", "[kafka]") {
  StagingQueue queue{{.bytes_max = 1000, .batch_bytes = 100}};
  const auto partition = std::make_shared<Partition>();
  partition->cluster = "cluster";
  partition->topic = "logs";
  partition->number = 3;
  partition->stream = StreamId{7};
  partition->generation = 2;
  partition->from_beginning_once = true;
  partition->next = 40;
  queue.open(partition);
  Message message;
  message.offset = 40;
  message.timestamp_ms = 1000;
  message.payload = "order placed";
  REQUIRE(queue.add(*partition, message) == Added::staged);
  const PositionMark mark = mark_of(40, 1000, "order placed");
  CHECK(partition->latest_mark() == mark);
  queue.stop();
  REQUIRE(queue.take(std::chrono::steady_clock::now()));
  CHECK(partition->latest_mark() == mark);

  const auto check = [&] {
    const auto bookmark = read_partition_bookmark(queue.bookmark(partition->stream, std::uint64_t{41} << kKafkaOffsetShift));
    REQUIRE(bookmark);
    CHECK(*bookmark == PartitionBookmark{"cluster", "logs", 3, 41, {{}, mark, 2, true}});
  };
  check();
  queue.close(*partition);
  queue.forget(*partition);
  check();
  CHECK(queue.bookmark(StreamId{8}, 0).empty());
}

}  // namespace loglode::kafka
