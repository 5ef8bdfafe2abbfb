// The slow, obvious way from bytes to records: what the readers are compared with. Shares no code with them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/framing.h"

namespace loglode::test {

struct SlowRecord {
  std::string raw;
  std::uint64_t offset = 0, line = 0;
  std::uint32_t line_count = 1;
  bool cut = false, detached = false, blank = false;
  friend bool operator==(const SlowRecord&, const SlowRecord&) = default;
};

struct SlowLine {
  std::string text;
  std::uint64_t offset = 0, number = 0;
  bool cut = false;
};

inline bool slow_is_blank(const std::string& text) { return text.find_first_not_of(" \t\r\n\v\f") == std::string::npos; }

inline SlowLine slow_line(std::string text, std::uint64_t offset, std::uint64_t number, std::size_t line_bytes_max) {
  if (!text.empty() && text.back() == '\r') text.pop_back();
  while (!text.empty() && text.front() == '\0') {
    text.erase(0, 1);
    ++offset;
  }
  const bool cut = text.size() > line_bytes_max;
  if (cut) {
    std::size_t keep = line_bytes_max;
    for (std::size_t lead = line_bytes_max < 3 ? 0 : line_bytes_max - 3; lead < line_bytes_max; ++lead) {
      bool straddles = static_cast<unsigned char>(text[lead]) >= 0xc0;
      for (std::size_t i = lead + 1; i <= line_bytes_max; ++i) straddles = straddles && (static_cast<unsigned char>(text[i]) >> 6U) == 2;
      if (straddles) keep = lead;
    }
    text.resize(keep);
  }
  return {text, offset, number, cut};
}

inline std::vector<SlowLine> slow_lines(const std::string& bytes, std::size_t line_bytes_max) {
  std::vector<SlowLine> lines;
  std::string line;
  std::uint64_t begin = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != '\n') {
      line.push_back(bytes[i]);
      continue;
    }
    lines.push_back(slow_line(line, begin, lines.size() + 1, line_bytes_max));
    line.clear();
    begin = i + 1;
  }
  if (begin < bytes.size()) lines.push_back(slow_line(line, begin, lines.size() + 1, line_bytes_max));
  return lines;
}

/// `held_lines_max`: how long a substream's record waits for its next line (any number when the framer is not interleaved).
inline std::vector<SlowRecord> slow_records(const std::string& bytes, Framer& framer, std::size_t line_bytes_max, std::size_t lines_max,
                                            std::size_t bytes_max, std::uint64_t held_lines_max = 1000) {
  struct Open {
    std::size_t record;
    std::uint64_t latest;
  };
  std::vector<SlowRecord> records;
  std::map<std::uint32_t, Open> open;
  for (const SlowLine& line : slow_lines(bytes, line_bytes_max)) {
    const Framing framing = framer.next(line.text);
    const std::uint32_t substream = framer.interleaved() ? framing.substream : 0;
    const auto found = open.find(substream);
    bool extends = !framing.starts_record && found != open.end();
    if (!framer.interleaved() && found != open.end() && records[found->second.record].blank && slow_is_blank(line.text)) extends = true;
    if (extends && framer.interleaved() && line.number - found->second.latest > held_lines_max) extends = false;
    if (extends) {
      const SlowRecord& record = records[found->second.record];
      extends = record.line_count < lines_max && record.raw.size() + 1 + line.text.size() <= bytes_max;
    }
    if (extends) {
      SlowRecord& record = records[found->second.record];
      record.blank = record.blank && slow_is_blank(line.text);
      record.raw += "\n" + line.text;
      record.cut = record.cut || line.cut;
      ++record.line_count;
      found->second.latest = line.number;
    } else {
      open[substream] = {records.size(), line.number};
      records.push_back({line.text, line.offset, line.number, 1, line.cut, !framing.starts_record, slow_is_blank(line.text)});
    }
  }
  return records;
}

}  // namespace loglode::test
