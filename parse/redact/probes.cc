// What the rule engine looks for in every message, so that redact() itself need not look at every one. Each expression is at least as
// wide as the detector it stands for (the tests and fuzz target hold them together) and as narrow as a regular expression can be.
#include <algorithm>
#include <cctype>

#include "parse/redact/detectors.h"
#include "parse/redact/known_tokens.h"
#include "parse/redact/names.h"
#include "parse/redact/redactor.h"

namespace loglode {

namespace {

using namespace redaction;

constexpr std::size_t kTokenLook = 20;  // characters behind a prefix

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view{".$*+?()[]{}|^\\/"}.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string_view class_of(Alphabet alphabet) {
  switch (alphabet) {
    case Alphabet::hex:
      return "[0-9A-Fa-f]";
    case Alphabet::upper:
      return "[A-Z0-9]";
    case Alphabet::alnum:
      return "[A-Za-z0-9]";
    case Alphabet::url:
      return "[A-Za-z0-9_-]";
    case Alphabet::dotted:
      return "[A-Za-z0-9_./+=$%-]";
  }
  return ".";
}

/// A few expressions of many alternatives each.
void add_alternatives(std::vector<std::string>& out, const std::vector<std::string>& alternatives, std::string_view begin) {
  constexpr std::size_t kBytesMax = 1000;
  std::string some;
  for (const std::string& alternative : alternatives) {
    if (some.size() + alternative.size() > kBytesMax) out.push_back(some + ")"), some.clear();
    some += (some.empty() ? std::string{begin} + "(?:" : "|") + alternative;
  }
  if (!some.empty()) out.push_back(some + ")");
}

void add_tokens(std::vector<std::string>& out) {
  std::vector<std::string> tokens;
  for (const KnownToken& token : kTokens)
    tokens.push_back(escaped(token.prefix) + std::string{class_of(token.alphabet)} + "{" +
                     std::to_string(std::min(token.length_min, kTokenLook)) + "}");
  add_alternatives(out, tokens, "");
}

/// Words that are in many lines hit with what must stand behind them: a sign, a quote, a value with a digit. The others hit alone.
void add_names(std::vector<std::string>& out) {
  const std::string common =
      "(?i)(?:pass[_. "
      "-]{0,2}(?:words?|phrase|code|key)|passwr?d|pwd|secrets?|token|credentials?|cookies?|authori[sz]ation|authenticate|authentication[_. "
      "-]{0,2}info)";
  const std::string small = "(?i)(?:pass|psw|pw|auth|pin|puk|otp|csc|psk|creds)";
  const std::string closers = R"([0-9]{0,4}["'`\\\]\[0-9]{0,16}[ \t]{0,4})", sign = R"((?:[=:>]|\xEF\xBC[\x9A\x9D]))";
  const std::string told = R"(.{0,44}[ \t](?:is|was|to|as|ist|lautet|est|es|from)[ \t])";
  const std::string value = R"([ \t]{1,2}(?:[0-9] )?(?:\\?["'`]|[^ \t]{0,64}[0-9]))";
  add_alternatives(out, rare_name_expressions(), "(?i)");
  std::vector<std::string> persons;
  for (const std::string& name : identity_name_expressions()) {
    const std::string capital{static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())))};
    const std::string word = "(?:^|[^A-Za-z])(?i:" + name + ")|[a-z]" + capital + "(?i:" + name.substr(1) + ")";
    const bool is_short = std::all_of(name.begin(), name.end(), is_alpha);  // `ssn` by itself, not `classname`
    persons.push_back("(?:" + (is_short ? word : "(?i:" + name + ")") + ").{0,40}[0-9]");
  }
  add_alternatives(out, persons, "");
  out.insert(
      out.end(),
      {
          common + ".{0,60}(?:" + sign + R"(| (?:-|\xE2\x80[\x93\x94]) ))",  // a dash for a colon, too
          common + R"([0-9a-z_.-]{0,24}["'`\\]{1,16}[ \t]{0,4}[,;)\]}/ ])",  // a name that is a value: ("password", "x")
          common + "[0-9a-z_.-]{0,24}" + value,
          common + told,
          common + R"([0-9a-z_.-]{0,24}\(\\?["'`])",
          small + closers + sign,
          small + R"([0-9]{0,4}["'`\\]{1,16}[ \t]{0,4}[,;)\]}/ ])",
          small + "[0-9]{0,4}" + value,
          small + R"([0-9]{0,4}[ \t]{1,2}(?:is|was|to|as|ist|lautet|est|es)[ \t:])",
          R"((?i)(?:pin|puk|otp|csc|psk)[0-9]{0,4}[ \t](?:.*[:=]|.*[ \t](?:is|was|to|as|ist|lautet|est|es)[ \t]))",
          R"([0-9]{4}[ \t]{1,2}(?i:is|as) your )",
          R"((?i)your (?:[a-z]{1,64} )?code(?:[ \t]{0,4}[=:]|[ \t]{1,2}(?:is|was)[ \t]|[ \t]{1,2}[0-9])|code[ \t]{1,2}[0-9]{4,8} to )",
          R"([^ \t][ \t]as (?:(?:the|a|your|his|her|their|my|new) ){0,3}(?i:pass|pwd))",
          common + R"([0-9a-z_.-]{0,24}["']?[ \t]{0,30}[,;|][ \t"']{0,30}[^ \t,;|\r\n"']{0,64}[0-9!#$%&?@^])",  // the cells of a line
          R"((?i)(?:credentials?|creds|basic[_ -]?auth|user-?pass)[ \t]{1,2}[a-z][^\x00-\x20:/]{0,64}(?: [:/] |[:/])[^\x00-\x20])",
          R"(:(?:543[0-9]|6432|\*):[^\x00-\x20:]{1,64}:[A-Za-z][^\x00-\x20:]{0,64}:[^\x00-\x20]|pgpass.*:[0-9]{1,5}:)",
          R"((?i)(?:and|with) (?:the )?password[ \t])",
          R"((?i)creds[ \t:=>"'\\\[]{0,12}\{)",
          R"((?i)stringdata["'\]{0,8}[ \t]{0,4}[:=])",
          R"(argc=[0-9]{1,4} a0=|proctitle=[0-9A-F]{8})",
          small + R"([0-9]{0,4}\(\\?["'`])",
          R"((?i)-[a-z0-9_.-]{0,60}(?:pass|pwd|pw|secret|token|auth|bearer|pin|otp|psk|credential|creds)[0-9a-z_.-]{0,24}[ \t]{1,2}[^ \t-])",
          // What stands between the name and its value is not counted: that would cost more than the few lines more that hit.
          R"((?i)(?:sid|sess[_. -]{0,2}id|session[_. -]{0,2}id|session|aspxauth|samlre(?:sponse|quest)|assertion|tokens|remember[_. -]{0,2}me).*)" +
              sign + R"((?:.*[A-Za-z0-9_.+/=%:~-]{16}|[ \t"'`\\\[]{0,16}[\r\n]))",
          R"((?i)[?&;6](?:code|ticket|key|assertion|otac)[0-9]{0,4}=[A-Za-z0-9_.+/=%:~-]{12})",
          R"((?i)(?:sig|signature).{0,24}["'`\\\]\[0-9]{0,16}[ \t]{0,4}[=:][=>]?[ \t"'`\\\[ub]{0,4}[^\x00-\x20`<>|]{12})",
          R"((?i)[?&;6](?:sig|signature)=[=>]?[ \t"'`\\\[ub]{0,4}[^\x00-\x20`<>|]{4})",
          R"((?i)(?:bearer|negotiate)[ \t]{1,2}[a-z0-9._~+/=-]{8}|basic[ \t]{1,2}[a-z0-9._~+/=-]{8})",
      });
}

