#include "sinks/file_sink.h"

#include <nlohmann/json.hpp>

#include "tests/unit/every_record.h"
#include "tests/unit/sinks/folder_on_disk.h"

using namespace loglode;
using Json = nlohmann::json;

namespace {

struct Counted final : Verdicts {
  int delivered = 0, others = 0;
  void settle(const Batch&, std::size_t, Verdict verdict, std::string_view) noexcept override {
    ++(verdict == Verdict::delivered ? delivered : others);
  }
};

StreamInfo file_stream() {
  StreamInfo info;
  info.path = "/var/log/shop.log";
  info.service = "shop";
  return info;
}

StreamInfo topic_stream() {
  StreamInfo info;
  info.topic = "orders";
  info.partition = 3;
  info.service = "orders";
  return info;
}

// raw and message of each record, `|` between them.
std::shared_ptr<Batch> batch_of(const StreamInfo& info, const std::vector<std::string>& records) {
  auto batch = std::make_shared<Batch>();
  batch->stream = std::make_shared<const Stream>(Stream{info, nullptr});
  for (std::size_t i = 0; i < records.size(); ++i) {
    Record record;
    const std::size_t bar = records[i].find('|');
    record.raw = batch->keep(records[i].substr(0, bar));
    record.message = batch->keep(records[i].substr(bar + 1));
    record.offset = i * 10;
    record.time = Timestamp{std::chrono::seconds{1'795'694'400}};
    batch->records.push_back(record);
  }
  return batch;
}

bool mask_hunter(std::string_view text, std::string& out) {
  const std::size_t at = text.find("hunter2");
  if (at == std::string_view::npos) return false;
  out = std::string{text.substr(0, at)} + "[masked]" + std::string{text.substr(at + 7)};
  return true;
}

struct Opened {
  FolderOnDisk folder;
  FileSinkConfig config;
  RuleCatalog rules;
  std::string members = template_members("<*>", "0000000000000001");
  OpenedSink sink;
  Counted verdicts;

  Opened() {
    config.name = "archive";
    config.file.path = folder / "records.ndjson";
  }
  void open() {
    auto opened = make_file_sink(config, rules, [this](ShapeId) -> const std::string& { return members; });
    REQUIRE(opened.has_value());
    sink = std::move(*opened);
  }
  Result<void> write(const std::shared_ptr<Batch>& batch) { return sink.records->write(batch, every_record(*batch), verdicts); }
  [[nodiscard]] std::vector<Json> lines() const {
    std::vector<Json> out;
    std::ifstream in{config.file.path};
    for (std::string line; std::getline(in, line);) out.push_back(Json::parse(line));
    return out;
  }
};

}  // namespace

TEST_CASE("file sink: records as ECS documents with the origin of a file or of a partition", "[sinks]") {
  Opened opened;
  opened.open();
  auto from_topic = batch_of(topic_stream(), {"a|a", "b|b"});
  from_topic->records[1].offset = (77ULL << kKafkaOffsetShift) + 5;
  REQUIRE(opened.write(batch_of(file_stream(), {"a|a", "b|b"})).has_value());
  REQUIRE(opened.write(from_topic).has_value());
  REQUIRE(opened.sink.sink->flush({}).has_value());
  const auto lines = opened.lines();
  REQUIRE(lines.size() == 4);
  CHECK(lines[1]["log.file.path"] == "/var/log/shop.log");
  CHECK(lines[1]["log.offset"] == 10);
  CHECK(!lines[1].contains("kafka.topic"));
  CHECK(lines[3]["kafka.topic"] == "orders");
  CHECK(lines[3]["kafka.partition"] == 3);
  CHECK(lines[3]["kafka.offset"] == 77);
  CHECK(!lines[3].contains("log.file.path"));
  CHECK(lines[2]["event.id"] != lines[3]["event.id"]);
}

TEST_CASE("file sink: event.original is there when asked for and when it says more, masked as a whole", "[sinks]") {
  const std::vector<std::string> records{"same|same", "12:00 head|head", "12:00 pw=hunter2 x|pw=[masked] x", "pw=hunter2|pw=[masked]"};
  for (const bool with_original : {false, true}) {
    Opened opened;
    if (with_original) opened.config.original = mask_hunter;
    opened.open();
    REQUIRE(opened.write(batch_of(file_stream(), records)).has_value());
    const auto lines = opened.lines();
    REQUIRE(lines.size() == 4);
    CHECK(!lines[0].contains("event.original"));
    CHECK(lines[1].value("event.original", "") == (with_original ? "12:00 head" : ""));
    CHECK(lines[2].value("event.original", "") == (with_original ? "12:00 pw=[masked] x" : ""));
    CHECK(!lines[3].contains("event.original"));
    CHECK(read_bytes(opened.config.file.path).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("file sink: the selected records are written and settled, and no others", "[sinks]") {
  Opened opened;
  opened.config.sync = SyncWhen::never;
  opened.open();
  const std::vector<std::uint32_t> selected{1, 3};
  REQUIRE(opened.sink.records->write(batch_of(file_stream(), {"a|a", "b|b", "c|c", "d|d"}), selected, opened.verdicts).has_value());
  const auto lines = opened.lines();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]["message"] == "b");
  CHECK(lines[1]["message"] == "d");
  CHECK(opened.verdicts.delivered == 2);
}

TEST_CASE("file sink: events are written one a line, and settled as records are", "[sinks]") {
  for (const SyncWhen sync : {SyncWhen::never, SyncWhen::snapshot}) {
    Opened opened;
    opened.config.sync = sync;
    opened.open();
    struct : EventVerdicts {
      std::vector<std::string> delivered;
      void settle(const Event& event, Verdict verdict, std::string_view) noexcept override {
        if (verdict == Verdict::delivered) delivered.push_back(event.key);
      }
    } verdicts;
    for (const Document kind : {Document::finding, Document::incident})
      REQUIRE(opened.sink.events
                  ->write({kind, std::string{name_of(kind)}, "{\"kind\":\n" + std::to_string(static_cast<int>(kind)) + "}"}, verdicts)
                  .has_value());
    const auto lines = opened.lines();
    REQUIRE(lines.size() == 2);
    CHECK(lines[0]["kind"] == static_cast<int>(Document::finding));
    CHECK(lines[1]["kind"] == static_cast<int>(Document::incident));
    CHECK(verdicts.delivered == (sync == SyncWhen::never ? std::vector<std::string>{"finding", "incident"} : std::vector<std::string>{}));
  }
}

TEST_CASE("file sink: with sync never records are settled at once, with snapshot by a flush that goes well", "[sinks]") {
  for (const SyncWhen sync : {SyncWhen::never, SyncWhen::snapshot}) {
    Opened opened;
    opened.config.sync = sync;
    opened.config.file.rotate.bytes_max = 1;
    opened.open();
    for (int i = 0; i < 3; ++i) REQUIRE(opened.write(batch_of(file_stream(), {"a|a", "b|b"})).has_value());
    CHECK(opened.verdicts.delivered == (sync == SyncWhen::never ? 6 : 0));
    CHECK(opened.sink.sink->flush({}).has_value());
    CHECK(opened.verdicts.others == 0);
  }
}

TEST_CASE("file sink: a batch that does not fit on the disk is not taken at all, and comes again", "[sinks]") {
  Opened opened;
  opened.config.sync = SyncWhen::never;
  opened.open();
  const auto batch = batch_of(file_stream(), {"a|a", "b|b"});
  {
    const FullDisk full{300};
    const auto written = opened.write(batch);
    REQUIRE(!written);
    CHECK(written.error().retryable);
    CHECK(written.error().message.find("sink archive") == 0);
  }
  CHECK(opened.verdicts.delivered == 0);
  CHECK(read_bytes(opened.config.file.path).empty());
  REQUIRE(opened.write(batch).has_value());
  CHECK(opened.lines().size() == 2);
}
