// Fake secrets, put together at run time so that scanners of the source do not trip over them.
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace loglode::samples {

inline std::string made(std::string_view first, std::string_view second) { return std::string{first}.append(second); }

inline std::string filler(std::size_t size) {
  std::string text;
  while (text.size() < size) text += "Fake0Example1";
  return text.substr(0, size);
}

inline std::vector<std::string> keys() {
  return {made("AKIA", "EXAMPLEEXAMPLE00"),
          made("ASIA", "EXAMPLEEXAMPLE11"),
          made("AIza", filler(35)),
          made("ghp_", filler(36)),
          made("gho_", filler(36)),
          made("github_pat_", filler(40)),
          made("glpat-", filler(20)),
          made("xoxb-", "000-" + filler(20)),
          made("xoxp-", filler(12)),
          made("sk_live_", filler(24)),
          made("rk_test_", filler(24)),
          made("npm_", filler(36)),
          made("pypi-", filler(60)),
          made("sk-", filler(40)),
          made("sk-ant-", "api03-" + filler(40)),
          made("sk-proj-", filler(40)),
          made("hf_", filler(34)),
          made("hvs.", filler(24)),
          made("SG.", filler(22) + "." + filler(43)),
          made("ya29.", filler(40))};
}

inline std::string jwt() { return made("ey", "JhbGciOiJub25lIn0") + "." + made("ey", "JmYWtlIjp0cnVlfQ") + ".c2ln"; }

inline std::string pem() {
  const std::string label = made("RSA PRIVATE", " KEY-----");
  return "-----BEGIN " + label + "\n" + filler(64) + "\n" + filler(40) + "\n-----END " + label;
}

inline std::vector<std::string> cards() {  // the numbers that card schemes publish for tests
  return {"4111111111111111",  "4111 1111 1111 1111", "4111-1111-1111-1111", "5555555555554444", "2223003122003222",    "378282246310005",
          "3782 822463 10005", "6011111111111117",    "3530111333300000",    "30569309025904",   "6200 0000 0000 0005", "3056 930902 5904"};
}

/// Text in which names, signs, quotes and secrets meet in every order.
inline std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> kParts = [] {
    std::vector<std::string> parts{"password",
                                   "Token",
                                   "secret",
                                   "api_key",
                                   "x-api-key",
                                   "AUTHORIZATION",
                                   "Cookie",
                                   "Bearer",
                                   "Basic",
                                   "Digest",
                                   "--password",
                                   "pass",
                                   "pwd",
                                   "sig",
                                   "signature",
                                   "private.key",
                                   "IDENTIFIED BY",
                                   "<password>",
                                   "</password>",
                                   "user",
                                   "curl ",
                                   "mysqldump ",
                                   "\"mongosh\",",
                                   "redis-cli ",
                                   "sshpass ",
                                   " -p",
                                   " -u ",
                                   " -a ",
                                   "--user=",
                                   " is ",
                                   "?sig=",
                                   "\\u0026sig=",
                                   "aB3%2Fde%3D",
                                   "bob",
                                   "://",
                                   "=",
                                   ":",
                                   ": ",
                                   " = ",
                                   "=>",
                                   ":=",
                                   "\"",
                                   "'",
                                   "`",
                                   "\\\"",
                                   "[",
                                   "]",
                                   "{",
                                   "}",
                                   ",",
                                   ";",
                                   "&",
                                   " ",
                                   "  ",
                                   "\t",
                                   "\n",
                                   "@",
                                   "@tcp(",
                                   ".",
                                   "-",
                                   "_",
                                   "hunter2",
                                   "abc",
                                   "12345678",
                                   "null",
                                   "[masked]",
                                   "[masked:email]",
                                   "${X}",
                                   "/root",
                                   "\xff",
                                   "\xe2\x80\xb9",
                                   "example.com",
                                   "a@b.co",
                                   "Aa1Bb2Cc3Dd4Ee5Ff6Gg7Hh8Ii9Jj0KkLl",
                                   "u",
                                   "x",
                                   "4111",
                                   "0",
                                   "eyJ",
                                   "sk-",
                                   "SG.",
                                   "ssn",
                                   "your ",
                                   "enter code ",
                                   " code",
                                   " - ",
                                   "|",
                                   "\n|password|",
                                   " as ",
                                   "credentials ",
                                   ":5432:",
                                   "login failed: ",
                                   "--user ",
                                   " -U x%",
                                   "123-45-6789",
                                   "4821",
                                   " for user ",
                                   " incorrect",
                                   "''",
                                   "\"\"x",
                                   "\"path\":\"/a/token\",\"value\":",
                                   "connecting as a/",
                                   "-----BEGIN ",
                                   "-----",
                                   "-----END "};
    for (const std::string& key : keys()) parts.push_back(key);
    for (const std::string& card : cards()) parts.push_back(card);
    parts.push_back(jwt());
    parts.push_back(pem());
    return parts;
  }();
  std::string text;
  for (std::size_t count = 1 + random() % 14; count > 0; --count) text += kParts[random() % kParts.size()];
  if (random() % 4 == 0 && !text.empty()) text[random() % text.size()] = static_cast<char>(random());
  return text;
}

}  // namespace loglode::samples
