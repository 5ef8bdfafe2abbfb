// The one currency of the pipeline: a Batch of records and the bytes that they view.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/content_id.h"
#include "core/limits.h"
#include "core/severity.h"
#include "core/timestamp.h"

namespace loglode {

enum class StreamId : std::uint32_t {};   // position of an input in the run's canonical order
enum class RuleIndex : std::uint32_t {};  // position of a rule in the RuleCatalog (core/rule_info.h)

/// 128 bits that name a file (host, device, inode, generation, first bytes) or a stream; with an offset they name a record.
struct StreamIdentity {
  std::uint64_t high = 0, low = 0;
  friend bool operator==(const StreamIdentity&, const StreamIdentity&) = default;
};

/// What ingest knows of one input before its first line is parsed.
struct StreamInfo {
  StreamId id{};
  std::string path;              // as opened, `-` for standard input; what a person is shown
  std::string service;           // --service, or what the path says (cli.md); used where the record does not say it
  Timestamp modified = kNoTime;  // of the file when it was first opened; what a date without a year does not lie after
  std::string remembered;        // Framer::memory() where reading goes on; empty at a stream's beginning
  StreamIdentity identity;
  bool baseline = false;  // learned from, never reported
  std::string source;     // its name in the configuration of `run`; empty elsewhere
  std::string topic;      // of a Kafka partition; empty for everything else
  std::int32_t partition = -1;
};

/// Record::offset in a Kafka partition: the message's offset and the record's place in its message, since one message may hold many.
inline constexpr unsigned kKafkaOffsetShift = 20;

/// How the lines of one stream are read: chosen once by parse/ from the stream's prefix, immutable, shared by all workers.
class StreamPlan {
 public:
  virtual ~StreamPlan() = default;
  /// For people, in a few words: formats and wrappings, and what is assumed where times do not say it.
  [[nodiscard]] virtual std::string how_read() const { return {}; }
};

/// What a line of a stream says that names the columns of the lines behind it (`#Fields`). Made by parse/, immutable, shared.
class ColumnHeader {
 public:
  virtual ~ColumnHeader() = default;
};

struct Stream {
  StreamInfo info;
  std::shared_ptr<const StreamPlan> plan;
};

struct Attribute {  // one field that Record has no member for; key is an ECS name when we know one, else as the source spells it
  std::string_view key, value;
};

enum class RecordFlag : std::uint16_t {
  cut = 1,               // ingest: the line was over the limit, what is kept is its beginning
  detached = 2,          // ingest: continuation lines that came without their record's first line
  not_utf8 = 4,          // parse: invalid UTF-8; the message shows U+FFFD for it
  fallback = 8,          // parse: did not fit the stream's format, read by the fallback
  may_hold_secret = 16,  // patterns: a probe of the redactor hit; the Redactor looks closer
  masked = 32,           // parse: message is a copy with secrets masked
  time_inherited = 64,   // patterns: had no time of its own, its stream's previous one was taken
  blank = 128,           // ingest: nothing but blanks; counted as dropped{blank}
  excluded = 256,        // app: outside --since/--until, or dropped by a transform; counted as dropped{…} by then, to be passed over
  clean_original = 512,  // app: raw holds no secret; where it is not set, nobody has looked
  near_time = 1024,      // ingest: time is no time yet but Framing::near; parse takes it off
  date_assumed = 2048,   // parse: the record states a time of day alone
  zone_assumed = 4096,   // parse: the record names its zone by an abbreviation of several
};

struct RuleHit {
  RuleIndex rule{};
};

/// What a Kafka message holds beside its payload: its key, a header. All records of the message share it.
struct MessageField {
  std::uint64_t message = 0;     // its offset
  std::string_view name, value;  // as they are written: `kafka.key`
};

inline constexpr std::uint32_t kUntold = ~std::uint32_t{0};

/// One log event: a line, or several that belong together. Plain data; every view points into the Batch that owns it.
struct Record {
  std::string_view raw;                       // ingest: as it arrived, all its lines, last newline (and CR) removed
  std::uint64_t offset = 0;                   // ingest: of the first byte in the (decompressed) stream
  std::uint64_t line = 0;                     // ingest: number of the first physical line in the stream, from 1
  std::uint32_t line_count = 1;               // ingest: physical lines
  std::uint16_t flags = 0;                    // RecordFlag
  Severity severity = Severity::unspecified;  // parse
  Timestamp time = kNoTime;                   // parse; kNoTime when the record does not say
  Duration since_boot{-1};                    // parse: since its machine started, where a kernel says that alone; else -1
  std::string_view message;                   // parse: the text a person reads, without the header; secrets masked after Redactor
  std::string_view text;                      // parse: the message with all lines below it, where there are any; secrets masked as well
  std::string_view service;                   // parse; empty: the stream's
  std::string_view host;                      // parse: host, pod or instance
  std::string_view trace_id;                  // parse: lower-case hex as in the source; also a request id where there is no trace id
  std::string_view span_id;                   // parse
  std::uint32_t attributes_begin = 0, attributes_count = 0;  // parse: into Batch::attributes
  std::uint32_t hits_begin = 0, hits_count = 0;              // patterns: into Batch::hits, ascending, each rule once
  ShapeId shape = kNoShape;                                  // patterns
  std::uint32_t routes = 0;         // app: a bit for each sink that it goes to, in the order of the configuration; 0: all
  std::uint32_t took_us = kUntold;  // parse: microseconds that something took, as a field of its own says
  std::uint32_t weight = 1;         // parse, app: for how many records it stands, of a sample; at least 1

