#include <array>

#include "parse/time/stamp_scanner.h"
#include "parse/time/timestamp_reader.h"

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

// OpenTelemetry's mapping of syslog, log4j, zap, java.util.logging, .NET and Windows levels, and the abbreviations of other loggers.
// Ordered by how often they occur: most lookups end within the first few.
constexpr SeverityWord kWords[] = {
    {pack("info"), Severity::info},          {pack("debug"), Severity::debug},   {pack("warn"), Severity::warn},
    {pack("error"), Severity::error},        {pack("warning"), Severity::warn},  {pack("trace"), Severity::trace},
    {pack("notice"), Severity::info2},       {pack("fatal"), Severity::fatal},   {pack("critical"), Severity::error2},
    {pack("severe"), Severity::error},       {pack("err"), Severity::error},     {pack("crit"), Severity::error2},
    {pack("alert"), Severity::error3},       {pack("emerg"), Severity::fatal},   {pack("emergency"), Severity::fatal},
    {pack("panic"), Severity::fatal},        {pack("dpanic"), Severity::error2}, {pack("fine"), Severity::debug},
    {pack("finer"), Severity::debug},        {pack("finest"), Severity::trace},  {pack("config"), Severity::debug},
    {pack("verbose"), Severity::trace},      {pack("inf"), Severity::info},      {pack("dbg"), Severity::debug},
    {pack("wrn"), Severity::warn},           {pack("ftl"), Severity::fatal},     {pack("trc"), Severity::trace},
    {pack("vrb"), Severity::trace},          {pack("pnc"), Severity::fatal},     {pack("information"), Severity::info},
    {pack("informational"), Severity::info}, {pack("note"), Severity::info},     {pack("failure"), Severity::error},
    {pack("success"), Severity::info},       {pack("debug1"), Severity::debug},  {pack("debug2"), Severity::debug},
    {pack("debug3"), Severity::debug},       {pack("debug4"), Severity::debug},  {pack("debug5"), Severity::debug},
};

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
      return Severity::error2;
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
  if (word.empty() || word.size() > kWordBytesMax) return Severity::unspecified;
  if (word[0] == '<') return severity_from_priority(word);
  if (word.size() == 1) return single_letters ? severity_from_letter(word[0]) : Severity::unspecified;
  const PackedWord packed = pack(word);
  for (const SeverityWord& known : kWords) {
    if (known.word == packed) return known.severity;
  }
  return Severity::unspecified;
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
