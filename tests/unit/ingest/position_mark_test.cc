// What is written beside a position, so that a topic created again is told from the one that it was kept for.
#include "ingest/kafka/position_mark.h"

#include <catch2/catch.hpp>
#include <string>

namespace loglode::kafka {

TEST_CASE("a note beside a committed offset reads as it was written, and what others wrote is words", "[kafka]") {
  const CommitNote notes[] = {
      {},
      {"loglode 00ff", {}, 0, false},
      {"loglode 00ff", {41, 0x1234}, 0, false},
      {"loglode 00ff", {0, 0}, 2, true},
      {"", {7, ~std::uint64_t{0}}, 4'000'000'000U, true},
      {"a mark of mine generation x", {}, 0, false},
  };
  for (const CommitNote& note : notes) {
    INFO(encode(note));
    CHECK(read_commit_note(encode(note)) == note);
  }
  for (const std::string words : {"", " ", "seen by 7", " mark ", " mark 1", " mark -1:0", " mark x:1", " mark 1:", " generation",
                                  "generation 1", " generation -1", " from-beginning-once ", "x mark 1:zz generation q"}) {
    INFO(words);
    CHECK(read_commit_note(words) == CommitNote{words, {}, 0, false});
  }
  CHECK(read_commit_note("loglode 00ff generation 3") == CommitNote{"loglode 00ff", {}, 3, false});  // of older versions
}

TEST_CASE("a partition's bookmark reads as it was written, and no other bytes are one", "[kafka]") {
  const PartitionBookmark bookmark{"cluster", "logs.of mine", 12, 1'000'000, {"", {999'999, 0xabc}, 1, false}};
  const std::string bytes = encode(bookmark);
  CHECK(read_partition_bookmark(bytes) == bookmark);
  for (std::size_t size = 0; size < bytes.size() - encode(bookmark.note).size(); ++size)
    CHECK_FALSE(read_partition_bookmark(bytes.substr(0, size)));
  CHECK_FALSE(read_partition_bookmark("\x0a\x03 /var/log/a.log"));
  CHECK_FALSE(read_partition_bookmark(std::string{"kafka\0c\0t\0x\0001\0", 14}));
}

TEST_CASE("a mark is of offset, time and payload", "[kafka]") {
  const PositionMark mark = mark_of(7, 1000, "order placed");
  CHECK(mark.known());
  CHECK(mark == mark_of(7, 1000, "order placed"));
  CHECK(mark.print != mark_of(7, 1001, "order placed").print);
  CHECK(mark.print != mark_of(7, 1000, "order placed.").print);
  CHECK_FALSE(PositionMark{}.known());
}

}  // namespace loglode::kafka
