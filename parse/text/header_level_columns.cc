// HeaderStudy: where the severity stands.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "parse/text/header_study.h"
#include "parse/text/tokens.h"

namespace loglode {
namespace {

constexpr double kKnownLevelsMin = 0.5;  // of the lines with a level column, so many have a word that is known

std::string lowered(std::string_view word) {
  std::string lower{word};
  std::transform(lower.begin(), lower.end(), lower.begin(), to_lower);
  return lower;
}

/// Small letters behind a blank.
bool is_followed_by_prose(std::string_view text, std::size_t at) noexcept {
  LineScanner scan{text};
  scan.go_to(at);
  return scan.take_blanks() > 0 && scan.peek() >= 'a' && scan.peek() <= 'z';
}

}  // namespace

/// Most lines have a severity here, and the others' words are set apart as theirs are, or they have none: one unknown word costs its own
/// line the severity, not the column.
bool HeaderStudy::try_level() {
  std::map<std::pair<char, bool>, std::size_t> shapes;  // bracket and colon
  std::set<std::string> words;
  std::size_t known = 0, strong = 0, capitals = 0, prose = 0;
  for (const StudiedLine& line : lines_) {
    const std::string_view rest = line.scan.rest();
    const LevelToken level = level_at(rest, LevelWords::any);
    if (level.length == 0) continue;
    const std::string_view token = rest.substr(0, level.length);
    ++known;
    strong += is_in_capitals(token) || !is_weak_level_word(token) ? 1 : 0;
    capitals += is_in_capitals(token) ? 1 : 0;
    ++shapes[{closing_bracket(token.front()) != '\0' ? token.front() : '\0', token.back() == ':'}];
    words.insert(lowered(token));
    prose += is_followed_by_prose(rest, level.length) ? 1 : 0;
  }
  if (static_cast<double>(known) < kKnownLevelsMin * static_cast<double>(lines_.size()) || known == 0 || strong * 2 < known) return false;
  const auto usual = std::max_element(shapes.begin(), shapes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  Column column = Column::of(ColumnKind::level, usual->first.first);
  column.colon = usual->first.second;
  column.capitals = capitals == known;
  if (usual->second != known) column.open = '\0', column.colon = false;
  // `Alert raised by …`: one word in all lines, which nothing sets apart from what follows it, is as likely the first one of a sentence.
  const bool shouted = column.capitals && !is_weak_level_word(*words.begin());
  if (columns_.empty() && words.size() == 1 && !shouted && column.open == '\0' && !column.colon && prose * 2 > known) return false;
  const double fitting = share(column);
  const bool enough =
      fitting >= 0.95 || (after_header() && fitting >= kKnownLevelsMin && (column.capitals || column.open != '\0' || column.colon));
  return enough && (accept(column, true), true);
}

/// A severity within the unit that stands here: `shop.orders[ERROR]`, `[worker-1/INFO]:`, `staging.WARN:`.
bool HeaderStudy::try_marked() {
  struct Place {
    std::size_t count = 0, capitals = 0;
    std::set<Severity> severities;
  };
  std::map<std::pair<char, char>, Place> places;
  for (const StudiedLine& line : lines_) {
    const std::string_view text = line.scan.line();
    const std::size_t begin = line.scan.position(), end = begin + unit_length(line.scan.rest());
    if (is_pair(line.scan.rest()) || text.substr(begin, end - begin).find("://") != std::string_view::npos) continue;
    for (LevelMark mark = next_level_mark(text, begin, end, true); mark.found(); mark = next_level_mark(text, mark.end, end, true)) {
      if (mark.begin == begin || mark.before == ' ') continue;
      Place& place = places[{mark.before, mark.after}];
      ++place.count;
      place.capitals += mark.capitals ? 1 : 0;
      place.severities.insert(mark.severity);
    }
  }
  if (places.empty()) return false;
  const auto usual =
      std::max_element(places.begin(), places.end(), [](const auto& a, const auto& b) { return a.second.count < b.second.count; });
  if (static_cast<double>(usual->second.count) < kKnownLevelsMin * static_cast<double>(lines_.size())) return false;
  Column column = Column::of(ColumnKind::marked);
  std::tie(column.before, column.after) = usual->first;
  column.capitals = usual->second.capitals == usual->second.count;
  // In small letters only where they differ: `socket.error:` in every line is a name.
  if (!column.capitals && usual->second.severities.size() < 2) return false;
  if (!nearly_all(column)) return false;
  const bool bracketed = share_of_lines([](const StudiedLine& line) {
                           const char closing = closing_bracket(line.scan.peek());
                           return closing != '\0' && line.scan.line()[line.scan.position() + unit_length(line.scan.rest()) - 1] == closing;
                         }) >= 0.95;
  const char open = lines_.front().scan.peek();
  column.role = bracketed ? ColumnRole::thread : ColumnRole::logger;
  accept(column, true);
  if (bracketed && closing_bracket(open) != column.after) closing_ = closing_bracket(open);
  return true;
}

/// Behind columns that differ from line to line: `pid=1 class=Job elapsed=0.1 INFO: done` beside `pid=1 class=Job INFO: start`.
bool HeaderStudy::try_far_level() {
  return_to_header_end();
  std::map<std::pair<char, char>, std::size_t> places;
  for (const StudiedLine& line : lines_) {
    const LevelMark mark = header_mark(line.scan.line(), line.scan.position(), has_time());
    if (mark.found()) ++places[{mark.before, mark.after}];
  }
  if (places.empty()) return false;
  const auto usual = std::max_element(places.begin(), places.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  Column column = Column::of(ColumnKind::marked);
  std::tie(column.before, column.after) = usual->first;
  column.far = true;
  return share(column) >= 0.8 && (accept(column, true), true);
}

}  // namespace loglode
