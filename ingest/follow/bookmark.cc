#include "ingest/follow/bookmark.h"

#include <xxhash.h>

#include <algorithm>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

namespace loglode::ingest {

namespace {

enum Field : protozero::pbf_tag_type {
  kIdentityHigh = 1,
  kIdentityLow,
  kPath,
  kDevice,
  kInode,
  kGeneration,
  kFingerprintSize,
  kFingerprintHigh,
  kFingerprintLow,
  kOffset,
  kFinished,
  kSeenAt,
  kReference,
  kRemembered,
  kSource,
  kBlockPrints,
  kEndPrint,
  kRealPath,
  kDeleted,
  kSeenTo,
  kSeenPrint,
  kEmpty
};

}  // namespace

Fingerprint fingerprint_of(std::string_view first_bytes) {
  const std::string_view hashed = first_bytes.substr(0, kFingerprintBytes);
  const XXH128_hash_t hash = XXH3_128bits(hashed.data(), hashed.size());
  return {hashed.size(), hash.high64, hash.low64};
}

std::uint64_t print_of(std::string_view bytes) { return std::max<std::uint64_t>(1, XXH3_64bits(bytes.data(), bytes.size())); }

bool fits(const Fingerprint& fingerprint, std::string_view first_bytes) {
  return fingerprint.bytes != 0 && first_bytes.size() >= fingerprint.bytes &&
         fingerprint_of(first_bytes.substr(0, fingerprint.bytes)) == fingerprint;
}

std::string encode(const Bookmark& bookmark) {
  std::string out;
  protozero::pbf_writer writer{out};
  writer.add_fixed64(kIdentityHigh, bookmark.identity.high);
  writer.add_fixed64(kIdentityLow, bookmark.identity.low);
  writer.add_bytes(kPath, bookmark.path);
  writer.add_uint64(kDevice, bookmark.device);
  writer.add_uint64(kInode, bookmark.inode);
  writer.add_uint64(kGeneration, bookmark.generation);
  writer.add_uint64(kFingerprintSize, bookmark.fingerprint.bytes);
  writer.add_fixed64(kFingerprintHigh, bookmark.fingerprint.high);
  writer.add_fixed64(kFingerprintLow, bookmark.fingerprint.low);
  writer.add_uint64(kOffset, bookmark.offset);
  writer.add_bool(kFinished, bookmark.finished);
  writer.add_int64(kSeenAt, bookmark.seen_at);
  if (bookmark.reference != kNoTime) writer.add_int64(kReference, bookmark.reference.time_since_epoch().count());
  if (!bookmark.remembered.empty()) writer.add_bytes(kRemembered, bookmark.remembered);
  writer.add_packed_fixed64(kBlockPrints, bookmark.prints.blocks.begin(), bookmark.prints.blocks.end());
  if (bookmark.prints.end != 0) writer.add_fixed64(kEndPrint, bookmark.prints.end);
  if (!bookmark.real_path.empty()) writer.add_bytes(kRealPath, bookmark.real_path);
  if (bookmark.prints.seen != 0) {
    writer.add_uint64(kSeenTo, bookmark.prints.seen_to);
    writer.add_fixed64(kSeenPrint, bookmark.prints.seen);
  }
  if (bookmark.deleted) writer.add_bool(kDeleted, true);
  for (const Bookmark& file : bookmark.empty) writer.add_bytes(kEmpty, encode(file));
  if (!bookmark.source.empty()) writer.add_bytes(kSource, bookmark.source);
  return out;
}

std::optional<Bookmark> decode_bookmark(std::string_view bytes) try {
  Bookmark bookmark;
  bool has_path = false;
  for (protozero::pbf_reader reader{bytes.data(), bytes.size()}; reader.next();) {
    switch (reader.tag()) {
      case kIdentityHigh:
        bookmark.identity.high = reader.get_fixed64();
        break;
      case kIdentityLow:
        bookmark.identity.low = reader.get_fixed64();
        break;
      case kPath:
        bookmark.path = reader.get_bytes();
        has_path = true;
        break;
      case kDevice:
        bookmark.device = reader.get_uint64();
        break;
      case kInode:
        bookmark.inode = reader.get_uint64();
        break;
      case kGeneration:
        bookmark.generation = reader.get_uint64();
        break;
      case kFingerprintSize:
        bookmark.fingerprint.bytes = reader.get_uint64();
        break;
      case kFingerprintHigh:
        bookmark.fingerprint.high = reader.get_fixed64();
        break;
      case kFingerprintLow:
        bookmark.fingerprint.low = reader.get_fixed64();
        break;
      case kOffset:
        bookmark.offset = reader.get_uint64();
        break;
      case kFinished:
        bookmark.finished = reader.get_bool();
        break;
      case kSeenAt:
        bookmark.seen_at = reader.get_int64();
        break;
      case kReference:
        bookmark.reference = Timestamp{Duration{reader.get_int64()}};
        break;
      case kRemembered:
        bookmark.remembered = reader.get_bytes();
        break;
      case kSource:
        bookmark.source = reader.get_bytes();
        break;
      case kBlockPrints:
        for (const std::uint64_t print : reader.get_packed_fixed64())
          if (bookmark.prints.blocks.size() < ContentPrints::kBlocksMax) bookmark.prints.blocks.push_back(print);
        break;
      case kSeenTo:
        bookmark.prints.seen_to = reader.get_uint64();
        break;
      case kSeenPrint:
        bookmark.prints.seen = reader.get_fixed64();
        break;
      case kEmpty:
        if (auto file = decode_bookmark(reader.get_bytes())) bookmark.empty.push_back(std::move(*file));
        break;
      case kDeleted:
        bookmark.deleted = reader.get_bool();
        break;
      case kRealPath:
        bookmark.real_path = reader.get_bytes();
        break;
      case kEndPrint:
        bookmark.prints.end = reader.get_fixed64();
        break;
      default:
        reader.skip();
    }
  }
  return has_path ? std::optional{bookmark} : std::nullopt;
} catch (const protozero::exception&) { return std::nullopt; }

}  // namespace loglode::ingest
