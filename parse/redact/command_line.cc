// Passwords that programs take as an argument: `curl -u bob:x`, `mysql -px`, `redis-cli -a x`, `sshpass -p x`. The same letters mean
// something else to other programs (`docker run -u 1000:1000`, `mkdir -p x`), so the program must stand in the same command.
#include <algorithm>

#include "parse/redact/detectors.h"
#include "parse/redact/values.h"

namespace loglode::redaction {

namespace {

constexpr std::size_t kCommandLookBack = 256;  // from an option back to its program

bool is_gap(char c) noexcept { return is_blank(c) || c == ','; }  // `,` in a printed argument list: ["curl","-u","bob:x"]
bool divides_words(char c) noexcept { return is_gap(c) || is_quote(c) || is_one_of(c, "[(=<>"); }

enum class Program : unsigned char {
  none,
  curl,
  httpie,
  smb,
  mysql,
  mongo,
  redis_cli,
  sshpass,
  registry,
  ldap,
  sqlcmd,
  mosquitto,
  zip,
  seven_zip,
  cqlsh,
  ipmi,
  snmp,
  psexec,
  ssh_keygen,
  openssl,
  useradd
};

struct ProgramName {
  std::string_view name;
  Program program;
};
constexpr ProgramName kPrograms[] = {
    {"curl", Program::curl},
    {"http", Program::httpie},
    {"https", Program::httpie},
    {"xh", Program::httpie},
    {"smbclient", Program::smb},
    {"rpcclient", Program::smb},
    {"winexe", Program::smb},
    {"smbget", Program::smb},
    {"smbcacls", Program::smb},
    {"smbtree", Program::smb},
    {"samba-tool", Program::smb},
    {"net", Program::smb},
    {"mysql", Program::mysql},
    {"mysqldump", Program::mysql},
    {"mysqladmin", Program::mysql},
    {"mysqlimport", Program::mysql},
    {"mysqlshow", Program::mysql},
    {"mysqlcheck", Program::mysql},
    {"mysqlpump", Program::mysql},
    {"mysqlslap", Program::mysql},
    {"mysqlsh", Program::mysql},
    {"mysqlbinlog", Program::mysql},
    {"mysql_upgrade", Program::mysql},
    {"mariadb", Program::mysql},
    {"mariadb-dump", Program::mysql},
    {"mariadb-admin", Program::mysql},
    {"mariadb-import", Program::mysql},
    {"mariadb-check", Program::mysql},
    {"mariabackup", Program::mysql},
    {"xtrabackup", Program::mysql},
    {"mongo", Program::mongo},
    {"mongosh", Program::mongo},
    {"mongodump", Program::mongo},
    {"mongorestore", Program::mongo},
    {"mongoexport", Program::mongo},
    {"mongoimport", Program::mongo},
    {"mongostat", Program::mongo},
    {"mongotop", Program::mongo},
    {"redis-cli", Program::redis_cli},
    {"valkey-cli", Program::redis_cli},
    {"sshpass", Program::sshpass},
    {"docker", Program::registry},
    {"podman", Program::registry},
    {"nerdctl", Program::registry},
    {"buildah", Program::registry},
    {"skopeo", Program::registry},
    {"crane", Program::registry},
    {"oras", Program::registry},
    {"helm", Program::registry},
    {"az", Program::registry},
    {"ldapsearch", Program::ldap},
    {"ldapadd", Program::ldap},
    {"ldapmodify", Program::ldap},
    {"ldapdelete", Program::ldap},
    {"ldapcompare", Program::ldap},
    {"ldappasswd", Program::ldap},
    {"ldapwhoami", Program::ldap},
    {"sqlcmd", Program::sqlcmd},
    {"bcp", Program::sqlcmd},
    {"osql", Program::sqlcmd},
    {"mosquitto_pub", Program::mosquitto},
    {"mosquitto_sub", Program::mosquitto},
    {"mosquitto_rr", Program::mosquitto},
    {"zip", Program::zip},
    {"unzip", Program::zip},
    {"7z", Program::seven_zip},
    {"7za", Program::seven_zip},
    {"7zr", Program::seven_zip},
    {"rar", Program::seven_zip},
    {"unrar", Program::seven_zip},
    {"cqlsh", Program::cqlsh},
    {"ipmitool", Program::ipmi},
    {"snmpget", Program::snmp},
    {"snmpwalk", Program::snmp},
    {"snmpbulkwalk", Program::snmp},
    {"snmpset", Program::snmp},
    {"snmptrap", Program::snmp},
    {"psexec", Program::psexec},
    {"ssh-keygen", Program::ssh_keygen},
    {"etcdctl", Program::curl},
    {"rdesktop", Program::psexec},
    {"ncftpput", Program::psexec},
    {"ncftpget", Program::psexec},
    {"openssl", Program::openssl},
    {"useradd", Program::useradd},
    {"usermod", Program::useradd},
};

/// Which short options of a program are a password, and how they are written.
struct ShortOption {
  Program program;
  std::string_view letters;
  bool joined;                 // `-px`
  bool apart;                  // `-p x`
  bool first = false;          // only right behind the program
  std::string_view verb = {};  // a word that must stand between them
};
constexpr ShortOption kShortOptions[] = {
    {Program::mysql, "p", true, false},
    {Program::mongo, "p", true, true},
    {Program::sshpass, "p", true, true, true},
    {Program::redis_cli, "a", false, true},
    {Program::registry, "p", false, true, false, "login"},
    {Program::ldap, "w", true, true},
    {Program::sqlcmd, "P", true, true},
    {Program::mosquitto, "P", false, true},
    {Program::zip, "P", true, true},
    {Program::seven_zip, "p", true, false},
    {Program::cqlsh, "p", true, true},
    {Program::ipmi, "P", true, true},
    {Program::snmp, "AXc", false, true},
    {Program::psexec, "p", false, true},
    {Program::ssh_keygen, "NP", false, true},
    {Program::openssl, "kK", true, true},
    {Program::useradd, "p", false, true},
};

Program program_of(std::string_view word) noexcept {
  if (const std::size_t slash = word.find_last_of("/\\"); slash != std::string_view::npos) word.remove_prefix(slash + 1);
  if (ends_ignoring_case(word, ".exe")) word.remove_suffix(4);
  if (word.empty()) return Program::none;
  for (const ProgramName& known : kPrograms)
    if (known.name.size() == word.size() && known.name.front() == lowered(word.front()) && equal_ignoring_case(word, known.name))
      return known.program;
  return Program::none;
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
    while (begin > lowest && !divides_words(text[begin - 1]) && !is_one_of(text[begin - 1], ends)) --begin;
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
  while (at < text.size() && static_cast<unsigned char>(text[at]) > ' ' && !is_one_of(text[at], ",;&\"'`<>)]}|")) ++at;
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
  return is_any_of(rest.substr(0, end), {"ass", "assword", "assphrase", "wd", "ort", "ath", "rotocol", "rofile", "id", "refix", "ey",
                                         "eyout", "eyform", "dfopt"});
}

bool names_user(Program program, std::string_view option) noexcept {
  switch (program) {
    case Program::curl:
      return is_any_of(option, {"-u", "--user", "--proxy-user"});
    case Program::httpie:
      return is_any_of(option, {"-a", "--auth"});
    case Program::smb:
      return option == "-U" || option == "--user";
    default:
      return false;
  }
}

/// The option that `user`, which begins at `begin`, is the value of; where it stands goes to `at`.
std::string_view option_before(std::string_view text, std::size_t begin, std::size_t& at) noexcept {
  std::size_t end = begin;
  while (end > 0 && begin - end < 4 && (is_gap(text[end - 1]) || is_quote(text[end - 1]) || text[end - 1] == '=')) --end;
  at = end;
  while (at > 0 && end - at < 16 && (is_alpha(text[at - 1]) || text[at - 1] == '-')) --at;
  return text.substr(at, end - at);
}

}  // namespace

Span find_user_password(std::string_view text, std::size_t at) {
  const std::size_t lowest = at > kLookBack ? at - kLookBack : 0;
  std::size_t begin = at;
  if (text[at] == ':' && at > 1 && at + 2 < text.size() && is_quote(text[at - 1]) && text[at + 1] == text[at - 1]) {  // -u 'bob':'x'
    begin = text.rfind(text[at - 1], at - 2);
    if (begin == std::string_view::npos || begin < lowest || begin == 0) return {};
    std::size_t option = begin;
    const std::string_view name = option_before(text, begin, option);
    const bool user = name.size() > 1 && name.front() == '-' && option > 0 && names_user(command_before(text, option, "\n").program, name);
    return user ? mask_argument(text, at + 2, text[at + 1]) : Span{};
  }
  while (begin > lowest && !divides_words(text[begin - 1]) && text[begin - 1] != ':') --begin;
  if (begin == 0) return {};
  const std::string_view user = text.substr(begin, at - begin);
  const char quote = is_quote(text[begin - 1]) ? text[begin - 1] : '\0';
  std::size_t option = begin;
  std::string_view name = user.substr(0, 2);
  if (name != "-u" && name != "-U") name = option_before(text, begin, option);
  if (name.size() < 2 || name.front() != '-') return {};
  const Program program = command_before(text, option, "\n").program;
  if (names_user(program, name) && (program == Program::smb) == (text[at] == '%')) return mask_argument(text, at + 1, quote);
  if (program == Program::registry || (option < begin && !is_alpha(user.front()))) return {};
  // Of whatever program: no other one has `-U user%x`, and `--user a:x` may be a group where x is a word.
  const bool escape = at + 2 < text.size() && is_hex(text[at + 1]) && is_hex(text[at + 2]);
  const bool apart = option > 0 && (is_gap(text[option - 1]) || is_quote(text[option - 1]));
  if (text[at] == '%') return name == "-U" && program == Program::none && apart && !escape ? mask_argument(text, at + 1, quote) : Span{};
  const Span span = is_any_of(name, {"--user", "--proxy-user", "--userpwd"}) ? mask_argument(text, at + 1, quote) : Span{};
  constexpr std::size_t kSecretMin = 6;
  return span.end - span.begin >= kSecretMin && looks_like_secret(text.substr(span.begin, span.end - span.begin)) ? span : Span{};
}

namespace {

const ShortOption* short_option(std::string_view text, std::size_t at) noexcept {
  const char letter = text[at + 1];
  if (!is_one_of(letter, "paPwAXcNkK")) return nullptr;
  const Command command = command_before(text, at, "\n|;&");
  if (command.program == Program::none) return nullptr;
  for (const ShortOption& option : kShortOptions) {
    if (option.program != command.program || !is_one_of(letter, option.letters) || (option.first && !command.first)) continue;
    const std::string_view before = text_before(text, at, kCommandLookBack);
    const std::size_t verb = before.rfind(option.verb);
    if (verb != std::string_view::npos && before.find_first_of("\n|;&", verb) == std::string_view::npos) return &option;
  }
  return nullptr;
}

}  // namespace

Span find_option_password(std::string_view text, std::size_t at) {
  const bool numbered = at > 2 && text[at - 1] == '=' && is_digit(text[at - 2]);  // a1= of the audit log
  if (at == 0 || at + 2 >= text.size() || (!is_gap(text[at - 1]) && !is_quote(text[at - 1]) && !numbered)) return {};
  const ShortOption* option = short_option(text, at);
  if (option == nullptr) return {};
  const bool closed = is_quote(text[at - 1]) && text[at + 2] == text[at - 1];
  if (!closed && !is_gap(text[at + 2])) {
    if (!option->joined || is_long_option(text.substr(at + 2))) return {};
    if (is_quote(text[at + 2])) return mask_argument(text, at + 3, text[at + 2]);
    return mask_argument(text, at + 2, is_quote(text[at - 1]) ? text[at - 1] : '\0');
  }
  if (!option->apart) return {};
  std::size_t begin = at + 2 + (closed ? 1 : 0);
  while (begin < text.size() && begin - at < 6 && is_gap(text[begin])) ++begin;
  if (closed && text.substr(begin, 1) == "a") {  // a2= of the audit log
    std::size_t sign = begin + 1;
    while (sign < text.size() && sign - begin < 4 && is_digit(text[sign])) ++sign;
    if (text.substr(sign, 1) == "=") begin = sign + 1;
  }
  if (begin == text.size() || is_gap(text[begin])) return {};
  return is_quote(text[begin]) ? mask_argument(text, begin + 1, text[begin]) : mask_argument(text, begin, '\0');
}

Span find_slash_option(std::string_view text, std::size_t at) {
  if (at < 2 || at + 3 >= text.size() || !is_gap(text[at - 1]) || !is_one_of(lowered(text[at + 1]), "rp")) return {};
  std::size_t end = at + 1;
  while (end < text.size() && end - at < 12 && is_alpha(text[end])) ++end;
  if (end + 1 >= text.size()) return {};
  const std::string_view option = text.substr(at + 1, end - at - 1);
  const bool named = text[end] == ':' && is_any_of(option, {"pass", "passwd", "password", "pwd", "pw"});
  if (!named) {
    std::string_view command = text_before(text, at, kCommandLookBack);
    command = command.substr(command.find_last_of("\r\n|&;") + 1);  // npos + 1 is 0
    const bool remote = equal_ignoring_case(option, "rp");          // of schtasks
    if (!remote && !equal_ignoring_case(option, "p")) return {};
    bool user = false;
    for (std::size_t i = 0; i + 4 < command.size() && !user; ++i) {
      const std::string_view rest = command.substr(i);
      user = remote ? starts_ignoring_case(rest, "/ru ") || starts_ignoring_case(rest, "schtasks")
                    : starts_ignoring_case(rest, "/u ") || starts_ignoring_case(rest, "/u:");
    }
    if (!user || (text[end] != ':' && !is_gap(text[end]))) return {};
  }
  std::size_t begin = end + 1;
  while (begin < text.size() && begin - end < 4 && is_blank(text[begin])) ++begin;
  if (begin >= text.size() || text[begin] == '/' || text[begin] == '*') return {};
  const std::size_t escaped = text[begin] == '\\' && begin + 1 < text.size() && is_quote(text[begin + 1]) ? 1 : 0;
  return is_quote(text[begin + escaped]) ? mask_argument(text, begin + escaped + 1, text[begin + escaped])
                                         : mask_argument(text, begin, '\0');
}

}  // namespace loglode::redaction
