// Any spelling of a level, at any place that headers have for it, behind or before any spelling of a time: the severity is found, the level
// is no service, and the message begins behind the header. A list of layouts times lists of spellings; nothing is drawn by chance.
#include <array>

#include "format_fixture.h"
#include "parse/text/line_scanner.h"

using namespace loglode;

namespace {

struct Spelling {
  const char* name;
  std::array<const char*, 4> words;  // of info, warn, error, debug
};
constexpr Spelling kSpellings[] = {{"capitals", {"INFO", "WARN", "ERROR", "DEBUG"}},    {"title", {"Info", "Warning", "Error", "Debug"}},
                                   {"small", {"info", "warn", "error", "debug"}},       {"three", {"INF", "WRN", "ERR", "DBG"}},
                                   {"logrus", {"INFO", "WARN", "ERRO", "DEBU"}},        {"jul", {"INFO", "WARNING", "SEVERE", "FINE"}},
                                   {"postgresql", {"LOG", "WARNING", "ERROR", "DEBUG"}}};
constexpr std::array kSeverities = {Severity::info, Severity::warn, Severity::error, Severity::debug};

constexpr const char* kTimes[] = {"2026-11-24T10:%M:%S.123Z",   "2026-11-24 10:%M:%S,123", "2026/11/24 10:%M:%S",
                                  "24/Nov/2026:10:%M:%S +0000", "Nov 24 10:%M:%S",         "17955144%M.1%S"};

// T time, L level, l one letter of it, G logger, N name, H thread, D number, X hexadecimal; the message is ` ~`.
constexpr const char* kLayouts[] = {"T L ~",
                                    "T [L] ~",
                                    "[T] [L] ~",
                                    "[T] L: ~",
                                    "L T ~",
                                    "[L] T ~",
                                    "L | T | ~",
                                    "T | L | ~",
                                    "T|L|G| ~",
                                    "T G[L] ~",
                                    "T N.L: ~",
                                    "[T] N.L: ~",
                                    "[T: L/H] ~",
                                    "[T] [H/L]: ~",
                                    "[T] [Server thread/L]: ~",
                                    "T {N.py:D} L - ~",
                                    "T [H] L G - ~",
                                    "T - G - L - ~",
                                    "<L> T ~",
                                    "T <L> ~",
                                    "T (L) ~",
                                    "T [N:L] ~",
                                    "T pid=1 tid=X class=Job L: ~",
                                    "T L D --- [H] G : ~",
                                    "(L) T - ~",
                                    "T [L] [N.py:D] ~",
                                    "T [H] [L] ~",
                                    "T #D L -- ~",
                                    "T [D] L {general} ~",
                                    "*** L T ~"};

const std::array<std::string, 5> kMessages = {"order # placed by a customer", "payment # declined", "page INFO shown # times",
                                              "error count is # now", "cache miss for key #"};

std::string two_digits(int number) { return {static_cast<char>('0' + number / 10 % 10), static_cast<char>('0' + number % 10)}; }

std::string time_of(std::string_view pattern, int i) {
  std::string text;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] != '%')
      text += pattern[at];
    else
      text += two_digits(pattern[++at] == 'M' ? 10 + i / 6 : i * 7 % 60);
  }
  return text;
}

struct Line {
  std::string text, message;
  Severity severity;
};

Line make_line(std::string_view layout, const Spelling& spelling, std::string_view time, int i) {
  constexpr std::array kNames = {"orders", "stock", "pay"};
  const std::size_t level = i % 7 == 3 ? 2 : i % 5 == 1 ? 1 : i % 11 == 4 ? 3 : 0;
  const auto number = static_cast<std::size_t>(i);
  Line line{"", kMessages[number * 3 % kMessages.size()], kSeverities[level]};
  line.message.replace(line.message.find('#'), 1, std::to_string(100 + i));
  for (std::size_t at = 0; at < layout.size(); ++at) {
    const bool alone = (at == 0 || !is_letter(layout[at - 1])) && (at + 1 == layout.size() || !is_letter(layout[at + 1]));
    const char c = layout[at];
    if (c == '~')
      line.text += line.message;
    else if (!alone || !is_letter(c))
      line.text += c;
    else if (c == 'T')
      line.text += time_of(time, i);
    else if (c == 'L')
      line.text += spelling.words[level];
    else if (c == 'N')
      line.text += kNames[number % 3];
    else if (c == 'G')
      line.text += std::string{"shop."} + kNames[number % 3] + ".Api";
    else if (c == 'H')
      line.text += number % 3 == 0 ? "main" : "worker-" + std::to_string(i % 8);
    else if (c == 'X')
      line.text += "3f" + two_digits(i * 13) + "a" + two_digits(i * 29);
    else
      line.text += std::to_string(1000 + i * 37);
  }
  return line;
}

