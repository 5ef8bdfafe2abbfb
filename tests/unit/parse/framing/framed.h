// Helpers of the framing tests: open a stream on its own first lines and group the lines as a source would.
#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/limits.h"
#include "parse/framing/framer_factory.h"
#include "parse/framing/reading_plan.h"

namespace loglode::framed {

inline std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

inline std::shared_ptr<const FramerFactory> factory(const ParseConfig& config = {}) {
  auto made = make_framer_factory(config);
  REQUIRE(made);
  return *made;
}

inline FramedStream open(const std::vector<std::string_view>& lines, const ParseConfig& config = {}) {
  return factory(config)->open(StreamInfo{}, std::span{lines}.first(std::min(lines.size(), kPrefixLines)));
}

inline std::string format_of(std::string_view text, const ParseConfig& config = {}) {
  return dynamic_cast<const ReadingPlan&>(*open(lines_of(text), config).plan).format;
}

/// The records' lines, joined by line ends; records of interleaved writers in the order of their first lines.
inline std::vector<std::string> records_of(std::string_view text, const ParseConfig& config = {}) {
  const std::vector<std::string_view> lines = lines_of(text);
  const FramedStream stream = open(lines, config);
  std::vector<std::string> records;
  std::map<std::uint32_t, std::size_t> latest;
  for (std::string_view rest : lines) do {
      const Framing framing = stream.framer->next(rest);
      const std::string_view line = rest.substr(0, framing.record_bytes == 0 ? rest.size() : framing.record_bytes);
      rest.remove_prefix(line.size());
      if (framing.starts_record || !latest.contains(framing.substream)) {
        latest[framing.substream] = records.size();
        records.emplace_back(line);
      } else {
        records[latest[framing.substream]].append("\n").append(line);
      }
      if (framing.record_bytes == 0) break;
    } while (true);
  return records;
}

}  // namespace loglode::framed
