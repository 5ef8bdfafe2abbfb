// Telephone numbers: international ones (`+49 151 …`), American ones (`(212) 555-0147`), and any number behind a word for telephone.
#include <algorithm>

#include "parse/redact/detectors.h"
#include "parse/redact/numbers.h"

namespace loglode::redaction {

namespace {

constexpr std::size_t kDigitsMax = 15;  // of E.164
constexpr std::size_t kDigitsMin = 7;   // behind a word that says so
constexpr std::size_t kInternationalMin = 10;

struct Digits {
  std::size_t count = 0, end = 0, groups = 1, dots = 0;
};

/// Digits with single signs between them, as people group them; `(0)` and `(212)` too.
Digits read_digits(std::string_view text, std::size_t at) noexcept {
  Digits out;
  out.end = at;
  bool sign = false;
  for (std::size_t i = at; i < text.size() && out.count <= kDigitsMax; ++i) {
    const char c = text[i];
    if (is_digit(c)) {
      if (sign) ++out.groups;
      sign = false;
      ++out.count;
      out.end = i + 1;
      continue;
    }
    if (!is_one_of(c, " -./()")) break;
    const char before = i > at ? text[i - 1] : '0';
    const bool bracket = (before == ')' && is_one_of(c, " -")) || (c == '(' && is_one_of(before, " -"));
    if (sign && !bracket) break;
    if (c == '.') ++out.dots;
    sign = true;
  }
  return out;
}

bool is_followed(std::string_view text, std::size_t end) noexcept {
  if (end >= text.size()) return false;
  const char c = text[end], next = end + 1 < text.size() ? text[end + 1] : ' ';
  return is_word(c) || (is_one_of(c, ".:-/+,%") && is_digit(next)) || c == '%';
}

/// 2026-11-20, 10.0.0.1
bool is_date_or_address(std::string_view number, const Digits& digits) noexcept {
  if (digits.dots == 3 && digits.groups == 4) return true;
  return number.size() >= 10 && number[4] == '-' && number[7] == '-' && digits.groups == 3;
}

Span international(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size() || text[at + 1] < '1' || text[at + 1] > '9' ||
      (at > 0 && (is_word(text[at - 1]) || is_one_of(text[at - 1], ").+"))))
    return {};
  const Digits digits = read_digits(text, at + 1);
  const std::size_t least = digits.groups > 1 ? kInternationalMin - 2 : kInternationalMin;
  if (digits.count < least || digits.count > kDigitsMax || is_followed(text, digits.end)) return {};
  if (is_named_number(text, at) || is_counted(text, digits.end)) return {};
  return {at, digits.end, SecretKind::phone};
}

/// (212) 555-0147
Span american(std::string_view text, std::size_t at) {
  constexpr std::string_view kForm = "(ddd) ddd-dddd";
  if (at > 0 && (is_word(text[at - 1]) || text[at - 1] == ')')) return {};
  std::size_t end = at;
  for (const char form : kForm) {
    const char c = end < text.size() ? text[end] : '\0';
    if (form == 'd' ? !is_digit(c) : form == ' ' ? false : form == '-' ? !is_one_of(c, "-. ") : c != form) return {};
    if (form == ' ' && c != ' ') continue;  // (212)555-0147
    ++end;
  }
  return text[at + 1] < '2' || is_followed(text, end) ? Span{} : Span{at, end, SecretKind::phone};
}

bool ends_in(std::string_view text, std::initializer_list<std::string_view> words) noexcept {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    if (!ends_ignoring_case(text, word)) return false;
    const std::size_t begin = text.size() - word.size();
    return is_wide(word[0]) || begin == 0 || !is_alpha(text[begin - 1]) || (is_upper(text[begin]) && is_lower(text[begin - 1]));
  });
}

void drop_end(std::string_view& text, std::string_view set) noexcept {
  while (!text.empty() && is_one_of(text.back(), set)) text.remove_suffix(1);
}

/// `phone: `, `"phoneNumber":"`, `sms to `, `Telefon-Nr. `, `电话：` before a number.
bool names_phone(std::string_view before, std::size_t digits) noexcept {
  constexpr std::string_view kSigns = " \t:=\"'\\>(+#.-_[\r\n";
  drop_end(before, kSigns);
  for (std::size_t links = 0; links < 2; ++links) {
    std::size_t size = 0;
    for (const std::string_view link : {"number", "nummer", "num", "no", "nr", "numero", "número", "номер",  "号码", "号", "番号",
                                        "to",     "from",   "for", "is", "an", "von",    "at",     "番号は", "번호", "รหัส"})
      if (ends_ignoring_case(before, link)) size = std::max(size, link.size());
    if (size == 0) break;
    before.remove_suffix(size);
    drop_end(before, kSigns);
  }
  if (ends_in(before, {"phone", "telephone", "telefon", "telefono", "telefone", "teléfono", "téléphone", "tel",    "mobile",  "mobil",
                       "móvil", "movil",     "celular", "cellular", "msisdn",   "sms",      "whatsapp",  "fax",    "handy",   "ruf",
                       "gsm",   "电话",      "手机",    "電話",     "手機",     "携帯",     "전화",      "휴대폰", "телефон", "телефона",
                       "тел",   "هاتف",      "الهاتف",  "جوال",     "फ़ोन",      "फोन",      "मोबाइल",    "ফোন",    "โทร"}))
    return true;
  return digits >= 10 && ends_in(before, {"caller", "callee", "callerid", "dial", "dialed", "dialled", "calling", "called"});
}

Span named(std::string_view text, std::size_t at) {
  const Digits digits = read_digits(text, at);
  if (digits.count < kDigitsMin || digits.count > kDigitsMax || is_followed(text, digits.end) || is_counted(text, digits.end)) return {};
  if (is_date_or_address(text.substr(at, digits.end - at), digits) || !names_phone(text_before(text, at), digits.count)) return {};
  return {at, digits.end, SecretKind::phone};
}

}  // namespace

Span find_phone(std::string_view text, std::size_t at) {
  switch (text[at]) {
    case '+':
      return international(text, at);
    case '(': {
      const Span span = american(text, at);
      return span.empty() && at + 1 < text.size() && is_digit(text[at + 1]) ? named(text, at) : span;
    }
    default:
      return named(text, at);
  }
}

}  // namespace loglode::redaction
