#include "sinks/dead_letter_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/terminal_text.h"

namespace loglode {

namespace {
constexpr std::size_t kPrefixMin = 6, kRecordIdLength = 32;
}  // namespace

std::string dead_letter_origin(const DeadLetter& dead_letter) {
  if (!dead_letter.event.empty()) return dead_letter.event + " " + dead_letter.record_id;
  if (dead_letter.topic.empty()) return fmt::format("{}@{}", dead_letter.path, dead_letter.offset);
  return fmt::format("{}/{}@{}", dead_letter.topic, dead_letter.partition, dead_letter.offset >> kKafkaOffsetShift);
}

std::string dead_letter_row(std::uint64_t number, const DeadLetter& dead_letter, const std::string& reason) {
  std::string time = to_rfc3339(dead_letter.time);
  if (time.size() > 23) time = time.substr(0, 23) + "Z";
  return fmt::format("{:>6}  {}  {:>9}  {}  {}{}\n", number, pad_to(printable(time), 24), with_commas(dead_letter.raw.size()),
                     pad_to(printable(dead_letter_origin(dead_letter)), 32), printable(reason), dead_letter.masked ? "  (masked)" : "");
}

Json dead_letter_json(std::uint64_t number, const DeadLetter& dead_letter, const std::string& reason) {
  Json out{{"schema", "loglode.dead_letter/1"}, {"number", number}};
  out["time"] = dead_letter.time == kNoTime ? Json{} : Json(to_rfc3339(dead_letter.time));
  out["reason"] = reason;
  out["bytes"] = dead_letter.raw.size();
  out["masked"] = dead_letter.masked;
  out["event.id"] = dead_letter.record_id;
  if (!dead_letter.event.empty()) {
    out["event.kind"] = dead_letter.event;
  } else if (dead_letter.topic.empty()) {
    out["log.file.path"] = dead_letter.path;
    out["log.offset"] = dead_letter.offset;
  } else {
    out["kafka.topic"] = dead_letter.topic;
    out["kafka.partition"] = dead_letter.partition;
    out["kafka.offset"] = dead_letter.offset >> kKafkaOffsetShift;
  }
  return out;
}

std::optional<WantedDeadLetter> WantedDeadLetter::read(const std::string& text) {
  WantedDeadLetter wanted;
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  if (digits && text.size() < kRecordIdLength) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), wanted.number_);
    if (read.ec == std::errc{} && wanted.number_ != 0) return wanted;
    return std::nullopt;
  }
  if (text.size() < kPrefixMin || text.find_first_not_of("0123456789abcdef") != std::string::npos) return std::nullopt;
  wanted.id_ = text;
  return wanted;
}

std::string escaped_lines(std::string_view raw) {
  std::string out;
  for (std::size_t begin = 0; begin <= raw.size();) {
    const std::size_t end = std::min(raw.find('\n', begin), raw.size());
    out += printable(raw.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return out;
}

std::string one_line(std::string_view raw) {
  std::string out{raw};
  if (raw.find('\n') == std::string_view::npos) return out;
  if (Json::accept(raw)) {
    std::replace(out.begin(), out.end(), '\n', ' ');
    return out;
  }
  return to_line(Json{{"message", std::move(out)}});
}

}  // namespace loglode