void add_commands(std::vector<std::string>& out) {
  out.insert(
      out.end(),
      {
          R"((?i)identified[ \t])",
          R"((?i)values[\x00-\x20]{0,7}\()",
          R"(PASS[ \t]{1,2}[^ \t])",
          R"((?:AUTH|AUTHENTICATE|LOGIN|OPER|IDENTIFY)\\?["'`]?[ \t,])",
          R"(["'`]auth\\?["'`][ \t,])",
          R"((?i)(?:curl|etcdctl|ssh-keygen|smbclient|rpcclient|winexe|sshpass|redis-cli|valkey-cli|mongo[a-z]{0,8})(?:\.exe)?["'`]?[ \t,])",
          R"((?i)(?:docker|podman|nerdctl|buildah|skopeo|crane|oras|helm|az)(?:\.exe)?["'`]?[ \t,].{0,90}login)",
          R"((?i)(?:ldap(?:search|add|modify|delete|compare|passwd|whoami)|sqlcmd|osql|mosquitto_[a-z]{2,3}|cqlsh|ipmitool|snmp(?:get|walk|set|trap|bulkwalk)|psexec|rdesktop|ncftp[a-z]{3})(?:\.exe)?["'`]?[ \t,])",
          R"((?i)(?:zip|7z|7za|7zr|rar|bcp) |CONNECT [A-Za-z0-9_]{1,30}/)",
          R"((?i)login (?:ok|incorrect|attempt|failed|invalid|succeeded)[^\[]{0,64}\[[^\]/]{1,128}/|PLAIN.*resp=)",
          R"((?i)login (?:ok|incorrect|attempt|failed|invalid|succeeded)[^:\r\n]{0,64}: [a-z][^\x00-\x20:/]{0,64}(?: [:/] |[:/])[^\x00-\x20])",
          R"([ \t,"'`]-U[ \t"'`,=]{0,3}[A-Za-z][^\x00-\x20%]{0,64}%[^\x00-\x20]|--user["'`]?[ \t,="'`]{0,4}[^\x00-\x20%]{1,64}%[^\x00-\x20])",
          R"(--(?:proxy-)?user(?:pwd)?["'`]?[ \t,="'`]{1,4}[^\x00-\x20:]{1,64}:[^\x00-\x20])",
          R"((?i)(?:connect(?:ing|ed)?(?: as)?|userid|logon)[ \t="']{1,4}[a-z0-9_$#]{1,30}/[^\x00-\x20/@]{1,64}@)",
          R"((?:PDO|mysqli)(?:->|::)__construct\(|(?i:mysqli?_p?connect|real_connect|ftp_login|ldap_bind|imap_open|oci_connect)\()",
          R"((?i)(?:auth|login|basic_?auth|changeuserpassword|passwordcredentials)\(\\?["'`])",
          R"((?i)(?:reset[-_/]?password|password[-_/]reset|forgot-password|set-password|magic-link)/)",
          R"((?i)htpasswd[ \t]|net(?:\.exe)?["']?[ \t]{1,2}user?[ \t]|chpasswd|rabbitmqctl[ \t]|wpa_passphrase[ \t]|--from-literal=|nmcli .*password |machine .*login .*password |passwd --stdin|--password-stdin|cryptsetup|sudo -S)",
          R"((?i)(?:snmp-server|set snmp) .*community[ \t]|enable[ \t]{1,4}(?:secret|password)[ \t]|(?:secret|password|key|key-string)[ \t]{1,2}[05-9] [^ \t])",
          R"((?i)(?:tacacs-server|radius-server|isakmp) .*key(?:-string)?[ \t])",
          R"((?i)openssl.{0,160}[ \t"',]-k|user(?:add|mod)[ \t].{0,80}-p[ \t]|/rp[ \t]|/u[ \t:].{1,80}/p[ \t:]|/(?:pass(?:wd|word)?|pwd|pw):)",
          R"([ \t,"'`]-p[^ \t,])",  // mysql and its kin, whose own name is in too many lines
      });
}

