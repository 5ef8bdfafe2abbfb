// A secret stays hidden whatever it is wrapped in: any sample, in any encoding, in any record; and the probes say where to look.
#include <catch2/catch.hpp>
#include <functional>
#include <random>

#include "parse/redact/redactor.h"
#include "probe_scan.h"
#include "secret_samples.h"

using namespace loglode;

namespace {

struct Sample {
  std::string text, secret;
};

std::vector<Sample> secrets() {
  const std::string word = samples::made("Wint3r", "Blau77x"), key = samples::made("gsk", "_") + samples::filler(40);
  return {{"login password=" + word + " ok", word},
          {"{\"user\":\"bob\",\"password\":\"" + word + "\"}", word},
          {"{\"name\":\"DB_PASSWORD\",\"value\":\"" + word + "\"}", word},
          {"connect postgres://app:" + word + "@db:5432/shop", word},
          {"Authorization: Bearer " + word + word, word + word},
          {"GET /cb?access_token=" + word + "&a=1", word},
          {"<password>" + word + "</password>", word},
          {"密码：" + word, word},
          {"curl -u bob:" + word + " http://x/", word},
          {"UPDATE t SET password = '" + word + "'", word},
          {"using " + key + " now", key},
          {"mail to jane.doe@shop.example now", "jane.doe@shop.example"},
          {"paid with 4111 1111 1111 1111 now", "4111 1111 1111 1111"},
          {"payout to DE89 3704 0044 0532 0130 00 now", "3704 0044 0532"},
          {"sms to +4915112345678 now", "4915112345678"}};
}

std::string in_json(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out + "\"";
}

std::string hex_of(unsigned char c) {
  constexpr char kHex[] = "0123456789abcdef";
  return {kHex[c >> 4], kHex[c & 15]};
}

/// Every character that `hidden` says is written by its number; bytes beyond ASCII stay.
std::string numbered(std::string_view text, std::string_view before, std::string_view after, std::string_view hidden) {
  std::string out;
  for (const char c : text) {
    if (hidden.find(c) == std::string_view::npos) {
      out += c;
    } else {
      out += before;
      out += hex_of(static_cast<unsigned char>(c));
      out += after;
    }
  }
  return out;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  return text;
}

using Wrap = std::function<std::string(const std::string&)>;

std::vector<std::pair<std::string, Wrap>> wrappings() {
  constexpr std::string_view kSigns = "=:\"'/<>&{}@ ";
  return {
      {"as it is", [](const std::string& text) { return text; }},
      {"JSON", [](const std::string& text) { return "{\"time\":1,\"msg\":" + in_json(text) + ",\"n\":1}"; }},
      {"JSON in JSON", [](const std::string& text) { return "{\"msg\":" + in_json("{\"msg\":" + in_json(text) + "}") + "}"; }},
      {"JSON in JSON in JSON",
       [](const std::string& text) { return "{\"a\":" + in_json("{\"b\":" + in_json("{\"c\":" + in_json(text) + "}") + "}") + "}"; }},
      {"logfmt", [](const std::string& text) { return "level=info msg=" + in_json(text) + " n=1"; }},
      {"JSON with numbered signs", [=](const std::string& text) { return "{\"msg\":\"" + numbered(text, "\\u00", "", kSigns) + "\"}"; }},
      {"percent", [=](const std::string& text) { return "GET /x?q=" + numbered(text, "%", "", kSigns) + " 200"; }},
      {"hexadecimal escapes", [=](const std::string& text) { return numbered(text, "\\x", "", kSigns); }},
      {"entities", [=](const std::string& text) { return "<m>" + numbered(text, "&#x", ";", kSigns) + "</m>"; }},
      {"escaped slashes", [](const std::string& text) { return replaced(text, "/", "\\/"); }},
      {"colours", [](const std::string& text) { return "\x1b[31m" + replaced(text, "=", "\x1b[0m=\x1b[1m") + "\x1b[0m"; }},
      {"colours in JSON",
       [](const std::string& text) {
         return "{\"msg\":\"\\u001b[31m" + replaced(replaced(text, "\"", "\\\""), "=", "\\u001b[0m=") + "\"}";
       }},
      {"zero-width space in names", [](const std::string& text) { return replaced(text, "pass", "pa\xE2\x80\x8Bss"); }},
      {"soft hyphen in names", [](const std::string& text) { return replaced(text, "pass", "pa\xC2\xADss"); }},
      {"no-break space", [](const std::string& text) { return replaced(replaced(text, " ", "\xC2\xA0"), "password", "pass\xC2\xA0word"); }},
      {"full-width signs", [](const std::string& text) { return replaced(replaced(text, "=", "\xEF\xBC\x9D"), ":", "\xEF\xBC\x9A"); }},
      {"new line behind the sign", [](const std::string& text) { return replaced(text, "login password=", "login password=\n"); }}};
}

/// What a reader of `text` could still make of it.
bool shows(std::string_view text, const std::string& secret) {
  for (const std::string& form :
       {secret, in_json(secret), numbered(secret, "%", "", " @:/"), numbered(secret, "\\u00", "", " @:/"),
        numbered(secret, "\\x", "", " @:/"), numbered(secret, "&#x", ";", " @:/"), replaced(secret, " ", "\xC2\xA0")})
    if (text.find(form) != std::string_view::npos) return true;
  return false;
}

}  // namespace

TEST_CASE("redact: a secret leaves in no encoding, and a probe hits wherever one is masked", "[redact]") {
  const samples::ProbeScan probes;
  for (const auto& [name, wrap] : wrappings()) {
    for (const Sample& sample : secrets()) {
      if (name == "new line behind the sign" && sample.text.find("login password=") == std::string::npos) continue;
      if (name == "full-width signs" && sample.text.find("://") != std::string::npos) continue;  // no URL any more
      const std::string text = name == "new line behind the sign" ? replaced(wrap(sample.text), " ok", "") : wrap(sample.text);
      const std::string masked = redact(text);
      INFO(name << ": " << text << "\n  -> " << masked);
      CHECK_FALSE(shows(masked, sample.secret));
      CHECK(masked.find("[masked") != std::string::npos);
      CHECK(probes.hit(text));
      CHECK(redact(masked) == masked);
    }
  }
}

TEST_CASE("redact: what is no secret stays byte by byte in every encoding", "[redact]") {
  for (const auto& [name, wrap] : wrappings()) {
    for (const std::string_view text :
         {"token expired 35 seconds ago", "Password changed for user 17", "served /api/v1/users/17?page=2 in 12 ms",
          "password must contain 12 characters", "pulled shop@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}) {
      const std::string wrapped = wrap(std::string{text});
      INFO(name << ": " << wrapped);
      CHECK(redact(wrapped) == wrapped);
    }
  }
}

TEST_CASE("redact: layers upon layers of escapes end in bounded time", "[redact]") {
  for (const std::string_view part :
       {"\\", "\\\\\"", "%25", "&amp;", "\\u005c", "\x1b[", "\xE2\x80\x8B", "\\u003d", "%3D", "password\\u003d"}) {
    std::string text;
    while (text.size() < 300'000) text += part;
    static_cast<void>(redact(text));
  }
  SUCCEED();
}
