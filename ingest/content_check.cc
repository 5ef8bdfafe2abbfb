#include "ingest/content_check.h"

#include <algorithm>
#include <array>
#include <bitset>

#include "ingest/nul_run.h"

namespace loglode::ingest {

namespace {

using namespace std::string_view_literals;

struct Magic {
  std::size_t at;
  std::string_view bytes;
  std::string_view what;
  std::string_view todo;
};

constexpr std::string_view kPipeXz = "decompress it once first: xz -dc FILE | loglode analyze -";
constexpr std::string_view kPipeBzip2 = "decompress it once first: bzip2 -dc FILE | loglode analyze -";
constexpr std::string_view kUnpack = "unpack it first and name the folder";
constexpr std::string_view kNoLog = "name the logs themselves";

constexpr Magic kMagics[] = {
    {257, "ustar"sv, "a tar archive", kUnpack},
    {0, "PK\x03\x04"sv, "a zip archive", kUnpack},
    {0, "PK\x05\x06"sv, "an empty zip archive", kUnpack},
    {0, "7z\xbc\xaf\x27\x1c"sv, "a 7-Zip archive", kUnpack},
    {0, "Rar!\x1a\x07"sv, "a RAR archive", kUnpack},
    {0,
     "\xfd"
     "7zXZ\0"sv,
     "compressed twice", kPipeXz},
    {4, "1AY&SY"sv, "compressed twice", kPipeBzip2},
    {0, "\x04\x22\x4d\x18"sv, "compressed with lz4", "decompress it first: lz4 -dc FILE | loglode analyze -"},
    {0, "\x1f\x9d"sv, "compressed with compress", "decompress it first: zcat FILE | loglode analyze -"},
    {0, "\x1f\x8b\x08"sv, "compressed twice", "decompress it once first: zcat FILE | loglode analyze -"},
    {0, "\x28\xb5\x2f\xfd"sv, "compressed twice", "decompress it once first: zstd -dc FILE | loglode analyze -"},
    {0, "LPKSHHRH"sv, "a systemd journal", "export it first: journalctl --file FILE -o json | loglode analyze -"},
    {0, "ElfFile\0"sv, "a Windows event log", "export it as text or JSON first"},
    {0,
     "\x7f"
     "ELF"sv,
     "an ELF program or core dump", kNoLog},
    {0, "\xcf\xfa\xed\xfe"sv, "a Mach-O program", kNoLog},
    {0, "\xca\xfe\xba\xbe"sv, "a Java class", kNoLog},
    {0, "%PDF-"sv, "a PDF document", kNoLog},
    {0, "\x89PNG\r\n\x1a\n"sv, "an image", kNoLog},
    {0, "\xff\xd8\xff"sv, "an image", kNoLog},
    {0, "GIF87a"sv, "an image", kNoLog},
    {0, "GIF89a"sv, "an image", kNoLog},
    {8, "WEBPVP8"sv, "an image", kNoLog},
    {0, "SQLite format 3\0"sv, "an SQLite database", "export its rows as text first"},
    {0, "PAR1"sv, "a Parquet file", "export its rows as JSON lines first"},
    {0, "Obj\x01"sv, "an Avro file", "export its rows as JSON lines first"},
    {0, "\xd4\xc3\xb2\xa1"sv, "a packet capture", kNoLog},
    {0, "\x0a\x0d\x0d\x0a"sv, "a packet capture", kNoLog},
    {0, "\xff\xfe\0\0"sv, "UTF-32 text", "convert it first: iconv -f UTF-32 -t UTF-8 FILE | loglode analyze -"},
    {0, "\0\0\xfe\xff"sv, "UTF-32 text", "convert it first: iconv -f UTF-32 -t UTF-8 FILE | loglode analyze -"},
};

std::string refusal(std::string_view what, std::string_view todo) {
  return "is " + std::string{what} + ", not a log: " + std::string{todo};
}

std::string known_kind(std::string_view head) {
  for (const Magic& magic : kMagics) {
    if (head.size() >= magic.at && head.substr(magic.at, magic.bytes.size()) == magic.bytes) {
      if (magic.bytes == "1AY&SY" && !head.starts_with("BZh")) continue;
      return refusal(magic.what, magic.todo);
    }
  }
  return {};
}

/// NULs in every other byte, and readable ASCII in the others: UTF-16 without a byte-order mark.
bool is_utf16(std::string_view head, std::size_t text_at) {
  const std::size_t units = head.size() / 2;
  if (units < 4) return false;
  std::size_t ascii = 0, nul_in_text = 0;
  for (std::size_t i = 0; i + 1 < head.size(); i += 2) {
    const auto text = static_cast<unsigned char>(head[i + text_at]);
    const auto other = static_cast<unsigned char>(head[i + 1 - text_at]);
    nul_in_text += text == 0 && other == 0;
    ascii += other == 0 && ((text >= 0x20 && text < 0x7f) || text == '\n' || text == '\r' || text == '\t');
  }
  return ascii * 10 >= units * 7 && nul_in_text * 20 <= units;
}

bool is_control(unsigned char byte) {  // that text does not have: all but \a \b \t \n \v \f \r and ESC (colours)
  return byte < 0x07 || (byte > 0x0d && byte < 0x20 && byte != 0x1b) || byte == 0x7f;
}

/// How many of the bytes from `head[i]` on, which is over 0x7f, are one UTF-8 character; 0 when they are none.
std::size_t utf8_length(std::string_view head, std::size_t i) {
  const auto lead = static_cast<unsigned char>(head[i]);
  const std::size_t length = lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  if (length == 0) return 0;
  for (std::size_t k = i + 1; k < i + length; ++k) {
    if (k == head.size()) return k - i;  // cut by the end of what we see
    if ((static_cast<unsigned char>(head[k]) & 0xc0U) != 0x80) return 0;
  }
  return length;
}

struct ByteCensus {
  std::size_t bytes = 0, controls = 0, nuls = 0, nul_runs = 0, not_utf8 = 0, kinds = 0;
};

ByteCensus census_of(std::string_view text) {
  ByteCensus census;
  std::bitset<256> seen;
  census.bytes = text.size();
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == 0) {
      ++census.nuls;
      census.nul_runs += i == 0 || text[i - 1] != '\0';
    } else if (is_control(byte)) {
      ++census.controls;
      seen.set(byte);
    }
    const std::size_t length = byte < 0x80 ? 1 : utf8_length(text, i);
    census.not_utf8 += length == 0;
    i += std::max<std::size_t>(length, 1);
  }
  census.kinds = seen.count();
  return census;
}

