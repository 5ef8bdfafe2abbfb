// Strings that no person typed: keys and tokens whose maker is unknown. Told from ids, digests, paths and identifiers by what
// random base64 has and they lack: upper case, lower case and digits that alternate, and many different characters.
#include <array>
#include <cmath>

#include "parse/redact/detectors.h"

namespace loglode::redaction {

namespace {

constexpr std::size_t kLengthMin = 32;
constexpr double kEntropyMin = 4.2;       // bits a character; 32 random base64 characters have 4.65 on average, identifiers below 4.1
constexpr double kChangesMin = 0.4;       // of neighbours that differ in class; 0.65 in random base64, below 0.35 in camelCase
constexpr double kRandomShareMin = 0.6;   // of the run that lies in pieces that look random
constexpr double kPemLineShareMin = 0.3;  // the same of what stands where a line of a key does: chance cuts some into short pieces

enum class Class : unsigned char { lower, upper, digit, other };

Class class_of(char c) noexcept {
  if (is_lower(c)) return Class::lower;
  if (is_upper(c)) return Class::upper;
  return is_digit(c) ? Class::digit : Class::other;
}

double entropy(std::string_view run) {
  std::array<std::size_t, 256> counts{};
  for (const char c : run) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  for (const std::size_t count : counts)
    if (count != 0) bits += static_cast<double>(count) * std::log2(static_cast<double>(run.size()) / static_cast<double>(count));
  return bits / static_cast<double>(run.size());
}

/// A piece between `/ + - _`: all three classes, alternating. Hex digests and UUIDs have one case, words do not alternate.
bool looks_random(std::string_view piece) noexcept {
  if (piece.size() < 6) return false;
  std::array<bool, 4> seen{};
  std::size_t changes = 0;
  for (std::size_t i = 0; i < piece.size(); ++i) {
    seen[static_cast<std::size_t>(class_of(piece[i]))] = true;
    if (i != 0 && class_of(piece[i]) != class_of(piece[i - 1])) ++changes;
  }
  return seen[0] && seen[1] && seen[2] && static_cast<double>(changes) >= kChangesMin * static_cast<double>(piece.size() - 1);
}

std::size_t random_characters(std::string_view run) noexcept {
  std::size_t total = 0, begin = 0;
  for (std::size_t i = 0; i <= run.size(); ++i) {
    if (i != run.size() && is_alnum(run[i])) continue;
    if (looks_random(run.substr(begin, i - begin))) total += i - begin;
    begin = i + 1;
  }
  return total;
}

/// Whether there is upper case at all: what ids and digests lack. Blocks of a fixed size and a number (not a bool), so that compilers use
/// vectors.
bool has_upper(std::string_view run) noexcept {
  constexpr std::size_t kBlock = 16;
  std::size_t at = 0;
  for (; at + kBlock <= run.size(); at += kBlock) {
    unsigned found = 0;
    for (std::size_t i = 0; i < kBlock; ++i) found |= static_cast<unsigned>(static_cast<unsigned char>(run[at + i] - 'A') < 26);
    if (found != 0) return true;
  }
  for (; at < run.size(); ++at)
    if (is_upper(run[at])) return true;
  return false;
}

/// Cheap and nearly always so in random strings, seldom in names: an upper-case letter beside a digit.
bool has_upper_beside_digit(std::string_view run) noexcept {
  for (std::size_t i = 1; i < run.size(); ++i)
    if ((is_upper(run[i - 1]) && is_digit(run[i])) || (is_digit(run[i - 1]) && is_upper(run[i]))) return true;
  return false;
}

/// `SHA256:…` (ssh fingerprints), `sha512-…` (package integrity): digests are names, not secrets.
bool is_digest(std::string_view before, std::string_view run) noexcept {
  for (const std::string_view name : {"sha1:", "sha256:", "sha384:", "sha512:", "sha256=", "sha512="})
    if (ends_ignoring_case(before, name)) return true;
  for (const std::string_view name : {"sha1-", "sha256-", "sha384-", "sha512-"})
    if (starts_ignoring_case(run, name)) return true;
  return false;
}

/// Public keys of ssh and certificates in base64, with and without their own armour (DER begins 30 82; version 3 is A0 03 02 01 02 02).
bool is_public_key(std::string_view run) noexcept {
  for (const std::string_view first :
       {"AAAAB3NzaC1", "AAAAC3NzaC1", "AAAAE2VjZHNh", "AAAAInNrLX", "AAAAGnNrLX", "LS0tLS1CRUdJTiBDRVJU", "LS0tLS1CRUdJTiBQVUJM"})
    if (run.starts_with(first)) return true;
  return run.starts_with("MII") && run.substr(0, 32).find("AwIBAgI") != std::string_view::npos;
}

/// Names of things in the alphabet of bitcoin (no 0 O I l), in the lengths that hashes and keys of 20, 32 and 64 bytes have there.
bool is_base58_id(std::string_view run) noexcept {
  if (run.find_first_of("0OIl+/-_") != std::string_view::npos) return false;
  const std::size_t size = run.size();
  if (run.starts_with("Qm")) return size == 46;                                                     // IPFS
  if (run.starts_with("12D3KooW") || run.starts_with("16Uiu2HA")) return size >= 50 && size <= 53;  // libp2p
  if (is_one_of(run.front(), "13LDMA") && size <= 34) return true;                                  // addresses
  if (run.starts_with("xpub") || run.starts_with("ypub") || run.starts_with("zpub")) return size == 111;
  return size == 43 || size == 44 || size == 87 || size == 88 || ((run.front() == '4' || run.front() == '8') && size == 95);
}

/// What its name says is no secret: an entity tag, a checksum, a cursor, the id of a request.
bool is_named_harmless(std::string_view before) noexcept {
  while (!before.empty() && is_one_of(before.back(), " \t:=\"'\\>(")) before.remove_suffix(1);
  for (const std::string_view name : {"etag",
                                      "w/",
                                      "if-match",
                                      "if-none-match",
                                      "digest",
                                      "checksum",
                                      "integrity",
                                      "md5",
                                      "fingerprint",
                                      "thumbprint",
                                      "cursor",
                                      "next_token",
                                      "nexttoken",
                                      "page_token",
                                      "pagetoken",
                                      "continuation-token",
                                      "continuationtoken",
                                      "continue",
                                      "resume_token",
                                      "amz-id-2",
                                      "request-id",
                                      "requestid",
                                      "request_id",
                                      "hostid",
                                      "host-id",
                                      "sec-websocket-key",
                                      "sec-websocket-accept",
                                      "txid",
                                      "tx",
                                      "cid",
                                      "peer",
                                      "peerid",
                                      "address",
                                      "wallet",
                                      "pubkey",
                                      "public key",
                                      "public_key",
                                      "publickey",
                                      "blockhash",
                                      "trace",
                                      "traceid",
                                      "trace_id"})
    if (ends_ignoring_case(before, name)) return true;
  return false;
}

bool is_harmless(std::string_view text, std::size_t at, std::string_view run) noexcept {
  const std::string_view before = text_before(text, at, 40);
  return is_digest(before, run) || is_public_key(run) || is_base58_id(run) || is_named_harmless(before);
}

bool is_run(char c) noexcept { return is_alnum(c) || c == '+' || c == '/' || c == '_' || c == '-'; }

/// The end of a line, as long as a line of PEM (RFC 7468: 64) or MIME (RFC 2045: 76): a key that was logged line by line.
bool ends_as_pem_line(std::string_view text, std::size_t at, std::size_t end) noexcept {
  if (end - at != 64 && end - at != 76) return false;
  return (at == 0 || is_one_of(text[at - 1], " \t\n")) && (end == text.size() || is_one_of(text[end], "\r\n"));
}

}  // namespace

std::size_t run_end(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && is_run(text[at])) ++at;
  return at;
}

Span find_random_run(std::string_view text, std::size_t at, std::size_t end) {
  if (end - at < kLengthMin) return {};
  const std::string_view run = text.substr(at, end - at);
  if (!has_upper(run) || !has_upper_beside_digit(run)) return {};
  const double share = ends_as_pem_line(text, at, end) ? kPemLineShareMin : kRandomShareMin;
  if (static_cast<double>(random_characters(run)) < share * static_cast<double>(run.size())) return {};
  if (entropy(run) < kEntropyMin || is_harmless(text, at, run)) return {};
  while (end < text.size() && text[end] == '=') ++end;  // base64 padding
  return {at, end, SecretKind::random};
}

}  // namespace loglode::redaction
