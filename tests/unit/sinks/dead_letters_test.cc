#include "sinks/dead_letters.h"

#include <sys/stat.h>

#include <numeric>

#include "base/crc32c.h"
#include "core/window_summary.h"
#include "tests/unit/sinks/folder_on_disk.h"

using namespace loglode;

namespace {

DeadLetter dead_letter(int i, std::string raw = {}) {
  DeadLetter out;
  out.time = Timestamp{std::chrono::seconds{1'795'694'400 + i}};
  out.reason = "mapper_parsing_exception";
  (i % 2 == 0 ? out.path : out.topic) = i % 2 == 0 ? "/var/log/shop.log" : "orders";
  out.partition = i % 2 == 0 ? -1 : 3;
  out.offset = static_cast<std::uint64_t>(i) << kKafkaOffsetShift;
  out.identity = {1, static_cast<std::uint64_t>(i)};
  out.record_id = record_id(out.identity, out.offset);
  out.raw = raw.empty() ? std::string{"raw\0bytes\n\xff ", 12} + std::to_string(i) : std::move(raw);
  return out;
}

struct Opened {
  FolderOnDisk folder;
  DeadLettersConfig config;
  std::vector<std::string> told;
  std::unique_ptr<DeadLetters> dead_letters;

  Opened() {
    config.path = folder / "dead-letters";
    config.tell = [this](const std::string& what) { told.push_back(what); };
  }
  Result<void> open() {
    dead_letters.reset();
    auto opened = DeadLetters::open(config);
    if (!opened) return tl::unexpected<Error>(opened.error());
    dead_letters = std::move(*opened);
    return {};
  }
  [[nodiscard]] std::string part(int number) const {
    const std::string digits = std::to_string(number);
    return config.path + "/" + std::string(10 - digits.size(), '0') + digits + ".dlq";
  }
};

struct Read {
  std::vector<DeadLetter> dead_letters;
  std::size_t damaged = 0;
  std::vector<DamagedPart> parts;
};

Read read_all(const std::string& path) {
  auto reader = DeadLetterReader::open(path);
  REQUIRE(reader.has_value());
  Read out;
  for (;;) {
    auto next = reader->next();
    REQUIRE(next.has_value());
    if (!next->has_value()) break;
    out.dead_letters.push_back(std::move(**next));
  }
  out.damaged = reader->damaged();
  out.parts = reader->damaged_parts();
  return out;
}

}  // namespace

TEST_CASE("crc32c: the vectors of RFC 3720, in one piece and in two", "[sinks]") {
  std::string rising(32, '\0');
  std::iota(rising.begin(), rising.end(), '\0');
  const auto expect = [](std::string_view bytes, std::uint32_t sum) {
    CHECK(crc32c(bytes) == sum);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) CHECK(crc32c(bytes.substr(cut), crc32c(bytes.substr(0, cut))) == sum);
  };
  expect("", 0);
  expect("123456789", 0xe3069283);
  expect(std::string(32, '\0'), 0x8a9136aa);
  expect(std::string(32, '\xff'), 0x62a8ab43);
  expect(rising, 0x46dd794e);
}

TEST_CASE("dead letters: what is appended is read again, by this run and the next, with nobody else able to read it", "[sinks]") {
  Opened opened;
  std::vector<DeadLetter> expected;
  for (int run = 0; run < 3; ++run) {
    REQUIRE(opened.open().has_value());
    for (int i = 0; i < 5; ++i) {
      expected.push_back(dead_letter(run * 5 + i));
      REQUIRE(opened.dead_letters->append(expected.back()).has_value());
    }
    REQUIRE(opened.dead_letters->sync().has_value());
    CHECK(opened.dead_letters->count() == 5);
    CHECK(read_all(opened.config.path).dead_letters == expected);
  }
  CHECK(opened.dead_letters->bytes() == std::filesystem::file_size(opened.part(1)));
  CHECK(read_all(opened.part(1)).dead_letters == expected);
  for (const auto& [path, mode] : std::vector<std::pair<std::string, mode_t>>{{opened.config.path, 0700}, {opened.part(1), 0600}}) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == mode);
  }
  CHECK(opened.told.empty());
}

