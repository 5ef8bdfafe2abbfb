#include "parse/json/json_level.h"

#include <charconv>
#include <cstdint>
#include <iterator>

#include "parse/json/json_text.h"
#include "parse/time/timestamp_reader.h"

namespace loglode {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

/// The word in `\x1b[32minfo\x1b[39m` (winston's colorize) and ` INFO `.
std::string_view bare_word(std::string_view text) noexcept {
  while (!text.empty()) {
    if (kBlank.find(text.front()) != std::string_view::npos) {
      text.remove_prefix(1);
    } else if (text.front() == '\x1b') {
      const std::size_t end = text.find('m');
      if (end == std::string_view::npos) return {};
      text.remove_prefix(end + 1);
    } else {
      break;
    }
  }
  return text.substr(0, text.find_first_of(" \t\r\n\x1b"));
}

/// What nearly every line says, without a search: the word as a number, letters in lower case. unspecified for all others.
Severity from_usual_word(std::string_view text) noexcept {
  const auto pack = [](std::string_view word) constexpr {
    std::uint64_t packed = 0;
    for (const char c : word) packed = packed << 8 | static_cast<unsigned char>(c | 0x20);
    return packed;
  };
  if (text.size() < 4 || text.size() > 7) return Severity::unspecified;
  switch (pack(text)) {
    case pack("info"):
      return Severity::info;
    case pack("warn"):
    case pack("warning"):
      return Severity::warn;
    case pack("error"):
      return Severity::error;
    case pack("debug"):
      return Severity::debug;
    default:
      return Severity::unspecified;
  }
}

Severity from_word(std::string_view text, bool single_letters) {
  if (const Severity usual = from_usual_word(text); usual != Severity::unspecified) return usual;
  std::string_view word = bare_word(text);
  if (const Severity read = severity_from_word(word, single_letters); read != Severity::unspecified) return read;
  if (word == "LOG") return Severity::info;                                                            // PostgreSQL
  if (word.size() == 2 && word[0] == 'D' && word[1] >= '1' && word[1] <= '5') return Severity::debug;  // MongoDB
  const std::size_t sign = word.find_first_of("+-");                                                   // slog: INFO+2
  return sign == std::string_view::npos || sign == 0 ? Severity::unspecified : severity_from_word(word.substr(0, sign), single_letters);
}

/// Monolog and Google Cloud have hundreds, but not the same ones.
Severity from_hundreds(Slot slot, unsigned number) noexcept {
  const unsigned error = slot == Slot::severity_named ? 500 : 400;
  if (number > 800) return Severity::unspecified;
  if (number >= error + 100) return Severity::fatal;
  if (number >= error) return Severity::error;
  if (number >= error - 100) return Severity::warn;
  return number >= 200 ? Severity::info : Severity::debug;
}

Severity from_python(unsigned number) noexcept {
  constexpr Severity kTens[] = {Severity::trace, Severity::debug, Severity::info, Severity::warn, Severity::error, Severity::fatal};
  return number <= 50 ? kTens[number / 10] : Severity::unspecified;
}

/// Nextcloud counts up where syslog counts down.
Severity from_nextcloud(unsigned number) noexcept {
  constexpr Severity kLevels[] = {Severity::debug, Severity::info, Severity::warn, Severity::error, Severity::fatal};
  return number < std::size(kLevels) ? kLevels[number] : Severity::unspecified;
}

/// log4j's own numbers: 10000 is DEBUG, 50000 FATAL.
Severity from_ten_thousands(unsigned number) noexcept {
  if (number < 5000 || number > 60000) return Severity::unspecified;
  constexpr Severity kLevels[] = {Severity::trace, Severity::debug, Severity::info, Severity::warn,
                                  Severity::error, Severity::fatal, Severity::fatal};
  return kLevels[number / 10000];
}

/// Which of the scales from 0 to 7: a `level` that nothing else explains is syslog's, but for its 0, which would page somebody.
Severity from_small(Slot slot, unsigned number, std::uint8_t hints) noexcept {
  const auto has = [&](Hint hint) { return (hints & static_cast<std::uint8_t>(hint)) != 0; };
  if (slot == Slot::severity_level && has(Hint::nextcloud_request) && has(Hint::nextcloud_address)) return from_nextcloud(number);
  const bool of_syslog = slot == Slot::severity_syslog_number || has(Hint::gelf) || has(Hint::journald);
  return number == 0 && !of_syslog ? Severity::unspecified : severity_from_syslog(number);
}

Severity from_number(Slot slot, unsigned number, std::uint8_t hints) {
  switch (slot) {
    case Slot::severity_otel_number:
      return number >= 1 && number <= 24 ? static_cast<Severity>(number) : Severity::unspecified;
    case Slot::severity_python_number:
      return from_python(number);
    case Slot::severity_letter:
    case Slot::severity_other:
      return Severity::unspecified;
    default:
      break;
  }
  if (number <= 7) return from_small(slot, number, hints);
  if (number > 800) return from_ten_thousands(number);
  if (slot == Slot::severity_syslog_number || number < 10) return Severity::unspecified;
  return number < 100 ? severity_from_bunyan(number) : from_hundreds(slot, number);
}

bool read_whole(std::string_view text, unsigned& number) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

Severity read_json_level(Slot slot, JsonValue value, std::uint8_t hints, Batch& batch) {
  unsigned number = 0;
  switch (value.kind) {
    case JsonKind::number:
      return read_whole(value.text(), number) ? from_number(slot, number, hints) : Severity::unspecified;
    case JsonKind::string:
    case JsonKind::plain:
      break;
    default:
      return Severity::unspecified;
  }
  const std::string_view text = text_of(value, batch);
  if (!text.empty() && text[0] >= '0' && text[0] <= '9')
    return read_whole(text, number) ? from_number(slot, number, hints) : Severity::unspecified;
  return from_word(text, slot != Slot::severity_other);
}

}  // namespace loglode
