#include "sinks/elasticsearch/receipt_text.h"

#include <fmt/format.h>

#include "base/terminal_text.h"

namespace loglode {

namespace {

using Status = ReceiptStatus;

constexpr std::size_t kOriginColumns = 48;

void add_origin(Json& object, const ReceiptOrigin& origin) {
  object["source"] = origin.source;
  if (origin.topic.empty()) {
    object["log.file.path"] = origin.path;
  } else {
    object["kafka.topic"] = origin.topic;
    object["kafka.partition"] = origin.partition;
  }
}

Json counts_json(const ReceiptCounts& counts) {
  Json object = Json::object();
  for (std::size_t i = 0; i < static_cast<std::size_t>(Status::kCount); ++i)
    object[std::string{name_of(static_cast<Status>(i))}] = counts.of(static_cast<Status>(i));
  return object;
}

std::string counts_text(const ReceiptCounts& counts) {
  std::string text;
  for (std::size_t i = 0; i < static_cast<std::size_t>(Status::kCount); ++i) {
    const auto status = static_cast<Status>(i);
    if (counts.of(status) != 0) text += fmt::format("{}{} {}", text.empty() ? "" : " · ", with_commas(counts.of(status)), name_of(status));
  }
  return text.empty() ? "nothing was read" : text;
}

std::string shown(const ReceiptOrigin& origin) {
  return origin.topic.empty() ? printable(origin.path) : fmt::format("{}[{}]", printable(origin.topic), origin.partition);
}

}  // namespace

Json range_json(const ReceiptOrigin& origin, const ReceiptRange& range) {
  Json object{{"schema", "loglode.receipt/1"}, {"kind", "range"}, {"status", name_of(range.status)}};
  add_origin(object, origin);
  object["first_offset"] = range.first;
  object["last_offset"] = range.last;
  object["records"] = range.records;
  object["event.id"] = range.id;
  return object;
}

Json stream_json(const ReceiptOrigin& origin, const ReceiptCounts& counts) {
  Json object{{"schema", "loglode.receipt/1"}, {"kind", "stream"}};
  add_origin(object, origin);
  object["records"] = counts.records();
  object["counts"] = counts_json(counts);
  return object;
}

Json totals_json(const ReceiptTotals& totals) {
  return {{"schema", "loglode.receipt/1"},
          {"kind", "all"},
          {"sink", totals.sink},
          {"index", totals.index},
          {"server", totals.server},
          {"streams", totals.streams},
          {"records", totals.counts.records()},
          {"counts", counts_json(totals.counts)},
          {"good", totals.counts.is_good() && totals.is_complete},
          {"complete", totals.is_complete},
          {"notes", totals.notes}};
}

std::string range_text(const ReceiptRange& range) {
  const std::string where =
      range.first == range.last ? fmt::format("offset {}", range.first) : fmt::format("offsets {} to {}", range.first, range.last);
  return fmt::format("    {:<19}{:<36}{:>9}  {}{}\n", name_of(range.status), where, with_commas(range.records), printable(range.id),
                     range.records > 1 ? " …" : "");
}

std::string stream_text(const ReceiptOrigin& origin, const ReceiptCounts& counts) {
  return fmt::format("  {}  {}  {}\n", printable(origin.source), pad_to(shown(origin), kOriginColumns), counts_text(counts));
}

std::string totals_text(const ReceiptTotals& totals) {
  std::string text = fmt::format("{} records of {} stream{}; {}, sink {}, {}\n  {}\n", with_commas(totals.counts.records()),
                                 with_commas(totals.streams), totals.streams == 1 ? "" : "s", printable(totals.index),
                                 printable(totals.sink), printable(totals.server), counts_text(totals.counts));
  for (const std::string& note : totals.notes) text += "  " + printable(note) + "\n";
  if (!totals.is_complete)
    text += "NOT COMPLETE: not all that was asked for could be read\n";
  else if (totals.counts.is_good())
    text += "nothing is lost, there twice, or other than at the source\n";
  return text;
}

}  // namespace loglode
