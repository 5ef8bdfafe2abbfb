// Sources: the alphabetic abbreviations of the tz database, and those that it dropped for numbers but Java and old systems still write.
#include "parse/time/zone_names.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "parse/time/stamp_scanner.h"

namespace loglode {
namespace {

constexpr std::size_t kAbbreviationMax = 5;
constexpr std::size_t kNameBytesMax = 48;

struct Abbreviation {
  std::string_view name;
  std::int16_t offset_minutes;
};
// Sorted. Left out are those that are words of logs: GET (Georgia), BOT (Bolivia), SET.
constexpr Abbreviation kAbbreviations[] = {
    {"ACDT", 630}, {"ACST", 570}, {"ADT", -180}, {"AEDT", 660}, {"AEST", 600}, {"AFT", 270},  {"AKDT", -480}, {"AKST", -540},
    {"ALMT", 300}, {"ANAT", 720}, {"ART", -180}, {"AWST", 480}, {"AZOST", 0},  {"AZOT", -60}, {"AZT", 240},   {"BRST", -120},
    {"BRT", -180}, {"BTT", 360},  {"CAT", 120},  {"CDT", -300}, {"CEST", 120}, {"CET", 60},   {"CHST", 600},  {"CLST", -180},
    {"CLT", -240}, {"COT", -300}, {"CVT", -60},  {"EAT", 180},  {"EDT", -240}, {"EEST", 180}, {"EET", 120},   {"EST", -300},
    {"FJT", 720},  {"GFT", -180}, {"GMT", 0},    {"GYT", -240}, {"HDT", -540}, {"HKT", 480},  {"HOVT", 420},  {"HST", -600},
    {"ICT", 420},  {"IDT", 180},  {"IRDT", 270}, {"IRKT", 480}, {"IRST", 210}, {"JST", 540},  {"KGT", 360},   {"KRAT", 420},
    {"KST", 540},  {"MAGT", 660}, {"MDT", -360}, {"MEST", 120}, {"MET", 60},   {"MMT", 390},  {"MSD", 240},   {"MSK", 180},
    {"MST", -420}, {"MUT", 240},  {"MVT", 300},  {"MYT", 480},  {"NDT", -150}, {"NOVT", 420}, {"NPT", 345},   {"NST", -210},
    {"NZDT", 780}, {"NZST", 720}, {"OMST", 360}, {"PDT", -420}, {"PET", -300}, {"PETT", 720}, {"PGT", 600},   {"PHT", 480},
    {"PKT", 300},  {"PST", -480}, {"PYT", -180}, {"SAMT", 240}, {"SAST", 120}, {"SGT", 480},  {"SRT", -180},  {"TJT", 300},
    {"TMT", 300},  {"TRT", 180},  {"UCT", 0},    {"ULAT", 480}, {"UT", 0},     {"UTC", 0},    {"UYT", -180},  {"UZT", 300},
    {"VET", -240}, {"VLAT", 600}, {"WAT", 60},   {"WEST", 60},  {"WET", 0},    {"WIB", 420},  {"WIT", 540},   {"WITA", 480},
    {"YAKT", 540}, {"YEKT", 300},
};
constexpr std::string_view kAmbiguous[] = {"AMT", "AST", "BDT", "BST", "CST", "ECT", "GST", "IST", "SST", "WST"};
static_assert(std::is_sorted(std::begin(kAbbreviations), std::end(kAbbreviations),
                             [](const Abbreviation& a, const Abbreviation& b) { return a.name < b.name; }));

constexpr std::string_view kAreas[] = {"Africa", "America", "Antarctica", "Arctic", "Asia",   "Atlantic", "Australia", "Brazil",
                                       "Canada", "Chile",   "Etc",        "Europe", "Indian", "Mexico",   "Pacific",   "US"};

bool is_name_byte(char c) noexcept { return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '+'; }

ZoneName abbreviation(std::string_view word) noexcept {
  const auto found = std::lower_bound(std::begin(kAbbreviations), std::end(kAbbreviations), word,
                                      [](const Abbreviation& known, std::string_view name) { return known.name < name; });
  if (found != std::end(kAbbreviations) && found->name == word)
    return {ZoneNaming::offset, word.size(), found->offset_minutes * 60, nullptr};
  if (word == "Z" || word == "z" || word == "utc" || word == "gmt") return {ZoneNaming::offset, word.size(), 0, nullptr};
  for (const std::string_view known : kAmbiguous) {
    if (word == known) return {ZoneNaming::ambiguous, word.size(), 0, nullptr};
  }
  return {};
}

/// `area` and what follows it, `/` included.
ZoneName database_name(std::string_view text, std::string_view area) {
  if (std::find(std::begin(kAreas), std::end(kAreas), area) == std::end(kAreas)) return {};
  std::size_t end = area.size();
  while (end < text.size() && end < kNameBytesMax && (is_name_byte(text[end]) || text[end] == '/')) ++end;
  const auto zone = find_zone(text.substr(0, end));
  return zone ? ZoneName{ZoneNaming::rules, end, 0, *zone} : ZoneName{};
}

}  // namespace

ZoneName zone_name_at(std::string_view text) {
  const char first = text.empty() ? '\0' : text.front();
  if ((first < 'A' || first > 'Z') && first != 'z' && first != 'u' && first != 'g') return {};
  std::size_t length = 0;
  while (length < text.size() && length < kNameBytesMax && is_letter(text[length])) ++length;
  const char next = length < text.size() ? text[length] : '\0';
  const std::string_view word = text.substr(0, length);
  if (next == '/') return database_name(text, word);
  if (length > kAbbreviationMax || is_digit(next) || next == '_' || static_cast<unsigned char>(next) >= 0x80) return {};
  return abbreviation(word);
}

}  // namespace loglode
