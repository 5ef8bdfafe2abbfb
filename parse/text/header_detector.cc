// Which leading columns do nearly all lines of a stream share? Columns are found from left to right: at each place every kind of column
// is tried on every line, and the most telling kind that fits nearly all of them is taken. A column is sure to be header only when its
// type proves it (a time, a severity, a program's tag …); plain words count when such a column follows them.
#include <algorithm>
#include <deque>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "parse/text/ansi.h"
#include "parse/text/header_plan.h"
#include "parse/text/text_formats.h"
#include "parse/text/tokens.h"
#include "parse/text/trace_ids.h"

namespace loglode {
namespace {

constexpr std::size_t kColumnsMax = 16;
constexpr std::size_t kUnsureColumnsMax = 6;  // plain words in a row while no sure column follows
constexpr std::size_t kTimeColumnMax = 7;     // words before the first time
constexpr std::size_t kLinesForWords = 10;    // fewer lines say nothing about how words repeat
constexpr std::string_view kDelimiters = "|,;:";

// Any year will do while studying.
const TimeContext kAnyYear{Timestamp{}, nullptr};

struct StudiedLine {
  LineScanner scan;
  ColumnValue value;  // of the column tried last
};

/// Where a line's first time stands: behind how many words, and as what kind.
struct TimePlace {
  std::size_t words = 0;
  Column column;
  friend bool operator==(const TimePlace& a, const TimePlace& b) noexcept {
    return a.words == b.words && a.column.kind == b.column.kind && a.column.open == b.column.open;
  }
};

bool fits(const Column& column, LineScanner scan, ColumnValue& value) { return take_column(column, scan, kAnyYear, value); }
bool fits(const Column& column, LineScanner scan) {
  ColumnValue value;
  return fits(column, scan, value);
}

std::optional<Column> time_column_at(const LineScanner& scan) {
  for (const char open : {'\0', '[', '('}) {
    const Column time{ColumnKind::time, ColumnRole::none, open, '\0', {}};
    if (fits(time, scan)) return time;
  }
  for (const char open : {'\0', '[', '('}) {
    const Column epoch{ColumnKind::epoch, ColumnRole::none, open, '\0', {}};
    if (fits(epoch, scan)) return epoch;
  }
  return std::nullopt;
}

std::optional<TimePlace> find_time(std::string_view line) {
  LineScanner scan{line};
  for (std::size_t words = 0; words < kTimeColumnMax; ++words) {
    if (const auto column = time_column_at(scan)) return TimePlace{words, *column};
    if (scan.take_word().empty()) return std::nullopt;
    scan.take_blanks();
    if (scan.take('|')) scan.take_blanks();
  }
  return std::nullopt;
}

std::optional<TimePlace> find_untimed_start(std::string_view line) {
  const LineScanner scan{line};
  for (const char open : {'\0', '['}) {
    const Column clock{ColumnKind::clock, ColumnRole::none, open, '\0', {}};
    if (fits(clock, scan)) return TimePlace{0, clock};
  }
  const Column level{ColumnKind::level, ColumnRole::none, '\0', '\0', {}};
  if (fits(level, scan)) return TimePlace{0, level};
  return std::nullopt;
}

class HeaderStudy {
 public:
  explicit HeaderStudy(std::span<const std::string_view> lines) : all_lines_(lines) {}
  std::unique_ptr<LineFormat> run();

 private:
  template <class Find>
  bool choose_start(Find find, double share_min);
  void extend();
  bool add_next_column();
  bool try_sure_kinds();
  bool try_after_header();
  bool try_words();

  /// How many of the lines the column fits, as a share.
  double share(const Column& column);
  bool nearly_all(const Column& column) { return share(column) >= 0.95; }
  /// How many different texts the column tried last had, as a share of the lines.
  double distinct_share(bool with_digits_masked = false) const;
  void accept(Column column, bool sure);
  char common_delimiter() const;
  bool after_header() const noexcept { return columns_.size() == header_end_; }
  bool has(ColumnKind kind) const noexcept {
    return std::any_of(columns_.begin(), columns_.end(), [&](const Column& column) { return column.kind == kind; });
  }
  bool has_level() const noexcept { return has(ColumnKind::level) || has(ColumnKind::letter); }
  void assign_hosts();
  void assign_leading_service();

