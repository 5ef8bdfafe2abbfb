#include "sinks/record_file.h"

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/unit/every_record.h"
#include "tests/unit/sinks/folder_on_disk.h"

namespace loglode {
namespace {

TEST_CASE("record file: every record is written once, whole and in order, while another thread flushes", "[sinks]") {
  constexpr std::size_t kBatches = 300, kRecords = 20;
  const FolderOnDisk folder;
  const RuleCatalog rules;
  const std::string members;
  auto sink = make_record_file(folder / "records.ndjson", rules, [&](ShapeId) -> const std::string& { return members; });
  REQUIRE(sink.has_value());
  auto batch = std::make_shared<Batch>();
  batch->stream = std::make_shared<const Stream>(Stream{StreamInfo{}, nullptr});
  std::atomic<bool> done{false};
  std::thread flusher{[&] {
    while (!done) static_cast<void>((*sink)->flush(Deadline::max()));
  }};
  IgnoreVerdicts ignore;
  bool all_written = true;
  for (std::size_t at = 0; at < kBatches; ++at) {
    batch->records.clear();
    for (std::size_t i = 0; i < kRecords; ++i) {
      Record& record = batch->records.emplace_back();
      record.raw = record.message = batch->keep("order placed");
      record.offset = at * kRecords + i;
    }
    all_written = all_written && (*sink)->write(batch, every_record(*batch), ignore).has_value();
  }
  done = true;
  flusher.join();
  REQUIRE(all_written);
  std::ifstream in{folder / "records.ndjson"};
  std::size_t lines = 0;
  for (std::string line; std::getline(in, line); ++lines) REQUIRE(nlohmann::json::accept(line));
  CHECK(lines == kBatches * kRecords);
}

}  // namespace
}  // namespace loglode
