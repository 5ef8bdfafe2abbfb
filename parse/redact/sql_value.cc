#include "parse/redact/sql_value.h"

#include <algorithm>

#include "parse/redact/name_pair.h"
#include "parse/redact/names.h"
#include "parse/redact/values.h"

namespace loglode::redaction {

namespace {

constexpr std::size_t kColumnsMax = 2048;  // characters of the list of columns
constexpr std::size_t kRowMax = 8192;      // of one row
constexpr std::size_t kBoundMax = 2048;    // of a list of what is bound
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
  for (const std::string_view verb : {"get", "find", "read", "load", "fetch", "lookup", "is", "has", "delete", "list", "watch", "create",
                                      "update", "by", "changeuserpass"})
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

/// The items of a list, up to the bracket that closes it; where that stands, `limit` when it does not. In SQL a quote may follow a letter
/// (`N'x'`); in what a program prints that is an apostrophe.
template <class Take>
std::size_t read_items(std::string_view text, std::size_t begin, std::size_t limit, bool sql, Take take) {
  std::size_t index = 0, depth = 0;
  for (std::size_t i = begin; i < limit; ++i) {
    const char c = text[i];
    if (is_quote(c) && (sql || !is_alnum(text[i - 1]))) {
      const bool escaped = text[i - 1] == '\\';
      i = quoted_end(text, i + 1, c, escaped) + (escaped ? 1 : 0);
    } else if (is_one_of(c, "([{")) {
      ++depth;
    } else if (is_one_of(c, ")]}") && depth > 0) {
      --depth;
    } else if (depth == 0 && is_one_of(c, ",)]}")) {
      take(begin, i, index++);
      begin = i + 1;
      if (c != ',') return i;
    }
  }
  return limit;
}

void trim(std::string_view text, std::size_t& begin, std::size_t& end) noexcept {
  while (begin < end && is_space(text[begin])) ++begin;
  while (begin < end && is_space(text[end - 1])) --end;
}

/// `?`, `?2`, `$2`, `:password`, `@password`, `%s`, `%(password)s`: what is put there stands elsewhere.
bool is_parameter(std::string_view text, std::size_t begin, std::size_t end) noexcept {
  trim(text, begin, end);
  const std::string_view item = text.substr(begin, end - begin);
  if (item == "%s") return true;
  if (item.starts_with("%(")) return item.ends_with(")s");
  if (item.empty() || !is_one_of(item[0], "?$:@")) return false;
  return (item[0] == '?' || item.size() > 1) && std::all_of(item.begin() + 1, item.end(), is_word);
}

/// Of a list that a program prints: without its quotes, and without `$2 = ` or `:password = ` before it.
Span bound_value(std::string_view text, std::size_t begin, std::size_t end) noexcept {
  trim(text, begin, end);
  if (begin < end && is_one_of(text[begin], "$:@")) {
    const std::size_t sign = text.substr(begin, end - begin).find_first_of("=:", 1);
    if (sign != std::string_view::npos) begin += sign + 1;
    trim(text, begin, end);
  }
  if (end - begin > 1 && is_quote(text[begin]) && text[end - 1] == text[begin]) ++begin, --end;
  const std::string_view value = text.substr(begin, end - begin);
  return is_placeholder(value) ? Span{} : Span{begin, end, SecretKind::credential};
}

/// Behind `VALUES (?, ?)`, up to a few words on: `[ann, x]`, `-- params: ["ann", "x"]`. As many items as parameters, once for each row;
/// what has others holds commas itself, so that all from the first secret on is masked.
void find_bound_values(std::string_view text, std::size_t at, const std::vector<std::size_t>& secret, std::size_t parameters,
                       std::vector<Span>& found) {
  constexpr std::size_t kBetweenMax = 48;
  std::size_t open = at;
  while (open < text.size() && open - at < kBetweenMax && !ends_line(text[open]) && !is_one_of(text[open], "([{")) ++open;
  constexpr std::string_view kListed = "Parameters: ";  // of MyBatis: `bob(String), x(String)`
  const std::size_t label = text.substr(0, open < text.size() ? open : at).find(kListed, at);
  const bool listed = label != std::string_view::npos && label + kListed.size() != open;  // no bracket of a whole list behind it
  if (listed) open = label + kListed.size() - 1;
  if (open >= text.size() || (!listed && !is_one_of(text[open], "([{"))) return;
  std::size_t before = open;
  while (before > at && is_blank(text[before - 1])) --before;
  if (text[open] == '(' && (before == at || !is_one_of(text[before - 1], "=:"))) return;
  std::vector<Span> items;
  std::size_t limit = std::min(text.size(), open + kBoundMax), last = open + 1;
  if (listed) limit = std::min(limit, text.find_first_of("\r\n", open));
  const std::size_t close = read_items(text, open + 1, limit, false, [&](std::size_t begin, std::size_t end, std::size_t) {
    items.push_back(bound_value(text, begin, end));
    last = end + 1;
  });
  if (listed && close == limit) items.push_back(bound_value(text, last, limit));  // no bracket ends it
  if (items.size() <= secret.front()) return;
  if (items.size() % parameters != 0) {
    if (const std::size_t begin = items[secret.front()].begin; begin != 0) found.push_back({begin, close, SecretKind::credential});
    return;
  }
  for (std::size_t i = 0; i < items.size(); ++i)
    if (!items[i].empty() && std::find(secret.begin(), secret.end(), i % parameters) != secret.end()) found.push_back(items[i]);
}

/// What is bound to one parameter by its number: `[2] as [VARCHAR] - [x]`, `(2:VARCHAR) <- [x]` of Hibernate, `$2 = 'x'` of PostgreSQL.
/// False: nothing is bound in this way.
bool find_numbered(std::string_view text, std::size_t at, std::size_t number, std::vector<Span>& found) {
  const auto take = [&](std::string_view value, Span span) {
    if (!is_placeholder(value)) found.push_back(span);
    return true;
  };
  constexpr std::size_t kTypeMax = 48;
  const std::string_view region = text.substr(0, std::min(text.size(), at + kBoundMax));
  const std::string digits = std::to_string(number);
  if (const std::size_t named = region.find("$" + digits + " = ", at); named != std::string_view::npos) {
    const Value value = read_value(text, named + digits.size() + 4);
    return take(beginning_of(text, value), mask_value(text, value));
  }
  std::size_t type = region.find("[" + digits + "] as [", at);
  if (type == std::string_view::npos) type = region.find("(" + digits + ":", at);
  if (type == std::string_view::npos) return false;
  const std::size_t open = region.substr(0, std::min(region.size(), type + kTypeMax)).find("- [", type);
  if (open == std::string_view::npos) return false;
  const std::size_t begin = open + 3;
  std::size_t end = region.find(']', begin);
  while (end < region.size() && end + 1 < region.size() && !is_space(region[end + 1]) && !is_one_of(region[end + 1], ",;\"\\"))
    end = region.find(']', end + 1);
  end = std::min(end, region.size());
  return take(text.substr(begin, end - begin), {begin, end, SecretKind::credential});
}

/// Where the statement that holds `at` begins; `at` when there is none.
std::size_t statement_begin(std::string_view text, std::size_t at) noexcept {
  const std::size_t lowest = at > kBoundMax ? at - kBoundMax : 0;
  for (std::size_t i = at; i-- > lowest;) {
    const char c = lowered(text[i]);
    if (!is_one_of(c, "uisdm") || (i > 0 && is_word(text[i - 1]))) continue;
    for (const std::string_view verb : {"update ", "insert ", "select ", "delete ", "merge "})
      if (starts_ignoring_case(text.substr(i, verb.size()), verb)) return i;
  }
  return at;
}

}  // namespace

void RowReader::find_assigned(std::string_view text, std::size_t at, std::vector<Span>& found) {
  std::size_t begin = at + 1;
  while (begin < text.size() && begin - at < 4 && is_blank(text[begin])) ++begin;
  const bool numbered = begin + 1 < text.size() && text[begin] == '$' && is_digit(text[begin + 1]);
  const std::string_view mark = text.substr(begin, 1) == "?" ? "?" : text.substr(begin, 2) == "%s" ? "%s" : "";
  if (!numbered && mark.empty()) return;
  std::size_t end = at;
  while (end > 0 && at - end < 4 && (is_space(text[end - 1]) || is_quote(text[end - 1]) || text[end - 1] == ']')) --end;
  const NameKind kind = name_before(text, end).kind;
  if (kind != NameKind::secret && kind != NameKind::likely && kind != NameKind::code) return;
  const std::size_t statement = statement_begin(text, at);
  if (statement == at) return;
  std::size_t number = 0, total = 0, last = begin;
  if (numbered) {
    for (std::size_t i = begin + 1; i < text.size() && i - begin < 4 && is_digit(text[i]); ++i)
      number = number * 10 + static_cast<std::size_t>(text[i] - '0');
  } else {
    const std::size_t limit = std::min(text.size(), begin + kBoundMax);
    for (std::size_t i = statement; i < limit && (i <= begin || !is_one_of(text[i], "[{\r\n")); ++i) {
      if (text.substr(i, mark.size()) != mark) continue;
      ++total;
      if (i == begin) number = total;
      last = i + mark.size();
    }
  }
  const bool bound = find_numbered(text, last, number, found);
  if (!bound && !numbered && number > 0) find_bound_values(text, last, {number - 1}, total, found);
}

void RowReader::find(std::string_view text, std::size_t at, std::vector<Span>& found) {
  if (at < read_to_ || !begins_row(text, at, columns_)) return;
  const std::size_t limit = std::min(text.size(), at + kRowMax);
  std::vector<std::size_t> secret;
  std::size_t parameters = 0;
  read_to_ = read_items(text, at + 1, limit, true, [&](std::size_t begin, std::size_t end, std::size_t index) {
    const bool holds_secret = std::find(columns_.begin(), columns_.end(), index) != columns_.end();
    const bool parameter = is_parameter(text, begin, end);
    if (parameter && holds_secret) secret.push_back(parameters);
    if (!parameter && holds_secret) take(text, begin, end, found);
    if (parameter) ++parameters;
  });
  if (read_to_ == limit) {
    columns_.clear();
  } else if (!secret.empty()) {
    bool bound = false;
    for (const std::size_t place : secret) bound = find_numbered(text, read_to_ + 1, place + 1, found) || bound;
    if (!bound) find_bound_values(text, read_to_ + 1, secret, parameters, found);
  }
}

void RowReader::take(std::string_view text, std::size_t begin, std::size_t end, std::vector<Span>& found) {
  while (begin < end && is_space(text[begin])) ++begin;
  const Value value = read_value(text, begin);
  if (value.reference || is_placeholder(beginning_of(text, value)) || value.begin >= end) return;
  found.push_back({value.begin, std::min(value.end, end), SecretKind::credential});
}

}  // namespace loglode::redaction
