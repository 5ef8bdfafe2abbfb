#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/severity_words.h"

namespace loglode {
namespace {

constexpr std::size_t kWordBytesMax = 13;  // `informational`

/// A word of up to 16 letters as two numbers, so that comparing is two integer compares.
struct PackedWord {
  std::uint64_t low = 0, high = 0;
  friend constexpr bool operator==(const PackedWord&, const PackedWord&) = default;
};

constexpr PackedWord pack(std::string_view word) noexcept {
  PackedWord packed{0, static_cast<std::uint64_t>(word.size()) << 56};  // the size, so that a NUL is not nothing
  for (std::size_t i = 0; i < word.size(); ++i) {
    const auto byte = static_cast<std::uint64_t>(static_cast<unsigned char>(to_lower(word[i])));
    (i < 8 ? packed.low : packed.high) |= byte << (i % 8 * 8);
  }
  return packed;
}

struct SeverityWord {
  PackedWord word;
  Severity severity;
};

// OpenTelemetry's mapping of log4j, zap, java.util.logging (in the languages that it speaks), .NET, Python, Monolog, Cloud Logging and
// Windows levels, and the abbreviations of other loggers. `critical` and `alert` are FATAL there; syslog's own are not:
// severity_from_syslog_word. Grouped by first letter; within a letter by how often they occur.
constexpr SeverityWord kWords[] = {
    {pack("alert"), Severity::error3},       {pack("audit"), Severity::info},      {pack("advertencia"), Severity::warn},
    {pack("avertissement"), Severity::warn}, {pack("avvertenza"), Severity::warn}, {pack("aviso"), Severity::warn},
    {pack("blat"), Severity::trace},         {pack("critical"), Severity::fatal},  {pack("chyba"), Severity::error},
    {pack("crit"), Severity::fatal},         {pack("config"), Severity::debug},    {pack("debug"), Severity::debug},
    {pack("dbg"), Severity::debug},          {pack("dbug"), Severity::debug},      {pack("debu"), Severity::debug},
    {pack("debg"), Severity::debug},         {pack("dpanic"), Severity::error2},   {pack("debug1"), Severity::debug},
    {pack("debug2"), Severity::debug},       {pack("debug3"), Severity::debug},    {pack("debug4"), Severity::debug},
    {pack("debug5"), Severity::debug},       {pack("error"), Severity::error},     {pack("err"), Severity::error},
    {pack("erro"), Severity::error},         {pack("eror"), Severity::error},      {pack("emerg"), Severity::fatal},
    {pack("emergency"), Severity::fatal},    {pack("erreur"), Severity::error},    {pack("errore"), Severity::error},
    {pack("fatal"), Severity::fatal},        {pack("fail"), Severity::error},      {pack("fine"), Severity::debug},
    {pack("finer"), Severity::debug},        {pack("finest"), Severity::trace},    {pack("ftl"), Severity::fatal},
    {pack("fata"), Severity::fatal},         {pack("failure"), Severity::error},   {pack("fehler"), Severity::error},
    {pack("feil"), Severity::error},         {pack("fejl"), Severity::error},      {pack("fout"), Severity::error},
    {pack("grave"), Severity::error},        {pack("hinweis"), Severity::info2},   {pack("hata"), Severity::error},
    {pack("info"), Severity::info},          {pack("inf"), Severity::info},        {pack("information"), Severity::info},
    {pack("informational"), Severity::info}, {pack("infos"), Severity::info},      {pack("log"), Severity::info},
    {pack("notice"), Severity::info2},       {pack("note"), Severity::info},       {pack("panic"), Severity::fatal},
    {pack("pnc"), Severity::fatal},          {pack("pani"), Severity::fatal},      {pack("severe"), Severity::error},
    {pack("success"), Severity::info},       {pack("silly"), Severity::trace},     {pack("schwerwiegend"), Severity::error},
    {pack("trace"), Severity::trace},        {pack("trc"), Severity::trace},       {pack("trce"), Severity::trace},
    {pack("trac"), Severity::trace},         {pack("verbose"), Severity::trace},   {pack("virhe"), Severity::error},
    {pack("vrb"), Severity::trace},          {pack("warn"), Severity::warn},       {pack("warning"), Severity::warn},
    {pack("wrn"), Severity::warn},           {pack("warnung"), Severity::warn},
};

/// Where each letter's words begin in kWords.
constexpr auto kBegin = [] {
  std::array<std::uint8_t, 27> begin{};
  for (const SeverityWord& known : kWords) {
    const auto letter = static_cast<std::size_t>((known.word.low & 0xFF) - 'a');
    for (std::size_t later = letter + 1; later < begin.size(); ++later) ++begin[later];
  }
  return begin;
}();

/// The second letters of each letter's words, as bits: most words of a message are no severity, and this says so at once.
constexpr auto kSecondLetters = [] {
  std::array<std::uint32_t, 26> second{};
  for (const SeverityWord& known : kWords) second[(known.word.low & 0xFF) - 'a'] |= 1U << (((known.word.low >> 8) & 0xFF) - 'a');
  return second;
}();

constexpr bool is_grouped() noexcept {
  std::uint64_t letter = 'a';
  for (const SeverityWord& known : kWords) {
    if ((known.word.low & 0xFF) < letter) return false;
    letter = known.word.low & 0xFF;
  }
  return true;
}
static_assert(is_grouped());

struct ForeignWord {
  std::string_view word;
  Severity severity;
};
// The same in other scripts: of java.util.logging, PostgreSQL, 1C, log4net and what people write themselves. Letters with a case in
// capitals.
constexpr ForeignWord kForeignWords[] = {
    {"错误", Severity::error},      {"警告", Severity::warn},          {"信息", Severity::info},           {"严重", Severity::error},
    {"异常", Severity::error},      {"致命", Severity::fatal},         {"致命错误", Severity::fatal},      {"调试", Severity::debug},
    {"错誤", Severity::error},      {"錯誤", Severity::error},         {"嚴重", Severity::error},          {"異常", Severity::error},
    {"資訊", Severity::info},       {"エラー", Severity::error},       {"情報", Severity::info},           {"重大", Severity::error},
    {"致命的", Severity::fatal},    {"致命的エラー", Severity::fatal}, {"デバッグ", Severity::debug},      {"오류", Severity::error},
    {"에러", Severity::error},      {"경고", Severity::warn},          {"정보", Severity::info},           {"심각", Severity::error},
    {"치명적", Severity::fatal},    {"ОШИБКА", Severity::error},       {"ПРЕДУПРЕЖДЕНИЕ", Severity::warn}, {"ВНИМАНИЕ", Severity::warn},
    {"ИНФОРМАЦИЯ", Severity::info}, {"ИНФО", Severity::info},          {"СООБЩЕНИЕ", Severity::info},      {"ОТЛАДКА", Severity::debug},
    {"КРИТИЧНО", Severity::fatal},  {"ПАНИКА", Severity::fatal},       {"ПОМИЛКА", Severity::error},       {"ПОПЕРЕДЖЕННЯ", Severity::warn},
    {"ΣΦΑΛΜΑ", Severity::error},    {"שגיאה", Severity::error},        {"خطأ", Severity::error},
};
constexpr std::size_t kForeignBytesMax = 28;

/// In capitals; Cyrillic has two bytes a letter, D0 B0 to D0 BF being those of D0 90 to D0 9F, D1 80 to D1 8F of D0 A0 to D0 AF.
Severity severity_from_foreign(std::string_view word) {
  if (word.size() > kForeignBytesMax) return Severity::unspecified;
  char folded[kForeignBytesMax];
  std::copy(word.begin(), word.end(), folded);
  for (std::size_t i = 0; i + 1 < word.size(); ++i) {
    const auto lead = static_cast<unsigned char>(folded[i]), trail = static_cast<unsigned char>(folded[i + 1]);
    if (lead == 0xD0 && trail >= 0xB0) folded[i + 1] = static_cast<char>(trail - 0x20);
    if (lead == 0xD1 && trail <= 0x8F) folded[i] = static_cast<char>(0xD0), folded[i + 1] = static_cast<char>(trail + 0x20);
  }
  const std::string_view capitals{folded, word.size()};
  for (const ForeignWord& known : kForeignWords)
    if (known.word == capitals) return known.severity;
  return Severity::unspecified;
}

Severity severity_from_letter(char letter) noexcept {
  switch (to_lower(letter)) {
    case 't':
    case 'v':
      return Severity::trace;
    case 'd':
      return Severity::debug;
    case 'i':
      return Severity::info;
    case 'n':
      return Severity::info2;
    case 'w':
      return Severity::warn;
    case 'e':
      return Severity::error;
    case 'c':
      return Severity::fatal;
    case 'a':
      return Severity::error3;
    case 'f':
      return Severity::fatal;
    default:
      return Severity::unspecified;
  }
}

/// <3>, <134>: a syslog priority in its brackets.
Severity severity_from_priority(std::string_view word) noexcept {
  unsigned value = 0;
  if (word.size() < 3 || word.size() > 5 || word.back() != '>') return Severity::unspecified;
  for (const char c : word.substr(1, word.size() - 2)) {
    if (!is_digit(c)) return Severity::unspecified;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value <= 191 ? severity_from_syslog(value % 8) : Severity::unspecified;
}

}  // namespace

Severity severity_from_word(std::string_view word, bool single_letters) {
  if (!word.empty() && static_cast<unsigned char>(word[0]) >= 0x80) return severity_from_foreign(word);
  if (word.empty() || word.size() > kWordBytesMax) return Severity::unspecified;
  if (word[0] == '<') return severity_from_priority(word);
  if (word.size() == 1) return single_letters ? severity_from_letter(word[0]) : Severity::unspecified;
  if (!is_letter(word[0]) || !is_letter(word[1])) return Severity::unspecified;
  const auto letter = static_cast<std::size_t>(to_lower(word[0]) - 'a');
  if ((kSecondLetters[letter] & (1U << (to_lower(word[1]) - 'a'))) == 0) return Severity::unspecified;
  const PackedWord packed = pack(word);
  for (std::size_t i = kBegin[letter]; i < kBegin[letter + 1]; ++i) {
    if (kWords[i].word == packed) return kWords[i].severity;
  }
  return Severity::unspecified;
}

Severity severity_from_syslog_word(std::string_view word) {
  const Severity severity = severity_from_word(word);
  return severity == Severity::fatal && to_lower(word[0]) == 'c' ? Severity::error2 : severity;
}

bool tells_error(std::string_view text) noexcept {
  constexpr std::size_t kNoneBytesMax = 24;
  constexpr std::string_view kNone[] = {"none",      "null",   "nil",     "ok",        "okay",     "success",   "successful",
                                        "succeeded", "false",  "true",    "undefined", "n/a",      "na",        "no",
                                        "noerror",   "normal", "nothing", "no_error",  "no error", "no errors", "<nil>",
                                        "(null)",    "<none>", "(none)",  "s_ok",      "0x0",      "passed",    "[object object]"};
  while (!text.empty() && (text.back() == '.' || text.back() == ' ')) text.remove_suffix(1);
  bool letters = false;
  for (std::size_t i = 0; i < text.size() && !letters; ++i)
    letters = static_cast<unsigned char>(text[i]) >= 0x80 || (i + 1 < text.size() && is_letter(text[i]) && is_letter(text[i + 1]));
  if (!letters) return false;
  if (text.size() > kNoneBytesMax) return true;
  char lowered[kNoneBytesMax];
  std::transform(text.begin(), text.end(), lowered, to_lower);
  return std::find(std::begin(kNone), std::end(kNone), std::string_view{lowered, text.size()}) == std::end(kNone);
}

Severity severity_from_syslog(unsigned code) noexcept {
  constexpr std::array kSeverities = {Severity::fatal, Severity::error3, Severity::error2, Severity::error,
                                      Severity::warn,  Severity::info2,  Severity::info,   Severity::debug};
  return code < kSeverities.size() ? kSeverities[code] : Severity::unspecified;
}

Severity severity_from_bunyan(unsigned level) noexcept {
  if (level == 0 || level > 100) return Severity::unspecified;
  constexpr std::array kSeverities = {Severity::trace, Severity::debug, Severity::info, Severity::warn, Severity::error, Severity::fatal};
  const unsigned step = level < 10 ? 0 : level / 10 - 1;  // own levels (35) count as the named one below
  return kSeverities[step < kSeverities.size() ? step : kSeverities.size() - 1];
}

}  // namespace loglode