  std::span<const std::string_view> all_lines_;
  std::vector<StudiedLine> lines_;  // those that begin a record and fit all columns so far
  std::vector<Column> columns_;
  std::vector<std::vector<std::string_view>> texts_;  // of each column, line by line, for comparing columns
  std::size_t header_end_ = 0;                        // columns before this are header for sure
  std::size_t required_ = 0;
  char delimiter_ = '\0';  // `|` or tab when columns are separated by it
};

double HeaderStudy::share(const Column& column) {
  std::size_t count = 0;
  for (StudiedLine& line : lines_) {
    line.value = {};
    if (fits(column, line.scan, line.value))
      ++count;
    else
      line.value = {};
  }
  return lines_.empty() ? 0 : static_cast<double>(count) / static_cast<double>(lines_.size());
}

double HeaderStudy::distinct_share(bool with_digits_masked) const {
  std::set<std::string> texts;
  for (const StudiedLine& line : lines_) {
    std::string text{line.value.text};
    if (with_digits_masked) std::replace_if(text.begin(), text.end(), is_digit, '0');
    texts.insert(std::move(text));
  }
  return lines_.empty() ? 1 : static_cast<double>(texts.size()) / static_cast<double>(lines_.size());
}

/// The sign that stands behind the column in nearly all lines (the scanners stand behind the column's blanks).
char HeaderStudy::common_delimiter() const {
  for (const char delimiter : kDelimiters) {
    const auto count = std::count_if(lines_.begin(), lines_.end(), [&](const StudiedLine& line) {
      // Colons and commas belong to the column only when they touch it.
      return line.scan.peek() == delimiter && (delimiter == '|' || line.scan.position() == 0 || is_blank(line.scan.peek(1)));
    });
    if (static_cast<double>(count) >= 0.95 * static_cast<double>(lines_.size())) return delimiter;
  }
  return '\0';
}

void HeaderStudy::accept(Column column, bool sure) {
  std::vector<StudiedLine> fitting;
  std::vector<std::vector<std::string_view>> texts(texts_.size() + 1);
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    StudiedLine line = lines_[i];
    line.value = {};
    if (!take_column(column, line.scan, kAnyYear, line.value)) continue;
    for (std::size_t c = 0; c < texts_.size(); ++c) texts[c].push_back(texts_[c][i]);
    texts.back().push_back(line.value.text);
    fitting.push_back(line);
  }
  lines_ = std::move(fitting);
  texts_ = std::move(texts);
  if (column.delimiter == '\0') {
    column.delimiter = common_delimiter();
    if (column.delimiter != '\0') {
      for (StudiedLine& line : lines_) {
        if (line.scan.take(column.delimiter)) line.scan.take_blanks();
      }
    }
  }
  if (column.delimiter == '|') delimiter_ = '|';
  columns_.push_back(column);
  if (sure) header_end_ = columns_.size();
}

/// `[instance: 7] Deleting`, `[query][Query result]`, and a group with nothing behind it: text that a person wrote in brackets.
bool is_prose_group(const StudiedLine& line, char open, bool behind_level) {
  if (line.value.text.find(": ") != std::string_view::npos) return true;
  LineScanner behind = line.scan;
  behind.go_to(behind.position() + line.value.text.size() + 2);
  return (behind_level && behind.peek() == open) || trim_blanks(behind.rest()).empty();
}

bool HeaderStudy::try_sure_kinds() {
  using enum ColumnKind;
  for (const char open : {'\0', '[', '('}) {
    for (const ColumnKind kind : {time, clock}) {
      const Column column{kind, ColumnRole::none, open, '\0', {}};
      if (nearly_all(column)) return accept(column, true), true;
    }
  }
  for (const ColumnKind kind : {epoch, date}) {
    const Column column{kind, ColumnRole::none, '\0', '\0', {}};
    if (!has(kind) && nearly_all(column)) return accept(column, true), true;
  }
  if (!has_level() && nearly_all({level, ColumnRole::none, '\0', '\0', {}}))
    return accept({level, ColumnRole::none, '\0', '\0', {}}, true), true;
  const Column one_letter{letter, ColumnRole::none, '\0', '\0', {}};
  if (!has_level() && (has(time) || has(clock)) && lines_.size() >= 5 && nearly_all(one_letter)) return accept(one_letter, true), true;
  const Column ids{trace, ColumnRole::none, '\0', '\0', {}};
  if (nearly_all(ids)) return accept(ids, true), true;
  return false;
}

/// Kinds that are header only right behind a sure column, or one host name behind it.
bool HeaderStudy::try_after_header() {
  using enum ColumnKind;
  const bool directly = after_header();
  const Column punctuation{separator, ColumnRole::none, '\0', '\0', {}};
  if (nearly_all(punctuation) && distinct_share() * static_cast<double>(lines_.size()) <= 1) return accept(punctuation, directly), true;
  for (const char open : {'[', '(', '<'}) {
    const Column bracketed{group, ColumnRole::thread, open, '\0', {}};
    if (!nearly_all(bracketed)) continue;
    const auto prose =
        std::count_if(lines_.begin(), lines_.end(), [&](const StudiedLine& line) { return is_prose_group(line, open, has_level()); });
    if (static_cast<std::size_t>(prose) * 2 > lines_.size()) return false;
    return accept(bracketed, directly), true;
  }
  if (!directly && columns_.size() - header_end_ != 1) return false;
  Column program{tag, has_level() ? ColumnRole::logger : ColumnRole::service, '\0', '\0', {}};
  const double fitting = share(program);
  const auto with_pid = static_cast<std::size_t>(
      std::count_if(lines_.begin(), lines_.end(), [](const StudiedLine& line) { return !line.value.pid.empty(); }));
  // Programs with pids are unmistakable, and syslog streams have some lines without (`last message repeated 2 times`).
  if (fitting >= 0.95 || (fitting >= 0.75 && with_pid * 2 >= lines_.size())) {
    if (with_pid > 0) program.role = ColumnRole::service;
    const auto loggers =
        std::count_if(lines_.begin(), lines_.end(), [](const StudiedLine& line) { return is_logger_name(line.value.text); });
    // `Failed: …` in every line says nothing about who logged it: names differ, or prove themselves by their form.
    const bool several = lines_.size() >= kLinesForWords && distinct_share() * static_cast<double>(lines_.size()) > 1.5;
    // One word before a tag is a host only in syslog, where programs have pids.
    if (directly ? several || with_pid > 0 || static_cast<std::size_t>(loggers) * 2 > lines_.size()
                 : with_pid * 10 >= lines_.size() && with_pid > 0)
      return accept(program, true), true;
  }
  if (!directly) return false;
  const Column name{logger, ColumnRole::logger, '\0', '\0', {}};
  if (has_level() && share(name) >= 0.9 && (distinct_share(true) <= 0.5 || lines_.size() < kLinesForWords)) return accept(name, true), true;
  for (const std::string_view between : kTitleSeparators) {
    const Column title{titled, has_level() ? ColumnRole::logger : ColumnRole::service, '\0', '\0', between};
    if (nearly_all(title) && lines_.size() >= 3 && (distinct_share(true) <= 0.5 || lines_.size() < kLinesForWords))
      return accept(title, true), true;
  }
  return false;
}

bool HeaderStudy::try_words() {
  using enum ColumnKind;
  if (delimiter_ != '\0') {
    const Column delimited{field, ColumnRole::none, '\0', delimiter_, {}};
    return nearly_all(delimited) && (accept(delimited, true), true);
  }
  const Column digits{number, ColumnRole::pid, '\0', '\0', {}};
  if (nearly_all(digits)) {
    // A number right behind the header is header itself when there are only few of them and no severity ends the header.
    const bool few = !has_level() && lines_.size() >= 2 * kLinesForWords && distinct_share() <= 0.25;
    return accept(digits, after_header() && few), true;
  }
  const Column plain{word, ColumnRole::none, '\0', '\0', {}};
  if (!nearly_all(plain)) return false;
  if (after_header() && header_end_ > 0 && lines_.size() >= kLinesForWords && distinct_share() <= 0.34) {
    // Names that are padded to a width, or set off by a tab: text is not written like that.
    const auto followed_by = [&](auto&& fits_end) {
      const auto count =
          std::count_if(lines_.begin(), lines_.end(), [&](const StudiedLine& line) { return fits_end(line.scan, line.value.text.size()); });
      return static_cast<double>(count) >= 0.95 * static_cast<double>(lines_.size());
    };
    const bool tabbed = followed_by([](const LineScanner& scan, std::size_t end) { return scan.peek(end) == '\t'; });
    const bool padded = tabbed || followed_by([](const LineScanner& scan, std::size_t end) {
                          return scan.peek(end) == '\t' || (is_blank(scan.peek(end)) && is_blank(scan.peek(end + 1)));
                        });
    const bool first = std::none_of(columns_.begin(), columns_.end(), [](const Column& column) { return column.kind == word; });
    const auto role = has_level() ? ColumnRole::logger : tabbed && first ? ColumnRole::service : ColumnRole::none;
    if (padded) return accept({word, role, '\0', '\0', {}}, true), true;
  }
  if (columns_.size() - header_end_ >= kUnsureColumnsMax) return false;
  accept(plain, false);
  return true;
}

bool HeaderStudy::add_next_column() { return try_sure_kinds() || try_after_header() || try_words(); }

void HeaderStudy::extend() {
  const std::size_t enough = lines_.size() * 8 / 10;
  while (columns_.size() < kColumnsMax && !lines_.empty() && lines_.size() >= enough) {
    if (!add_next_column()) break;
  }
}

/// Chooses which lines begin a record: those whose first time (or other start) stands where most lines have it.
template <class Find>
bool HeaderStudy::choose_start(Find find, double share_min) {
  std::vector<std::pair<TimePlace, std::size_t>> places;
  std::vector<std::optional<TimePlace>> of_line;
  std::size_t usable = 0;
  for (const std::string_view line : all_lines_) {
    of_line.push_back(line.empty() || is_blank(line.front()) ? std::nullopt : find(line));
    usable += trim_blanks(line).empty() ? 0 : 1;
    if (!of_line.back()) continue;
    const auto known = std::find_if(places.begin(), places.end(), [&](const auto& place) { return place.first == *of_line.back(); });
    if (known == places.end())
      places.emplace_back(*of_line.back(), 1);
    else
      ++known->second;
  }
  if (places.empty()) return false;
  const auto best = std::max_element(places.begin(), places.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  // A time at the very beginning is unmistakable, so that a few of them among long stack traces are enough.
  const double needed = best->first.words == 0 && best->first.column.kind == ColumnKind::time ? std::min(share_min, 0.03) : share_min;
  if (static_cast<double>(best->second) < needed * static_cast<double>(usable)) return false;
  for (std::size_t i = 0; i < all_lines_.size(); ++i) {
    if (of_line[i] && *of_line[i] == best->first) lines_.push_back(StudiedLine{LineScanner{all_lines_[i]}, {}});
  }
  for (std::size_t w = 0; w < best->first.words; ++w) {
    const Column plain{ColumnKind::word, ColumnRole::none, '\0', '\0', {}};
    accept(plain, false);
  }
  accept(best->first.column, true);
  required_ = columns_.size();
  return true;
}

/// A word that another column repeats (`dn228 … dn228/dn228`) or that stands between time and program is the host.
void HeaderStudy::assign_hosts() {
  const auto n = static_cast<double>(lines_.size());
  for (std::size_t a = 0; a < header_end_; ++a) {
    if (columns_[a].kind != ColumnKind::word || columns_[a].role != ColumnRole::none) continue;
    if (a + 1 < header_end_ && columns_[a + 1].kind == ColumnKind::tag && a > 0 && columns_[a - 1].kind == ColumnKind::time) {
      columns_[a].role = ColumnRole::host;
      return;
    }
    for (std::size_t b = a + 1; b < header_end_; ++b) {
      if (columns_[b].kind != ColumnKind::word) continue;
      std::size_t same = 0;
      for (std::size_t i = 0; i < lines_.size(); ++i)
        same += texts_[a][i].size() > 2 && texts_[b][i].find(texts_[a][i]) != std::string_view::npos ? 1 : 0;
      if (static_cast<double>(same) < 0.9 * n) continue;
      columns_[a].role = ColumnRole::host;
      return;
    }
  }
}

/// One word before the first time (`kubectl logs --prefix`, `docker compose logs`, grep's file name) says where the line came from.
void HeaderStudy::assign_leading_service() {
  if (required_ != 2 || columns_[0].kind != ColumnKind::word || columns_[0].role != ColumnRole::none) return;
  const auto named = std::count_if(texts_[0].begin(), texts_[0].end(),
                                   [](std::string_view text) { return std::any_of(text.begin(), text.end(), is_letter); });
  if (static_cast<double>(named) >= 0.95 * static_cast<double>(lines_.size())) columns_[0].role = ColumnRole::service;
}

std::unique_ptr<LineFormat> HeaderStudy::run() {
  if (!choose_start(find_time, 0.3) && !choose_start(find_untimed_start, 0.5)) return nullptr;
  extend();
  columns_.resize(header_end_);
  assign_hosts();
  assign_leading_service();
  return std::make_unique<HeaderPlan>(std::move(columns_), required_);
}

}  // namespace

std::unique_ptr<LineFormat> detect_header(std::span<const std::string_view> prefix_lines) {
  std::deque<std::string> plain;
  std::vector<std::string_view> lines(prefix_lines.begin(), prefix_lines.end());
  for (std::string_view& line : lines) {
    if (has_ansi(line)) line = plain.emplace_back(strip_ansi(line));
  }
  return HeaderStudy{lines}.run();
}

}  // namespace loglode