TEST_CASE("dead letters: a record says where it came from", "[sinks]") {
  Batch batch;
  StreamInfo info;
  info.topic = "orders";
  info.partition = 3;
  info.identity = {1, 2};
  batch.stream = std::make_shared<const Stream>(Stream{info, nullptr});
  Record record;
  record.raw = "raw";
  record.offset = 77ULL << kKafkaOffsetShift;
  const DeadLetter made = dead_letter_of(batch, record, "why", Timestamp{std::chrono::seconds{1}});
  CHECK(made.topic == "orders");
  CHECK(made.path.empty());
  CHECK(made.record_id == record_id(info.identity, record.offset));
  CHECK(dead_letter_of(frame_of(made).substr(kFrameHeaderBytes)) == made);
}

TEST_CASE("dead letters: an event says what it is, and is not masked again", "[sinks]") {
  for (const Document kind : {Document::template_info, Document::finding, Document::incident, Document::report}) {
    Opened opened;
    opened.config.mask = [](std::string_view, std::string& out) {
      out = "[masked]";
      return true;
    };
    REQUIRE(opened.open().has_value());
    const DeadLetter made = dead_letter_of(Event{kind, "key-1", R"({"a":1})"}, "too large", Timestamp{std::chrono::seconds{1}});
    CHECK(made.event == name_of(kind));
    CHECK(dead_letter_of(frame_of(made).substr(kFrameHeaderBytes)) == made);
    REQUIRE(opened.dead_letters->append(made).has_value());
    const auto read = read_all(opened.config.path);
    REQUIRE(read.dead_letters.size() == 1);
    CHECK(read.dead_letters[0].raw == R"({"a":1})");
    CHECK(read.dead_letters[0].record_id == "key-1");
    CHECK_FALSE(read.dead_letters[0].masked);
  }
}

TEST_CASE("dead letters: with a mask what is kept is masked, and says so", "[sinks]") {
  Opened opened;
  opened.config.mask = [](std::string_view text, std::string& out) {
    if (text.find("hunter2") == std::string_view::npos) return false;
    out = "[masked]";
    return true;
  };
  REQUIRE(opened.open().has_value());
  DeadLetter secret = dead_letter(1, "password=hunter2");
  secret.reason = "value hunter2";
  REQUIRE(opened.dead_letters->append(secret).has_value());
  CHECK(read_bytes(opened.part(1)).find("hunter2") == std::string::npos);
  const auto read = read_all(opened.config.path);
  REQUIRE(read.dead_letters.size() == 1);
  CHECK(read.dead_letters[0].masked);
  CHECK(read.dead_letters[0].raw == "[masked]");
}

TEST_CASE("dead letters: parts follow each other; when all are full nothing is taken until one is removed", "[sinks]") {
  Opened opened;
  opened.config.size_max = 16 * kKiB;
  REQUIRE(opened.open().has_value());
  int taken = 0;
  Result<void> last;
  while (taken < 1000 && (last = opened.dead_letters->append(dead_letter(taken, std::string(1000, 'x')))).has_value()) ++taken;
  REQUIRE(!last);
  CHECK(last.error().retryable);
  CHECK(last.error().message.find("is full") != std::string::npos);
  CHECK(taken > 10);
  CHECK(opened.dead_letters->bytes() <= opened.config.size_max);
  CHECK(std::filesystem::exists(opened.part(4)));
  REQUIRE(opened.dead_letters->sync().has_value());
  CHECK(read_all(opened.config.path).dead_letters.size() == static_cast<std::size_t>(taken));
  std::filesystem::remove(opened.part(1));
  CHECK(opened.dead_letters->append(dead_letter(taken)).has_value());
  CHECK(read_all(opened.config.path).dead_letters.back() == dead_letter(taken));
}

