// Passwords that programs take as an argument: `curl -u bob:x`, `mysql -px`, `redis-cli -a x`, `sshpass -p x`. The same letters mean
// something else to other programs (`docker run -u 1000:1000`, `mkdir -p x`), so the program must stand in the same command.
#include <algorithm>

#include "parse/redact/detectors.h"

namespace loglode::redaction {

namespace {

constexpr std::size_t kCommandLookBack = 256;  // from an option back to its program

bool is_gap(char c) noexcept { return c == ' ' || c == '\t' || c == ','; }  // `,` in a printed argument list: ["curl","-u","bob:x"]
bool is_quote(char c) noexcept { return c == '"' || c == '\'' || c == '`'; }
bool divides_words(char c) noexcept { return is_gap(c) || is_quote(c) || c == '[' || c == '(' || c == '='; }

enum class Program : unsigned char { none, curl, mysql, mongo, redis_cli, sshpass };

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> names) noexcept {
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return equal_ignoring_case(word, name); });
}

Program program_of(std::string_view word) noexcept {
  if (const std::size_t slash = word.find_last_of("/\\"); slash != std::string_view::npos) word.remove_prefix(slash + 1);
  if (ends_ignoring_case(word, ".exe")) word.remove_suffix(4);
  if (word.empty()) return Program::none;
  switch (lowered(word.front())) {
    case 'c':
      return is_one_of(word, {"curl"}) ? Program::curl : Program::none;
    case 'm':
      if (is_one_of(word,
                    {"mysql", "mysqldump", "mysqladmin", "mysqlimport", "mysqlshow", "mysqlcheck", "mysqlpump", "mysqlslap", "mysqlsh",
                     "mysqlbinlog", "mysql_upgrade", "mariadb", "mariadb-dump", "mariadb-admin", "mariadb-import", "mariadb-check"}))
        return Program::mysql;
      return is_one_of(word, {"mongo", "mongosh", "mongodump", "mongorestore", "mongoexport", "mongoimport", "mongostat", "mongotop"})
                 ? Program::mongo
                 : Program::none;
    case 'r':
      return is_one_of(word, {"redis-cli"}) ? Program::redis_cli : Program::none;
    case 's':
      return is_one_of(word, {"sshpass"}) ? Program::sshpass : Program::none;
    default:
      return Program::none;
  }
}

struct Command {
  Program program = Program::none;  // the last one that is known
  bool first = false;               // nothing stands between it and the option
};

/// What the option at `option` belongs to. `ends` are the characters at which a command ends.
Command command_before(std::string_view text, std::size_t option, std::string_view ends) noexcept {
  Command command;
  std::size_t end = option;
  const std::size_t lowest = option > kCommandLookBack ? option - kCommandLookBack : 0;
  for (bool first = true; end > lowest; first = false) {
    while (end > lowest && divides_words(text[end - 1])) --end;
    std::size_t begin = end;
    while (begin > lowest && !divides_words(text[begin - 1]) && ends.find(text[begin - 1]) == std::string_view::npos) --begin;
    command = {program_of(text.substr(begin, end - begin)), first};
    const bool followed = end < text.size() && (is_gap(text[end]) || is_quote(text[end]));
    if ((command.program != Program::none && followed) || begin == end) return command;
    end = begin;
  }
  return {};
}

/// Another option, a shell's variable, or what another redactor left.
bool is_no_value(std::string_view value) noexcept {
  const bool variable =
      value.size() > 1 && value[0] == '$' && (is_upper(value[1]) || value[1] == '_' || value[1] == '{' || value[1] == '(');
  return value.empty() || variable || value.front() == '-' || value.starts_with("[masked") ||
         value.find_first_not_of("*xX.#") == std::string_view::npos;
}

std::size_t argument_end(std::string_view text, std::size_t at, char quote) noexcept {
  if (quote != 0) return std::min(text.find(quote, at), text.size());
  while (at < text.size() && static_cast<unsigned char>(text[at]) > ' ' &&
         std::string_view{",;&\"'`<>)]}|"}.find(text[at]) == std::string_view::npos)
    ++at;
  return at;
}

Span mask_argument(std::string_view text, std::size_t begin, char quote) noexcept {
  const std::size_t end = argument_end(text, begin, quote);
  return is_no_value(text.substr(begin, end - begin)) ? Span{} : Span{begin, end, SecretKind::credential};
}

/// `-port 3306`: a long option behind one dash, not a password behind `-p`.
bool is_long_option(std::string_view rest) noexcept {
  std::size_t end = 0;
  while (end < rest.size() && end < 12 && is_alpha(rest[end])) ++end;
  if (end < rest.size() && rest[end] != ' ' && rest[end] != '=') return false;
  return is_one_of(rest.substr(0, end), {"ass", "assword", "assphrase", "wd", "ort", "ath", "rotocol", "rofile", "id", "refix"});
}

}  // namespace

Span find_user_password(std::string_view text, std::size_t at) {
  const std::size_t lowest = at > kLookBack ? at - kLookBack : 0;
  std::size_t begin = at;
  while (begin > lowest && !divides_words(text[begin - 1]) && text[begin - 1] != ':') --begin;
  if (begin == 0) return {};
  const std::string_view user = text.substr(begin, at - begin);
  const char quote = is_quote(text[begin - 1]) ? text[begin - 1] : '\0';
  std::size_t option = begin;
  if (!user.starts_with("-u") && !user.starts_with("-U")) {
    std::size_t end = begin;
    while (end > 0 && begin - end < 4 && (is_gap(text[end - 1]) || is_quote(text[end - 1]) || text[end - 1] == '=')) --end;
    option = end;
    while (option > 0 && end - option < 16 && (is_alpha(text[option - 1]) || text[option - 1] == '-')) --option;
    const std::string_view name = text.substr(option, end - option);
    if (name != "-u" && name != "-U" && name != "--user" && name != "--proxy-user") return {};
  }
  if (option == 0 || command_before(text, option, "\n").program != Program::curl) return {};
  return mask_argument(text, at + 1, quote);
}

Span find_option_password(std::string_view text, std::size_t at) {
  if (at == 0 || at + 2 >= text.size() || (!is_gap(text[at - 1]) && !is_quote(text[at - 1]))) return {};
  const char letter = text[at + 1];
  if (letter != 'p' && letter != 'a') return {};
  const bool closed = is_quote(text[at - 1]) && text[at + 2] == text[at - 1];
  const bool joined = !closed && !is_gap(text[at + 2]);
  const Command command = command_before(text, at, "\n|;&");
  switch (command.program) {
    case Program::mysql:
      if (letter != 'p' || !joined) return {};
      break;
    case Program::mongo:
      if (letter != 'p') return {};
      break;
    case Program::sshpass:
      if (letter != 'p' || !command.first) return {};
      break;
    case Program::redis_cli:
      if (letter != 'a' || joined) return {};
      break;
    default:
      return {};
  }
  if (joined) {
    if (is_long_option(text.substr(at + 2))) return {};
    if (is_quote(text[at + 2])) return mask_argument(text, at + 3, text[at + 2]);
    return mask_argument(text, at + 2, is_quote(text[at - 1]) ? text[at - 1] : '\0');
  }
  std::size_t begin = at + 2 + (closed ? 1 : 0);
  while (begin < text.size() && begin - at < 6 && is_gap(text[begin])) ++begin;
  if (begin == text.size() || is_gap(text[begin])) return {};
  return is_quote(text[begin]) ? mask_argument(text, begin + 1, text[begin]) : mask_argument(text, begin, '\0');
}

}  // namespace loglode::redaction