/// What is wrong with how a stream of such lines is read; empty when nothing is.
std::string fault_of(std::string_view layout, const Spelling& spelling, std::string_view time) {
  constexpr int kLines = 60;
  std::vector<Line> lines;
  for (int i = 0; i < kLines; ++i) lines.push_back(make_line(layout, spelling, time, i));
  std::vector<std::string_view> prefix;
  for (const Line& line : lines) prefix.emplace_back(line.text);
  const auto plan = detect_header(prefix);
  if (plan == nullptr) return "no header: " + lines[0].text;
  for (const Line& line : lines) {
    Batch batch;
    Record record;
    if (!plan->parse(line.text, record, batch, test_context())) return "does not fit: " + line.text;
    if (record.severity != line.severity) return "severity: " + line.text;
    if (severity_from_word(record.service) != Severity::unspecified) return "service " + std::string{record.service} + ": " + line.text;
    if (record.message != line.message) return "message '" + std::string{record.message} + "': " + line.text;
    if (record.time == kNoTime) return "time: " + line.text;
  }
  return {};
}

}  // namespace

TEST_CASE("headers: a level of any spelling is found wherever a layout has it, and leaves the message", "[parse][header][property]") {
  for (const std::string_view layout : kLayouts) {
    for (const Spelling& spelling : kSpellings) {
      for (const std::string_view time : kTimes) {
        const std::string fault = fault_of(layout, spelling, time);
        INFO(layout << " · " << spelling.name << " · " << fault);
        CHECK(fault.empty());
      }
    }
  }
}

TEST_CASE("headers: one unknown word in a level column costs its line the level, not the others theirs", "[parse][header]") {
  std::vector<std::string> lines;
  for (int i = 0; i < 60; ++i)
    lines.push_back("2026-11-24 10:00:" + two_digits(i) + " [" +
                    (i % 9 == 4   ? "CHATTY"
                     : i % 4 == 1 ? "WARN"
                                  : "INFO") +
                    "] [main] order " + std::to_string(i) + " placed");
  const std::vector<std::string_view> prefix(lines.begin(), lines.end());
  const auto plan = detect_header(prefix);
  REQUIRE(plan);
  expect_record(*plan, "2026-11-24 10:01:00 [CHATTY] [main] order 7 placed",
                {"2026-11-24T10:01:00", Severity::unspecified, "order 7 placed", "", "", "", "", {}});
  expect_record(*plan, "2026-11-24 10:01:00 [ERROR] [main] no stock",
                {"2026-11-24T10:01:00", Severity::error, "no stock", "", "", "", "", {}});
}

TEST_CASE("headers: what is new in every line, stands in brackets or begins a message is no service", "[parse][header]") {
  const auto service_of_stream = [](auto&& make) {
    std::vector<std::string> lines;
    for (int i = 0; i < 60; ++i) lines.push_back(make(i));
    const std::vector<std::string_view> prefix(lines.begin(), lines.end());
    const auto plan = detect_header(prefix);
    if (plan == nullptr) return std::string{};
    Batch batch;
    Record record;
    REQUIRE(plan->parse(lines[7], record, batch, test_context()));
    return std::string{record.service};
  };
  const auto time = [](int i) { return "2026-11-24 10:00:" + two_digits(i); };
  CHECK(service_of_stream([&](int i) { return "job-" + std::to_string(i * 71) + " " + time(i) + " started"; }).empty());
  CHECK(service_of_stream([&](int i) { return "[shop] " + time(i) + " started " + std::to_string(i); }).empty());
  CHECK(service_of_stream([&](int i) { return time(i) + " request-" + std::to_string(i * 71) + ": done"; }).empty());
  CHECK(service_of_stream([&](int i) { return (i % 2 != 0 ? "web " : "worker ") + time(i) + " started " + std::to_string(i); }) == "web");
}

TEST_CASE("headers: hostile streams are bounded", "[parse][header]") {
  std::vector<std::string> lines;
  std::string columns;
  for (int i = 0; i < 10'000; ++i) columns += "[c" + std::to_string(i) + "]";
  for (int i = 0; i < 200; ++i) lines.push_back("2026-11-24 10:00:00 " + columns);
  for (int i = 0; i < 200; ++i)
    lines.push_back("2026-11-24 10:00:00 [" + std::string(1, static_cast<char>('A' + i % 26)) + "LEVEL" +
                    std::string(static_cast<std::size_t>(i % 7), 'X') + "] x");
  lines.emplace_back(100'000, '[');
  lines.emplace_back(100'000, '<');
  const std::vector<std::string_view> prefix(lines.begin(), lines.end());
  const auto plan = detect_header(prefix);
  Batch batch;
  for (const std::string& line : lines) {
    Record record;
    if (plan != nullptr && plan->parse(line, record, batch, test_context())) CHECK(record.severity == Severity::unspecified);
  }
}