  [[nodiscard]] bool has(RecordFlag flag) const noexcept { return (flags & static_cast<std::uint16_t>(flag)) != 0; }
  void set(RecordFlag flag) noexcept { flags |= static_cast<std::uint16_t>(flag); }
};

/// Owns the bytes of some records of one stream. Moves from stage to stage; one thread at a time.
class Batch {
 public:
  Batch() = default;
  Batch(Batch&&) noexcept = default;
  Batch& operator=(Batch&&) noexcept = default;
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  /// Empties it and keeps the memory, so that batches can be used again.
  void clear();
  /// Makes room for `bytes` and the padding; views into the old buffer die. The buffer is not initialised.
  char* reserve(std::size_t bytes);
  [[nodiscard]] char* bytes() noexcept { return bytes_.get(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  /// A stable copy of `text` that lives as long as the batch's contents (unescaped JSON, masked messages, joined lines), padded.
  std::string_view keep(std::string_view text);
  /// `size` stable writable bytes (padded), for text that is made in place.
  char* keep_space(std::size_t size);

  [[nodiscard]] std::span<const Attribute> attributes_of(const Record& record) const noexcept {
    return {attributes.data() + record.attributes_begin, record.attributes_count};
  }
  [[nodiscard]] std::span<const RuleHit> hits_of(const Record& record) const noexcept {
    return {hits.data() + record.hits_begin, record.hits_count};
  }
  /// Those of the record's message, in the order in which they were added.
  [[nodiscard]] std::span<const MessageField> message_fields_of(const Record& record) const noexcept;

  std::uint64_t sequence = 0;                   // pipeline: 0, 1, 2 … in source order
  std::uint64_t mined_with = 0;                 // patterns: generation of the shapes that its records were looked up in
  std::uint64_t end = 0;                        // ingest: where its stream goes on; 0 behind records: not known; 0 without: its beginning
  std::shared_ptr<const Stream> stream;         // all records of a batch come from one stream
  std::shared_ptr<const ColumnHeader> columns;  // ingest: in force where the batch begins; parse: of the header line read last
  std::vector<Record> records;
  std::vector<Attribute> attributes;
  std::vector<RuleHit> hits;
  std::vector<MessageField> message_fields;  // ingest: ascending by message; of a Kafka partition only

 private:
  struct Free {
    void operator()(char* bytes) const noexcept;
  };
  using Bytes = std::unique_ptr<char, Free>;
  static Bytes allocate(std::size_t size);

  Bytes bytes_;
  std::size_t capacity_ = 0;
  std::vector<Bytes> arena_;  // blocks of kept text
  std::size_t arena_used_ = 0, arena_size_ = 0, arena_block_ = 0;
};

}  // namespace loglode