/// Random bytes are one tenth control bytes of two dozen kinds and hardly ever UTF-8. Logs have colours, a few stray bytes, one kind of
/// separator (FIX has a 0x01 every few bytes), whole lines of Latin-1 or GBK, or a hole of NULs where a machine went down.
bool is_binary(std::string_view head) {
  while (!head.empty() && head.back() == '\0') head.remove_suffix(1);
  const ByteCensus census = census_of(head);
  if (census.not_utf8 > 0 && census.controls * 50 > census.bytes && census.kinds >= 3) return true;
  if (census.controls * 12 > census.bytes && census.kinds >= 5) return true;
  return census.nuls * 12 > census.bytes && census.nul_runs >= 4;
}

}  // namespace

std::size_t leading_filler(std::string_view head) noexcept {
  if (head.starts_with("\0\0\xfe\xff"sv)) return 0;  // UTF-32
  const std::size_t run = nul_run(head);
  return run >= 2 ? run : 0;
}

Content examine(std::string_view head) {
  if (std::string kind = known_kind(head); !kind.empty()) return {Encoding::bytes, std::move(kind)};
  if (head.starts_with("\xef\xbb\xbf")) return {Encoding::utf8_with_bom, is_binary(head.substr(3)) ? refusal("binary", kNoLog) : ""};
  if (head.starts_with("\xff\xfe")) return {Encoding::utf16_little_with_bom, ""};
  if (head.starts_with("\xfe\xff")) return {Encoding::utf16_big_with_bom, ""};
  if (is_utf16(head, 0)) return {Encoding::utf16_little, ""};
  if (is_utf16(head, 1)) return {Encoding::utf16_big, ""};
  if (is_binary(head)) return {Encoding::bytes, refusal("binary", kNoLog)};
  return {};
}

}  // namespace loglode::ingest
