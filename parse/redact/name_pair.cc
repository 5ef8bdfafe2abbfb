#include "parse/redact/name_pair.h"

#include <algorithm>

#include "parse/redact/headers.h"
#include "parse/redact/values.h"

namespace loglode::redaction {

namespace {

constexpr std::size_t kPairMax = 200;  // characters between the two fields of a pair

/// Where the object, tag or list item that `at` stands in begins: behind its `{`, `<` or `(`.
std::size_t structure_begin(std::string_view text, std::size_t at) noexcept {
  const std::size_t lowest = at > kPairMax ? at - kPairMax : 0;
  std::size_t depth = 0;
  for (std::size_t i = at; i > lowest; --i) {
    const char c = text[i - 1];
    if (is_one_of(c, "})>")) ++depth;
    if (!is_one_of(c, "{(<")) continue;
    if (depth == 0) return i;
    --depth;
  }
  return lowest;
}

std::size_t structure_end(std::string_view text, std::size_t at) noexcept {
  const std::size_t highest = std::min(text.size(), at + kPairMax);
  std::size_t depth = 0;
  for (std::size_t i = at; i < highest; ++i) {
    if (is_one_of(text[i], "{(<")) ++depth;
    if (!is_one_of(text[i], "})>")) continue;
    if (depth == 0) return i;
    --depth;
  }
  return highest;
}

/// The name that ends right before `sign`, quotes between them passed over.
std::string_view plain_name_before(std::string_view text, std::size_t sign) noexcept {
  std::size_t end = sign;
  while (end > 0 && sign - end < 8 && (is_blank(text[end - 1]) || is_quote(text[end - 1]) || text[end - 1] == '\\' || text[end - 1] == ']'))
    --end;
  std::size_t begin = end;
  while (begin > 0 && end - begin < kLookBack && (is_word(text[begin - 1]) || is_one_of(text[begin - 1], "-."))) --begin;
  return text.substr(begin, end - begin);
}

using NamesAName = bool (*)(std::string_view) noexcept;

/// Of a patch: `{"op":"replace","path":"/spec/password","value":"x"}`.
bool names_a_path(std::string_view name) noexcept { return equal_ignoring_case(name, "path"); }

/// The kind that the field whose sign is at `sign` gives to its neighbour: it must be a `name`, and its value must name a secret.
Name named_by(std::string_view text, std::size_t sign) {
  std::size_t begin = sign + 1;
  if (begin < text.size() && text[begin] == '>') ++begin;
  while (begin < text.size() && begin - sign < 6 && is_blank(text[begin])) ++begin;
  const Value value = read_value(text, begin);
  if (value.reference || value.end <= value.begin || value.end - value.begin > kLookBack) return {};
  return name_before(text.substr(0, value.end), value.end);
}

/// The last pair of [begin, end) that names a secret; with `first`, the first one. What an object in there names is that object's matter.
Name sibling(std::string_view text, std::size_t begin, std::size_t end, bool first, NamesAName names) {
  Name found;
  std::size_t depth = 0;
  for (std::size_t at = begin; at < end; ++at) {
    if (text[at] == '{') ++depth;
    if (text[at] == '}' && depth > 0) --depth;
    if (depth > 0 || (text[at] != '=' && text[at] != ':')) continue;
    if (!names(plain_name_before(text, at))) continue;
    const Name name = named_by(text, at);
    found = name;  // the nearest one decides, also when it names nothing
    if (first) return found;
  }
  return found;
}

/// Fields of an object that its own name says the meaning of.
bool belongs_to_object(std::string_view name) noexcept {
  return is_any_of(name, {"value", "val", "old", "new", "current", "previous", "plain", "text", "raw", "content", "data", "from", "to",
                          "before", "after"});
}

Name name_of_object(std::string_view text, std::size_t begin) {
  std::size_t end = begin - 1;
  while (end > 0 && begin - end < 8 && (is_blank(text[end - 1]) || is_one_of(text[end - 1], ":=>\"'\\"))) --end;
  return end + 1 == begin ? Name{} : name_before(text, end);
}

/// The name beside a value that begins at `begin` of its object and stands in [name_begin, end).
Name name_beside(std::string_view text, std::size_t begin, std::size_t name_begin, std::size_t end, NamesAName names) {
  if (const Name before = sibling(text, begin, name_begin, false, names); before.kind != NameKind::none) return before;
  return sibling(text, std::min(end + 1, text.size()), structure_end(text, end), true, names);
}

/// Of a value that is wrapped in an object of its own, `{"key":"password","value":{"stringValue":"x"}}`; `begin` is behind its `{`.
Name name_beside_wrapper(std::string_view text, std::size_t begin, std::size_t end) {
  std::size_t sign = begin - 1;
  while (sign > 0 && begin - sign < 8 && (is_blank(text[sign - 1]) || text[sign - 1] == '>')) --sign;
  if (sign == 0 || !is_one_of(text[sign - 1], ":=") || !names_a_value(plain_name_before(text, sign - 1))) return {};
  const std::size_t wrapper_end = structure_end(text, end);
  if (wrapper_end >= text.size() || text[wrapper_end] != '}') return {};
  return name_beside(text, structure_begin(text, begin - 1), begin - 1, wrapper_end + 1, names_a_name);
}

}  // namespace

Name name_of_pair(std::string_view text, std::size_t name_begin, std::size_t name_end, std::size_t value_begin) {
  const std::string_view name = text.substr(name_begin, name_end - name_begin);
  const bool value = names_a_value(name);
  const bool part = belongs_to_object(name), change = names_an_end_of_change(name);
  if (!value && !part && !change) return {};
  const std::size_t begin = structure_begin(text, name_begin);
  const bool in_object = begin > 1 && text[begin - 1] == '{';
  if (value || change) {
    const std::size_t end = read_value(text, value_begin).end;
    if (equal_ignoring_case(name, "value"))
      if (const Name beside = name_beside(text, begin, name_begin, end, names_a_path); beside.kind != NameKind::none) return beside;
    if (const Name beside = name_beside(text, begin, name_begin, end, value ? names_a_name : names_a_field); beside.kind != NameKind::none)
      return beside;
    if (const Name beside = in_object && value ? name_beside_wrapper(text, begin, end) : Name{}; beside.kind != NameKind::none)
      return beside;
  }
  return part && in_object ? name_of_object(text, begin) : Name{};
}

bool is_secret_of(NameKind kind, std::string_view value) noexcept {
  if (is_placeholder(value) || is_folder(value)) return false;
  switch (kind) {
    case NameKind::secret:
      return true;
    case NameKind::likely:
      return looks_like_secret(value);
    case NameKind::session:
    case NameKind::signature:
      return looks_like_key(value, 16);
    case NameKind::code:
      return looks_like_code(value);
    case NameKind::identity:
      return looks_like_identity(value);
    default:
      return false;
  }
}

Span mask_paired(std::string_view text, NameKind kind, std::size_t value_begin) {
  if (kind == NameKind::authorization || kind == NameKind::challenge)
    return mask_authorization(text, kind == NameKind::challenge, 0, value_begin);
  if (kind == NameKind::cookie) return mask_cookie(text, value_begin);
  const Value value = read_value(text, value_begin);
  return !value.reference && is_secret_of(kind, beginning_of(text, value)) ? mask_value(text, value) : Span{};
}

Span find_form_value(std::string_view text, std::size_t name_begin, std::size_t value_begin) {
  constexpr std::size_t kGapMax = 200;  // headers of the part may follow
  if (text_before(text, name_begin).find("form-data") == std::string_view::npos) return {};
  const Value field = read_value(text, value_begin);
  if (field.end - field.begin > kLookBack || !field.quoted) return {};
  const NameKind kind = name_before(text, field.end).kind;
  if (kind == NameKind::none) return {};
  std::size_t begin = field.end + (text.substr(field.end, 1) == "\\" ? 2 : 1);
  const std::string_view gap = text.substr(0, std::min(text.size(), begin + kGapMax));
  for (const std::string_view empty_line : {"\r\n\r\n", "\n\n"})
    if (const std::size_t at = gap.find(empty_line, begin); at != std::string_view::npos) begin = std::max(begin, at);
  while (begin < text.size() && static_cast<unsigned char>(text[begin]) <= ' ') ++begin;
  std::size_t end = begin;
  while (end < text.size() && static_cast<unsigned char>(text[end]) > ' ' && text[end] != '\\') ++end;
  return is_secret_of(kind, text.substr(begin, std::min(end - begin, kLookAhead))) ? Span{begin, end, SecretKind::credential} : Span{};
}

namespace {

/// Behind `,` or `;` and blanks, `s:7:` of PHP passed over.
std::size_t second_begin(std::string_view text, std::size_t at) noexcept {
  std::size_t begin = at + 1;
  while (begin < text.size() && begin - at < 4 && is_blank(text[begin])) ++begin;
  if (text[at] != ';') return begin;
  if (text.substr(begin, 2) != "s:") return text.size();
  for (begin += 2; begin < text.size() && is_digit(text[begin]);) ++begin;
  return begin + 1;
}

/// Behind the opening quote of the name that closes before `close`; npos when the name is no option and does not stand first in brackets or
/// behind `s:8:`.
std::size_t first_quote(std::string_view text, std::size_t close, char sign) noexcept {
  const char quote = text[close];
  std::size_t begin = close;
  while (begin > 0 && close - begin < kLookBack && text[begin - 1] != quote) --begin;
  if (begin < 2 || text[begin - 1] != quote) return std::string_view::npos;
  std::size_t before = begin - 1;
  if (before > 0 && text[before - 1] == '\\') --before;
  if (before > 0 && is_one_of(text[before - 1], "bu")) --before;
  const bool opened = before > 0 && is_one_of(text[before - 1], sign == ';' ? ":" : "([{");
  return opened || (sign == ',' && text[begin] == '-') ? begin : std::string_view::npos;
}

}  // namespace

Span find_paired_value(std::string_view text, std::size_t at) {
  if (at < 3 || !is_quote(text[at - 1])) return {};
  const std::size_t begin = first_quote(text, at - 1, text[at]);
  if (begin == std::string_view::npos) return {};
  std::size_t end = at - 1;
  if (end > 0 && text[end - 1] == '\\') --end;
  const Name name = name_before(text, end);
  if (name.kind == NameKind::none || name.begin < begin) return {};
  const std::size_t second = second_begin(text, at);
  if (second >= text.size()) return {};
  const Value value = read_value(text, second);
  if (!value.quoted || value.called) return {};
  if (text[at] == ',' && text[begin] == '-')  // an option in a printed argument list
    return text.substr(value.begin, 1) == "-" ? Span{} : mask_paired(text, name.kind, second);
  const std::size_t closer = value.end + (text.substr(value.end, 1) == "\\" ? 2 : 1);
  if (text[at] == ',' && closer < text.size() && !is_one_of(text[closer], ")]}")) return {};
  if (name.kind != NameKind::authorization && name.kind != NameKind::cookie && text[at] == ',' &&
      !looks_like_secret(beginning_of(text, value)))
    return {};
  return mask_paired(text, name.kind, second);
}

}  // namespace loglode::redaction