TEST_CASE("dead letters: a reader beside a writer sees whole letters, and an unfinished end is no damage", "[sinks]") {
  Opened opened;
  REQUIRE(opened.open().has_value());
  REQUIRE(opened.dead_letters->append(dead_letter(1)).has_value());
  const std::string next = frame_of(dead_letter(2));
  { std::ofstream{opened.part(1), std::ios::binary | std::ios::app} << next.substr(0, next.size() / 2); }
  CHECK(read_all(opened.config.path).dead_letters.size() == 1);
  CHECK(read_all(opened.config.path).damaged == 0);
  opened.dead_letters.reset();
  CHECK(read_all(opened.config.path).damaged == 1);
}

// Error paths.

TEST_CASE("dead letters: headers that claim more than there is are passed over in one go", "[sinks][errors]") {
  // Counts what is read of it.
  class Counted final : public FrameBytes {
   public:
    explicit Counted(std::string_view bytes) : bytes_{bytes} {}
    Result<std::string_view> view(std::uint64_t offset, std::size_t size) override {
      const std::string_view piece = bytes_.substr(std::min<std::size_t>(offset, bytes_.size()), size);
      looked_at += piece.size();
      return piece;
    }
    std::uint64_t looked_at = 0;

   private:
    std::string_view bytes_;
  };
  DeadLetter dead_letter;
  dead_letter.raw = "kept";
  const std::string good = frame_of(dead_letter);
  std::string claim = good.substr(0, 4);
  for (const char byte : {'\0', '\0', '\x40', '\0'}) claim += byte;  // 4 MiB
  const std::uint32_t sum = crc32c(claim);
  for (unsigned shift = 0; shift < 32; shift += 8) claim += static_cast<char>((sum >> shift) & 0xff);
  claim += std::string(4, 'x');
  std::string bytes = good;
  for (int i = 0; i < 20'000; ++i) bytes += claim;
  bytes += good;
  Counted counted{bytes};
  FrameScanner frames{counted};
  std::size_t found = 0;
  for (auto next = frames.next(); next && *next; next = frames.next()) ++found;
  CHECK(found == 2);
  CHECK(counted.looked_at < 300 * bytes.size());
}

TEST_CASE("dead letters: an end torn at any byte of the last frame is moved aside, and writing goes on", "[sinks]") {
  const std::string whole = frame_of(dead_letter(1)) + frame_of(dead_letter(2)), last = frame_of(dead_letter(3));
  for (std::size_t left = 0; left <= last.size(); ++left) {
    Opened opened;
    std::filesystem::create_directory(opened.config.path);
    write_bytes(opened.part(1), whole + last.substr(0, left));
    REQUIRE(opened.open().has_value());
    const bool torn = left != 0 && left != last.size();
    CHECK(opened.told.size() == (torn ? 1 : 0));
    CHECK(std::filesystem::exists(opened.part(1) + ".torn") == torn);
    if (torn) CHECK(read_bytes(opened.part(1) + ".torn") == last.substr(0, left));
    REQUIRE(opened.dead_letters->append(dead_letter(4)).has_value());
    const Read read = read_all(opened.config.path);
    CHECK(read.damaged == 0);
    CHECK(read.dead_letters.size() == (left == last.size() ? 4 : 3));
    CHECK(read.dead_letters.back() == dead_letter(4));
  }
}

TEST_CASE("dead letters: every flipped byte is noticed, and the other frames are still read", "[sinks]") {
  std::vector<std::string> frames;
  // The middle one holds a whole frame in its raw bytes: it must not be taken for one.
  std::vector<DeadLetter> dead_letters{dead_letter(0), dead_letter(1, "forged " + frame_of(dead_letter(9))), dead_letter(2)};
  for (const DeadLetter& each : dead_letters) frames.push_back(frame_of(each));
  const FolderOnDisk folder;
  const std::string path = folder / "0000000001.dlq", whole = frames[0] + frames[1] + frames[2];
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ flip);
      write_bytes(path, bytes);
      const Read read = read_all(path);
      const std::size_t hit = at < frames[0].size() ? 0 : at < frames[0].size() + frames[1].size() ? 1 : 2;
      const std::size_t begin = std::accumulate(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(hit), std::size_t{0},
                                                [](std::size_t sum, const std::string& frame) { return sum + frame.size(); });
      INFO("byte " << at << " of frame " << hit << " flipped by " << flip);
      // Only where the header itself is damaged is the inside searched.
      const bool in_header = hit == 1 && at - begin < 12;
      REQUIRE(read.dead_letters.size() == (in_header ? 3 : 2));
      REQUIRE(read.damaged >= 1);
      CHECK(read.parts.front().span.begin == begin);
      if (!in_header) CHECK(read.parts.front().span.end == begin + frames[hit].size());
      for (std::size_t i = 0; i < 3; ++i)
        if (i != hit) CHECK(std::count(read.dead_letters.begin(), read.dead_letters.end(), dead_letters[i]) == 1);
    }
  }
}

