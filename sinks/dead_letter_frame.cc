#include "sinks/dead_letter_frame.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#include <utility>

#include "base/crc32c.h"
#include "core/assert.h"
#include "core/window_summary.h"

namespace loglode {

namespace {

constexpr std::string_view kMagic{"\xDELD\x01", 4};
constexpr std::size_t kBlockBytes = 256 * kKiB;

enum Field : protozero::pbf_tag_type {
  kTime = 1,
  kReason,
  kPath,
  kTopic,
  kPartition,
  kOffset,
  kIdentityHigh,
  kIdentityLow,
  kRecordId,
  kRaw,
  kMasked,
  kEvent,
};

void append_u32(std::string& out, std::uint32_t number) {
  for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>((number >> shift) & 0xff);
}

std::uint32_t read_u32(std::string_view bytes, std::size_t at) noexcept {
  std::uint32_t number = 0;
  for (unsigned i = 0; i < 4; ++i) number |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  return number;
}

std::string payload_of(const DeadLetter& dead_letter) {
  std::string out;
  protozero::pbf_writer writer{out};
  writer.add_sfixed64(kTime, dead_letter.time.time_since_epoch().count());
  writer.add_string(kReason, dead_letter.reason);
  if (!dead_letter.path.empty()) writer.add_bytes(kPath, dead_letter.path);
  if (!dead_letter.topic.empty()) writer.add_string(kTopic, dead_letter.topic);
  if (dead_letter.partition != -1) writer.add_int32(kPartition, dead_letter.partition);
  writer.add_uint64(kOffset, dead_letter.offset);
  writer.add_fixed64(kIdentityHigh, dead_letter.identity.high);
  writer.add_fixed64(kIdentityLow, dead_letter.identity.low);
  writer.add_string(kRecordId, dead_letter.record_id);
  writer.add_bytes(kRaw, dead_letter.raw);
  if (dead_letter.masked) writer.add_bool(kMasked, true);
  if (!dead_letter.event.empty()) writer.add_string(kEvent, dead_letter.event);
  return out;
}

void read_field(protozero::pbf_reader& in, DeadLetter& dead_letter) {
  using Wire = protozero::pbf_wire_type;
  switch (in.tag_and_type()) {
    case protozero::tag_and_type(kTime, Wire::fixed64):
      dead_letter.time = Timestamp{Duration{in.get_sfixed64()}};
      return;
    case protozero::tag_and_type(kReason, Wire::length_delimited):
      dead_letter.reason = in.get_string();
      return;
    case protozero::tag_and_type(kPath, Wire::length_delimited):
      dead_letter.path = in.get_string();
      return;
    case protozero::tag_and_type(kTopic, Wire::length_delimited):
      dead_letter.topic = in.get_string();
      return;
    case protozero::tag_and_type(kPartition, Wire::varint):
      dead_letter.partition = in.get_int32();
      return;
    case protozero::tag_and_type(kOffset, Wire::varint):
      dead_letter.offset = in.get_uint64();
      return;
    case protozero::tag_and_type(kIdentityHigh, Wire::fixed64):
      dead_letter.identity.high = in.get_fixed64();
      return;
    case protozero::tag_and_type(kIdentityLow, Wire::fixed64):
      dead_letter.identity.low = in.get_fixed64();
      return;
    case protozero::tag_and_type(kRecordId, Wire::length_delimited):
      dead_letter.record_id = in.get_string();
      return;
    case protozero::tag_and_type(kRaw, Wire::length_delimited):
      dead_letter.raw = in.get_string();
      return;
    case protozero::tag_and_type(kMasked, Wire::varint):
      dead_letter.masked = in.get_bool();
      return;
    case protozero::tag_and_type(kEvent, Wire::length_delimited):
      dead_letter.event = in.get_string();
      return;
    default:
      in.skip();
  }
}

}  // namespace

DeadLetter dead_letter_of(const Batch& batch, const Record& record, std::string_view reason, Timestamp now) {
  const StreamInfo& info = batch.stream->info;
  DeadLetter dead_letter;
  dead_letter.time = now;
  dead_letter.reason = reason;
  (info.topic.empty() ? dead_letter.path : dead_letter.topic) = info.topic.empty() ? info.path : info.topic;
  dead_letter.partition = info.partition;
  dead_letter.offset = record.offset;
  dead_letter.identity = info.identity;
  dead_letter.record_id = record_id(info.identity, record.offset);
  dead_letter.raw = record.raw;
  return dead_letter;
}

DeadLetter dead_letter_of(const Event& event, std::string_view reason, Timestamp now) {
  DeadLetter dead_letter;
  dead_letter.time = now;
  dead_letter.reason = reason;
  dead_letter.event = name_of(event.kind);
  dead_letter.record_id = event.key;
  dead_letter.raw = event.json;
  return dead_letter;
}

std::string frame_of(const DeadLetter& dead_letter) {
  const std::string payload = payload_of(dead_letter);
  std::string frame{kMagic};
  append_u32(frame, static_cast<std::uint32_t>(payload.size()));
  append_u32(frame, crc32c(frame));
  append_u32(frame, crc32c(payload, crc32c(frame)));
  LOGLODE_ASSERT(frame.size() == kFrameHeaderBytes);
  return frame + payload;
}

std::optional<DeadLetter> dead_letter_of(std::string_view payload) {
  DeadLetter dead_letter;
  try {
    protozero::pbf_reader in{payload.data(), payload.size()};
    while (in.next()) read_field(in, dead_letter);
  } catch (const protozero::exception&) { return std::nullopt; }
  return dead_letter;
}

Result<std::string_view> FileBytes::view(std::uint64_t offset, std::size_t size) {
  if (offset < begin_ || offset + size > begin_ + filled_) {
    block_.resize(std::max(size, kBlockBytes));
    begin_ = offset;
    filled_ = 0;
    while (filled_ < block_.size()) {
      const ssize_t got = ::pread(file_.fd(), block_.data() + filled_, block_.size() - filled_, static_cast<off_t>(begin_ + filled_));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail_on_file("cannot read " + path_);
      if (got == 0) break;
      filled_ += static_cast<std::size_t>(got);
    }
  }
  const auto from = static_cast<std::size_t>(offset - begin_);
  return std::string_view{block_.data() + from, std::min(size, filled_ - from)};
}

// What stands at at_; a good frame is taken.
Result<FrameScanner::Look> FrameScanner::look(std::optional<DeadLetter>& found) {
  auto header = bytes_.view(at_, kFrameHeaderBytes);
  if (!header) return tl::unexpected<Error>(header.error());
  if (header->empty()) return Look::end;
  if (header->size() < kFrameHeaderBytes || !header->starts_with(kMagic) || read_u32(*header, 8) != crc32c(header->substr(0, 8)))
    return Look::search;
  const std::size_t length = read_u32(*header, 4);
  if (length > kFramePayloadBytesMax) return Look::search;
  if (known_end_ != 0 && at_ + kFrameHeaderBytes + length > known_end_) return Look::search;  // so many false headers cost no reading
  auto frame = bytes_.view(at_, kFrameHeaderBytes + length);
  if (!frame) return tl::unexpected<Error>(frame.error());
  if (frame->size() < kFrameHeaderBytes + length) {  // its end is missing
    known_end_ = at_ + frame->size();
    return Look::search;
  }
  const std::string_view payload = frame->substr(kFrameHeaderBytes);
  const bool good = crc32c(payload, crc32c(frame->substr(0, kFrameHeaderBytes - 4))) == read_u32(*frame, kFrameHeaderBytes - 4);
  if (good) found = dead_letter_of(payload);
  at_ += frame->size();
  return found ? Look::good : Look::skip;
}

// Moves at_ on to the next magic, or to the end.
Result<void> FrameScanner::search() {
  constexpr std::size_t kStepBytes = 4 * kKiB;  // far less than a block, so that few steps read bytes twice
  for (++at_;;) {
    auto bytes = bytes_.view(at_, kStepBytes);
    if (!bytes) return tl::unexpected<Error>(bytes.error());
    const std::size_t found = bytes->find(kMagic);
    if (found != std::string_view::npos) {
      at_ += found;
      return {};
    }
    if (bytes->size() < kStepBytes) {
      at_ += bytes->size();
      return {};
    }
    at_ += bytes->size() - (kMagic.size() - 1);  // a magic may begin in the last bytes
  }
}

Result<std::optional<DeadLetter>> FrameScanner::next() {
  passed_ = {at_, at_};
  std::optional<DeadLetter> found;
  for (;;) {
    auto seen = look(found);
    if (!seen) return tl::unexpected<Error>(seen.error());
    if (*seen == Look::good) {
      good_end_ = at_;
      return found;
    }
    if (*seen == Look::end) return std::optional<DeadLetter>{};
    if (*seen == Look::search) {
      if (auto moved = search(); !moved) return tl::unexpected<Error>(moved.error());
    }
    passed_.end = at_;
  }
}

}  // namespace loglode
