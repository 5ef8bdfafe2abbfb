// parse_lines FILE [--format F]: what parse/ alone makes of a file, one row of tab-separated fields per record:
//   line number, time (RFC 3339, empty without one), severity, service, host, trace id, number of lines, message
// Backslash, tab, CR, LF and other control bytes of a field are escaped. tests/golden/formats.py and perf/run read the rows.
#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <unordered_map>

#include "parse/parser.h"

using namespace loglode;

namespace {

struct Line {
  std::string_view text;
  bool blank = false;
};

std::vector<Line> split_lines(std::string_view text) {
  std::vector<Line> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back({line, line.find_first_not_of(" \t\v\f\r") == std::string_view::npos});
  }
  return lines;
}

FramedStream open_stream(const FramerFactory& factory, const StreamInfo& info, const std::vector<Line>& lines) {
  std::vector<std::string_view> prefix;
  std::size_t bytes = 0;
  for (const Line& line : lines) {
    bytes += line.text.size() + 1;
    if (prefix.size() == kPrefixLines || (bytes > kPrefixBytes && !prefix.empty())) break;
    prefix.push_back(line.text);
  }
  return factory.open(info, prefix);
}

/// Records in order of their first lines; the lines of one are joined by LF, whatever stood between them.
void frame(const std::vector<Line>& lines, Framer& framer, Batch& batch) {
  std::vector<std::string> texts;
  std::unordered_map<std::uint32_t, std::size_t> latest;  // record of each substream
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Framing framing = framer.next(lines[i].text);
    const auto open = latest.find(framing.substream);
    if (framing.starts_record || open == latest.end()) {
      latest[framing.substream] = batch.records.size();
      Record record;
      record.line = i + 1;
      if (lines[i].blank) record.set(RecordFlag::blank);
      batch.records.push_back(record);
      texts.emplace_back(lines[i].text);
    } else {
      ++batch.records[open->second].line_count;
      texts[open->second].append(1, '\n').append(lines[i].text);
    }
  }
  for (std::size_t i = 0; i < texts.size(); ++i) batch.records[i].raw = batch.keep(texts[i]);
}

std::string escaped(std::string_view field) {
  std::string out;
  for (const char byte : field) {
    switch (byte) {
      case '\\':
        out += "\\\\";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f)
          out += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
        else
          out += byte;
    }
  }
  return out;
}

void print(const Batch& batch) {
  for (const Record& record : batch.records) {
    if (record.has(RecordFlag::blank)) continue;
    fmt::print("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", record.line, to_rfc3339(record.time), severity_name(record.severity),
               escaped(record.service), escaped(record.host), escaped(record.trace_id), record.line_count, escaped(record.message));
  }
}

int fail_with(const std::string& what) {
  fmt::print(stderr, "parse_lines: {}\n", what);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if ((args.size() != 1 && args.size() != 3) || (args.size() == 3 && args[1] != "--format"))
    return fail_with("usage: parse_lines FILE [--format F]");
  ParseConfig config;
  if (args.size() == 3) config.format = args[2];
  const Result<std::shared_ptr<const FramerFactory>> factory = make_framer_factory(config);
  if (!factory) return fail_with(factory.error().message);

  std::ifstream file(args[0], std::ios::binary);
  struct stat about {};
  if (!file || ::stat(args[0].c_str(), &about) != 0) return fail_with(args[0] + " cannot be opened");
  const std::string text{std::istreambuf_iterator<char>(file), {}};

  auto stream = std::make_shared<Stream>();
  stream->info.path = args[0];
  stream->info.modified = Timestamp{std::chrono::seconds{about.st_mtime}};
  const std::vector<Line> lines = split_lines(text);
  const FramedStream framed = open_stream(**factory, stream->info, lines);
  stream->plan = framed.plan;

  Batch batch;
  batch.stream = stream;
  frame(lines, *framed.framer, batch);
  RunCounters counters;
  if (const Result<void> parsed = make_parser(counters)->run(batch); !parsed) return fail_with(parsed.error().message);
  print(batch);
  return 0;
}