TEST_CASE("dead letters: damage in the middle costs what it hit, at open too", "[sinks]") {
  Opened opened;
  std::filesystem::create_directory(opened.config.path);
  const std::string garbage(300'000, '\xde');
  write_bytes(opened.part(1), "damaged beginning" + frame_of(dead_letter(1)) + garbage + frame_of(dead_letter(2)));
  REQUIRE(opened.open().has_value());
  CHECK(opened.told.empty());
  REQUIRE(opened.dead_letters->append(dead_letter(3)).has_value());
  const Read read = read_all(opened.config.path);
  CHECK(read.dead_letters.size() == 3);
  CHECK(read.damaged == 2);
  REQUIRE(read.parts.size() == 2);
  CHECK(read.parts[1].span.end - read.parts[1].span.begin == garbage.size());
}

TEST_CASE("dead letters: on a full disk nothing of a letter counts", "[sinks]") {
  Opened opened;
  REQUIRE(opened.open().has_value());
  REQUIRE(opened.dead_letters->append(dead_letter(1)).has_value());
  const std::uint64_t size = std::filesystem::file_size(opened.part(1));
  for (std::uint64_t room = 0; room < frame_of(dead_letter(2)).size(); room += 7) {
    const FullDisk full{size + room};
    const auto appended = opened.dead_letters->append(dead_letter(2));
    REQUIRE(!appended);
    CHECK(appended.error().retryable);
    CHECK(std::filesystem::file_size(opened.part(1)) == size);
  }
  REQUIRE(opened.dead_letters->append(dead_letter(2)).has_value());
  CHECK(read_all(opened.config.path).dead_letters.size() == 2);
}

TEST_CASE("dead letters: refused are a second writer, a folder that all may write, a path that is no folder, a letter too large",
          "[sinks]") {
  Opened opened;
  REQUIRE(opened.open().has_value());
  const auto second = DeadLetters::open(opened.config);
  REQUIRE(!second);
  CHECK(second.error().code == std::errc::device_or_resource_busy);
  const auto large = opened.dead_letters->append(dead_letter(1, std::string(17 * kMiB, 'x')));
  REQUIRE(!large);
  CHECK(!large.error().retryable);
  opened.dead_letters.reset();
  std::filesystem::permissions(opened.config.path, std::filesystem::perms::all);
  CHECK(opened.open().error().code == std::errc::permission_denied);
  write_bytes(opened.folder / "file", "text");
  opened.config.path = opened.folder / "file";
  CHECK(!opened.open());
}

TEST_CASE("dead letters: a part that is removed before it was synced is an error that stays", "[sinks]") {
  Opened opened;
  REQUIRE(opened.open().has_value());
  REQUIRE(opened.dead_letters->append(dead_letter(1)).has_value());
  std::filesystem::remove(opened.part(1));
  for (int i = 0; i < 2; ++i) {
    const auto synced = opened.dead_letters->sync();
    REQUIRE(!synced);
    CHECK(!synced.error().retryable);
  }
}

TEST_CASE("dead letters: the reader refuses what is none of ours", "[sinks]") {
  const FolderOnDisk folder;
  std::filesystem::create_directory(folder / "empty");
  write_bytes(folder / "notes", "not a frame");
  for (const char* name : {"absent", "empty", "notes"}) {
    const auto reader = DeadLetterReader::open(folder / name);
    REQUIRE(!reader);
    CHECK(reader.error().code == std::errc::invalid_argument);
  }
}
