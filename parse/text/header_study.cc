#include "parse/text/header_study.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "parse/text/header_plan.h"
#include "parse/text/header_roles.h"
#include "parse/text/tokens.h"

namespace loglode {
namespace {

constexpr std::size_t kColumnsMax = 16;
constexpr std::size_t kUnsureColumnsMax = 6;  // plain words in a row while no sure column follows
constexpr std::size_t kBracketEndMax = 64;
constexpr std::string_view kDelimiters = "|,;:";

bool fits(const Column& column, LineScanner scan, ColumnValue& value) { return take_column(column, scan, any_year(), value); }

/// `[instance: 7] Deleting`, `[query][Query result]`, and a group with nothing behind it: text that a person wrote in brackets.
bool is_prose_group(const LineScanner& scan, std::string_view text, char open, bool behind_level) {
  if (text.find(": ") != std::string_view::npos) return true;
  LineScanner behind = scan;
  behind.go_to(behind.position() + text.size() + 2);
  return (behind_level && behind.peek() == open && text.find_first_of(".=:") == std::string_view::npos) ||
         trim_blanks(behind.rest()).empty();
}

/// Whether one of the units of `text` is a severity.
bool holds_level(std::string_view text) {
  for (LineScanner scan{text}; scan.take_blanks(), !scan.at_end(); scan.go_to(scan.position() + unit_length(scan.rest()))) {
    if (level_at(scan.rest(), LevelWords::any).length != 0) return true;
  }
  return false;
}

/// The closing sign of a bracket that `text` opens and does not close.
char unclosed(std::string_view text) noexcept {
  for (std::size_t at = text.size(); at-- > 0;) {
    const char closing = closing_bracket(text[at]);
    if (closing != '\0') return text.find(closing, at) == std::string_view::npos ? closing : '\0';
  }
  return '\0';
}

bool is_plain_word(std::string_view word) noexcept {
  return std::all_of(word.begin(), word.end(), [](char c) { return is_letter(c) || static_cast<unsigned char>(c) >= 0x80; });
}

}  // namespace

bool HeaderStudy::has(ColumnKind kind) const noexcept {
  return std::any_of(columns_.begin(), columns_.end(), [&](const Column& column) { return column.kind == kind; });
}

double HeaderStudy::share(const Column& column) {
  std::size_t count = 0;
  for (StudiedLine& line : lines_) {
    line.value = {};
    count += fits(column, line.scan, line.value) ? 1 : 0;
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

/// Names come again; what is new in most lines is a value.
bool HeaderStudy::recurs() const { return distinct_share() <= 0.34 || lines_.size() < kLinesForWords; }

/// The sign that stands behind the column in nearly all lines (the scanners stand behind the column's blanks).
char HeaderStudy::common_delimiter(const Column& column) const {
  const bool typed = column.kind != ColumnKind::word && column.kind != ColumnKind::unit && column.kind != ColumnKind::tag;
  for (const char delimiter : kDelimiters) {
    const double with = share_of_lines([&](const StudiedLine& line) {
      if (line.scan.peek() != delimiter) return false;
      // Colons and commas belong to the column only when they touch it, and are no others' (`::1`, `,5`).
      return delimiter == '|' || (delimiter == ';' && typed) || line.scan.position() == 0 || is_blank(line.scan.peek(1));
    });
    if (with >= 0.95) return delimiter;
  }
  return '\0';
}

void HeaderStudy::accept(Column column, bool sure) {
  std::vector<StudiedLine> fitting;
  std::vector<std::vector<std::string_view>> texts(texts_.size() + 1);
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    StudiedLine line = lines_[i];
    line.value = {};
    if (!take_column(column, line.scan, any_year(), line.value)) continue;
    for (std::size_t c = 0; c < texts_.size(); ++c) texts[c].push_back(texts_[c][i]);
    texts.back().push_back(line.value.text);
    fitting.push_back(line);
  }
  lines_ = std::move(fitting);
  texts_ = std::move(texts);
  if (column.delimiter == '\0') {
    column.delimiter = common_delimiter(column);
    if (column.delimiter != '\0') {
      for (StudiedLine& line : lines_) {
        if (line.scan.take(column.delimiter)) line.scan.take_blanks();
      }
    }
  }
  if (column.delimiter == '|' || column.delimiter == ';') delimiter_ = column.delimiter;
  if (column.half && column.kind != ColumnKind::letter) closing_ = closing_bracket(column.open);
  if (column.kind == ColumnKind::moment && !lines_.empty()) {
    const auto open_at = [](const StudiedLine& line) { return unclosed(line.scan.line().substr(0, line.scan.position())); };
    const char closing = open_at(lines_.front());
    closing_ = share_of_lines([&](const StudiedLine& line) { return open_at(line) == closing; }) >= 0.95 ? closing : '\0';
  }
  columns_.push_back(column);
  if (sure) header_end_ = columns_.size();
}

/// Takes the unsure columns back: the scanners stand behind the header again.
void HeaderStudy::return_to_header_end() {
  columns_.resize(header_end_);
  texts_.resize(header_end_);
  std::vector<StudiedLine> kept;
  std::vector<std::vector<std::string_view>> texts(header_end_);
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    StudiedLine line = lines_[i];
    line.scan.go_to(0);
    const bool fitting = std::all_of(columns_.begin(), columns_.end(),
                                     [&](const Column& column) { return take_column(column, line.scan, any_year(), line.value); });
    if (!fitting) continue;
    for (std::size_t c = 0; c < header_end_; ++c) texts[c].push_back(texts_[c][i]);
    kept.push_back(line);
  }
  lines_ = std::move(kept);
  texts_ = std::move(texts);
}

bool HeaderStudy::try_times() {
  using enum ColumnKind;
  for (const char open : {'\0', '[', '(', '<'}) {
    for (const ColumnKind kind : {time, clock}) {
      const Column column = Column::of(kind, open);
      if (nearly_all(column)) return accept(column, true), true;
    }
  }
  for (const ColumnKind kind : {epoch, date}) {
    if (!has(kind) && nearly_all(Column::of(kind))) return accept(Column::of(kind), true), true;
  }
  return false;
}

bool HeaderStudy::try_sure_kinds() {
  if (try_times()) return true;
  if (!has_level() && try_level()) return true;
  const Column letter = Column::of(ColumnKind::letter);
  if (!has_level() && has_time() && lines_.size() >= 5 && nearly_all(letter)) return accept(letter, true), true;
  const Column ids = Column::of(ColumnKind::trace);
  if (nearly_all(ids)) return accept(ids, true), true;
  return !has_level() && try_marked();
}

/// What stands in a bracket behind its time or severity, and the bracket's end.
bool HeaderStudy::try_bracket_end() {
  if (closing_ == '\0') return false;
  const char closing = closing_;
  const Column end = Column::of(ColumnKind::sign, closing);
  if (nearly_all(end)) {
    closing_ = '\0';
    return accept(end, true), true;
  }
  if (try_sure_kinds()) return true;
  closing_ = '\0';
  Column rest = Column::of(ColumnKind::field, '\0', closing);
  rest.role = ColumnRole::thread;
  const double fitting = share(rest);
  const double within = share_of_lines([](const StudiedLine& line) { return line.value.text.size() <= kBracketEndMax; });
  return fitting >= 0.95 && within >= 0.95 && (accept(rest, true), true);
}

/// `ERROR/worker-1 text`, `ERRO[0000] text`: a sign that touches the severity, and the name that touches the sign.
bool HeaderStudy::try_glued_sign() {
  if (columns_.empty() || !after_header()) return false;
  const ColumnKind last = columns_.back().kind;
  const auto touches = [](const StudiedLine& line) {
    return line.scan.position() > 0 && !is_blank(line.scan.line()[line.scan.position() - 1]);
  };
  if (last == ColumnKind::level && share_of_lines(touches) >= 0.95) {
    const Column slash = Column::of(ColumnKind::sign, '/');
    if (nearly_all(slash)) return accept(slash, true), true;
  }
  if (last != ColumnKind::sign || columns_.back().open != '/' || share_of_lines(touches) < 0.95) return false;
  Column name = Column::of(ColumnKind::word);
  name.role = ColumnRole::thread;
  return nearly_all(name) && (accept(name, true), true);
}

bool HeaderStudy::try_separator() {
  const Column punctuation = Column::of(ColumnKind::separator);
  return nearly_all(punctuation) && distinct_share() * static_cast<double>(lines_.size()) <= 1 &&
         (accept(punctuation, after_header()), true);
}

bool HeaderStudy::try_groups() {
  for (const char open : {'[', '(', '<', '{'}) {
    Column bracketed = Column::of(ColumnKind::group, open);
    bracketed.role = ColumnRole::thread;
    if (!nearly_all(bracketed)) continue;
    if (open == '{' &&
        share_of_lines([](const StudiedLine& line) { return line.value.text.find_first_of("\"' ") != std::string_view::npos; }) > 0)
      continue;  // JSON
    const double prose =
        share_of_lines([&](const StudiedLine& line) { return is_prose_group(line.scan, line.value.text, open, has_level()); });
    return prose <= 0.5 && (accept(bracketed, after_header()), true);
  }
  return false;
}

bool HeaderStudy::try_tag() {
  const bool directly = after_header();
  Column program = Column::of(ColumnKind::tag);
  program.role = has_level() ? ColumnRole::logger : ColumnRole::service;
  const double fitting = share(program);
  const double with_pid = share_of_lines([](const StudiedLine& line) { return !line.value.pid.empty(); });
  // Programs with pids are unmistakable, and syslog streams have some lines without (`last message repeated 2 times`).
  if (fitting < 0.95 && !(fitting >= 0.75 && with_pid >= 0.5)) return false;
  if (with_pid > 0) program.role = ColumnRole::service;
  const double loggers = share_of_lines([](const StudiedLine& line) { return is_logger_name(line.value.text); });
  // `Failed: …` in every line says nothing about who logged it: names differ and come again, or prove themselves by their form.
  const bool several = lines_.size() >= kLinesForWords && distinct_share() * static_cast<double>(lines_.size()) > 1.5 && recurs();
  // One word before a tag is a host only in syslog, where programs have pids.
  const bool proven = directly ? several || with_pid > 0 || loggers > 0.5 : with_pid >= 0.1;
  return proven && (accept(program, true), true);
}

bool HeaderStudy::try_logger() {
  Column name = Column::of(ColumnKind::logger);
  name.role = ColumnRole::logger;
  return has_level() && share(name) >= 0.9 && (distinct_share(true) <= 0.5 || lines_.size() < kLinesForWords) && (accept(name, true), true);
}

bool HeaderStudy::try_title() {
  for (const std::string_view between : kTitleSeparators) {
    Column title = Column::of(ColumnKind::titled);
    title.role = has_level() ? ColumnRole::logger : ColumnRole::service;
    title.separator = between;
    if (lines_.size() < 3 || !nearly_all(title) || (distinct_share(true) > 0.5 && lines_.size() >= kLinesForWords)) continue;
    // A severity before the dash is a column of its own, whatever stands before it.
    if (share_of_lines([](const StudiedLine& line) { return holds_level(line.value.text); }) < 0.5) return accept(title, true), true;
  }
  return false;
}

/// Kinds that are header only right behind a sure column, or one host name behind it.
bool HeaderStudy::try_after_header() {
  const bool directly = after_header();
  if (try_separator() || try_groups()) return true;
  if (!directly && columns_.size() - header_end_ != 1) return false;
  if (try_tag()) return true;
  return directly && (try_logger() || try_title());
}

/// Names that are padded to a width, or set off by a tab: text is not written like that.
bool HeaderStudy::try_padded_word() {
  Column plain = Column::of(ColumnKind::word);
  const auto followed_by = [&](auto&& fits_end) {
    return share_of_lines([&](const StudiedLine& line) { return fits_end(line.scan, line.value.text.size()); }) >= 0.95;
  };
  const bool tabbed = followed_by([](const LineScanner& scan, std::size_t end) { return scan.peek(end) == '\t'; });
  const bool padded = tabbed || followed_by([](const LineScanner& scan, std::size_t end) {
                        return scan.peek(end) == '\t' || (is_blank(scan.peek(end)) && is_blank(scan.peek(end + 1)));
                      });
  const bool first = std::none_of(columns_.begin(), columns_.end(), [](const Column& column) { return column.kind == ColumnKind::word; });
  plain.role = has_level() ? ColumnRole::logger : tabbed && first ? ColumnRole::service : ColumnRole::none;
  return padded && (accept(plain, true), true);
}

bool HeaderStudy::try_words() {
  if (delimiter_ != '\0') {
    const Column delimited = Column::of(ColumnKind::field, '\0', delimiter_);
    return nearly_all(delimited) && (accept(delimited, true), true);
  }
  Column digits = Column::of(ColumnKind::number);
  digits.role = ColumnRole::pid;
  if (nearly_all(digits)) {
    // A number right behind the header is header itself when there are only few of them and no severity ends the header.
    const bool few = !has_level() && lines_.size() >= 2 * kLinesForWords && distinct_share() <= 0.25;
    return accept(digits, after_header() && few), true;
  }
  const Column plain = Column::of(ColumnKind::word);
  if (!nearly_all(plain)) return false;
  if (after_header() && header_end_ > 0 && lines_.size() >= kLinesForWords && distinct_share() <= 0.34 && try_padded_word()) return true;
  const std::size_t unsure = columns_.size() - header_end_;
  if (unsure >= kUnsureColumnsMax) return false;
  // Few lines agree by chance: of their words one alone may be a column.
  if (lines_.size() < kLinesForWords && unsure > 0 &&
      share_of_lines([](const StudiedLine& line) { return is_plain_word(line.value.text); }) > 0.5)
    return false;
  accept(plain, false);
  return true;
}

bool HeaderStudy::add_next_column() {
  if (closing_ != '\0') return try_bracket_end() || add_next_column();
  return try_sure_kinds() || try_glued_sign() || try_after_header() || try_words();
}

void HeaderStudy::extend() {
  std::size_t enough = lines_.size() * 8 / 10;
  while (columns_.size() < kColumnsMax && !lines_.empty() && lines_.size() >= enough) {
    const bool leveled = has_level();
    if (!add_next_column()) break;
    if (!leveled && has_level()) enough = std::min(enough, lines_.size() * 8 / 10);
  }
}

/// A column before the start: of the sure kinds, or whatever stands there.
void HeaderStudy::accept_unit(bool opens_bracket) {
  if (opens_bracket) {
    const char open = lines_.empty() ? '[' : lines_.front().scan.peek();
    accept(Column::of(ColumnKind::sign, open), false);
    closing_ = closing_bracket(open);
    return;
  }
  const Column letter = Column::of(ColumnKind::letter);
  if (!has_level() && nearly_all(letter)) return accept(letter, false);
  if (!has_level() && (try_level() || try_marked())) return;
  if (try_separator() || try_groups()) return;
  accept(Column::of(share(Column::of(ColumnKind::word)) >= 1 &&
                            share_of_lines([](const StudiedLine& line) { return closing_bracket(line.scan.peek()) != '\0'; }) == 0
                        ? ColumnKind::word
                        : ColumnKind::unit),
         false);
}

/// Chooses which lines begin a record: those whose first time (or other start) stands where most lines have it.
bool HeaderStudy::choose_start(FindStart find, double share_min) {
  std::vector<std::pair<HeaderStart, std::size_t>> starts;
  std::vector<std::optional<HeaderStart>> of_line;
  std::size_t usable = 0;
  for (const std::string_view line : all_lines_) {
    of_line.push_back(line.empty() || is_blank(line.front()) ? std::nullopt : find(line));
    usable += trim_blanks(line).empty() ? 0 : 1;
    if (!of_line.back()) continue;
    const auto known = std::find_if(starts.begin(), starts.end(), [&](const auto& start) { return start.first == *of_line.back(); });
    if (known == starts.end())
      starts.emplace_back(*of_line.back(), 1);
    else
      ++known->second;
  }
  if (starts.empty()) return false;
  const auto best = std::max_element(starts.begin(), starts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  const HeaderStart& start = best->first;
  // A time at the very beginning is unmistakable, so that a few of them among long stack traces are enough.
  const double needed = start.units == 0 && start.column.kind == ColumnKind::time ? std::min(share_min, 0.03) : share_min;
  if (static_cast<double>(best->second) < needed * static_cast<double>(usable)) return false;
  for (std::size_t i = 0; i < all_lines_.size(); ++i) {
    if (of_line[i] && *of_line[i] == start) lines_.push_back(StudiedLine{LineScanner{all_lines_[i]}, {}});
  }
  for (std::size_t unit = 0; unit < start.units && !lines_.empty(); ++unit) accept_unit(unit == start.entered);
  if (start.letter) {
    Column letter = Column::of(ColumnKind::letter);
    letter.half = true;
    accept(letter, false);
  }
  if (start.column.kind == ColumnKind::level ? !try_level()
                                             : (start.column.kind == ColumnKind::moment && try_marked(), accept(start.column, true), false))
    return false;
  required_ = columns_.size();
  return !lines_.empty() && !is_sentence();
}

/// `connection from 10.0.0.1 at Sat Jul  9 12:16:51 2005`: words, and a time that ends them, are what is said, not a header. Where other
/// lines stand below, they begin reports.
bool HeaderStudy::is_sentence() const {
  constexpr std::size_t kWordsMin = 2;
  const auto usable = std::count_if(all_lines_.begin(), all_lines_.end(), [](std::string_view line) { return !trim_blanks(line).empty(); });
  if (static_cast<double>(lines_.size()) < 0.9 * static_cast<double>(usable)) return false;
  if (share_of_lines([](const StudiedLine& line) { return trim_blanks(line.scan.rest()).empty(); }) <= 0.5) return false;
  const auto words = std::count_if(texts_.begin(), texts_.end(), [](const std::vector<std::string_view>& texts) {
    const auto plain =
        std::count_if(texts.begin(), texts.end(), [](std::string_view text) { return text.size() > 1 && is_plain_word(text); });
    return static_cast<double>(plain) >= 0.9 * static_cast<double>(texts.size());
  });
  return static_cast<std::size_t>(words) >= kWordsMin;
}

std::unique_ptr<LineFormat> HeaderStudy::run() {
  if (!choose_start(&find_time, 0.3)) {
    *this = HeaderStudy{all_lines_};
    if (!choose_start(&find_untimed_start, 0.5)) return nullptr;
  }
  extend();
  if (!has_level() && try_far_level()) extend();
  columns_.resize(header_end_);
  texts_.resize(header_end_);
  assign_roles(texts_, header_end_, required_, columns_);
  return std::make_unique<HeaderPlan>(std::move(columns_), required_);
}

}  // namespace loglode
