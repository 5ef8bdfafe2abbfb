#include "parse/framing/strict_line.h"

#include <algorithm>

#include "parse/framing/line_beginnings.h"
#include "parse/framing/trace_shapes.h"
#include "parse/text/tokens.h"
#include "parse/time/timestamp_reader.h"

namespace loglode {

namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool has_early_timestamp(std::string_view line) {
  constexpr std::size_t kWordsTried = 3, kBytesTried = 64;
  const TimeContext any_year{Timestamp{}, nullptr};
  std::size_t at = 0;
  for (std::size_t word = 0; word < kWordsTried && at < kBytesTried && at < line.size(); ++word) {
    if (line[at] == '[' || line[at] == '(') ++at;
    Timestamp time = kNoTime;
    if (read_timestamp(line.substr(at), any_year, time) != 0) return true;
    at = line.find(' ', at);
    at = at == std::string_view::npos ? line.size() : at + 1;
  }
  return false;
}

bool begins_with_time_of_day(std::string_view text) {
  Timestamp time = kNoTime;
  return !text.empty() && is_digit(text.front()) && read_time_of_day(text, TimeContext{Timestamp{}, nullptr}, time) != 0;
}

/// `[10:12:13.123] text`, `10:12:13 text`.
bool begins_with_clock(std::string_view line) {
  if (line.starts_with('[')) line.remove_prefix(1);
  return begins_with_time_of_day(line);
}

/// `E1124 10:12:13.000000       7 main.go:12] text`
bool is_klog(std::string_view line) {
  if (line.size() < 14 || std::string_view{"IWEFD"}.find(line[0]) == std::string_view::npos || line[5] != ' ') return false;
  return std::all_of(line.begin() + 1, line.begin() + 5, is_digit) && begins_with_time_of_day(line.substr(6));
}

/// `<134>`
bool has_priority(std::string_view line) noexcept {
  const std::size_t end = line.substr(0, 5).find('>');
  return line.starts_with('<') && end != std::string_view::npos && end > 1 &&
         std::all_of(line.begin() + 1, line.begin() + static_cast<std::ptrdiff_t>(end), is_digit);
}

/// `… [24/Nov/2026:10:12:13 +0000] …`
bool has_access_date(std::string_view line) noexcept {
  line = line.substr(0, 192);
  const std::size_t open = line.find(" [");
  if (open == std::string_view::npos || open + 15 > line.size()) return false;
  line.remove_prefix(open + 2);
  return is_digit(line[0]) && is_digit(line[1]) && line[2] == '/' && is_letter(line[3]) && line[6] == '/' && is_digit(line[7]) &&
         line[11] == ':';
}

/// `… "GET /pay HTTP/1.1" 200 …`: what an access log says of a request, however it is dated.
bool names_request(std::string_view line) noexcept {
  constexpr std::string_view kProtocol = " HTTP/";
  for (std::size_t at = line.find(kProtocol); at != std::string_view::npos; at = line.find(kProtocol, at + 1)) {
    const std::size_t close = line.find_first_not_of("0123456789.", at + kProtocol.size());
    if (close == std::string_view::npos || line[close] != '"') continue;
    const std::size_t status = line.find_first_not_of(" |,", close + 1);
    if (status != std::string_view::npos && status + 3 <= line.size() &&
        std::all_of(line.begin() + static_cast<std::ptrdiff_t>(status), line.begin() + static_cast<std::ptrdiff_t>(status + 3), is_digit))
      return true;
  }
  return false;
}

bool has_strict_pairs(std::string_view line) noexcept {
  constexpr LineBeginnings kPairs{"time=", "ts=", "t=", "timestamp=", "level=", "lvl=", "severity=", "type="};
  return kPairs.begin(line) && line.find('=', line.find(' ')) != std::string_view::npos && line.find(' ') != std::string_view::npos;
}

constexpr LineBeginnings kSignals{"Killed",
                                  "Terminated",
                                  "Aborted",
                                  "Hangup",
                                  "Bus error",
                                  "Segmentation fault",
                                  "Illegal instruction",
                                  "Floating point exception",
                                  "Trace/breakpoint trap",
                                  "Alarm clock",
                                  "CPU time limit exceeded",
                                  "File size limit exceeded",
                                  "Stack fault",
                                  "Bad system call"};

constexpr LineBeginnings kEndings{"Build step '",
                                  "BUILD FAILED",
                                  "BUILD FAILURE",
                                  "Finished: FAILURE",
                                  "Finished: ABORTED",
                                  "ninja: build stopped: ",
                                  "ninja: error: ",
                                  "npm ERR! ",
                                  "npm error ",
                                  "error Command failed with exit code ",
                                  "command terminated with exit code ",
                                  "command terminated with non-zero exit code",
                                  "Command exited with non-zero status ",
                                  "Command terminated by signal ",
                                  "Process completed with exit code ",
                                  "Process exited with status ",
                                  "Process finished with exit code ",
                                  "ERROR: Job failed",
                                  "Cleaning up project directory",
                                  "Terminating due to java.lang.OutOfMemoryError",
                                  "Aborting due to java.lang.OutOfMemoryError",
                                  "Out of memory: ",
                                  "OOMKilled",
                                  "##[error]",
                                  "::error"};

/// A signal's name alone, or with `(core dumped)`, or with the program that it ended.
bool names_signal(std::string_view line) noexcept {
  if (!kSignals.begin(line) || line.size() > 200) return false;
  const std::size_t end = line.find_first_of(" :.(", 6);
  const std::string_view word = line.substr(0, end);
  if (word == "Killed" || word == "Terminated" || word == "Aborted" || word == "Hangup") {
    const std::string_view rest = line.substr(word.size());
    return rest.empty() || rest == "." || rest.starts_with(" (") || rest.starts_with(": ") || rest.starts_with("   ");
  }
  return true;
}

/// The first `: ` with `word` behind it in the first `bytes` of a line.
std::size_t find_behind_colon(std::string_view line, std::string_view word, std::size_t bytes) noexcept {
  line = line.substr(0, bytes);
  for (std::size_t at = line.find(':'); at != std::string_view::npos; at = line.find(':', at + 1))
    if (at + 2 < line.size() && line[at + 1] == ' ' && line[at + 2] == word.front() && line.substr(at + 2).starts_with(word)) return at;
  return std::string_view::npos;
}

/// `./run.sh: line 3:  1234 Killed                  python train.py`
bool is_shell_report(std::string_view line) noexcept {
  const std::size_t at = find_behind_colon(line, "line ", 200);
  if (at == std::string_view::npos || at == 0) return false;
  std::size_t next = line.find_first_not_of("0123456789", at + 7);
  if (next == std::string_view::npos || next == at + 7 || line[next] != ':') return false;
  next = line.find_first_not_of(" 0123456789", next + 1);
  return next != std::string_view::npos && kSignals.begin(line.substr(next));
}

/// `make: *** [all] Error 2`, `gmake[1]: *** No rule …`
bool is_make_report(std::string_view line) noexcept {
  const std::size_t stars = find_behind_colon(line, "*** ", 64);
  if (stars == std::string_view::npos) return false;
  std::string_view program = line.substr(0, stars);
  program = program.substr(0, program.find('['));
  return program.ends_with("make");
}

std::string_view next_word(std::string_view& rest) noexcept {
  const std::size_t begin = rest.find_first_not_of(" \t-:,");
  if (begin == std::string_view::npos) return rest = {};
  rest.remove_prefix(begin);
  const std::size_t end = std::min(rest.find_first_of(" \t:,;."), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

/// `Task aborted - max run time exceeded`, `Job 12 was cancelled`, `Pipeline failed`: what was to be done, and within a few words how it
/// ended.
bool reports_end_of_work(std::string_view line) noexcept {
  constexpr LineBeginnings kWork{"Task",  "Job",       "Build",    "Process", "Script",  "Step", "Pipeline",
                                 "Stage", "Container", "Workflow", "Run",     "Session", "Suite"};
  constexpr std::string_view kEnds[] = {"aborted",    "killed",  "failed",   "cancelled", "canceled",
                                        "terminated", "crashed", "exceeded", "timed",     "died"};
  constexpr int kWordsTried = 5;
  std::string_view rest = line.substr(0, 200);
  if (!kWork.begin(rest) || !kWork.has(next_word(rest))) return false;
  for (int i = 0; i < kWordsTried; ++i) {
    const std::string_view word = next_word(rest);
    if (word == "not" || word == "no" || word == "if" || word == "when" || word == "0") return false;
    if (std::find(std::begin(kEnds), std::end(kEnds), word) != std::end(kEnds)) return true;
  }
  return false;
}

}  // namespace

bool is_whole_object(std::string_view line) noexcept { return line.size() >= 2 && line.front() == '{' && line.back() == '}'; }

std::size_t first_object_bytes(std::string_view line) noexcept {
  if (line.empty() || line.front() != '{' || line.find("}{") == std::string_view::npos) return 0;
  bool quoted = false;
  for (std::size_t i = 0, depth = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"') quoted = !quoted;
    if (quoted && c == '\\') ++i;
    if (quoted) continue;
    if (c == '{') ++depth;
    if (c == '}' && --depth == 0) return line.substr(i + 1, 1) == "{" ? i + 1 : 0;
  }
  return 0;
}

bool is_strict_line(std::string_view line) {
  if (line.empty() || traces::is_indented(line)) return false;
  switch (line.front()) {
    case '{':
      return is_whole_object(line) && line.size() > 2 && line.find('"') != std::string_view::npos;
    case '<':
      if (has_priority(line)) return true;
      break;
    case 'I':
    case 'W':
    case 'E':
    case 'F':
    case 'D':
      if (is_klog(line)) return true;
      break;
    default:
      break;
  }
  return has_early_timestamp(line) || begins_with_clock(line) || has_strict_pairs(line) || has_access_date(line);
}

bool begins_with_level(std::string_view line) {
  if (line.empty() || traces::is_indented(line)) return false;
  return level_at(line, false).length != 0;
}

bool states_trouble(std::string_view line) {
  const std::size_t begin = line.starts_with(traces::kEscapedTab) ? traces::kEscapedTab.size() : 0;
  line.remove_prefix(std::min(line.find_first_not_of(" \t", begin), line.size()));
  if (line.empty()) return false;
  const LevelToken level = level_at(line, false);
  if (level.length == 0 || level.severity < Severity::warn) return false;
  if (std::any_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(level.length), [](char c) { return c >= 'a' && c <= 'z'; }))
    return false;  // a key of something that is listed: `error: /var/log/error.log`
  return line.find_first_not_of(" \t:=-]>0123456789,;.", level.length) != std::string_view::npos;
}

bool is_calm(std::string_view line) { return traces::states_calm(line) || names_request(line.substr(0, 1024)); }

bool is_last_word(std::string_view line) noexcept {
  if (line.empty() || traces::is_indented(line)) return false;
  if (line.front() == '[') {  // who says it: `[taskcluster:error] Task aborted …`
    const std::size_t close = line.substr(0, 48).find("] ");
    if (close != std::string_view::npos) line.remove_prefix(close + 2);
  }
  return names_signal(line) || kEndings.begin(line) || is_make_report(line) || is_shell_report(line) || reports_end_of_work(line);
}

}  // namespace loglode
