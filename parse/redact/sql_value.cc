#include "parse/redact/sql_value.h"

#include <algorithm>

#include "parse/redact/name_pair.h"
#include "parse/redact/names.h"
#include "parse/redact/values.h"

namespace loglode::redaction {

namespace {

constexpr std::size_t kColumnsMax = 2048;  // characters of the list of columns
constexpr std::size_t kRowMax = 8192;      // of one row
constexpr std::size_t kSecretColumnsMax = 8;

bool is_space(char c) noexcept { return static_cast<unsigned char>(c) <= ' '; }

/// Where `words` (lower case) last stands in the text before `at`; npos when it does not.
std::size_t find_before(std::string_view text, std::size_t at, std::string_view words) noexcept {
  const std::string_view before = text_before(text, at, 96);
  for (std::size_t i = before.size(); i-- > 0;)
    if (starts_ignoring_case(before.substr(i), words) && before.size() - i >= words.size()) return at - before.size() + i;
  return std::string_view::npos;
}

}  // namespace

Span find_sql_value(std::string_view text, std::string_view word, std::size_t at, std::size_t begin) {
  if (!is_any_of(word, {"by", "as", "replace", "values", "password"})) return {};
  const bool quoted = is_quote(text[begin]) || (text[begin] == '\\' && begin + 1 < text.size() && is_quote(text[begin + 1]));
  if (equal_ignoring_case(word, "password") && !quoted) return {};
  if (!equal_ignoring_case(word, "password")) {
    const std::size_t identified = find_before(text, at - word.size(), "identified");
    if (identified == std::string_view::npos) return {};
    const bool statement = is_upper(text[identified]) || find_before(text, identified, "user ") != std::string_view::npos ||
                           find_before(text, identified, "role ") != std::string_view::npos;
    if (!quoted && (!statement || !is_any_of(word, {"by", "replace"}))) return {};
  }
  const Value value = read_value(text, begin);
  const std::string_view judged = beginning_of(text, value);
  if (value.reference || is_placeholder(judged) ||
      (!value.quoted && is_any_of(judged, {"password", "values", "random", "externally", "globally"})))
    return {};
  return mask_value(text, value);
}

Span find_argument(std::string_view text, std::size_t at) {
  if (at == 0 || at + 2 >= text.size() || !is_word(text[at - 1])) return {};
  const std::size_t escaped = text[at + 1] == '\\' ? 1 : 0;
  if (!is_quote(text[at + 1 + escaped])) return {};
  const Name name = name_before(text, at);
  if (name.kind != NameKind::secret) return {};
  const std::string_view word = text.substr(name.begin, at - name.begin);
  for (const std::string_view verb :
       {"get", "find", "read", "load", "fetch", "lookup", "is", "has", "delete", "list", "watch", "create", "update", "by"})
    if (starts_ignoring_case(word.substr(word.rfind('.') == std::string_view::npos ? 0 : word.rfind('.') + 1), verb)) return {};
  const Value value = read_value(text, at + 1);
  const std::string_view judged = beginning_of(text, value);
  const bool prose = judged.find(' ') != std::string_view::npos && !looks_like_secret(judged);
  return is_placeholder(judged) || is_folder(judged) || prose ? Span{} : mask_value(text, value);
}

namespace {

/// The positions of columns that hold secrets, in the list that closes at `close`.
void read_columns(std::string_view text, std::size_t close, std::vector<std::size_t>& columns) {
  std::size_t open = close;
  while (open > 0 && close - open < kColumnsMax && text[open - 1] != '(' && text[open - 1] != ')') --open;
  if (open == 0 || text[open - 1] != '(') return;
  std::size_t index = 0;
  for (std::size_t begin = open; begin < close && columns.size() < kSecretColumnsMax; ++index) {
    const std::size_t end = std::min(text.substr(0, close).find(',', begin), close);
    std::string_view name = text.substr(begin, end - begin);
    while (!name.empty() && (is_space(name.back()) || is_quote(name.back()) || is_one_of(name.back(), "]\\"))) name.remove_suffix(1);
    const NameKind kind = kind_of_name(name);
    if (kind == NameKind::secret || kind == NameKind::likely || kind == NameKind::session || kind == NameKind::code)
      columns.push_back(index);
    begin = end + 1;
  }
}

/// Whether the `(` at `at` begins a row: behind VALUES, whose columns are then read, or behind the comma after another row.
bool begins_row(std::string_view text, std::size_t at, std::vector<std::size_t>& columns) {
  std::size_t end = at;
  while (end > 0 && at - end < 8 && is_space(text[end - 1])) --end;
  if (end > 1 && text[end - 1] == ',' && !columns.empty()) return true;
  if (end < 8 || !equal_ignoring_case(text.substr(end - 6, 6), "values")) return false;
  columns.clear();
  std::size_t close = end - 6;
  while (close > 0 && end - close < 16 && is_space(text[close - 1])) --close;
  if (close == 0 || text[close - 1] != ')') return false;
  read_columns(text, close - 1, columns);
  return !columns.empty();
}

}  // namespace

void RowReader::find(std::string_view text, std::size_t at, std::vector<Span>& found) {
  if (at < read_to_ || !begins_row(text, at, columns_)) return;
  const std::size_t limit = std::min(text.size(), at + kRowMax);
  std::size_t index = 0, depth = 0, begin = at + 1;
  for (std::size_t i = begin; i < limit; ++i) {
    const char c = text[i];
    if (is_quote(c)) {
      const bool escaped = text[i - 1] == '\\';
      i = quoted_end(text, i + 1, c, escaped) + (escaped ? 1 : 0);
    } else if (c == '(') {
      ++depth;
    } else if (c == ')' && depth > 0) {
      --depth;
    } else if ((c == ',' || c == ')') && depth == 0) {
      take(text, begin, i, index++, found);
      begin = i + 1;
      if (c != ')') continue;
      read_to_ = i;
      return;
    }
  }
  read_to_ = limit;
  columns_.clear();
}

void RowReader::take(std::string_view text, std::size_t begin, std::size_t end, std::size_t index, std::vector<Span>& found) const {
  if (std::find(columns_.begin(), columns_.end(), index) == columns_.end()) return;
  while (begin < end && is_space(text[begin])) ++begin;
  const Value value = read_value(text, begin);
  if (value.reference || is_placeholder(beginning_of(text, value)) || value.begin >= end) return;
  found.push_back({value.begin, std::min(value.end, end), SecretKind::credential});
}

}  // namespace loglode::redaction