void add_addresses(std::vector<std::string>& out) {
  out.insert(
      out.end(),
      {
          R"(://[^"'<>`\x00-\x20]+@)",
          R"(@(?:tcp|unix)\()",
          R"((?i)(?:lookup|dial|dialing|resolv(?:e|ing)|getaddrinfo|dsn|(?:connect|connecting|connected) to):?[ \t]{1,4}[A-Za-z][^\x00-\x20@]*@)",
          R"((?i)(?:thin|oci):[^\x00-\x20]{1,64}@|(?:sqlplus|expdp|impdp|sqlldr|rman)[ \t])",
          R"(@(?:localhost|[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[A-Za-z][A-Za-z0-9-]{0,60}:[0-9]{2,5}(?:[/ \t?#]|$)))",
          R"([^\x00-\x20]@(?:[A-Za-z0-9.-]|[\x80-\xff])+\.(?:[A-Za-z]{2}|[\x80-\xff]{4}|xn--))",
          R"([^\x00-\x20]@\[[0-9A-Fa-f])",
          R"((?i)hooks?/|webhook|hooks\.slack\.com|api\.telegram\.org|/with/key/|/robot/send/|pagerduty\.com/integration/)",
      });
}

void add_shapes(std::vector<std::string>& out) {
  const std::string hash = "[A-Za-z0-9./+=$,_:-]";
  out.insert(
      out.end(),
      {
          R"(eyJ[A-Za-z0-9_-]{9,}\.[A-Za-z0-9_.-]{1})",
          "-----(?:BEGIN|END) ",
          R"(Q~[A-Za-z0-9_.~-]{20}|\.atlasv1\.|-us[0-9]|:AA[A-Za-z0-9_-]{28})",
          R"((?i)(?:key|secret|token)[-_][A-Za-z0-9_-]{0,13}[0-9a-f]{32})",
          R"((?i)\$(?:1|2[abxy]?|[5-9]|y|gy|md5|sha1|apr1|argon2(?:i|d|id)?|scrypt|s2|p|h|s|pbkdf2(?:-sha[0-9]{1,3})?|bcrypt-sha256)\$)" +
              hash + "{18}",
          R"((?i)(?:pbkdf2_sha[0-9]{1,3}|bcrypt_sha256|bcrypt|argon2|scrypt|scram-sha-[0-9]{1,3}|sha1|md5)\$)" + hash + "{28}",
          R"((?i)\{(?:s?sha|s?md5|crypt|ssha[0-9]{3}|sha[0-9]{3}|pbkdf2|pbkdf2-sha[0-9]{3}|bcrypt|argon2)\})" + hash + "{14}",
          R"(\*[0-9A-F]{40})",
          R"(%B[0-9]{12})",
          "(?:NL|KZ)[0-9]{2}[A-Z0-9]{8}",  // accounts whose digits are too few to be found as a number
          R"((?i)(?:phone|telef|tel.{1,2}fono|cellular|celular|msisdn|whatsapp|mobil|m(?:o|\xC3\xB3)vil)[^0-9]{0,30}[0-9][0-9 ./()-]{6})",
          R"((?:^|[^A-Za-z])(?i:tel|sms|fax|gsm|ruf|handy)[^0-9]{0,30}[0-9][0-9 ./()-]{6})",
          R"([a-z](?:Tel|TEL|Sms|SMS|Fax|FAX|Gsm|GSM)[^0-9]{0,30}[0-9][0-9 ./()-]{6})",
          R"((?i)(?:caller|callee|dial|call(?:ed|ing))[^0-9]{0,30}[0-9][0-9 ./()-]{9})",
          R"((?:电话|手机|電話|手機|携帯|전화|휴대폰|тел|Тел|ТЕЛ|هاتف|جوال|फ़ोन|फोन|मोबाइल|ফোন|โทร)[^0-9]{0,30}[0-9][0-9 ./()-]{6})",
      });
}

