// Passwords that only their place in a command tells: `htpasswd -b file bob x`, `net user bob x /add`, `echo bob:x | chpasswd`, and the
// lines that a router is configured by: `enable secret 0 x`, `key 7 0822455D`, `snmp-server community x`.
#include <algorithm>
#include <array>

#include "parse/redact/detectors.h"
#include "parse/redact/values.h"

namespace loglode::redaction {

namespace {

constexpr std::size_t kWordsMax = 8, kCommandMax = 256;

bool divides(char c) noexcept { return is_blank(c) || is_one_of(c, ",[]()"); }
bool ends_command(char c) noexcept { return ends_line(c) || is_one_of(c, "|;&<>"); }

/// The arguments from `at` to the end of their command, quotes not included.
struct Words {
  std::array<Span, kWordsMax> items{};
  std::size_t count = 0, end = 0;
};

Words read_words(std::string_view text, std::size_t at) noexcept {
  Words out;
  const std::size_t limit = std::min(text.size(), at + kCommandMax);
  while (at < limit && out.count < kWordsMax) {
    while (at < limit && divides(text[at])) ++at;
    if (at == limit || ends_command(text[at])) break;
    const bool quoted = is_quote(text[at]);
    std::size_t end = quoted ? quoted_end(text.substr(0, limit), at + 1, text[at], false) : at;
    while (!quoted && end < limit && !divides(text[end]) && !ends_command(text[end]) && !is_quote(text[end])) ++end;
    out.items[out.count++] = {at + (quoted ? 1 : 0), end};
    at = end + (quoted ? 1 : 0);
    if (!quoted && at < limit && is_quote(text[at])) ++at;  // of the whole command
  }
  out.end = at;
  return out;
}

Span masked(std::string_view text, Span word) noexcept {
  const std::string_view value = text.substr(word.begin, word.end - word.begin);
  const bool variable = value.starts_with("$") && value.size() > 1 && !is_digit(value[1]);
  const bool told = word.begin > 0 && text.substr(word.begin - 1, 7) == "[masked";
  return is_placeholder(value) || variable || told ? Span{} : word;
}

/// `htpasswd -b file user x`, `htpasswd -nb user x`.
Span find_web_password(std::string_view text, std::size_t begin) noexcept {
  const Words words = read_words(text, begin);
  bool given = false, printed = false;
  std::size_t place = 0;
  for (std::size_t i = 0; i < words.count; ++i) {
    const std::string_view word = text.substr(words.items[i].begin, words.items[i].end - words.items[i].begin);
    if (word.starts_with("-")) {
      given = given || word.find('b') != std::string_view::npos;
      printed = printed || word.find('n') != std::string_view::npos;
      if (word.ends_with("C") || word.ends_with("r")) ++i;  // its cost or rounds
    } else if (place++ == (printed ? 1U : 2U)) {
      return given ? masked(text, words.items[i]) : Span{};
    }
  }
  return {};
}

/// `net user bob x /add`, `net use Z: \\host\share x /user:bob`.
Span find_windows_password(std::string_view text, std::string_view verb, std::size_t begin) noexcept {
  const Words words = read_words(text, begin);
  const auto word = [&](std::size_t i) { return text.substr(words.items[i].begin, words.items[i].end - words.items[i].begin); };
  bool option = false;
  for (std::size_t i = 0; i < words.count; ++i) option = option || word(i).starts_with("/");
  std::size_t place = 1;
  if (equal_ignoring_case(verb, "use"))
    for (place = 0; place < words.count && !word(place).starts_with("\\");) ++place;
  if (equal_ignoring_case(verb, "use")) ++place;
  while (equal_ignoring_case(verb, "use") && place < words.count && word(place).starts_with("/")) ++place;  // /user:bob before it
  if (place >= words.count || word(place).starts_with("/") || word(place) == "*") return {};
  return option || looks_like_secret(word(place)) ? masked(text, words.items[place]) : Span{};
}

/// `echo x | passwd --stdin bob`, `echo 'bob:x' | chpasswd`, `echo x | sudo -S …`.
Span find_piped_password(std::string_view text, std::size_t begin) noexcept {
  std::size_t end = begin;
  while (end < text.size() && end - begin < kCommandMax && text[end] != '|' && !ends_line(text[end])) ++end;
  if (end >= text.size() || text[end] != '|') return {};
  const std::string_view command = text.substr(end + 1, 64).substr(0, text.substr(end + 1, 64).find_first_of("|;\n"));
  const auto runs = [&](std::string_view words) { return command.find(words) != std::string_view::npos; };
  const bool users = runs("chpasswd");
  if (!users && !runs("passwd --stdin") && !runs("--password-stdin") && !runs("sudo -S") && !runs("cryptsetup")) return {};
  const Words words = read_words(text, begin);
  std::size_t last = words.count;
  while (last > 0 && words.items[last - 1].begin >= end) --last;
  if (last == 0) return {};
  Span span = words.items[last - 1];
  if (users) span.begin += text.substr(span.begin, span.end - span.begin).find(':') + 1;  // npos + 1 is 0
  return masked(text, span);
}

/// `sqlplus -S bob/x as sysdba`, `CONNECT bob/x`; what an `@` follows is found there.
Span find_oracle_login(std::string_view text, std::size_t begin) noexcept {
  const Words words = read_words(text, begin);
  for (std::size_t i = 0; i < words.count; ++i) {
    const Span item = words.items[i];
    const std::string_view word = text.substr(item.begin, item.end - item.begin);
    if (word.starts_with("-")) continue;
    const std::size_t slash = word.find('/');
    if (slash == std::string_view::npos || slash == 0 || word.find_first_of("@:.") != std::string_view::npos || slash + 1 == word.size())
      return {};
    return masked(text, {item.begin + slash + 1, item.end});
  }
  return {};
}

// --- routers -----------------------------------------------------------------------------------------------------------------------------

/// What stands behind `7`, `5`, `8` and `9` has a shape of its own, behind `0` anything.
bool fits_level(char level, std::string_view value) noexcept {
  switch (level) {
    case '5':
    case '8':
    case '9':
      return value.starts_with("$");
    case '7':
      return value.size() >= 4 && value.size() % 2 == 0 && std::all_of(value.begin(), value.end(), is_hex) &&
             std::any_of(value.begin(), value.end(), is_digit);
    case '6':
      return looks_like_secret(value);
    default:
      return level == '0';
  }
}

/// `login bob ` of a .netrc.
bool follows_login(std::string_view line) noexcept {
  const std::size_t blank = line.size() < 2 ? std::string_view::npos : line.find_last_of(' ', line.size() - 2);
  return blank != std::string_view::npos && equal_ignoring_case(word_before(line, blank), "login");
}

}  // namespace

Span find_router_secret(std::string_view text, std::string_view word, std::size_t begin) {
  const bool community = equal_ignoring_case(word, "community"), key = is_any_of(word, {"key", "key-string", "server-key"});
  if (!community && !key && !is_any_of(word, {"secret", "password"})) return {};
  const std::size_t at = static_cast<std::size_t>(word.data() - text.data());
  std::string_view line = text_before(text, at, 96);
  line = line.substr(line.find_last_of("\r\n") + 1);  // npos + 1 is 0
  const std::string_view previous = word_before(text, at);
  const auto speaks_of = [&](std::string_view words) { return line.find(words) != std::string_view::npos; };
  const bool level =
      is_digit(text[begin]) && begin + 2 < text.size() && text[begin + 1] == ' ' && static_cast<unsigned char>(text[begin + 2]) > ' ';
  std::size_t end = begin + (level ? 2 : 0);
  const std::size_t value_begin = end;
  while (end < text.size() && static_cast<unsigned char>(text[end]) > ' ' && !is_one_of(text[end], "\"'\\,;")) ++end;
  const std::string_view value = text.substr(value_begin, end - value_begin);
  if (value.empty() || value.front() == '[' || is_placeholder(value)) return {};
  const Span span{value_begin, end};
  if (community) return speaks_of("snmp-server ") || speaks_of("set snmp ") ? span : Span{};
  const bool server = speaks_of("tacacs-server ") || speaks_of("radius-server ") || equal_ignoring_case(previous, "isakmp");
  const bool user = speaks_of("username ") || speaks_of("enable ") || speaks_of("neighbor ") || speaks_of(" chap ") || speaks_of(" pap ") ||
                    speaks_of("wpa-psk ") || speaks_of("vty ");
  if (level && fits_level(text[begin], value)) {
    const bool first = line.find_first_not_of(" \t") == std::string_view::npos && (end == text.size() || ends_line(text[end]));
    return text[begin] != '0' && !key ? span : server || user || first ? span : Span{};
  }
  if (key) return server && !level ? span : Span{};
  if (equal_ignoring_case(word, "password") && (speaks_of("nmcli ") || (speaks_of("machine ") && follows_login(line)))) return span;
  return equal_ignoring_case(previous, "enable") && !level && looks_like_secret(value) ? span : Span{};
}

Span find_positional_password(std::string_view text, std::string_view word, std::size_t begin) {
  const std::size_t at = static_cast<std::size_t>(word.data() - text.data());
  if (ends_ignoring_case(word, "securestring")) {  // ConvertTo-SecureString -String "x" -AsPlainText
    const Words words = read_words(text, begin);
    for (std::size_t i = 0; i < words.count; ++i)
      if (text[words.items[i].begin] != '-') return masked(text, words.items[i]);
    return {};
  }
  if (word.size() < 3) return {};
  if (is_any_of(word, {"sqlplus", "expdp", "impdp"}) || word == "CONNECT") return find_oracle_login(text, begin);
  const bool rabbit = is_any_of(word, {"add_user", "change_password", "authenticate_user"}) &&
                      text_before(text, at).find("rabbitmqctl") != std::string_view::npos;
  if (rabbit || equal_ignoring_case(word, "wpa_passphrase")) {
    const Words words = read_words(text, begin);
    return words.count < 2 ? Span{} : masked(text, words.items[1]);
  }
  if (equal_ignoring_case(word, "htpasswd")) return find_web_password(text, begin);
  if (equal_ignoring_case(word, "echo") || equal_ignoring_case(word, "printf")) return find_piped_password(text, begin);
  if (!is_any_of(word, {"user", "use"})) return {};
  const std::string_view program = word_before(text, at);
  const bool net = equal_ignoring_case(program, "net") ||
                   (equal_ignoring_case(program, "exe") && text_before(text, at).find("net.exe") != std::string_view::npos);
  return net ? find_windows_password(text, word, begin) : Span{};
}

namespace {

struct Call {
  std::string_view name;
  std::size_t place;      // of the password
  bool connects = false;  // nothing else is called so
};
constexpr Call kCalls[] = {{"mysqli_connect", 2, true},
                           {"mysql_connect", 2, true},
                           {"mysql_pconnect", 2, true},
                           {"real_connect", 2, true},
                           {"ftp_login", 2, true},
                           {"ldap_bind", 2, true},
                           {"imap_open", 2, true},
                           {"oci_connect", 1, true},
                           {"auth", 1},
                           {"login", 1},
                           {"basicauth", 1},
                           {"httpbasicauth", 1},
                           {"basic_auth", 1},
                           {"setbasicauth", 1},
                           {"changeuserpassword", 1},
                           {"usernamepasswordcredentials", 1}};

/// `PDO->__construct('mysql:…', 'bob', 'x')` of a stack trace.
bool makes_connection(std::string_view before) noexcept {
  return before.ends_with("PDO->__construct") || before.ends_with("mysqli->__construct") || before.ends_with("PDO::__construct");
}

}  // namespace

Span find_call_password(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && at - begin < kLookBack && is_word(text[begin - 1])) --begin;
  const std::string_view name = text.substr(begin, at - begin);
  if (name.size() < 4 || at + 2 >= text.size()) return {};
  std::size_t place = 2;
  bool connects = makes_connection(text.substr(0, at));
  if (!connects) {
    const Call* const call =
        std::find_if(std::begin(kCalls), std::end(kCalls), [&](const Call& each) { return equal_ignoring_case(name, each.name); });
    if (call == std::end(kCalls)) return {};
    place = call->place;
    connects = call->connects;
  }
  const Words words = read_words(text, at + 1);
  if (words.count <= place) return {};
  const Span item = words.items[place];
  for (std::size_t i = connects ? place : 0; i <= place; ++i)
    if (!is_quote(text[words.items[i].begin - 1])) return {};
  const std::string_view between = text.substr(words.items[place - 1].end, item.begin - words.items[place - 1].end);
  return between.find(',') == std::string_view::npos || between.find(')') != std::string_view::npos ? Span{} : masked(text, item);
}

}  // namespace loglode::redaction
