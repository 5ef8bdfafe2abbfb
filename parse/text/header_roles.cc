#include "parse/text/header_roles.h"

#include <algorithm>
#include <set>

#include "parse/text/tokens.h"

namespace loglode {
namespace {

std::size_t line_count(const ColumnTexts& texts) noexcept { return texts.empty() ? 0 : texts.front().size(); }

/// A word that another column repeats (`dn228 … dn228/dn228`) or that stands between time and program is the host.
void assign_hosts(const ColumnTexts& texts, std::size_t header_end, std::vector<Column>& columns) {
  const std::size_t lines = line_count(texts);
  for (std::size_t a = 0; a < header_end; ++a) {
    if (columns[a].kind != ColumnKind::word || columns[a].role != ColumnRole::none) continue;
    if (a + 1 < header_end && columns[a + 1].kind == ColumnKind::tag && a > 0 && columns[a - 1].kind == ColumnKind::time) {
      columns[a].role = ColumnRole::host;
      return;
    }
    for (std::size_t b = a + 1; b < header_end; ++b) {
      if (columns[b].kind != ColumnKind::word) continue;
      std::size_t same = 0;
      for (std::size_t i = 0; i < lines; ++i)
        same += texts[a][i].size() > 2 && texts[b][i].find(texts[a][i]) != std::string_view::npos ? 1 : 0;
      if (static_cast<double>(same) < 0.9 * static_cast<double>(lines)) continue;
      columns[a].role = ColumnRole::host;
      return;
    }
  }
}

/// What brackets hold is known by its form: a place in the source, a logger, a pid; else it is the thread.
void assign_groups(const ColumnTexts& texts, std::size_t header_end, std::vector<Column>& columns) {
  for (std::size_t column = 0; column < header_end; ++column) {
    if (columns[column].role != ColumnRole::thread) continue;
    const auto most = [&](auto&& holds) {
      return static_cast<std::size_t>(std::count_if(texts[column].begin(), texts[column].end(), holds)) * 10 >= texts[column].size() * 8;
    };
    if (most([](std::string_view text) { return is_code_position(text) || is_dotted_name(text); }))
      columns[column].role = ColumnRole::logger;
    else if (most(all_digits))
      columns[column].role = ColumnRole::pid;
    else if (most([](std::string_view text) { return text.find('=') != std::string_view::npos || text == "-"; }))
      columns[column].role = ColumnRole::none;
  }
}

/// `Start-Date:`, `end_time`: says what the time behind it is of, not who wrote it.
bool names_a_time(std::string_view word) noexcept {
  if (word.ends_with(':') || word.ends_with('=')) word.remove_suffix(1);
  word.remove_prefix(word.find_last_of("-_.") + 1);  // npos + 1 is 0
  for (const std::string_view name : {"Date", "date", "Time", "time", "Timestamp", "timestamp"})
    if (word == name) return true;
  return false;
}

/// One word before the first time (`kubectl logs --prefix`, `docker compose logs`, grep's file name) says where the line came from, when
/// it is a name that comes again.
void assign_leading_service(const ColumnTexts& texts, std::size_t required, std::vector<Column>& columns) {
  if (required != 2 || columns[0].kind != ColumnKind::word || columns[0].role != ColumnRole::none) return;
  const std::size_t lines = line_count(texts);
  const std::set<std::string_view> different(texts[0].begin(), texts[0].end());
  if (lines >= kLinesForWords && different.size() * 2 > lines) return;
  const auto named = std::count_if(texts[0].begin(), texts[0].end(), [](std::string_view text) {
    return std::any_of(text.begin(), text.end(), is_letter) && !names_a_time(text);
  });
  if (static_cast<double>(named) >= 0.95 * static_cast<double>(lines)) columns[0].role = ColumnRole::service;
}

}  // namespace

void assign_roles(const ColumnTexts& texts, std::size_t header_end, std::size_t required, std::vector<Column>& columns) {
  assign_hosts(texts, header_end, columns);
  assign_groups(texts, header_end, columns);
  assign_leading_service(texts, required, columns);
}

}  // namespace loglode
