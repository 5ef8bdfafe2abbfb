// What the rule engine looks for in every message, so that redact() itself need not look at every one. Each expression is at least as
// wide as the detector it stands for (the tests and fuzz target hold them together) and as narrow as a regular expression can be.
#include "parse/redact/redactor.h"

namespace loglode {

std::vector<std::string> redaction_probes() {
  // Quotes, brackets and blanks that may stand between a name and its sign.
  // Each expression has a literal that ordinary lines lack; what has none (cards, random strings) is left to holds_nameless_secret.
  const std::string sign = R"(["'`\\\]]{0,4}[ \t]{0,2})";
  const std::string key = "(?:api|secret|access|private|auth|encryption|decryption|signing|account|master|shared|subscription)[_.-]?key";
  const std::string name =
      "(?:passw(?:or|r)?d|passphrase|passcode|passkey|pwd|secret|token|cvv|cvc|passw(?:or)?d[_.-]?(?:hash|digest)|pass|" + key + ")";
  return {
      "(?i)" + name + sign + "[=:]",
      "(?i)" + name + R"(>[^<])",
      "(?i)-" + name + "[ \\t]{1,2}[^ \\t-]",
      "(?i)-[a-z0-9_.-]{1,60}" + name + "[ \\t]{1,2}[^ \\t-]",
      R"((?i)(?:password|identified[^\n]{0,3}by)[ \t]{1,2}["'`])",
      "(?i)(?:sig|signature)" + sign + R"([=:][=>]?[ \t"'`\\\[ub]{0,4}[^ \t"'`,;&<>)\]}|]{16})",
      R"((?i)[?&;6](?:sig|signature)=[=>]?[ \t"'`\\\[ub]{0,4}[^ \t"'`,;&<>)\]}|]{8})",
      R"((?i)passw(?:or)?d[ \t]{1,2}(?:is|was)[ \t]|(?:passphrase|passcode|pwd)[ \t]{1,2}(?:is|was)[ \t])",
      R"((?i)(?:curl|sshpass|redis-cli|mongo[a-z]{0,8})(?:\.exe)?["'`]?[ \t,])",
      R"([ \t,"'`]-p[^ \t,])",  // mysql and its kin, whose own name is in too many lines
      "(?i)authorization" + sign + "[=:]",
      "(?i)cookie" + sign + "[=:]",
      R"((?i)bearer[ \t]{1,2}[a-z0-9._~+/=-]{16})",
      R"((?i)basic[ \t]{1,2}[a-z0-9._~+/=-]{8})",
      R"(://[^/?#"'<>\x00-\x20]+@)",
      R"(@(?:tcp|unix)\()",
      R"([A-Za-z0-9._%+-]@[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z]{2})",
      R"(eyJ[A-Za-z0-9_-]{9,}\.[A-Za-z0-9_-]{4})",
      "-----BEGIN ",
      R"((?:AKIA|ASIA)[A-Z0-9]{16})",
      R"(AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_./-]{20}|GOCSPX-[A-Za-z0-9_-]{20})",
      R"(gh[opusr]_[A-Za-z0-9]{20}|github_pat_[A-Za-z0-9_-]{20}|gl(?:pat|dt|rt)-[A-Za-z0-9_-]{16})",
      R"((?:xox[abeoprs][.-]|xapp-)[A-Za-z0-9_./-]{10}|hooks\.slack\.com/services/[A-Za-z0-9_./-]{20})",
      R"([sr]k_(?:live|test)_[A-Za-z0-9]{16}|whsec_[A-Za-z0-9]{16}|npm_[A-Za-z0-9]{30}|pypi-[A-Za-z0-9_-]{40})",
      R"(sk-[A-Za-z0-9_-]{20}|hf_[A-Za-z0-9]{30}|dop_v1_[A-Za-z0-9]{40}|shpat_[A-Za-z0-9]{32}|hvs\.[A-Za-z0-9_-]{24}|SG\.[A-Za-z0-9_./-]{40})",
  };
}

}  // namespace loglode