/// What hides a name, a sign or the edge of a word: then the redactor looks behind it.
void add_disguises(std::vector<std::string>& out) {
  out.insert(
      out.end(),
      {
          R"(\x1b)",
          R"(\\u[0-9a-fA-F{]|\\U000|\\x[0-9a-fA-F]|\\e\[|\\[0-3][0-7][0-7])",
          R"(\\{1,32}/\\{1,32}/)",
          R"(%(?:25)*(?:2[267]|3[aAdDfF]|40|u00|[46][1-9a-fA-F]|[57][0-9aAbBdD]|[C-Fc-f][0-9a-fA-F]))",
          R"(%(?:25)*[0-2][0-9a-fA-F](?:[0-9+(]|%))",
          R"(&(?:quot|apos|amp|lt|gt|nbsp|equals|colon|sol|commat|#))",
          R"(#0[0-3][0-7])",
          R"(\\[nrte][0-9A-Za-z+(@-])",
          R"(\xC2[\x85\xA0\xAD]|\xCD\x8F|\xD8\x9C|\xE1\x9A\x80|\xE1\x85[\x9F\xA0]|\xE1\xA0[\x8B-\x8E])",
          R"(\xE2\x80[\x80-\x8F\xA8-\xAF]|\xE2\x81[\x9F-\xAF]|\xE3\x80\x80|\xE3\x85\xA4|\xEF\xB8[\x80-\x8F]|\xEF\xBB\xBF|\xEF\xBE\xA0|\xF3\xA0)",
          R"(\xE2(?:\x88\xB6|\x89[\x94\x95\xA1]|\x94[\x82\x83])|\xEA\x9E[\x89\x8A]|\xEF\xB9[\x95\xA6])",  // like colons, like bars
          R"(\xE2(?:\x86\x92|\x87\x92|\x9E[\x94\x9C]|\x9F[\xB6\xB9]))",                                   // arrows
          R"(\xEF\xBC[\x82-\x87\x8A\x8B\x8D-\x99\x9A\x9D\xA0-\xBF]|\xEF\xBD[\x80-\x9E])",
      });
}

}  // namespace

std::vector<std::string> redaction_probes() {
  // Each expression has a literal that ordinary lines lack; what has none (cards, random strings) is left to holds_nameless_secret.
  std::vector<std::string> out;
  add_names(out);
  add_commands(out);
  add_addresses(out);
  add_shapes(out);
  add_tokens(out);
  add_disguises(out);
  return out;
}

}  // namespace loglode
