#include "parse/redact/numbers.h"

#include <algorithm>

#include "parse/redact/detectors.h"
#include "parse/redact/names.h"

namespace loglode::redaction {

std::string_view name_of_number(std::string_view text, std::size_t at) noexcept {
  std::size_t end = at;
  while (end > 0 && at - end < 6 && (is_blank(text[end - 1]) || is_quote(text[end - 1]) || is_one_of(text[end - 1], ":=\\#(.>"))) --end;
  if (end == at) return {};
  std::size_t begin = end;
  while (begin > 0 && end - begin < kLookBack && (is_word(text[begin - 1]) || text[begin - 1] == '-')) --begin;
  return text.substr(begin, end - begin);
}

namespace {

/// `id`, `order_id`, `SpanID`, not `paid`.
bool ends_in_id(std::string_view name) noexcept {
  if (!ends_ignoring_case(name, "id")) return false;
  const char second_last = name[name.size() - 2], ahead = name.size() > 2 ? name[name.size() - 3] : ' ';
  return !is_alpha(ahead) || (second_last == 'I' && is_lower(ahead)) ||
         is_any_of(name, {"xid", "zxid", "txid", "uid", "pid", "tid", "guid"});
}

}  // namespace

namespace {

bool names_id_or_size(std::string_view name) noexcept {
  if (ends_in_id(name)) return true;
  for (const std::string_view word :
       {"ids",     "offset",    "size",       "length", "bytes",   "count",    "total",     "seq",    "sequence", "seqno",
        "lsn",     "scn",       "nonce",      "time",   "stamp",   "epoch",    "timestamp", "index",  "position", "hash",
        "version", "revision",  "generation", "order",  "invoice", "tracking", "serial",    "memory", "limit",    "used",
        "free",    "checksum",  "ts",         "inode",  "delta",   "drift",    "lag",       "skew",   "diff",     "uptime",
        "cookie",  "watermark", "term",       "height", "block",   "imei",     "isbn"})
    if (ends_ignoring_case(name, word)) return true;
  return false;
}

/// Things that are numbered in so many digits.
bool names_numbered_thing(std::string_view name) noexcept {
  for (const std::string_view word :
       {"build",  "trace",   "span",    "request", "req",     "job",        "run",      "task",     "txn",     "transaction",
        "batch",  "event",   "record",  "row",     "line",    "page",       "msg",      "message",  "session", "thread",
        "object", "process", "oid",     "key",     "segment", "shard",      "case",     "ticket",   "ref",     "reference",
        "sku",    "ean",     "upc",     "barcode", "parcel",  "shipment",   "delivery", "slot",     "tag",     "cursor",
        "chunk",  "commit",  "release", "ledger",  "waybill", "deployment", "snapshot", "partition"})
    if (ends_in_word(name, word)) return true;
  return false;
}

/// What says that it is a number, and not of what: `build_number`, `orderNo`, "order number is".
std::size_t general_tail(std::string_view name) noexcept {
  for (const std::string_view word : {"number", "num", "no", "nr", "value", "val", "is", "was", "named", "called", "the"})
    if (ends_in_word(name, word)) return word.size();
  return 0;
}

}  // namespace

bool is_named_number(std::string_view text, std::size_t at) noexcept { return names_id_or_size(name_of_number(text, at)); }

bool is_numbered_thing(std::string_view text, std::size_t at) noexcept {
  constexpr std::size_t kWordsMax = 3;
  for (std::size_t words = 0; words < kWordsMax; ++words) {
    std::string_view name = name_of_number(text, at);
    const std::size_t tail = general_tail(name);
    if (tail == 0) return names_id_or_size(name) || names_numbered_thing(name);
    at = static_cast<std::size_t>(name.data() - text.data());
    name.remove_suffix(tail);
    while (!name.empty() && is_one_of(name.back(), "_-")) name.remove_suffix(1);
    if (!name.empty()) return names_id_or_size(name) || names_numbered_thing(name);
  }
  return false;
}

bool is_counted(std::string_view text, std::size_t end) noexcept {
  std::size_t begin = end;
  while (begin < text.size() && begin - end < 2 && is_blank(text[begin])) ++begin;
  if (begin == end) return false;
  std::size_t word_end = begin;
  while (word_end < text.size() && word_end - begin < 16 && is_alpha(text[word_end])) ++word_end;
  return is_any_of(
      text.substr(begin, word_end - begin),
      {"b",       "byte",   "bytes",   "octets",   "bits",   "kb",      "mb",       "gb",          "kib",          "mib",
       "gib",     "ns",     "us",      "ms",       "s",      "sec",     "seconds",  "nanoseconds", "microseconds", "milliseconds",
       "records", "rows",   "lines",   "requests", "items",  "entries", "messages", "events",      "blocks",       "pages",
       "keys",    "points", "samples", "times",    "cycles", "ticks",   "wei",      "gwei",        "documents",    "objects",
       "files",   "tokens"});
}

}  // namespace loglode::redaction
