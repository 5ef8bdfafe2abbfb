// Values that a name gives away: `password=x`, `"token": "x"`, `DB_PASSWORD: x`, `密码：x`. Prose says the same names ("token expired",
// "Password: incorrect"), so what a colon follows must look like a secret itself.
#include <algorithm>

#include "parse/redact/detectors.h"
#include "parse/redact/headers.h"
#include "parse/redact/name_pair.h"
#include "parse/redact/names.h"
#include "parse/redact/values.h"

namespace loglode::redaction {

namespace {

constexpr std::size_t kToldMax = 56;     // characters between a name and the sign that a sentence has between them, as the probes expect
constexpr std::size_t kClosersMax = 16;  // quotes and backslashes between a name and its sign

struct Separator {
  std::size_t name_end = 0, value_begin = 0;
  bool colon = false;      // `:`, which prose has as well
  bool compared = false;   // `==`
  bool gap = false;        // blanks only behind an `=`: the value may be something else
  bool next_line = false;  // there too
  bool name_quoted = false;
  bool base64 = false;  // `::` of LDIF
  bool told = false;    // a sentence has it: then anything up to a blank may be the value
};

std::size_t skip_blanks(std::string_view text, std::size_t at, std::size_t most) noexcept {
  const std::size_t limit = std::min(text.size(), at + most);
  while (at < limit && is_blank(text[at])) ++at;
  return at;
}

/// Behind `user[password]`, `password[0]`, `"password"`: where the name ends.
std::size_t skip_closers_back(std::string_view text, std::size_t end, bool& quoted) noexcept {
  const std::size_t lowest = end > kClosersMax ? end - kClosersMax : 0;
  while (end > lowest) {
    const char c = text[end - 1];
    if (is_quote(c)) quoted = true;
    if (is_quote(c) || c == '\\' || c == ']' || c == '[') {
      --end;
    } else if (is_digit(c) && end > 1 && text[end - 2] == '[') {
      end -= 2;
    } else {
      break;
    }
  }
  return end;
}

/// Before the ` (…)` that ends at `end`: `initial password (without the quotes): "x"`.
std::size_t skip_remark_back(std::string_view text, std::size_t end) noexcept {
  constexpr std::size_t kRemarkMax = 40;
  if (end == 0 || text[end - 1] != ')') return end;
  for (std::size_t at = end - 1; at > 1 && end - at < kRemarkMax && text[at] != '\n'; --at)
    if (text[at] == '(') return text[at - 1] == ' ' ? at - 1 : end;
  return end;
}

/// Over a line's end to a value on the next line: `password=\nx`.
std::size_t skip_line_end(std::string_view text, std::size_t at) noexcept {
  constexpr std::size_t kIndentMax = 16;
  std::size_t next = at;
  if (next < text.size() && text[next] == '\r') ++next;
  if (next >= text.size() || text[next] != '\n') return at;
  for (++next; next < text.size() && next - at < kIndentMax && static_cast<unsigned char>(text[next]) <= ' ';) ++next;
  return next;
}

/// `=`, `=>`, `:=`, `:`, `->` with quotes, brackets and blanks around them; not `!=`, `::`, `<=`.
bool read_separator(std::string_view text, std::size_t at, Separator& out) noexcept {
  const char sign = text[at];
  const char before = at > 0 ? text[at - 1] : '\0', after = at + 1 < text.size() ? text[at + 1] : '\0';
  if (sign == '>' && before != '-') return false;
  if (sign == '=' && (before == '=' || before == '!' || before == '<' || before == '>' || before == ':' || before == '~')) return false;
  out.base64 = sign == ':' && after == ':' && at + 2 < text.size() && text[at + 2] == ' ';
  if (sign == ':' && ((after == ':' && !out.base64) || before == ':')) return false;
  std::size_t end = at - (sign == '>' ? 1 : 0);
  const std::size_t joined = end;
  while (end > 0 && joined - end < 4 && is_blank(text[end - 1])) --end;
  const bool blank_before = end != joined;
  out.name_end = skip_remark_back(text, skip_closers_back(text, end, out.name_quoted));
  std::size_t value = at + 1;
  out.compared = sign == '=' && after == '=';
  if (out.compared || out.base64 || (sign == '=' && after == '>') || (sign == ':' && after == '=')) ++value;
  out.value_begin = skip_blanks(text, value, 4);
  out.gap = sign == '=' && after != '>' && !blank_before && out.value_begin != value;
  if (const std::size_t next = skip_line_end(text, out.value_begin); next != out.value_begin) {
    out.value_begin = next;
    out.gap = out.next_line = true;
  }
  out.colon = (sign == ':' && after != '=') || sign == '>';
  return out.name_end > 0;
}

// --- judging -----------------------------------------------------------------------------------------------------------------------------

constexpr std::size_t kSignatureMin = 20, kSignatureMinInQuery = 8;

bool in_query(std::string_view text, std::size_t name_begin) noexcept {
  return name_begin > 0 && is_one_of(text[name_begin - 1], "?&;6");  // `&amp;` and an escaped `&` too
}

/// `?sig=` and `&signature=` of a presigned URL; anywhere else `sig=` may be anything short.
bool is_signature(std::string_view text, const Name& name, const Separator& separator, const Value& value) noexcept {
  const std::string_view word = text.substr(name.begin, separator.name_end - name.begin);
  const bool whole = is_any_of(word, {"sig", "signature"});
  const bool query = whole && in_query(text, name.begin) && text[separator.name_end] == '=';
  const std::size_t least = query ? kSignatureMinInQuery : kSignatureMin;
  if (bare_end(text, value.begin, value.begin + least) - value.begin < least) return false;
  return looks_like_secret(beginning_of(text, value));
}

/// A `secret` or `token` that is named alone may be one of Kubernetes (`default/shop-tls`) or of a grammar.
bool is_other_thing(std::string_view judged) noexcept {
  const bool named = judged.find('/') != std::string_view::npos && judged.find_first_of("+=") == std::string_view::npos &&
                     std::all_of(judged.begin(), judged.end(), [](char c) { return is_lower(c) || is_digit(c) || is_one_of(c, "-./"); });
  const bool number = judged.size() < 6 && std::all_of(judged.begin(), judged.end(), is_digit);
  return named || number || judged.size() < 3;
}

bool is_secret_value(std::string_view text, std::string_view judged, const Name& name, const Separator& separator,
                     const Value& value) noexcept {
  if (name.vague && is_other_thing(judged)) return false;
  if (separator.base64) return judged.size() % 4 == 0;
  if (name.digits && looks_like_code(judged)) return true;
  if (separator.gap || separator.compared) return (separator.compared && value.quoted) || looks_like_secret(judged);
  // "account key=AccountId" may be a key of accounts.
  const std::string_view names = text.substr(0, separator.name_end);
  if (!separator.colon && !value.quoted && (ends_ignoring_case(names, "account key") || ends_ignoring_case(names, "subscription key")))
    return looks_like_secret(judged);
  if (!separator.colon) return !name.tailed || looks_like_secret(judged);
  if (separator.name_quoted && (value.quoted || judged.find_first_not_of("0123456789") == std::string_view::npos)) return true;
  return looks_like_secret(judged) || (value.quoted && !is_complaint(judged)) || (value.called && value.quoted);
}

/// ABCD-1234-EFGH: a license.
bool is_serial(std::string_view judged) noexcept {
  const auto of_serial = [](char c) { return is_upper(c) || is_digit(c) || c == '-'; };
  return judged.size() >= 12 && std::all_of(judged.begin(), judged.end(), of_serial) &&
         std::any_of(judged.begin(), judged.end(), is_digit) && std::any_of(judged.begin(), judged.end(), is_upper);
}

/// `user=bob pass=x`, `?login=bob&pass=x`: here `pass` is no count of tests.
bool stands_by_user(std::string_view text, const Name& name, const Separator& separator, std::string_view judged) noexcept {
  if (!is_any_of(text.substr(name.begin, separator.name_end - name.begin), {"pass", "pw", "passw"})) return false;
  if (std::none_of(judged.begin(), judged.end(), is_alpha)) return false;
  const std::string_view before = text_before(text, name.begin);
  for (std::size_t i = 0; i + 5 <= before.size(); ++i)
    for (const std::string_view word : {"user=", "name=", "login=", "uid=", "email=", "user:", "login:"})
      if (starts_ignoring_case(before.substr(i), word)) return true;
  return false;
}

bool is_masked(std::string_view text, const Name& name, const Separator& separator, const Value& value) noexcept {
  constexpr std::size_t kSessionMin = 16, kQueryMin = 12;
  const std::string_view judged = beginning_of(text, value);
  switch (name.kind) {
    case NameKind::secret:  // "auth pass=17 fail=3"
      if (name.prose && ends_ignoring_case(text.substr(name.begin, separator.name_end - name.begin), "pass"))
        return looks_like_secret(judged);
      return is_secret_value(text, judged, name, separator, value);
    case NameKind::likely:
      if (stands_by_user(text, name, separator, judged)) return true;
      if (separator.colon && text.substr(name.begin, separator.name_end - name.begin) == "PASS") return false;  // of a test
      return (looks_like_secret(judged) && (!name.prose || looks_like_key(judged, 8))) || (!separator.colon && is_serial(judged));
    case NameKind::session:
      return looks_like_key(judged, kSessionMin) ||
             (looks_like_secret(judged) && is_any_of(word_before(text, name.begin), {"cookie", "cookies"}));
    case NameKind::query:
      return in_query(text, name.begin) && looks_like_key(judged, kQueryMin);
    case NameKind::code:
      return looks_like_code(judged);
    case NameKind::identity:
      return looks_like_identity(judged);
    case NameKind::signature:
      return is_signature(text, name, separator, value);
    default:
      return false;
  }
}

/// Of ids in URLs: `;jsessionid=0f9a…?a=1`.
void end_at_query(std::string_view text, Value& value) noexcept {
  const std::size_t end = text.substr(value.begin, value.end - value.begin).find_first_of("?#");
  if (!value.quoted && end != std::string_view::npos) value.end = value.begin + end;
}

/// A password that a sentence tells may hold what elsewhere ends a value.
std::size_t told_end(std::string_view text, std::size_t end) noexcept {
  while (end < text.size() && is_one_of(text[end], "<>|`") && text.substr(end, 2) != "</") end = bare_end(text, end + 1, text.size());
  return end;
}

/// `"old" -> "new"`, `old => new`, as diffs write: both are the value; where nothing was before, the new one is.
void take_change(std::string_view text, Value& value) noexcept {
  const std::size_t at = skip_blanks(text, std::min(text.size(), value.end + (value.quoted ? 1 : 0)), 4);
  const std::string_view sign = text.substr(at, 2);
  if (sign != "->" && sign != "=>") return;
  const std::size_t begin = skip_blanks(text, at + 2, 4);
  const Value changed = read_value(text, begin);
  const std::string_view judged = beginning_of(text, changed);
  if (begin >= text.size() || changed.reference || changed.quoted != value.quoted || is_placeholder(judged)) return;
  if (!changed.quoted && !looks_like_secret(judged)) return;
  if (is_placeholder(beginning_of(text, value))) value.begin = changed.begin;
  value.end = changed.end;
}

/// The lines of a YAML scalar that begins on the next line (`password: |`, `password: >-`): those indented deeper than the name's.
Span find_block(std::string_view text, std::size_t name, std::size_t sign) noexcept {
  std::size_t at = sign + 1;
  while (at < text.size() && at - sign < 5 && (is_digit(text[at]) || text[at] == '+' || text[at] == '-')) ++at;
  while (at < text.size() && is_blank(text[at])) ++at;
  if (at < text.size() && text[at] == '\r') ++at;
  if (at >= text.size() || text[at] != '\n') return {};
  const std::size_t begin = skip_blanks(text, at + 1, kLookAhead), end = indented_end(text, at, line_indent(text, name));
  return begin < end ? Span{begin, end} : Span{};
}

/// Nothing follows it in its line: else that is another line of a log.
bool ends_text_line(std::string_view text, const Value& value) noexcept {
  const std::size_t end = value.end + (value.quoted ? 1 : 0);
  return end >= text.size() || ends_line(text[end]);
}

/// `(sensitive value)`, `(known after apply)`: words in brackets.
bool is_remark(std::string_view text, const Value& value) noexcept {
  return !value.quoted && value.begin > 0 && text[value.begin - 1] == '(' && value.end < text.size() && text[value.end] == ' ' &&
         !looks_like_secret(beginning_of(text, value));
}

Span judge(std::string_view text, const Name& name, const Separator& separator) {
  const char first = separator.value_begin < text.size() ? text[separator.value_begin] : '\0';
  if (separator.colon && (name.kind == NameKind::secret || name.kind == NameKind::likely) && (first == '|' || first == '>'))
    if (const Span block = find_block(text, name.begin, separator.value_begin); !block.empty()) return block;
  if (first == '<' && name.kind == NameKind::secret)  // `<password>` alone stands for one
    if (const Span inside = enclosed(text, separator.value_begin);
        !inside.empty() && looks_like_secret(text.substr(inside.begin, inside.end - inside.begin)))
      return inside;
  Value value = read_value(text, separator.value_begin);
  if (separator.told && !value.quoted) value.end = told_end(text, value.end);
  if (name.kind == NameKind::code) value = with_groups(text, value, looks_like_code);
  if (name.kind == NameKind::identity) value = with_groups(text, value, looks_like_identity);
  take_change(text, value);
  const bool id = name.kind == NameKind::session || name.kind == NameKind::query;
  if (id) end_at_query(text, value);
  const bool code = name.kind == NameKind::code && !value.quoted;  // "Your code: 4821. Never share it"
  while (code && value.end > value.begin && is_one_of(text[value.end - 1], ".,;!")) --value.end;
  const std::string_view judged = beginning_of(text, value);
  if (value.reference || is_placeholder(judged) || is_folder(judged)) return {};
  if (separator.gap && begins_pair(text, value.begin)) return {};
  if (is_remark(text, value)) return {};
  if (separator.next_line && !ends_text_line(text, value)) return {};
  if (!is_masked(text, name, separator, value)) return {};
  if (code) return {value.begin, value.end};
  return id && text.substr(value.end, 1).find_first_of("?#") == 0 ? Span{value.begin, value.end} : mask_value(text, value);
}

/// "Please use the following password to proceed:" and x on a line of its own: any name of a secret in the sentence.
Name name_in_line(std::string_view text, std::size_t end) {
  for (std::size_t at = end; at > 0 && end - at <= kToldMax && !ends_line(text[at - 1]); --at) {
    if (!is_alpha(text[at - 1]) || (at < text.size() && is_word(text[at]))) continue;
    if (const Name name = name_before(text, at); name.kind == NameKind::secret) return name;
  }
  return {};
}

/// `kubectl create secret generic x --from-literal=a=v`: whatever it is called.
bool is_literal_of_secret(std::string_view text, std::size_t name) noexcept {
  return text.substr(0, name).ends_with("--from-literal=") && text_before(text, name, kLookAhead).find("secret") != std::string_view::npos;
}

/// What a client answers when it is asked for its name and password: `AUTH 1 PLAIN … resp=AGJvYg…`.
bool is_plain_response(std::string_view text, const Name& name, const Separator& separator) noexcept {
  return text.substr(name.begin, separator.name_end - name.begin) == "resp" &&
         text_before(text, name.begin, kLookAhead).find("PLAIN") != std::string_view::npos;
}

/// `SET PASSWORD FOR 'bob'@'%' = 'x'`, `PASSWORD bob = x`; else a form's field.
Span find_value_of_statement(std::string_view text, const Name& who, const Separator& separator) {
  if (is_literal_of_secret(text, who.begin) || is_plain_response(text, who, separator))
    return judge(text, Name{who.begin, NameKind::secret}, separator);
  Name name = name_of_whose(text, separator.name_end);
  if (name.kind == NameKind::secret && equal_ignoring_case(word_before(text, name.begin), "set")) return judge(text, name, separator);
  if (word_before(text, who.begin) == "PASSWORD") {
    name = Name{who.begin, NameKind::secret};
    name.tailed = !text.substr(separator.value_begin).starts_with('\'');
    return judge(text, name, separator);
  }
  return find_form_value(text, who.begin, separator.value_begin);
}

/// What follows `password changed:` may say whose it was.
bool says_who_next(std::string_view text, const Separator& separator) noexcept {
  return is_any_of(word_before(text, separator.name_end),
                   {"set", "reset", "changed", "updated", "rotated", "created", "generated", "regenerated", "now", "been", "has", "have"});
}

}  // namespace

Span find_dashed_value(std::string_view text, std::size_t at) {
  constexpr std::size_t kValueMin = 6, kKeyMin = 8;
  bool quoted = false;
  const Name name = name_before(text, skip_closers_back(text, at - 1, quoted));
  if (name.kind != NameKind::secret || text[name.begin] == '-') return {};
  const Value value = read_value(text, at + 2);
  const std::string_view judged = beginning_of(text, value);
  if (value.reference || is_placeholder(judged) || !ends_text_line(text, value) || judged.size() < kValueMin) return {};
  return (name.vague ? looks_like_key(judged, kKeyMin) : looks_like_secret(judged)) ? mask_value(text, value) : Span{};
}

Span find_cell_value(std::string_view text, std::size_t at) {
  constexpr std::string_view kAround = " \t\"'|";
  const std::string_view before = text_before(text, at);
  const std::size_t line = before.rfind('\n') + 1;  // npos + 1 is 0
  if (line == 0 && before.size() < at) return {};
  std::string_view cell = before.substr(line), value = text.substr(at + 1, kLookAhead);
  value = value.substr(0, value.find_first_of("\r\n"));
  const bool boxed = text[at] == '|';
  const auto trim = [&](std::string_view& part) {
    part.remove_prefix(std::min(part.find_first_not_of(kAround), part.size()));
    part = part.substr(0, part.find_last_not_of(kAround) + 1);
  };
  if (boxed && (cell.find('|') == std::string_view::npos || value.find('|') == std::string_view::npos)) return {};
  trim(cell);
  trim(value);
  const bool word = !cell.empty() && std::all_of(cell.begin(), cell.end(), [](char c) { return is_word(c) || is_one_of(c, ".-"); });
  if (!word || cell.front() == '-' || value.find_first_of(" \t,;|\"'") != std::string_view::npos || is_placeholder(value)) return {};
  if (value.find_first_of("0123456789!#$%&?@^") == std::string_view::npos || !looks_like_secret(value)) return {};
  const std::size_t begin = static_cast<std::size_t>(value.data() - text.data());
  return kind_of_name(cell) == NameKind::secret ? Span{begin, begin + value.size()} : Span{};
}

Span find_named_value(std::string_view text, std::size_t at) {
  Separator separator;
  if (at == 0 || !read_separator(text, at, separator)) return {};
  Name name = name_before(text, separator.name_end);
  switch (name.kind) {
    case NameKind::authorization:
    case NameKind::challenge:
      return mask_authorization(text, name.kind == NameKind::challenge, name.begin, separator.value_begin);
    case NameKind::cookie:
      return mask_cookie(text, separator.value_begin);
    case NameKind::none:
      break;
    default:
      if (const Span span = judge(text, name, separator); !span.empty()) return span;
  }
  if (const Name paired = name_of_pair(text, name.begin, separator.name_end, separator.value_begin); paired.kind != NameKind::none)
    return mask_paired(text, paired.kind, separator.value_begin);
  if (name.kind == NameKind::none && !separator.colon) return find_value_of_statement(text, name, separator);
  if (name.kind != NameKind::none || text.substr(0, separator.name_end).ends_with("[masked")) return {};
  name = name_told(text, separator.name_end);
  if (name.kind == NameKind::none && separator.next_line) name = name_in_line(text, separator.name_end);
  if (name.kind == NameKind::none || says_who_next(text, separator) || separator.name_end - name.end > kToldMax) return {};
  separator.told = true;
  return judge(text, name, separator);
}

}  // namespace loglode::redaction
